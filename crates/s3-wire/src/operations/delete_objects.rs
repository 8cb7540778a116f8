//! DeleteObjects: deletes up to a thousand objects by one request.

use bytes::Bytes;
use http::Response;

use super::answer::document;
use super::delete_object::DeleteObjectAnswer;
use crate::conditions::{DeleteConditions, EntityTags, moment, size};
use crate::error::{ErrorCode, S3Error};
use crate::object_key::ObjectKey;
use crate::request_head::RequestHead;
use crate::single_header;
use crate::version_id::VersionId;
use crate::xml::{Element, XmlWriter};

/// A request to delete objects, in the order in which they were named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeleteObjects {
    /// The objects; at least one.
    pub objects: Vec<ObjectToDelete>,
    /// Whether the answer names failures only.
    pub quiet: bool,
    /// Whether retentions in governance mode are to be passed over; that takes `s3:BypassGovernanceRetention`.
    pub bypasses_governance: bool,
}

/// One object to delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectToDelete {
    /// Its key.
    pub key: ObjectKey,
    /// The version, when it is one that is to go for good.
    pub version_id: Option<VersionId>,
    /// The conditions.
    pub conditions: DeleteConditions,
}

impl DeleteObjects {
    /// The largest body, in bytes.
    pub const BODY_LIMIT: usize = 2 * 1024 * 1024;
    /// The most objects by one request.
    pub const MOST: usize = 1000;

    /// Reads the request and its body.
    ///
    /// # Errors
    /// `MaxMessageLengthExceeded` beyond 2 MiB; `MalformedXML` for anything but `<Delete>` with 1 to 1000 objects;
    /// `KeyTooLongError`, `InvalidArgument`. Nothing is deleted then.
    pub fn from_request(head: RequestHead<'_>, body: &[u8]) -> Result<Self, S3Error> {
        let root = Element::parse(body, "Delete", Self::BODY_LIMIT)?;
        let objects = root.children("Object").map(object).collect::<Result<Vec<_>, _>>()?;
        if objects.is_empty() || objects.len() > Self::MOST {
            let message = format!("Name 1 to {} objects, not {}.", Self::MOST, objects.len());
            return Err(S3Error::because(ErrorCode::MalformedXML, message));
        }
        let quiet = match root.child_text("Quiet")?.map(str::trim) {
            None | Some("" | "false") => false,
            Some("true") => true,
            Some(_) => return Err(S3Error::because(ErrorCode::MalformedXML, "<Quiet> has to be true or false.")),
        };
        let bypasses_governance = single_header::truth(head.headers, "x-amz-bypass-governance-retention")?;
        Ok(DeleteObjects { objects, quiet, bypasses_governance })
    }
}

fn object(element: &Element) -> Result<ObjectToDelete, S3Error> {
    let filled = |name| Ok::<_, S3Error>(element.child_text(name)?.map(str::trim).filter(|text| !text.is_empty()));
    let conditions = DeleteConditions {
        if_match: filled("ETag")?.map(EntityTags::parse),
        last_modified: filled("LastModifiedTime")?.map(|text| moment("LastModifiedTime", text)).transpose()?,
        size: filled("Size")?.map(|text| size("Size", text)).transpose()?,
    };
    Ok(ObjectToDelete {
        key: ObjectKey::parse(element.required_text("Key")?)?,
        version_id: filled("VersionId")?.map(VersionId::parse).transpose()?,
        conditions,
    })
}

/// What became of each object, in the order in which they were named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeleteObjectsAnswer {
    /// Each object with its outcome.
    pub outcomes: Vec<(ObjectToDelete, Result<DeleteObjectAnswer, S3Error>)>,
    /// Whether failures only are named.
    pub quiet: bool,
}

impl DeleteObjectsAnswer {
    /// The `<DeleteResult>` document.
    pub fn to_xml(&self) -> Vec<u8> {
        XmlWriter::document("DeleteResult", |xml| {
            for (object, outcome) in &self.outcomes {
                match outcome {
                    Ok(_) if self.quiet => {}
                    Ok(answer) => deleted(xml, object, answer),
                    Err(error) => failed(xml, object, error),
                }
            }
        })
    }

    /// 200, also when some could not be deleted.
    pub fn response(&self) -> Response<Bytes> {
        document(self.to_xml())
    }
}

fn deleted(xml: &mut XmlWriter, object: &ObjectToDelete, answer: &DeleteObjectAnswer) {
    xml.element("Deleted", |xml| {
        xml.text("Key", object.key.as_str());
        xml.optional("VersionId", object.version_id.as_ref().map(VersionId::as_str));
        if answer.delete_marker {
            xml.value("DeleteMarker", true);
            xml.optional("DeleteMarkerVersionId", answer.version_id.as_ref().map(VersionId::as_str));
        }
    });
}

fn failed(xml: &mut XmlWriter, object: &ObjectToDelete, error: &S3Error) {
    xml.element("Error", |xml| {
        xml.text("Key", object.key.as_str());
        xml.optional("VersionId", object.version_id.as_ref().map(VersionId::as_str));
        xml.text("Code", error.code().as_str());
        xml.text("Message", &error.message());
    });
}

impl ObjectToDelete {
    /// An object to delete whatever state it is in.
    pub fn named(key: ObjectKey) -> Self {
        ObjectToDelete { key, version_id: None, conditions: DeleteConditions::default() }
    }
}
