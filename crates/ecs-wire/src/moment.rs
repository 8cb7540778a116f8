//! The ways in which ECS prints a moment (reference 1.5), all in UTC.

use keyward_ambient::Timestamp;

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `2026-03-05 17:39:13.813`: creation and expiry of secret keys, always with three digits of milliseconds.
pub fn key_time(moment: Timestamp) -> String {
    let c = moment.civil();
    let (year, month, day) = (c.year, c.month, c.day);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}.{:03}", c.hour, c.minute, c.second, c.millisecond)
}

/// `Thu Mar 05 17:39:13 GMT 2026`: the creation of an object user, as Java prints a date.
pub fn java_date(moment: Timestamp) -> String {
    let c = moment.civil();
    let weekday = name(&WEEKDAYS, i32::from(c.weekday));
    let month = name(&MONTHS, i32::from(c.month) - 1);
    format!("{weekday} {month} {:02} {:02}:{:02}:{:02} GMT {}", c.day, c.hour, c.minute, c.second, c.year)
}

/// `2026-03-05T17:39:13.813Z`: the creation of a bucket, the last change of a password.
pub fn instant(moment: Timestamp) -> String {
    let mut text = key_time(moment);
    text.replace_range(10..11, "T");
    text.push('Z');
    text
}

/// `2026-03-05T17:39:13Z`: billing and IAM, whole seconds.
pub fn sample_time(moment: Timestamp) -> String {
    let mut text = instant(moment);
    text.replace_range(19.., "Z");
    text
}

/// `2026-03-05T17:39`: audit events, whole minutes.
pub fn event_time(moment: Timestamp) -> String {
    let mut text = instant(moment);
    text.truncate(16);
    text
}

fn name(names: &[&'static str], index: i32) -> &'static str {
    usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or("???")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_is_printed_to_the_letter() {
        let moment = Timestamp::from_millis(1_772_732_353_813);
        assert_eq!(key_time(moment), "2026-03-05 17:39:13.813");
        assert_eq!(java_date(moment), "Thu Mar 05 17:39:13 GMT 2026");
        assert_eq!(instant(moment), "2026-03-05T17:39:13.813Z");
        assert_eq!(sample_time(moment), "2026-03-05T17:39:13Z");
        assert_eq!(event_time(moment), "2026-03-05T17:39");
    }

    #[test]
    fn the_ends_of_time_keep_their_width() {
        assert_eq!(key_time(Timestamp::EPOCH), "1970-01-01 00:00:00.000");
        let last = Timestamp::from_millis(253_402_207_199_999);
        assert_eq!(key_time(last), "9999-12-30 21:59:59.999");
        assert_eq!(java_date(Timestamp::EPOCH), "Thu Jan 01 00:00:00 GMT 1970");
        assert_eq!(java_date(last), "Thu Dec 30 21:59:59 GMT 9999");
    }
}
