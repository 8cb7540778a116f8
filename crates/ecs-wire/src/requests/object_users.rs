//! Object users: create, remove, lock, tag (ECS REST API, *Object users*).

use crate::{EcsRequest, FieldError, Fields, Tag};

/// `POST /object/users`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectUserCreate {
    pub user: String,
    pub namespace: String,
    pub tags: Vec<Tag>,
}

impl EcsRequest for ObjectUserCreate {
    const ROOT: &'static str = "user_create_param";
    const EXAMPLE: &'static str =
        r#"{"user":"dana@corp.example","namespace":"ns1","tags":[{"name":"team","value":"blue"}]}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        Ok(ObjectUserCreate {
            user: fields.required_text("user")?,
            namespace: fields.required_text("namespace")?,
            tags: Tag::read_all(fields)?,
        })
    }
}

/// `POST /object/users/deactivate`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectUserDelete {
    pub user: String,
    pub namespace: Option<String>,
}

impl EcsRequest for ObjectUserDelete {
    const ROOT: &'static str = "user_delete_param";
    const EXAMPLE: &'static str = r#"{"user":"dana@corp.example","namespace":"ns1"}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        Ok(ObjectUserDelete { user: fields.required_text("user")?, namespace: fields.text("namespace")? })
    }
}

/// `PUT /object/users/lock`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectUserLock {
    pub user: String,
    pub namespace: Option<String>,
    pub is_locked: bool,
}

impl EcsRequest for ObjectUserLock {
    const ROOT: &'static str = "user_lock_param";
    const EXAMPLE: &'static str = r#"{"user":"dana@corp.example","namespace":"ns1","isLocked":true}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        Ok(ObjectUserLock {
            user: fields.required_text("user")?,
            namespace: fields.text("namespace")?,
            is_locked: fields.required_flag("isLocked")?,
        })
    }
}

/// `POST`, `PUT` and `DELETE /object/users/{uid}/tags`: the tags to append, replace or remove. The vendor's documents
/// do not name the XML root, so several are understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectUserTags {
    pub tags: Vec<Tag>,
}

impl EcsRequest for ObjectUserTags {
    const ROOT: &'static str = "object_user_tag";
    const OTHER_ROOTS: &'static [&'static str] = &["user_tag_param", "user_tags_param", "tags"];
    const EXAMPLE: &'static str = r#"{"tags":[{"name":"team","value":"blue"}]}"#;

    fn read(fields: &Fields<'_>) -> Result<Self, FieldError> {
        let tags = Tag::read_all(fields)?;
        if tags.is_empty() { Err(fields.missing("tags")) } else { Ok(ObjectUserTags { tags }) }
    }
}
