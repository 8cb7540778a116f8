//! Object users as they are persisted: the owners of access key ids.

use keyward_ambient::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{DirectoryUser, ManagementUser, NamespaceName, ObjectUserId, UniqueId, UserRef};

/// The owner of an access key id in a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectUser {
    /// The name, which is the access key id.
    pub id: ObjectUserId,
    /// The namespace it belongs to.
    pub namespace: NamespaceName,
    /// Tells it from earlier and later users of the name; `None` for one that release 0.1.0 created. Never changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique_id: Option<UniqueId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// A locked user's S3 requests and self-service calls are refused; its keys stay (ECS REST API, *Object users*).
    #[serde(default)]
    pub locked: bool,
    /// Labels set by administrators, each name at most once.
    #[serde(default)]
    pub tags: Vec<Tag>,
    /// The person of a directory it was made for; `None` when an administrator made it by name.
    #[serde(default)]
    pub directory: Option<DirectoryBinding>,
    /// Name of the principal who made it.
    #[serde(default)]
    pub created_by: String,
    /// Which management user gets its keys by self-service.
    #[serde(default, skip_serializing_if = "ManagementAccess::is_makers")]
    pub management_access: ManagementAccess,
}

/// Which management user of the same name as an object user gets its keys by self-service. The name alone gives
/// nothing: a security administrator makes management users of any name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ManagementAccess {
    /// The one that made the object user itself. Records of release 0.1.0 read as this.
    #[default]
    Maker,
    /// The one that a system administrator bound.
    Bound {
        /// When that management user was made: a later one of the same name is another.
        created_at: Timestamp,
    },
    /// None.
    Nobody,
}

impl ManagementAccess {
    fn is_makers(&self) -> bool {
        *self == ManagementAccess::Maker
    }
}

/// A label and its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Tag {
    /// The label.
    pub name: String,
    /// Its value; may be empty.
    #[serde(default)]
    pub value: String,
}

/// Which person of which directory an object user was made for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryBinding {
    /// Id of the provider that authenticated the person.
    pub provider: String,
    /// The directory's unique id of the person, when it has one.
    #[serde(default)]
    pub unique_id: Option<String>,
}

impl DirectoryBinding {
    /// The binding to this person.
    pub fn to(user: &DirectoryUser) -> Self {
        Self { provider: user.provider.clone(), unique_id: user.unique_id.clone() }
    }

    /// Whether `user` is still the person that was bound.
    ///
    /// A directory gives the login name of somebody who left to a newcomer; a unique id it never gives twice. So when
    /// one is on record, the same one is demanded.
    pub fn is_to(&self, user: &DirectoryUser) -> bool {
        self.provider == user.provider
            && self.unique_id.as_ref().is_none_or(|bound| user.unique_id.as_ref() == Some(bound))
    }
}

impl ObjectUser {
    /// What grants to this user name.
    pub fn reference(&self) -> UserRef {
        UserRef { namespace: self.namespace.clone(), id: self.id.clone(), unique_id: self.unique_id }
    }

    /// Whether this object user is that person's own: of the same name and, when it was made for a person of a
    /// directory, for this very one. A user made by an administrator belongs to whoever has the name.
    pub fn belongs_to(&self, user: &DirectoryUser) -> bool {
        user.object_user_id().is_ok_and(|id| id == self.id)
            && self.directory.as_ref().is_none_or(|binding| binding.is_to(user))
    }

    /// Whether this management user gets the keys by self-service.
    pub fn is_open_to(&self, user: &ManagementUser) -> bool {
        let is_of_the_name = !user.is_external_group && user.id.is_local() && user.id.as_str() == self.id.as_str();
        is_of_the_name
            && match self.management_access {
                ManagementAccess::Maker => {
                    self.created_by == self.id.as_str()
                        && self.directory.is_none()
                        && user.created_at <= self.created_at
                }
                ManagementAccess::Bound { created_at } => user.created_at == created_at,
                ManagementAccess::Nobody => false,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{NOW, account, named, person};

    fn alice(unique_id: Option<&str>) -> DirectoryUser {
        DirectoryUser { unique_id: unique_id.map(str::to_owned), ..person("alice@corp.example") }
    }

    fn object_user(directory: Option<DirectoryBinding>) -> ObjectUser {
        ObjectUser {
            id: ObjectUserId::parse("alice@corp.example").unwrap(),
            namespace: named("ns1"),
            unique_id: None,
            created_at: NOW,
            locked: false,
            tags: Vec::new(),
            directory,
            created_by: "alice@corp.example".to_owned(),
            management_access: ManagementAccess::default(),
        }
    }

    fn of_name(id: &str, created_by: &str) -> ObjectUser {
        let id = ObjectUserId::parse(id).unwrap();
        ObjectUser { id, created_by: created_by.to_owned(), ..object_user(None) }
    }

    #[test]
    fn a_person_comes_back_to_their_own_object_user() {
        for id in [None, Some("guid-1")] {
            assert!(object_user(Some(DirectoryBinding::to(&alice(id)))).belongs_to(&alice(id)));
        }
    }

    #[test]
    fn a_newcomer_with_the_name_of_somebody_who_left_does_not_inherit() {
        let bound = object_user(Some(DirectoryBinding::to(&alice(Some("guid-1")))));
        assert!(!bound.belongs_to(&alice(Some("guid-2"))));
        assert!(!bound.belongs_to(&alice(None)));
    }

    #[test]
    fn the_same_name_from_another_provider_is_somebody_else() {
        let bound = object_user(Some(DirectoryBinding::to(&alice(None))));
        assert!(!bound.belongs_to(&DirectoryUser { provider: "local".to_owned(), ..alice(None) }));
    }

    #[test]
    fn a_user_made_by_an_administrator_belongs_to_who_has_the_name() {
        assert!(object_user(None).belongs_to(&alice(Some("guid-1"))));
        assert!(!object_user(None).belongs_to(&person("bob@corp.example")));
    }

    #[test]
    fn a_management_user_has_what_it_made_itself_and_not_what_others_made_of_its_name() {
        assert!(of_name("dana", "dana").is_open_to(&account("dana")));
        assert!(!of_name("dana", "root").is_open_to(&account("dana")));
        assert!(!of_name("dana", "").is_open_to(&account("dana")));
        assert!(!of_name("dana", "dana").is_open_to(&account("eve")));
        let recreated = ManagementUser { created_at: Timestamp::from_millis(NOW.as_millis() + 1), ..account("dana") };
        assert!(!of_name("dana", "dana").is_open_to(&recreated));
    }

    #[test]
    fn a_binding_holds_for_one_management_user_and_not_for_the_next_of_the_name() {
        let bound = ManagementAccess::Bound { created_at: NOW };
        let user = ObjectUser { management_access: bound, ..of_name("dana", "root") };
        assert!(user.is_open_to(&account("dana")));
        let recreated = ManagementUser { created_at: Timestamp::from_millis(NOW.as_millis() + 1), ..account("dana") };
        assert!(!user.is_open_to(&recreated));
        let nobodys = ObjectUser { management_access: ManagementAccess::Nobody, ..of_name("dana", "dana") };
        assert!(!nobodys.is_open_to(&account("dana")));
    }

    #[test]
    fn a_record_without_a_binding_is_written_as_release_0_1_0_wrote_it() {
        let stored = serde_json::to_value(object_user(None)).unwrap();
        assert!(stored.get("management_access").is_none(), "{stored}");
        let bound = ObjectUser { management_access: ManagementAccess::Bound { created_at: NOW }, ..object_user(None) };
        let stored = serde_json::to_string(&bound).unwrap();
        assert_eq!(serde_json::from_str::<ObjectUser>(&stored).unwrap(), bound);
    }

    #[test]
    fn fields_added_later_are_read_from_older_records() {
        let text = r#"{"id":"alice@corp.example","namespace":"ns1","created_at":1772732353813}"#;
        let read: ObjectUser = serde_json::from_str(text).unwrap();
        assert_eq!(read, ObjectUser { created_by: String::new(), ..object_user(None) });
    }
}
