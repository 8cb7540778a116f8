//! Storage classes. The store has one kind of storage; a class whose objects are readable at once is kept as a label.

use std::fmt;

use http::HeaderMap;
use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, S3Error};
use crate::single_header;

macro_rules! classes {
    ($($variant:ident $name:literal;)*) => {
        /// The class an object is labelled with. Every one is readable at once, as on AWS.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum StorageClass {
            /// `STANDARD`, which holds where no other is named.
            #[default]
            #[serde(rename = "STANDARD")]
            Standard,
            $(#[doc = concat!("`", $name, "`.")] #[serde(rename = $name)] $variant,)*
        }

        impl StorageClass {
            /// Every class that an object can have.
            pub const ALL: &'static [StorageClass] = &[StorageClass::Standard, $(StorageClass::$variant,)*];

            /// The name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    StorageClass::Standard => "STANDARD",
                    $(StorageClass::$variant => $name,)*
                }
            }
        }
    };
}

classes! {
    StandardIa "STANDARD_IA";
    OnezoneIa "ONEZONE_IA";
    IntelligentTiering "INTELLIGENT_TIERING";
    GlacierIr "GLACIER_IR";
    ReducedRedundancy "REDUCED_REDUNDANCY";
    ExpressOnezone "EXPRESS_ONEZONE";
}

/// Published classes that are no label for what is readable at once: archives, whose objects have to be restored first,
/// and storage of another product. A client would ask to have such an object restored.
const NOT_OFFERED: [&str; 5] = ["GLACIER", "DEEP_ARCHIVE", "SNOW", "OUTPOSTS", "FSX_OPENZFS"];

const HEADER: &str = "x-amz-storage-class";

impl StorageClass {
    /// The class of this name; `None` for any other.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|class| class.as_str() == name)
    }

    /// The class that `x-amz-storage-class` asks for; `None` where it is absent or empty.
    ///
    /// # Errors
    /// `InvalidStorageClass` for archives and unknown names; `InvalidArgument` for a repeated header.
    pub fn asked_for(headers: &HeaderMap) -> Result<Option<Self>, S3Error> {
        let Some(name) = single_header::filled(headers, HEADER)? else { return Ok(None) };
        Self::named(name).map(Some).ok_or_else(|| refused(name))
    }

    /// The name, where S3 shows one in headers: for every class but `STANDARD`.
    pub fn shown(self) -> Option<&'static str> {
        Some(self.as_str()).filter(|_| self != StorageClass::Standard)
    }
}

fn refused(name: &str) -> S3Error {
    let names: Vec<&str> = StorageClass::ALL.iter().map(|class| class.as_str()).collect();
    let names = names.join(", ");
    let reason = match NOT_OFFERED.contains(&name) {
        true => format!("Archives and storage of other products are not offered; use one of {names}."),
        false => format!("Use one of {names}."),
    };
    S3Error::because(ErrorCode::InvalidStorageClass, reason).with("StorageClassRequested", name)
}

impl fmt::Display for StorageClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn asked(name: &str) -> Result<Option<StorageClass>, S3Error> {
        let headers = HeaderMap::from_iter([(HEADER.parse().unwrap(), HeaderValue::from_str(name).unwrap())]);
        StorageClass::asked_for(&headers)
    }

    #[test]
    fn classes_that_are_readable_at_once_are_kept_by_name() {
        assert_eq!(StorageClass::asked_for(&HeaderMap::new()), Ok(None));
        assert_eq!(asked(""), Ok(None));
        for class in StorageClass::ALL {
            assert_eq!(asked(class.as_str()), Ok(Some(*class)));
            assert_eq!(serde_json::to_value(class).unwrap(), class.as_str());
        }
        assert_eq!((StorageClass::Standard.shown(), StorageClass::GlacierIr.shown()), (None, Some("GLACIER_IR")));
    }

    #[test]
    fn archives_and_unknown_names_are_refused_with_those_that_there_are() {
        for name in NOT_OFFERED.iter().chain(&["standard", "STANDARD,GLACIER", "FAST"]) {
            let refused = asked(name).unwrap_err();
            assert_eq!(refused.code(), ErrorCode::InvalidStorageClass, "{name}");
            assert!(refused.reason().contains("se one of STANDARD, STANDARD_IA, "), "{refused}");
        }
    }
}
