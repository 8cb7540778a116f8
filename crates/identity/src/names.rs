//! The names of things, each a type of its own that is right once it exists.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::caseless;
use crate::name_shapes::{self, NameError};

/// A name type over shared text: parsing, reading, printing, and serialising as a string that is checked on the way in.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $check:path) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Reads such a name, bringing it into its one canonical spelling.
            ///
            /// # Errors
            /// [`NameError`], which says what would be accepted.
            pub fn parse(text: &str) -> Result<Self, NameError> {
                Ok(Self($check(text)?.into()))
            }

            /// The name in its canonical spelling.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.as_str().to_owned()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                self.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.as_str())
            }
        }
    };
}

name! {
    /// The name, and id, of a namespace: 1 to 255 letters of both cases, digits, `-` and `_` (ECS Administration Guide,
    /// naming rules).
    NamespaceName, name_shapes::namespace
}

name! {
    /// A domain of a directory, in lower case: what stands behind the `@` of its people (ECS REST API, *Authentication
    /// providers*).
    DomainName, name_shapes::domain
}

name! {
    /// The name of an object user, which is its S3 access key id: 1 to 255 letters, digits and
    /// ``! # $ & ' ( ) * + , - . / : ; = ? @ _ ~`` (ECS REST API, *Object users*). In lower case when it contains `@`;
    /// any other keeps its case, and then two names that differ in case are two users.
    ObjectUserId, name_shapes::object_user
}

name! {
    /// The name of a bucket: 1 to 255 letters of both cases, digits, `.`, `-` and `_`; no dot at either end, no two
    /// dots in a row, not like an IPv4 address (ECS Administration Guide, naming rules). Unique within its namespace.
    BucketName, name_shapes::bucket
}

name! {
    /// The name of a management user, in lower case: an account of our own when it has no `@`, otherwise a person or
    /// a group of a directory (ECS REST API, *Management users*).
    ManagementUserId, name_shapes::management_user
}

impl ObjectUserId {
    /// What stands behind the last `@`, when there is one.
    pub fn domain(&self) -> Option<&str> {
        caseless::domain_of(self.as_str())
    }
}

impl ManagementUserId {
    /// Whether this is an account of our own, with a password of ours.
    pub fn is_local(&self) -> bool {
        self.domain().is_none()
    }

    /// The directory's domain that the person or group belongs to; `None` for an account of our own.
    pub fn domain(&self) -> Option<&str> {
        caseless::domain_of(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn domains_and_domain_style_users_are_in_lower_case() {
        assert_eq!(DomainName::parse("CORP.Example").unwrap().as_str(), "corp.example");
        assert_eq!(ObjectUserId::parse("Dana@CORP.Example").unwrap().as_str(), "dana@corp.example");
        assert_eq!(ManagementUserId::parse("Admin").unwrap().as_str(), "admin");
        assert_eq!(ManagementUserId::parse("Größe@Corp.Example").unwrap().as_str(), "größe@corp.example");
    }

    #[test]
    fn other_names_keep_their_case() {
        assert_eq!(ObjectUserId::parse("zmBackup+7Q==").unwrap().as_str(), "zmBackup+7Q==");
        assert_eq!(NamespaceName::parse("Ns-1_x").unwrap().as_str(), "Ns-1_x");
        assert_eq!(BucketName::parse("-Logs_2026.raw").unwrap().as_str(), "-Logs_2026.raw");
    }

    #[test]
    fn an_object_user_may_have_every_character_that_ecs_allows() {
        let all = "azAZ09!#$&'()*+,-./:;=?_~";
        assert_eq!(ObjectUserId::parse(all).unwrap().as_str(), all);
        for refused in ["a b", "a%b", "a\"b", "a\\b", "a<b", "a|b", "a\u{7f}", "jürgen"] {
            assert!(matches!(ObjectUserId::parse(refused), Err(NameError::Character { .. })), "{refused:?}");
        }
    }

    #[test]
    fn a_namespace_has_no_dot_because_host_names_are_taken_apart_at_dots() {
        let error = NamespaceName::parse("ns.1").unwrap_err();
        assert_eq!(error.to_string(), "a namespace name may not contain '.'; allowed are letters, digits, - and _");
    }

    #[test]
    fn every_kind_of_name_has_1_to_255_characters() {
        let parsers: [fn(&str) -> Option<NameError>; 5] = [
            |text| NamespaceName::parse(text).err(),
            |text| DomainName::parse(text).err(),
            |text| ObjectUserId::parse(text).err(),
            |text| BucketName::parse(text).err(),
            |text| ManagementUserId::parse(text).err(),
        ];
        for refusal in parsers {
            assert!(matches!(refusal(""), Some(NameError::Empty { .. })));
            assert_eq!(refusal(&"a".repeat(255)), None);
            assert!(matches!(refusal(&"a".repeat(256)), Some(NameError::TooLong { given: 256, max: 255, .. })));
        }
    }

    #[test]
    fn bucket_names_that_ecs_refuses_are_refused() {
        for refused in [".logs", "logs.", ".", "a..b", "192.168.1.20", "999.1.1.1", "010.0.0.1", "a/b", "a b", "lögs"]
        {
            assert!(BucketName::parse(refused).is_err(), "{refused:?}");
        }
        for accepted in ["a", "-", "1.2.3", "1.2.3.4.5", "1.2.3.four", "1234.1.1.1"] {
            assert!(BucketName::parse(accepted).is_ok(), "{accepted:?}");
        }
    }

    #[test]
    fn a_domain_has_no_empty_part() {
        for refused in [".corp", "corp.", "corp..example", "corp example", "corp@example"] {
            assert!(DomainName::parse(refused).is_err(), "{refused:?}");
        }
    }

    #[test]
    fn a_management_user_is_ours_or_of_a_directory() {
        let root = ManagementUserId::parse("root").unwrap();
        assert!(root.is_local() && root.domain().is_none());
        let group = ManagementUserId::parse("Storage Admins@corp.example").unwrap();
        assert!(!group.is_local());
        assert_eq!(group.domain(), Some("corp.example"));
    }

    #[test]
    fn management_users_that_could_never_log_in_are_refused() {
        for refused in ["storage admins", "a:b", "@corp.example", " dana@corp.example", "dana@", "dana@corp\n"] {
            assert!(ManagementUserId::parse(refused).is_err(), "{refused:?}");
        }
    }

    #[test]
    fn names_are_checked_when_they_are_read_back() {
        let bucket: BucketName = serde_json::from_str("\"logs\"").unwrap();
        assert_eq!(serde_json::to_string(&bucket).unwrap(), "\"logs\"");
        assert!(serde_json::from_str::<BucketName>("\"a..b\"").is_err());
        let user: ObjectUserId = serde_json::from_str("\"Dana@Corp.Example\"").unwrap();
        assert_eq!(user.as_str(), "dana@corp.example");
    }

    /// Whatever is accepted is accepted again in the spelling it got, and does not change any more.
    macro_rules! spelling_settles {
        ($($promise:ident: $name:ident from $pattern:literal;)*) => {
            proptest! {
                $(#[test]
                fn $promise(text in $pattern) {
                    if let Ok(name) = $name::parse(&text) {
                        prop_assert_eq!($name::parse(name.as_str()), Ok(name.clone()));
                        prop_assert_eq!(name.to_string().parse::<$name>(), Ok(name));
                    }
                })*
            }
        };
    }

    spelling_settles! {
        a_namespace_name_settles: NamespaceName from "[a-zA-Z0-9_-]{1,12}";
        a_domain_settles: DomainName from "[a-zA-Z0-9-]{1,8}(\\.[a-zA-Z0-9-]{1,8}){0,2}";
        an_object_user_id_settles: ObjectUserId from "[a-zA-Z0-9.@/=+~?#-]{1,12}";
        a_bucket_name_settles: BucketName from "[a-zA-Z0-9._-]{1,12}";
        a_management_user_id_settles: ManagementUserId from "\\PC{1,12}(@[a-zA-Z.]{1,8})?";
    }
}
