//! `<VersioningConfiguration>`.

use keyward_identity::Versioning;

use super::BODY_LIMIT;
use super::element::{malformed, word};
use crate::error::{ErrorCode, S3Error};
use crate::xml::{Element, XmlWriter};

/// Reads the state that is asked for.
///
/// # Errors
/// `MalformedXML` (`IllegalVersioningConfigurationException` where no state is given), `NotImplemented` for deletion by a second factor.
pub fn read_versioning(body: &[u8]) -> Result<Versioning, S3Error> {
    let root = Element::parse(body, "VersioningConfiguration", BODY_LIMIT)?;
    match word(&root, "MfaDelete")? {
        None | Some("Disabled") => {}
        Some("Enabled") => {
            let message = "Deletion by a second factor is not offered; leave <MfaDelete> out.";
            return Err(S3Error::because(ErrorCode::NotImplemented, message));
        }
        Some(_) => return Err(malformed("<MfaDelete> has to be Enabled or Disabled.")),
    }
    match word(&root, "Status")? {
        Some("Enabled") => Ok(Versioning::Enabled),
        Some("Suspended") => Ok(Versioning::Suspended),
        Some(_) => Err(malformed("<Status> has to be Enabled or Suspended.")),
        None => {
            let message = "Say what versioning is to be: <Status> with Enabled or Suspended.";
            Err(S3Error::because(ErrorCode::IllegalVersioningConfigurationException, message))
        }
    }
}

/// The document of a bucket's state; empty for a bucket that never had versions.
pub fn write_versioning(versioning: Versioning) -> Vec<u8> {
    XmlWriter::document("VersioningConfiguration", |xml| match versioning {
        Versioning::Off => {}
        Versioning::Enabled => xml.text("Status", "Enabled"),
        Versioning::Suspended => xml.text("Status", "Suspended"),
    })
}
