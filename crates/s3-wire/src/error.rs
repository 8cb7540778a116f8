//! The error of every S3 request: its code, what it says, what it is about, and how it stands on the wire.

mod code;

use std::borrow::Cow;

use http::header::{ALLOW, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use http::{Method, StatusCode};

pub use code::ErrorCode;

use crate::xml::XmlWriter;

/// An S3 error. Its text is sent to the client, so nothing secret belongs into it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {}", self.message())]
pub struct S3Error {
    code: ErrorCode,
    /// What follows the code's own sentence.
    reason: Cow<'static, str>,
    details: Option<Box<Details>>,
}

/// What only some errors have, kept apart so that a `Result` with an [`S3Error`] stays small.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Details {
    resource: Option<String>,
    fields: Vec<(&'static str, String)>,
    headers: HeaderMap,
}

impl S3Error {
    /// An error that says what its code says.
    pub const fn new(code: ErrorCode) -> Self {
        S3Error { code, reason: Cow::Borrowed(code.remedy()), details: None }
    }

    /// An error that says more than its code does. The reason follows the code's sentence in the message, and should
    /// name the remedy.
    pub fn because(code: ErrorCode, reason: impl Into<Cow<'static, str>>) -> Self {
        S3Error { code, reason: reason.into(), details: None }
    }

    /// `InvalidArgument` about one named argument, with the value that was sent.
    pub fn argument(name: &str, value: &str, reason: impl Into<Cow<'static, str>>) -> Self {
        Self::because(ErrorCode::InvalidArgument, reason).with("ArgumentName", name).with("ArgumentValue", value)
    }

    /// `MethodNotAllowed` with the methods that the resource does take.
    pub fn method_not_allowed(method: &Method, resource_type: &str, allowed: &str) -> Self {
        let error = Self::because(
            ErrorCode::MethodNotAllowed,
            if allowed.is_empty() {
                "No method is allowed against it.".to_owned()
            } else {
                format!("Use one of {allowed}.")
            },
        )
        .with("Method", method.as_str())
        .with("ResourceType", resource_type);
        match HeaderValue::from_str(allowed) {
            Ok(value) => error.with_header(ALLOW, value),
            Err(_) => error,
        }
    }

    /// `ServiceUnavailable` for what could not be found out, with the number of seconds after which to try again.
    pub fn unavailable(retry_after_seconds: u16) -> Self {
        Self::new(ErrorCode::ServiceUnavailable).with_header(RETRY_AFTER, HeaderValue::from(retry_after_seconds))
    }

    /// Adds an element such as `Key` or `BucketName` after the message.
    #[must_use]
    pub fn with(mut self, field: &'static str, value: impl Into<String>) -> Self {
        self.details.get_or_insert_default().fields.push((field, value.into()));
        self
    }

    /// Names the resource, as the path that was asked for.
    #[must_use]
    pub fn with_resource(mut self, resource: impl Into<String>) -> Self {
        self.details.get_or_insert_default().resource = Some(resource.into());
        self
    }

    /// Adds a header to the answer, such as `Content-Range` of a 416.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.details.get_or_insert_default().headers.insert(name, value);
        self
    }

    /// The code.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// The HTTP status of the answer.
    pub fn status(&self) -> StatusCode {
        self.code.status()
    }

    /// What `<Message>` says: the sentence that Amazon S3 sends with this code, and then the reason.
    pub fn message(&self) -> Cow<'_, str> {
        let (sentence, reason) = (self.code.sentence(), &*self.reason);
        if sentence.is_empty() || reason.starts_with(sentence.trim_end_matches('.')) {
            return Cow::Borrowed(reason);
        }
        if reason.is_empty() {
            return Cow::Borrowed(sentence);
        }
        let gap = if sentence.ends_with('.') { " " } else { ". " };
        Cow::Owned([sentence, gap, reason].concat())
    }

    /// What follows the code's sentence in the message, for an error of another code about the same thing.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The resource, when it was named.
    pub fn resource(&self) -> Option<&str> {
        self.details.as_ref()?.resource.as_deref()
    }

    /// The value of an added element.
    pub fn field(&self, name: &str) -> Option<&str> {
        let details = self.details.as_ref()?;
        details.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.as_str())
    }

    /// Headers that belong to the answer.
    pub fn headers(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.details.iter().flat_map(|details| details.headers.iter())
    }

    /// Whether the answer carries an XML body (never to `HEAD`, which the caller knows).
    pub fn has_body(&self) -> bool {
        self.code.has_body()
    }

    /// The `<Error>` document, without a namespace, as S3 sends it.
    pub fn to_xml(&self, request_id: &str, host_id: &str) -> Vec<u8> {
        XmlWriter::error(|xml| {
            xml.text("Code", self.code.as_str());
            xml.text("Message", &self.message());
            if let Some(details) = &self.details {
                for (field, value) in &details.fields {
                    xml.text(field, value);
                }
                xml.optional("Resource", details.resource.as_deref());
            }
            xml.text("RequestId", request_id);
            xml.text("HostId", host_id);
        })
    }

    /// The `<ErrorResponse>` document of AWS's query protocol, which clients of other services than S3 read: in the
    /// namespace of the service, where it has one.
    pub fn to_query_xml(&self, namespace: Option<&str>, request_id: &str) -> Vec<u8> {
        XmlWriter::error_response(namespace, |xml| {
            xml.element("Error", |xml| {
                xml.text("Type", if self.status().is_server_error() { "Receiver" } else { "Sender" });
                xml.text("Code", self.code.as_str());
                xml.text("Message", &self.message());
            });
            xml.text("RequestId", request_id);
        })
    }
}

impl From<ErrorCode> for S3Error {
    fn from(code: ErrorCode) -> Self {
        S3Error::new(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_small_enough_to_return_by_value() {
        assert!(size_of::<S3Error>() <= 40);
    }

    #[test]
    fn every_message_begins_with_the_sentence_of_its_code() {
        for code in ErrorCode::ALL {
            for error in [S3Error::new(*code), S3Error::because(*code, "Send it again.")] {
                assert!(error.message().starts_with(code.sentence()), "{error}");
                assert!(error.to_string().starts_with(&format!("{code}: {}", code.sentence())), "{error}");
            }
        }
    }

    #[test]
    fn the_reason_follows_the_sentence() {
        let message = |code, reason: &'static str| S3Error::because(code, reason).message().into_owned();
        assert_eq!(message(ErrorCode::AccessDenied, "Ask the owner."), "Access Denied. Ask the owner.");
        assert_eq!(message(ErrorCode::NoSuchKey, "Look."), "The specified key does not exist. Look.");
        assert_eq!(message(ErrorCode::NoSuchKey, ""), "The specified key does not exist.");
        assert_eq!(message(ErrorCode::QuotaExceeded, "Delete some."), "Delete some.");
    }

    #[test]
    fn a_reason_that_begins_with_the_sentence_does_not_double_it() {
        for code in ErrorCode::ALL {
            let reason = format!("{} Do this.", code.sentence());
            assert_eq!(S3Error::because(*code, reason.clone()).message(), reason);
        }
    }

    #[test]
    fn refused_methods_name_those_that_are_allowed() {
        let error = S3Error::method_not_allowed(&Method::PATCH, "OBJECT", "GET, HEAD");
        assert_eq!(error.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert!(error.headers().any(|(name, value)| name == ALLOW && value == "GET, HEAD"));
    }

    #[test]
    fn what_could_not_be_found_out_says_when_to_try_again() {
        let error = S3Error::unavailable(2);
        assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(error.headers().any(|(name, value)| name == RETRY_AFTER && value == "2"));
    }
}
