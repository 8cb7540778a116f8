//! Who a statement is about.

use keyward_identity::{NamedPrincipal, NamespaceName, ObjectUserId, PolicyPrincipals, UniqueId};
use serde_json::Value;

use crate::Requester;
use crate::fault::{Fault, strings};

/// One principal of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Principal {
    /// Everybody, signed or not.
    Everybody,
    /// An object user.
    User { namespace: NamespaceName, id: ObjectUserId, holder: Holder },
    /// Every object user of a namespace.
    Namespace { name: NamespaceName, holder: Holder },
    /// Something that never sends requests here: a service, an identity provider.
    Nobody,
}

/// Which of those who had a name one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// Each of them.
    Any,
    /// The one with this internal id.
    Only(Option<UniqueId>),
}

impl Holder {
    fn is(self, unique_id: Option<UniqueId>) -> bool {
        match self {
            Holder::Any => true,
            Holder::Only(holder) => holder == unique_id,
        }
    }
}

impl Principal {
    /// Whether it stands for this requester.
    pub(crate) fn is(&self, requester: &Requester) -> bool {
        match (self, requester) {
            (Principal::Everybody, _) => true,
            (Principal::User { namespace, id, holder }, Requester::User { id: own, namespace: of, unique_id, .. }) => {
                id == own && namespace == of && holder.is(*unique_id)
            }
            (Principal::Namespace { name, holder }, Requester::User { namespace: of, namespace_id, .. }) => {
                name == of && holder.is(*namespace_id)
            }
            _ => false,
        }
    }

    /// Whom it names, if it names one.
    pub(crate) fn named(&self) -> Option<NamedPrincipal> {
        match self {
            Principal::User { namespace, id, .. } => {
                Some(NamedPrincipal::User { namespace: namespace.clone(), id: id.clone() })
            }
            Principal::Namespace { name, .. } => Some(NamedPrincipal::Namespace(name.clone())),
            Principal::Everybody | Principal::Nobody => None,
        }
    }

    /// Lets it stand for each who has the name.
    pub(crate) fn bind_to_any(&mut self) {
        if let Principal::User { holder, .. } | Principal::Namespace { holder, .. } = self {
            *holder = Holder::Any;
        }
    }

    /// Lets it stand for the user who had the name when the policy was put.
    pub(crate) fn bind(&mut self, known: &PolicyPrincipals) {
        match self {
            Principal::User { namespace, id, holder } => {
                let found = known.users.iter().find(|user| user.id == *id && user.namespace == *namespace);
                *holder = Holder::Only(found.and_then(|user| user.unique_id));
            }
            Principal::Namespace { name, holder } => {
                let found = known.namespaces.iter().find(|namespace| namespace.name == *name);
                *holder = Holder::Only(found.and_then(|namespace| namespace.unique_id));
            }
            Principal::Everybody | Principal::Nobody => {}
        }
    }
}

/// Reads `Principal` or `NotPrincipal`: `"*"`, a user, a list of users, or an object of lists by kind.
/// A principal without a namespace is one of `home`.
pub(crate) fn read(value: &Value, home: &NamespaceName) -> Result<Vec<Principal>, Fault> {
    match value {
        Value::Object(kinds) => {
            let mut all = Vec::new();
            for (kind, names) in kinds {
                let names = strings("Principal", names)?;
                match kind.as_str() {
                    "AWS" | "CanonicalUser" => {
                        for name in names {
                            all.push(named(name, home)?);
                        }
                    }
                    "Service" | "Federated" => all.extend(names.iter().map(|_| Principal::Nobody)),
                    other => return Err(Fault::new(format!("Principal knows AWS and CanonicalUser, not {other}"))),
                }
            }
            match all.is_empty() {
                true => Err(Fault::new("Principal names nobody")),
                false => Ok(all),
            }
        }
        value => strings("Principal", value)?.into_iter().map(|name| named(name, home)).collect(),
    }
}

/// Reads one principal.
pub(crate) fn named(name: &str, home: &NamespaceName) -> Result<Principal, Fault> {
    if name == "*" {
        return Ok(Principal::Everybody);
    }
    let invalid = || {
        Fault::of_principal(match name.contains("[deleted") {
            true => format!("{name} was deleted; leave it out"),
            false => format!(
                "the principal {name} is not understood; write *, a user's id, or urn:ecs:iam::NAMESPACE:user/ID"
            ),
        })
    };
    let mut parts = name.splitn(6, ':');
    let scheme = (parts.next(), parts.next(), parts.next());
    if !matches!(scheme, (Some("urn"), Some("ecs" | "osc"), Some("iam")) | (Some("arn"), Some("aws"), Some("iam"))) {
        let id = ObjectUserId::parse(name).map_err(|_| invalid())?;
        return Ok(Principal::User { namespace: home.clone(), id, holder: Holder::Only(None) });
    }
    let (Some(_), Some(namespace), Some(what)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(invalid());
    };
    let namespace = match namespace {
        "" => home.clone(),
        text => NamespaceName::parse(text).map_err(|_| invalid())?,
    };
    match what.split_once('/') {
        None if what == "root" => Ok(Principal::Namespace { name: namespace, holder: Holder::Only(None) }),
        Some(("user", id)) => {
            let id = ObjectUserId::parse(id).map_err(|_| invalid())?;
            Ok(Principal::User { namespace, id, holder: Holder::Only(None) })
        }
        _ => Err(invalid()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn home() -> NamespaceName {
        NamespaceName::parse("ns1").unwrap()
    }

    fn user(id: &str, namespace: &str) -> Requester {
        let (id, namespace) = (ObjectUserId::parse(id).unwrap(), NamespaceName::parse(namespace).unwrap());
        Requester::User { id, namespace, unique_id: None, namespace_id: None }
    }

    fn stands_for(value: Value, requester: &Requester) -> bool {
        read(&value, &home()).unwrap().iter().any(|principal| principal.is(requester))
    }

    #[test]
    fn users_are_named_plainly_and_in_both_arn_forms() {
        for value in [
            json!("bob@corp"),
            json!(["bob@corp"]),
            json!({"AWS": "urn:ecs:iam::ns1:user/bob@corp"}),
            json!({"AWS": ["arn:aws:iam::ns1:user/bob@corp", "x"]}),
            json!({"AWS": "arn:aws:iam:::user/bob@corp"}),
            json!({"CanonicalUser": "bob@corp"}),
            json!({"AWS": "urn:ecs:iam::ns1:root"}),
            json!({"AWS": "*"}),
        ] {
            assert!(stands_for(value.clone(), &user("bob@corp", "ns1")), "{value}");
        }
    }

    #[test]
    fn a_plain_name_is_one_of_the_buckets_namespace() {
        assert!(!stands_for(json!("bob"), &user("bob", "ns2")));
        assert!(stands_for(json!({"AWS": "urn:ecs:iam::ns2:user/bob"}), &user("bob", "ns2")));
        assert!(!stands_for(json!({"AWS": "urn:ecs:iam::ns2:root"}), &user("bob", "ns1")));
    }

    #[test]
    fn nobody_is_everybody_alone() {
        assert!(stands_for(json!("*"), &Requester::Anonymous));
        assert!(!stands_for(json!("bob"), &Requester::Anonymous));
        assert!(!stands_for(json!({"AWS": "arn:aws:iam::ns1:root"}), &Requester::Anonymous));
        assert!(!stands_for(json!({"Service": "logging.s3.amazonaws.com"}), &Requester::Anonymous));
    }

    #[test]
    fn what_is_no_principal_is_refused() {
        for value in
            [json!({}), json!(7), json!({"AWS": 7}), json!({"Aws": "bob"}), json!([]), json!("arn:aws:iam::x:role/r")]
        {
            assert!(read(&value, &home()).is_err(), "{value}");
        }
    }
}
