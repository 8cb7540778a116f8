//! The policy of a form: until when, and with which fields, it may be posted.

mod condition;
mod expiration;
mod json;

use std::ops::RangeInclusive;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use keyward_ambient::Timestamp;

use super::{FormError, FormFields, PolicyFlaw};
use condition::Condition;
use json::Json;

/// A policy, read from its signed text.
#[derive(Debug)]
pub(crate) struct Policy {
    expiration: Timestamp,
    conditions: Vec<Condition>,
}

impl Policy {
    /// The longest text.
    const LONGEST: usize = 20 * 1024;

    /// Reads the base64 of a JSON document. To be called once its signature has verified.
    pub(crate) fn parse(text: &str) -> Result<Self, PolicyFlaw> {
        if text.len() > Self::LONGEST {
            return Err(PolicyFlaw::TooLong);
        }
        // Some tools break base64 into lines.
        let joined: String = text.chars().filter(|character| !matches!(character, '\r' | '\n')).collect();
        let json = STANDARD.decode(joined).map_err(|_| PolicyFlaw::Base64)?;
        let Ok(Json::Object(members)) = serde_json::from_slice(&json) else { return Err(PolicyFlaw::Json) };
        let (mut expiration, mut conditions) = (None, None);
        for (name, value) in members {
            let is_repeated = match (name.as_str(), value) {
                ("expiration", Json::Text(text)) => expiration.replace(text).is_some(),
                ("conditions", Json::Array(entries)) => conditions.replace(entries).is_some(),
                // A name that nobody knows may be a condition that somebody relies on.
                _ => return Err(PolicyFlaw::Json),
            };
            if is_repeated {
                return Err(PolicyFlaw::Json);
            }
        }
        let (expiration, conditions) = expiration.zip(conditions).ok_or(PolicyFlaw::Json)?;
        let conditions = conditions.into_iter().map(Condition::read).collect::<Option<Vec<_>>>();
        Ok(Self {
            expiration: expiration::parse(&expiration).ok_or(PolicyFlaw::Expiration)?,
            conditions: conditions.ok_or(PolicyFlaw::Condition)?.concat(),
        })
    }

    /// The last moment.
    pub(crate) fn expiration(&self) -> Timestamp {
        self.expiration
    }

    /// Holds the fields against the conditions; `signs` tells those that serve the signature and need none. Neither does
    /// a checksum: whoever signs the policy does not have the file yet, and a checksum only makes the form stricter.
    ///
    /// # Errors
    /// A condition that is not met, and a field or bucket for which there is no condition: the signer would not have
    /// said anything about it.
    pub(crate) fn check(
        &self,
        fields: &FormFields,
        bucket: &str,
        signs: impl Fn(&str) -> bool,
    ) -> Result<(), FormError> {
        for condition in &self.conditions {
            let Some(name) = condition.field() else { continue };
            let value = if name == "bucket" { Some(bucket.into()) } else { fields.meaning(name) };
            if !value.is_some_and(|value| condition.is_met_by(&value, fields)) {
                return Err(FormError::ConditionFailed { name: name.to_owned() });
            }
        }
        let is_covered = |name: &str| self.conditions.iter().any(|condition| condition.field() == Some(name));
        let names =
            fields.meant().map(|(name, _)| name).filter(|name| !signs(name) && !name.starts_with("x-amz-checksum-"));
        match names.chain(["bucket"]).find(|name| !is_covered(name)) {
            Some(name) => Err(FormError::FieldNotCovered { name: name.to_owned() }),
            None => Ok(()),
        }
    }

    /// How long the file may be; `None` where the policy does not say.
    pub(crate) fn file_length(&self) -> Option<RangeInclusive<u64>> {
        let ranges = self.conditions.iter().filter_map(Condition::length);
        ranges.reduce(|one, other| *one.start().max(other.start())..=*one.end().min(other.end()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(json: &str) -> Result<Policy, PolicyFlaw> {
        Policy::parse(&STANDARD.encode(json))
    }

    fn with_conditions(conditions: &str) -> Policy {
        policy(&format!(r#"{{"expiration":"2030-01-01T00:00:00Z","conditions":[{conditions}]}}"#)).unwrap()
    }

    fn fields(all: &[(&str, &str)]) -> FormFields {
        let mut fields = FormFields::default();
        all.iter().for_each(|(name, value)| fields.add((*name).to_owned(), (*value).to_owned()).unwrap());
        fields.set_filename("cat.jpg");
        fields
    }

    /// Which condition or field fails; empty when all is well.
    fn fails(conditions: &str, all: &[(&str, &str)]) -> String {
        let conditions = format!(r#"{{"bucket":"photos"}},{conditions}"#);
        let policy = with_conditions(conditions.trim_end_matches(','));
        match policy.check(&fields(all), "photos", |name| name == "policy") {
            Ok(()) => String::new(),
            Err(FormError::ConditionFailed { name }) => format!("condition {name}"),
            Err(FormError::FieldNotCovered { name }) => format!("field {name}"),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn conditions_are_met_or_named() {
        assert_eq!(fails(r#"["starts-with","$key","u/"]"#, &[("key", "u/a"), ("policy", "x")]), "");
        assert_eq!(fails(r#"["starts-with","$key","u/"]"#, &[("key", "v/a")]), "condition key");
        assert_eq!(fails(r#"["eq","$Key","u"]"#, &[("key", "u")]), "");
        assert_eq!(fails(r#"["eq","$key","u"]"#, &[("key", "u/a")]), "condition key");
        assert_eq!(fails(r#"{"key":"u","acl":"private"}"#, &[("key", "u"), ("acl", "private")]), "");
        assert_eq!(fails(r#"{"key":"u"},{"key":"v"}"#, &[("key", "u")]), "condition key");
        assert_eq!(fails(r#"["starts-with","$acl",""]"#, &[]), "condition acl");
    }

    #[test]
    fn every_field_and_the_bucket_need_a_condition() {
        assert_eq!(fails("", &[("key", "u")]), "field key");
        assert_eq!(fails(r#"{"key":"u"}"#, &[("key", "u"), ("x-amz-meta-a", "1")]), "field x-amz-meta-a");
        assert_eq!(fails(r#"{"key":"u"}"#, &[("key", "u"), ("x-ignore-a", "1")]), "");
        assert_eq!(fails(r#"{"key":"u"}"#, &[("key", "u"), ("x-amz-checksum-sha256", "1")]), "");
        let other = with_conditions(r#"{"key":"u"}"#).check(&fields(&[("key", "u")]), "photos", |_| false);
        assert!(matches!(other, Err(FormError::FieldNotCovered { name }) if name == "bucket"));
        assert_eq!(fails(r#"{"bucket":"other"}"#, &[]), "condition bucket");
    }

    #[test]
    fn the_name_of_the_file_counts_where_it_is_meant() {
        for key in [r#"["starts-with","$key","u/"]"#, r#"{"key":"u/${filename}"}"#, r#"{"key":"u/cat.jpg"}"#] {
            assert_eq!(fails(key, &[("key", "u/${filename}")]), "", "{key}");
        }
        assert_eq!(fails(r#"["starts-with","$key","u/${"]"#, &[("key", "u/${filename}")]), "condition key");
    }

    #[test]
    fn each_of_several_content_types_must_fit() {
        let images = r#"["starts-with","$Content-Type","image/"]"#;
        assert_eq!(fails(images, &[("content-type", "image/png, image/gif")]), "");
        assert_eq!(fails(images, &[("content-type", "image/png,text/html")]), "condition content-type");
    }

    #[test]
    fn the_narrowest_of_several_lengths_holds() {
        assert_eq!(with_conditions("").file_length(), None);
        let several = with_conditions(r#"["content-length-range",1,100],["content-length-range","10","1000"]"#);
        assert_eq!(several.file_length(), Some(10..=100));
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        let conditions = |conditions: &str| {
            policy(&format!(r#"{{"expiration":"2030-01-01T00:00:00Z","conditions":[{conditions}]}}"#)).unwrap_err()
        };
        for bad in [
            r#"["ends-with","$key","a"]"#,
            r#"["eq","key","a"]"#,
            r#"["eq","$key"]"#,
            r#"["eq","$key","a","b"]"#,
            r#"["content-length-range",-1,5]"#,
            r#"["content-length-range",6,5]"#,
            r#"["content-length-range",1.5,5]"#,
            r#"{"key":["a"]}"#,
            r#"{"key":null}"#,
            "{}",
            "5",
            "[]",
            "null",
        ] {
            assert_eq!(conditions(bad), PolicyFlaw::Condition, "{bad}");
        }
        for bad in [
            "",
            "{}",
            "[]",
            r#"{"expiration":"2030-01-01T00:00:00Z"}"#,
            r#"{"conditions":[]}"#,
            r#"{"expiration":5,"conditions":[]}"#,
        ] {
            assert_eq!(policy(bad).unwrap_err(), PolicyFlaw::Json, "{bad}");
        }
        let more = |more: &str| policy(&format!(r#"{{"expiration":"2030-01-01T00:00:00Z","conditions":[],{more}}}"#));
        assert_eq!(more(r#""conditons":[{"acl":"private"}]"#).unwrap_err(), PolicyFlaw::Json);
        assert_eq!(more(r#""conditions":[]"#).unwrap_err(), PolicyFlaw::Json);
        assert_eq!(policy(r#"{"expiration":"soon","conditions":[]}"#).unwrap_err(), PolicyFlaw::Expiration);
        assert_eq!(Policy::parse("not base64").unwrap_err(), PolicyFlaw::Base64);
        assert_eq!(Policy::parse(&"A".repeat(20_481)).unwrap_err(), PolicyFlaw::TooLong);
    }

    #[test]
    fn base64_may_be_broken_into_lines() {
        let text = STANDARD.encode(r#"{"expiration":"2030-01-01T00:00:00Z","conditions":[]}"#);
        let (one, other) = text.split_at(40);
        assert!(Policy::parse(&format!("{one}\r\n{other}\n")).is_ok());
    }
}
