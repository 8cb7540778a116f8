//! Naming in the log the object whose stored bytes cannot be read as they were written.

use std::error::Error;

use crate::call::Place;
use crate::engine::EngineError;

/// Notes that the object called `name` could not be read to its end.
pub(crate) fn note_unread(name: &str, error: &EngineError) {
    let error: &(dyn Error + 'static) = error;
    tracing::error!(object = name, error, "an object could not be read to its end");
}

/// Notes it where the stored bytes are to blame, and passes the error on.
pub(crate) fn noted(place: Place<'_>) -> impl Fn(EngineError) -> EngineError {
    move |error| {
        if matches!(error, EngineError::Damaged { .. } | EngineError::Corrupt(_)) {
            note_unread(&place.in_words(), &error);
        }
        error
    }
}
