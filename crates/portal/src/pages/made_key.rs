//! The key that was just made, and lines to copy with it: the one place that shows a secret key.

use super::{framed, storage_address};
use crate::client_lines::{Access, Lines};
use crate::html::Html;

/// The new key of somebody named `name`. Without an endpoint there is nothing to connect to, and no lines.
pub(crate) fn made_key(name: &str, secret_key: &str, endpoint: Option<&str>, region: &str) -> Html {
    let programs = endpoint.map_or_else(Html::empty, |endpoint| {
        let access = Access { endpoint, region, access_key_id: name, secret_key };
        let lines: Vec<Html> = access.lines().iter().enumerate().map(|(place, text)| lines(text, place == 0)).collect();
        Html::fill(include_str!("../../templates/programs.html"), &[("lines", Html::all(&lines))])
    });
    let fillings = [
        ("name", Html::text(name)),
        ("secret", Html::text(secret_key)),
        ("endpoint", storage_address(endpoint)),
        ("programs", programs),
    ];
    framed("Your new key", Some(name), Html::fill(include_str!("../../templates/made.html"), &fillings))
}

fn lines(lines: &Lines, is_open: bool) -> Html {
    let fillings = [
        ("open", if is_open { Html::text(" open") } else { Html::empty() }),
        ("id", Html::text(lines.id)),
        ("program", Html::text(lines.program)),
        ("place", Html::text(lines.place)),
        ("text", Html::text(&lines.text)),
    ];
    Html::fill(include_str!("../../templates/lines.html"), &fillings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_shown_and_stands_in_the_lines_of_every_program() {
        let made = made_key("dana", "s/e+c", Some("https://s3.example"), "us-east-1");
        assert!(!made.contains("{{"), "{}", &*made);
        assert_eq!(made.matches("s/e+c").count(), 6);
        assert_eq!(made_key("dana", "s/e+c", None, "us-east-1").matches("s/e+c").count(), 1);
    }
}
