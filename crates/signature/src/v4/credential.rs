//! The credential of a signature: an access key id, and the scope of the key that signed.

use memchr::memrchr;

use super::{SERVICE, SigningTime};
use crate::{Flaw, Rules};

/// The last part of every scope.
pub(crate) const TERMINATOR: &str = "aws4_request";

/// `<access key id>/<yyyymmdd>/<region>/s3/aws4_request`. It is cut from the right: an access key id may itself
/// contain a slash.
#[derive(Clone, Debug)]
pub(crate) struct Credential {
    text: Box<str>,
    access_key_id: usize,
    region: usize,
}

/// What the signing key of a signature is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The day, as `yyyymmdd`.
    pub date: &'a str,
    /// Whatever the client calls its region.
    pub region: &'a str,
    /// Always `s3`.
    pub service: &'a str,
}

impl Credential {
    /// Cuts a credential into its parts.
    pub(crate) fn parse(text: &str) -> Result<Self, Flaw> {
        fn last(text: &str) -> Result<(&str, &str), Flaw> {
            let slash = memrchr(b'/', text.as_bytes()).ok_or(Flaw::Credential)?;
            Ok((&text[..slash], &text[slash + 1..]))
        }
        let (rest, terminator) = last(text)?;
        let (rest, service) = last(rest)?;
        let (rest, region) = last(rest)?;
        let (access_key_id, date) = last(rest)?;
        if terminator != TERMINATOR {
            return Err(Flaw::Terminator);
        }
        if service != SERVICE {
            return Err(Flaw::Service);
        }
        if access_key_id.is_empty() || date.len() != 8 || !date.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(Flaw::Credential);
        }
        Ok(Self { text: text.into(), access_key_id: access_key_id.len(), region: region.len() })
    }

    /// Holds the scope against the day that was signed and the regions that are honoured.
    pub(crate) fn check(&self, signed_at: &SigningTime, rules: &Rules) -> Result<(), Flaw> {
        let scope = self.scope();
        if scope.date.as_bytes() != signed_at.day() {
            return Err(Flaw::ScopeDate);
        }
        if !rules.regions.accept(scope.region) {
            let accepted = rules.regions.preferred().to_owned();
            return Err(Flaw::Region { given: scope.region.to_owned(), accepted });
        }
        Ok(())
    }

    pub(crate) fn access_key_id(&self) -> &str {
        &self.text[..self.access_key_id]
    }

    /// The scope as it enters the string to sign: all after the access key id.
    pub(crate) fn scope_text(&self) -> &str {
        &self.text[self.access_key_id + 1..]
    }

    pub(crate) fn scope(&self) -> Scope<'_> {
        let text = self.scope_text();
        Scope { date: &text[..8], region: &text[9..9 + self.region], service: SERVICE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Regions;

    #[test]
    fn an_access_key_id_may_hold_slashes_and_all_else() {
        for id in ["alice@corp.example", "a/b", "a/20130524/x/s3/aws4_request", "a b+c,d=e;f", "/"] {
            let credential = Credential::parse(&format!("{id}/20130524/us-east-1/s3/aws4_request")).unwrap();
            assert_eq!(credential.access_key_id(), id);
            assert_eq!(credential.scope_text(), "20130524/us-east-1/s3/aws4_request");
            assert_eq!(credential.scope(), Scope { date: "20130524", region: "us-east-1", service: "s3" });
        }
    }

    #[test]
    fn each_part_of_the_scope_is_checked() {
        let parse = |text: &str| Credential::parse(text).err();
        assert_eq!(parse("alice/20130524/us-east-1/s3/aws3_request"), Some(Flaw::Terminator));
        assert_eq!(parse("alice/20130524/us-east-1/iam/aws4_request"), Some(Flaw::Service));
        assert_eq!(parse("alice/2013/us-east-1/s3/aws4_request"), Some(Flaw::Credential));
        assert_eq!(parse("20130524/us-east-1/s3/aws4_request"), Some(Flaw::Credential));
        assert_eq!(parse("/20130524/us-east-1/s3/aws4_request"), Some(Flaw::Credential));
        assert_eq!(parse(""), Some(Flaw::Credential));
    }

    #[test]
    fn the_scope_belongs_to_the_day_and_an_accepted_region() {
        let credential = Credential::parse("alice/20130524/us-east-1/s3/aws4_request").unwrap();
        let on = |time: &str| SigningTime::parse_basic(time).unwrap();
        let only = |region: &str| Rules { regions: Regions::Only(vec![region.to_owned()]), ..Rules::default() };
        assert_eq!(credential.check(&on("20130524T235959Z"), &Rules::default()), Ok(()));
        assert_eq!(credential.check(&on("20130525T000000Z"), &Rules::default()), Err(Flaw::ScopeDate));
        assert_eq!(credential.check(&on("20130524T000000Z"), &only("us-east-1")), Ok(()));
        let refused = Flaw::Region { given: "us-east-1".into(), accepted: "basel".into() };
        assert_eq!(credential.check(&on("20130524T000000Z"), &only("basel")), Err(refused));
    }
}
