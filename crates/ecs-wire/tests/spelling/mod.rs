//! Reading a body that must be understood, or one that must be refused.

use keyward_ecs_wire::{EcsError, EcsRequest, decode};

pub const JSON: Option<&str> = Some("application/json");
pub const XML: Option<&str> = Some("application/xml");

#[track_caller]
pub fn read<T: EcsRequest>(body: &str) -> T {
    let content_type = if body.starts_with('<') { XML } else { JSON };
    decode(content_type, body.as_bytes()).unwrap_or_else(|error| panic!("{body}: {error}"))
}

/// The code and the details that answer `body`.
#[track_caller]
pub fn refusal<T: EcsRequest>(content_type: Option<&str>, body: impl AsRef<[u8]>) -> (u32, String) {
    match decode::<T>(content_type, body.as_ref()) {
        Ok(_) => panic!("{:?} was accepted", String::from_utf8_lossy(body.as_ref())),
        Err(error) => {
            let error = EcsError::from(error);
            (error.code, error.details)
        }
    }
}
