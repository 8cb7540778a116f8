//! Object users: lists, details, lock and tags (ECS REST API, *Object users*).

use keyward_ambient::Timestamp;

use crate::answers::Page;
use crate::document::{Document, Value, object};
use crate::{Answer, Tag, java_date, sample};

/// `GET /object/users`, `/object/users/{namespace}` and `/object/users/query`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectUsers {
    pub users: Vec<ListedUser>,
    pub page: Page,
}

/// An entry of the list of object users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedUser {
    pub namespace: String,
    pub userid: String,
}

impl Answer for ObjectUsers {
    fn document(&self) -> Document<'_> {
        let users = self.users.iter().map(|user| {
            object(&[], [("namespace", Value::text(&user.namespace)), ("userid", Value::text(&user.userid))])
        });
        let users = Value::Repeated(users.collect());
        Document::new("users", &[], [("blobuser", users)].into_iter().chain(self.page.fields("MaxUsers")))
    }

    fn samples() -> Vec<Self> {
        let users = vec![ListedUser { namespace: sample::NAMESPACE.into(), userid: sample::PERSON.into() }];
        Page::samples("userid=*").map(|page| Self { users: users.clone(), page }).into()
    }
}

/// `GET /object/users/{uid}/info`. The name of the XML root is ours: no client reads it, no document gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectUser {
    pub namespace: String,
    pub name: String,
    pub locked: bool,
    pub created: Timestamp,
    pub tags: Vec<Tag>,
}

impl Answer for ObjectUser {
    fn document(&self) -> Document<'_> {
        Document::new(
            "blob_user_info",
            &[],
            [
                ("namespace", Value::text(&self.namespace)),
                ("name", Value::text(&self.name)),
                ("locked", Value::Flag(self.locked)),
                ("created", Value::owned(java_date(self.created))),
                ("tag", Value::Repeated(Tag::values(&self.tags))),
            ],
        )
    }

    fn samples() -> Vec<Self> {
        vec![Self {
            namespace: sample::NAMESPACE.into(),
            name: sample::PERSON.into(),
            locked: false,
            created: sample::CREATED,
            tags: sample::tags(),
        }]
    }
}

/// `GET /object/users/lock/{uid}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectUserLock {
    pub user_name: String,
    pub is_locked: bool,
}

impl Answer for ObjectUserLock {
    fn document(&self) -> Document<'_> {
        let fields = [("user_name", Value::text(&self.user_name)), ("isLocked", Value::Flag(self.is_locked))];
        Document::new("object_user_lock", &[], fields)
    }

    fn samples() -> Vec<Self> {
        vec![Self { user_name: sample::PERSON.into(), is_locked: true }]
    }
}

/// `GET /object/users/{uid}/tags`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectUserTags {
    pub user_name: String,
    pub tags: Vec<Tag>,
}

impl Answer for ObjectUserTags {
    fn document(&self) -> Document<'_> {
        let tags = Value::Wrapped { item: "tag", items: Tag::values(&self.tags) };
        Document::new("object_user_tag", &[], [("user_name", Value::text(&self.user_name)), ("tags", tags)])
    }

    fn samples() -> Vec<Self> {
        vec![Self { user_name: sample::PERSON.into(), tags: sample::tags() }]
    }
}
