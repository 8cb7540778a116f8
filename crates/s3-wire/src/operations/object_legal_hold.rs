//! GetObjectLegalHold and PutObjectLegalHold: whether a version may not be deleted until further notice.

use bytes::Bytes;
use http::{Response, StatusCode};

use super::answer::{document, empty};
use crate::error::{ErrorCode, S3Error};
use crate::request_head::RequestHead;
use crate::version_id::VersionId;
use crate::xml::{Element, XmlWriter};

/// A request to put a legal hold on or take it off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutObjectLegalHold {
    /// The version, when not the latest.
    pub version_id: Option<VersionId>,
    /// Whether the hold is to be on.
    pub on: bool,
}

impl PutObjectLegalHold {
    /// The largest body, in bytes.
    pub const BODY_LIMIT: usize = 16 * 1024;

    /// Reads the request and its body.
    ///
    /// # Errors
    /// `MalformedXML` for anything but `<LegalHold>` with a status of `ON` or `OFF`.
    pub fn from_request(head: RequestHead<'_>, body: &[u8]) -> Result<Self, S3Error> {
        let root = Element::parse(body, "LegalHold", Self::BODY_LIMIT)?;
        let on = match root.required_text("Status")?.trim() {
            "ON" => true,
            "OFF" => false,
            _ => return Err(S3Error::because(ErrorCode::MalformedXML, "<Status> has to be ON or OFF.")),
        };
        Ok(Self { version_id: VersionId::of(head.query)?, on })
    }

    /// 200: the hold is as was asked.
    pub fn response() -> Response<Bytes> {
        empty(StatusCode::OK)
    }
}

/// Whether a version is held, as 200 with the `<LegalHold>` document.
pub fn legal_hold_response(on: bool) -> Response<Bytes> {
    document(XmlWriter::document("LegalHold", |xml| xml.text("Status", if on { "ON" } else { "OFF" })))
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;
    use crate::query::Query;

    #[test]
    fn a_hold_comes_back_as_it_was_put() {
        let (parts, ()) = Request::put("/b/k?legal-hold").body(()).unwrap().into_parts();
        let query = Query::of(&parts).unwrap();
        let head = RequestHead::of(&parts, &query);
        for on in [true, false] {
            let put = PutObjectLegalHold::from_request(head, legal_hold_response(on).body()).unwrap();
            assert_eq!(put.on, on);
        }
        let refused = PutObjectLegalHold::from_request(head, b"<LegalHold><Status>on</Status></LegalHold>");
        assert_eq!(refused.unwrap_err().code(), ErrorCode::MalformedXML);
    }
}
