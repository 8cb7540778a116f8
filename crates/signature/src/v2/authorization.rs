//! The `Authorization` header: `AWS <access key id>:<signature>`.

use super::{Signature, read_signature};
use crate::Flaw;

/// Cuts what follows `AWS `. The last colon separates, since an access key id may contain some and base64 has none.
pub(crate) fn read(text: &str) -> Result<(&str, Signature), Flaw> {
    let (access_key_id, signature) = text.trim().rsplit_once(':').ok_or(Flaw::V2Authorization)?;
    if access_key_id.is_empty() {
        return Err(Flaw::V2Authorization);
    }
    Ok((access_key_id, read_signature(signature).ok_or(Flaw::V2Signature)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNATURE: &str = "bWq2s1WEIj+Ydj0vQ697zp+IXMU=";

    #[test]
    fn an_access_key_id_may_hold_colons_and_all_else() {
        for id in ["alice", "alice@corp.example", "a/b", "urn:ecs:iam::ns:user/alice", "a b+c,d=e;f", ":"] {
            assert_eq!(read(&format!("{id}:{SIGNATURE}")).unwrap().0, id);
        }
    }

    #[test]
    fn each_flaw_is_named() {
        for text in ["", "alice", SIGNATURE, ":bWq2s1WEIj+Ydj0vQ697zp+IXMU="] {
            assert_eq!(read(text).err(), Some(Flaw::V2Authorization), "{text}");
        }
        for text in ["alice:", "alice:c2hvcnQ=", "alice:not base64"] {
            assert_eq!(read(text).err(), Some(Flaw::V2Signature), "{text}");
        }
    }
}
