//! Why a form was refused, with the S3 code and status of each reason.

use std::error::Error;

use http::StatusCode;
use thiserror::Error;

use crate::{Flaw, SignatureError};

/// Why a form could not be read, or may not be stored. The text is public.
#[derive(Debug, Error)]
pub enum FormError {
    #[error("a form is sent as multipart/form-data, with a boundary of at most 70 characters in its Content-Type")]
    ContentType,
    #[error("the form is not well-formed multipart/form-data: {0}")]
    Malformed(&'static str),
    #[error("the fields before the file are longer than 64 KiB or more than 256")]
    TooLong,
    #[error("the form holds no file: its last field must be one, of the name file")]
    NoFile,
    #[error("the form ended before its file began")]
    EndedEarly,
    #[error("the form could not be read")]
    Transport(#[source] Box<dyn Error + Send + Sync>),
    #[error("the field {name:?} appears more than once: send it once")]
    RepeatedField { name: String },
    #[error("the field {name} is missing")]
    MissingField { name: &'static str },
    #[error("the field {name:?} cannot be part of a form: send a PUT instead")]
    FieldNotAllowed { name: String },
    #[error("the field {name:?} holds characters that no header can hold")]
    InvalidField { name: String },
    #[error("the key is empty")]
    EmptyKey,
    #[error("the key is longer than 1024 bytes")]
    KeyTooLong,
    #[error("the fields that sign the policy are malformed: {0}")]
    MalformedSignature(Flaw),
    #[error("the policy cannot be read: {0}")]
    InvalidPolicy(PolicyFlaw),
    #[error("the policy has expired: ask for a new form")]
    PolicyExpired,
    #[error("the field {name:?} is not covered by the policy: add a condition for it, or leave it out")]
    FieldNotCovered { name: String },
    #[error("the form does not meet its policy's condition on {name:?}")]
    ConditionFailed { name: String },
    #[error("the header {name} came beside a form and no policy covers it: send a field of the form instead")]
    HeaderNotCovered { name: String },
    #[error("the header {name} came beside a form, whose body as such is not kept: send it as a field of the form")]
    HeaderVouches { name: String },
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

/// What is wrong with a policy.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PolicyFlaw {
    #[error("it is longer than 20 KiB")]
    TooLong,
    #[error("it is not base64")]
    Base64,
    #[error("it is not a JSON document with expiration and conditions")]
    Json,
    #[error("its expiration must read like 2030-12-31T23:59:59.000Z")]
    Expiration,
    #[error(
        "a condition must read {{\"field\": \"value\"}}, [\"eq\", \"$field\", \"value\"], [\"starts-with\", \"$field\", \"start\"] or [\"content-length-range\", least, most]"
    )]
    Condition,
}

impl FormError {
    /// The S3 error code that stands for this reason.
    pub fn code(&self) -> &'static str {
        self.answer().0
    }

    /// The HTTP status that goes with [`code`](Self::code).
    pub fn status(&self) -> StatusCode {
        self.answer().1
    }

    fn answer(&self) -> (&'static str, StatusCode) {
        let bad_request = |code| (code, StatusCode::BAD_REQUEST);
        match self {
            Self::ContentType | Self::Malformed(_) => bad_request("MalformedPOSTRequest"),
            Self::TooLong => bad_request("MaxPostPreDataLengthExceededError"),
            Self::NoFile => bad_request("IncorrectNumberOfFilesInPostRequest"),
            Self::EndedEarly | Self::Transport(_) => bad_request("IncompleteBody"),
            Self::RepeatedField { .. }
            | Self::MissingField { .. }
            | Self::FieldNotAllowed { .. }
            | Self::InvalidField { .. }
            | Self::EmptyKey
            | Self::MalformedSignature(_) => bad_request("InvalidArgument"),
            Self::HeaderVouches { .. } => bad_request("InvalidRequest"),
            Self::KeyTooLong => bad_request("KeyTooLongError"),
            Self::InvalidPolicy(_) => bad_request("InvalidPolicyDocument"),
            Self::PolicyExpired
            | Self::FieldNotCovered { .. }
            | Self::ConditionFailed { .. }
            | Self::HeaderNotCovered { .. } => ("AccessDenied", StatusCode::FORBIDDEN),
            Self::Signature(error) => (error.code(), error.status()),
        }
    }
}
