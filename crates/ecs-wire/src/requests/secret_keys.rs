//! Creating and removing secret keys, one's own and a user's (ECS REST API, *Secret key self-service*).

use crate::{EcsRequest, FieldError, Fields, GivenSecret};

const EXPIRY: &str = "existing_key_expiry_time_mins";

/// `POST /object/secret-keys`. There is no way to bring one's own key here; a `secretkey` is ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretKeyCreate {
    /// Minutes for the existing key, as sent: see [`parse_expiry_minutes`](crate::parse_expiry_minutes).
    pub existing_key_expiry_time_mins: Option<String>,
}

impl EcsRequest for SecretKeyCreate {
    const ROOT: &'static str = "secret_key_create_param";
    const EXAMPLE: &'static str = r#"{"existing_key_expiry_time_mins":"60"}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        Ok(SecretKeyCreate { existing_key_expiry_time_mins: fields.text(EXPIRY)? })
    }
}

/// `POST /object/user-secret-keys/{uid}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserSecretKeyCreate {
    /// Minutes for the existing key, as sent: see [`parse_expiry_minutes`](crate::parse_expiry_minutes).
    pub existing_key_expiry_time_mins: Option<String>,
    pub namespace: Option<String>,
    /// The key to take instead of a generated one, byte for byte. An empty one counts as none. A `secret_key` is
    /// ignored, as ECS does: one known client misspells the field and uses whatever key the answer holds.
    pub secretkey: Option<GivenSecret>,
}

impl EcsRequest for UserSecretKeyCreate {
    const ROOT: &'static str = "user_secret_key_create";
    const EXAMPLE: &'static str = r#"{"namespace":"ns1","existing_key_expiry_time_mins":"60"}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        Ok(UserSecretKeyCreate {
            existing_key_expiry_time_mins: fields.text(EXPIRY)?,
            namespace: fields.text("namespace")?,
            secretkey: fields.secret("secretkey")?,
        })
    }
}

/// `POST /object/secret-keys/deactivate`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretKeyDelete {
    pub keys: KeysToRemove,
}

impl EcsRequest for SecretKeyDelete {
    const ROOT: &'static str = "secret_key_delete_param";
    const EXAMPLE: &'static str = r#"{"secret_key":"wemtu5OTOqGH1k4VOavxYGFUzdGceyrnr95PjMlx"}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        Ok(SecretKeyDelete { keys: KeysToRemove::read(fields)? })
    }
}

/// `POST /object/user-secret-keys/{uid}/deactivate`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserSecretKeyDelete {
    pub keys: KeysToRemove,
    pub namespace: Option<String>,
}

impl EcsRequest for UserSecretKeyDelete {
    const ROOT: &'static str = "user_secret_key_delete";
    const EXAMPLE: &'static str = r#"{"namespace":"ns1","secret_key":"wemtu5OTOqGH1k4VOavxYGFUzdGceyrnr95PjMlx"}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        Ok(UserSecretKeyDelete { keys: KeysToRemove::read(fields)?, namespace: fields.text("namespace")? })
    }
}

/// Which keys a delete request means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeysToRemove {
    /// No key was named: all of the user's keys.
    All,
    /// The key with this value. It counts also when an id was sent beside it.
    Secret(GivenSecret),
    /// The key with this id.
    Id(String),
}

impl KeysToRemove {
    const ALL_REMEDY: &'static str = "name a key in secret_key, or leave the field out to remove all keys";

    /// `All` needs silence about keys: an empty `secret_key` (an unset variable in a script, the ECS documents are
    /// silent here) and a misspelt field that speaks of a key are refused. `secretkey`, the name in create requests, is
    /// understood.
    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        const SPELLINGS: [&str; 3] = ["secret_key", "secretkey", "secret_key_id"];
        for name in ["secret_key", "secretkey"] {
            if let Some(secret) = fields.secret(name)?.filter(|_| !fields.is_blank(name)) {
                return Ok(KeysToRemove::Secret(secret));
            }
        }
        if let Some(id) = fields.text("secret_key_id")? {
            return Ok(KeysToRemove::Id(id));
        }
        for name in fields.names() {
            if SPELLINGS.contains(&name) {
                return Err(FieldError::Blank { name: fields.path(name), remedy: Self::ALL_REMEDY });
            }
            let lower = name.to_ascii_lowercase();
            if lower.contains("secret") || lower.contains("key") {
                return Err(FieldError::Invalid { name: shortened(name), remedy: Self::ALL_REMEDY });
            }
        }
        Ok(KeysToRemove::All)
    }
}

fn shortened(name: &str) -> String {
    name.chars().take(60).collect()
}
