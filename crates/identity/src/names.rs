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
    /// The name, and id, of a namespace: 1 to 255 letters of both cases, digits, `-` and `_` (reference 12.4).
    NamespaceName, name_shapes::namespace
}

name! {
    /// A domain of a directory, in lower case: what stands behind the `@` of its people (reference 7.2).
    DomainName, name_shapes::domain
}

name! {
    /// The name of an object user, which is its S3 access key id: 1 to 255 letters, digits and
    /// ``! # $ & ' ( ) * + , - . / : ; = ? @ _ ~`` (reference 5.2). In lower case when it contains `@`; any other
    /// keeps its case, and then two names that differ in case are two users.
    ObjectUserId, name_shapes::object_user
}

name! {
    /// The name of a bucket: 1 to 255 letters of both cases, digits, `.`, `-` and `_`; no dot at either end, no two
    /// dots in a row, not like an IPv4 address (reference 12.4). Unique within its namespace.
    BucketName, name_shapes::bucket
}

name! {
    /// The name of a management user, in lower case: an account of our own when it has no `@`, otherwise a person or
    /// a group of a directory (reference 7.1).
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
