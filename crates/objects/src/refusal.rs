//! What the verification of heads and bodies refused, as S3 errors: the one place that maps them.

use std::error::Error;

use keyward_s3_wire::{ErrorCode, S3Error};
use keyward_signature::form::{FileError, FormError};
use keyward_signature::{PayloadError, SignatureError};

use crate::{KeyEnded, Stalled};

/// The S3 error for a head that was refused.
pub fn refused_head(error: &SignatureError) -> S3Error {
    refused(error.code(), error.to_string())
}

/// The S3 error for a form that was refused, or that ended before its file.
pub fn refused_form(error: &FormError) -> S3Error {
    if cause::<Stalled>(error).is_some() {
        return S3Error::new(ErrorCode::RequestTimeout);
    }
    refused(error.code(), error.to_string())
}

/// The S3 error for a body that was refused, or that ended early.
pub fn refused_body(error: &PayloadError) -> S3Error {
    if let Some(ended) = cause::<KeyEnded>(error) {
        return S3Error::from(*ended);
    }
    if cause::<Stalled>(error).is_some() {
        return S3Error::new(ErrorCode::RequestTimeout);
    }
    match (error, cause::<FileError>(error)) {
        // The file of a form is read out of the form, so what is wrong with the form comes up as a failed transport.
        (PayloadError::Transport(_), Some(file)) => refused(file.code(), file.to_string()),
        _ => refused(error.code(), error.to_string()),
    }
}

/// The error of this type that led to `error`.
fn cause<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut causes = std::iter::successors(error.source(), |cause: &&'a (dyn Error + 'static)| (*cause).source());
    causes.find_map(|cause| cause.downcast_ref())
}

fn refused(code: &str, sentence: String) -> S3Error {
    let code = ErrorCode::named(code).unwrap_or(ErrorCode::InvalidRequest);
    let mut message = sentence;
    if let Some(first) = message.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    message.push('.');
    S3Error::because(code, message)
}

#[cfg(test)]
mod tests {
    use keyward_signature::form::PolicyFlaw;
    use keyward_signature::{Algorithm, FramingFlaw};

    use super::*;

    #[test]
    fn every_code_and_status_of_a_refused_head_is_kept() {
        let errors = [
            SignatureError::SeveralMechanisms,
            SignatureError::NotAnonymous,
            SignatureError::UnsupportedMechanism,
            SignatureError::SigV2NotSupported,
            SignatureError::TemporaryCredentials,
            SignatureError::MissingDate,
            SignatureError::MissingContentSha256,
            SignatureError::MissingDecodedLength,
            SignatureError::UnsignedHeader { name: "x-amz-acl".to_owned() },
            SignatureError::RequestTimeTooSkewed,
            SignatureError::Expired,
            SignatureError::SignatureDoesNotMatch,
        ];
        for error in errors {
            let refused = refused_head(&error);
            assert_eq!(refused.code().as_str(), error.code(), "{error:?}");
            assert_eq!(refused.status(), error.status(), "{error:?}");
        }
    }

    #[test]
    fn every_code_and_status_of_a_refused_body_is_kept() {
        let errors = [
            PayloadError::InvalidContentMd5,
            PayloadError::SeveralChecksums,
            PayloadError::ChecksumMismatch(Algorithm::Crc32),
            PayloadError::ContentSha256Mismatch,
            PayloadError::ChunkSignatureMismatch,
            PayloadError::MalformedTrailer("no end"),
            PayloadError::MalformedFraming(FramingFlaw::ChunkEnd),
            PayloadError::EndedEarly,
        ];
        for error in errors {
            let refused = refused_body(&error);
            assert_eq!(refused.code().as_str(), error.code(), "{error:?}");
            assert_eq!(refused.status(), error.status(), "{error:?}");
        }
    }

    #[test]
    fn a_client_that_stops_sending_is_told_so() {
        let error = PayloadError::Transport(Box::new(crate::BodyError::new(Stalled)));
        assert_eq!(refused_body(&error).code(), ErrorCode::RequestTimeout);
    }

    #[test]
    fn a_body_that_is_stopped_because_its_key_ended_is_refused_for_that() {
        for (ended, code) in [
            (KeyEnded::Secret, ErrorCode::AccessDenied),
            (KeyEnded::Locked, ErrorCode::AccessDenied),
            (KeyEnded::Deleted, ErrorCode::InvalidAccessKeyId),
        ] {
            let error = PayloadError::Transport(Box::new(crate::BodyError::new(ended)));
            assert_eq!(refused_body(&error).code(), code);
            assert_eq!(refused_body(&error).status(), 403);
        }
    }

    #[test]
    fn every_code_and_status_of_a_refused_form_is_kept() {
        let errors = [
            FormError::ContentType,
            FormError::TooLong,
            FormError::NoFile,
            FormError::EndedEarly,
            FormError::MissingField { name: "key" },
            FormError::KeyTooLong,
            FormError::InvalidPolicy(PolicyFlaw::Json),
            FormError::PolicyExpired,
            FormError::FieldNotCovered { name: "acl".to_owned() },
            FormError::Signature(SignatureError::SignatureDoesNotMatch),
        ];
        for error in errors {
            let refused = refused_form(&error);
            assert_eq!(refused.code().as_str(), error.code(), "{error:?}");
            assert_eq!(refused.status(), error.status(), "{error:?}");
        }
    }

    #[test]
    fn a_form_that_breaks_within_its_file_is_called_malformed() {
        let refused =
            |error: FileError| refused_body(&PayloadError::Transport(Box::new(crate::BodyError::new(error)))).code();
        assert_eq!(refused(FileError::Malformed), ErrorCode::MalformedPOSTRequest);
        assert_eq!(refused(FileError::TooMuchAfterFile), ErrorCode::MalformedPOSTRequest);
        assert_eq!(refused(FileError::EndedEarly), ErrorCode::IncompleteBody);
        assert_eq!(refused(FileError::Transport(Box::new(Stalled))), ErrorCode::RequestTimeout);
    }

    #[test]
    fn the_message_is_a_sentence_that_names_the_remedy() {
        let refused = refused_head(&SignatureError::RequestTimeTooSkewed);
        assert!(refused.reason().starts_with("The request was signed"), "{}", refused.reason());
        assert!(refused.message().ends_with("check the client's clock."), "{}", refused.message());
    }
}
