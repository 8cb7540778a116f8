//! Who a statement is about.

use keyward_identity::{NamespaceName, ObjectUserId};
use serde_json::Value;

use crate::Requester;
use crate::fault::{Fault, strings};

/// One principal of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Principal {
    /// Everybody, signed or not.
    Everybody,
    /// An object user; without a namespace it is one of the bucket's.
    User { namespace: Option<NamespaceName>, id: ObjectUserId },
    /// Every object user of a namespace; without one, of the bucket's.
    Namespace(Option<NamespaceName>),
    /// Something that never sends requests here: a service, an identity provider.
    Nobody,
}

impl Principal {
    /// Whether it stands for this requester.
    pub(crate) fn is(&self, requester: &Requester, home: &NamespaceName) -> bool {
        match (self, requester) {
            (Principal::Everybody, _) => true,
            (Principal::User { namespace, id }, Requester::User { id: own, namespace: of }) => {
                id == own && namespace.as_ref().unwrap_or(home) == of
            }
            (Principal::Namespace(namespace), Requester::User { namespace: of, .. }) => {
                namespace.as_ref().unwrap_or(home) == of
            }
            _ => false,
        }
    }
}

/// Reads `Principal` or `NotPrincipal`: `"*"`, a user, a list of users, or an object of lists by kind.
pub(crate) fn read(value: &Value) -> Result<Vec<Principal>, Fault> {
    match value {
        Value::Object(kinds) => {
            let mut all = Vec::new();
            for (kind, names) in kinds {
                let names = strings("Principal", names)?;
                match kind.as_str() {
                    "AWS" | "CanonicalUser" => {
                        for name in names {
                            all.push(named(name)?);
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
        value => strings("Principal", value)?.into_iter().map(named).collect(),
    }
}

fn named(name: &str) -> Result<Principal, Fault> {
    if name == "*" {
        return Ok(Principal::Everybody);
    }
    let invalid = || {
        Fault::new(format!(
            "the principal {name} is not understood; write *, a user's id, or urn:ecs:iam::NAMESPACE:user/ID"
        ))
    };
    let mut parts = name.splitn(6, ':');
    let scheme = (parts.next(), parts.next(), parts.next());
    if !matches!(scheme, (Some("urn"), Some("ecs" | "osc"), Some("iam")) | (Some("arn"), Some("aws"), Some("iam"))) {
        let id = ObjectUserId::parse(name).map_err(|_| invalid())?;
        return Ok(Principal::User { namespace: None, id });
    }
    let (Some(_), Some(namespace), Some(what)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(invalid());
    };
    let namespace = match namespace {
        "" => None,
        text => Some(NamespaceName::parse(text).map_err(|_| invalid())?),
    };
    match what.split_once('/') {
        None if what == "root" => Ok(Principal::Namespace(namespace)),
        Some(("user", id)) => {
            let id = ObjectUserId::parse(id).map_err(|_| invalid())?;
            Ok(Principal::User { namespace, id })
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
        Requester::User { id: ObjectUserId::parse(id).unwrap(), namespace: NamespaceName::parse(namespace).unwrap() }
    }

    fn stands_for(value: Value, requester: &Requester) -> bool {
        read(&value).unwrap().iter().any(|principal| principal.is(requester, &home()))
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
            assert!(read(&value).is_err(), "{value}");
        }
    }
}
