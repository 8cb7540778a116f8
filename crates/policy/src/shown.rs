//! A bucket policy as it is read back: as it was put, with the dead id in the place of a principal that is gone.

use std::collections::BTreeMap;

use keyward_identity::{NamedPrincipal, NamespaceName};
use serde_json::{Map, Value};

use crate::principals;

/// The policy with `dead` ids in the place of the principals that name them; as it was put where it names none.
///
/// `names_hold` says that a denial holds for everybody of the name, as in a policy that release 0.1.0 put
/// ([`BucketPolicy::bound_to`](crate::BucketPolicy::bound_to)): then the name stays.
pub fn shown(text: &str, home: &NamespaceName, dead: &BTreeMap<NamedPrincipal, String>, names_hold: bool) -> String {
    let Ok(Value::Object(mut policy)) = serde_json::from_str(text) else { return text.to_owned() };
    let replacing = Replacing { home, dead, names_hold };
    let replaced = match policy.get_mut("Statement") {
        Some(Value::Array(list)) => {
            list.iter_mut().map(|one| replacing.in_statement(one)).fold(false, |any, one| any | one)
        }
        Some(one) => replacing.in_statement(one),
        None => false,
    };
    if replaced { Value::Object(policy).to_string() } else { text.to_owned() }
}

struct Replacing<'r> {
    home: &'r NamespaceName,
    dead: &'r BTreeMap<NamedPrincipal, String>,
    names_hold: bool,
}

impl Replacing<'_> {
    fn in_statement(&self, statement: &mut Value) -> bool {
        let Some(statement) = statement.as_object_mut() else { return false };
        let denies = statement.get("Effect").is_some_and(|effect| effect == "Deny");
        let keeps = self.names_hold && denies;
        (!keeps && self.in_element(statement, "Principal")) | self.in_element(statement, "NotPrincipal")
    }

    fn in_element(&self, statement: &mut Map<String, Value>, element: &str) -> bool {
        match statement.get_mut(element) {
            Some(Value::Object(kinds)) => {
                let kinds = kinds.iter_mut().filter(|(kind, _)| matches!(kind.as_str(), "AWS" | "CanonicalUser"));
                kinds.map(|(_, names)| self.in_names(names)).fold(false, |any, one| any | one)
            }
            Some(names) => self.in_names(names),
            None => false,
        }
    }

    fn in_names(&self, names: &mut Value) -> bool {
        match names {
            Value::Array(list) => list.iter_mut().map(|name| self.in_names(name)).fold(false, |any, one| any | one),
            Value::String(name) => {
                let named = principals::named(name, self.home).ok().and_then(|principal| principal.named());
                let Some(dead) = named.and_then(|named| self.dead.get(&named)) else { return false };
                name.clone_from(dead);
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use keyward_identity::ObjectUserId;

    use super::*;

    fn dead() -> BTreeMap<NamedPrincipal, String> {
        let namespace = |name| NamespaceName::parse(name).unwrap();
        let bob = NamedPrincipal::User { namespace: namespace("ns1"), id: ObjectUserId::parse("bob").unwrap() };
        let ns2 = NamedPrincipal::Namespace(namespace("ns2"));
        BTreeMap::from([(bob, "bob[deleted]".to_owned()), (ns2, "ns2[deleted]".to_owned())])
    }

    fn read_back(text: &str, names_hold: bool) -> String {
        shown(text, &NamespaceName::parse("ns1").unwrap(), &dead(), names_hold)
    }

    #[test]
    fn a_policy_that_names_nobody_who_is_gone_is_read_back_byte_for_byte() {
        let text = r#"{ "Version" : "2012-10-17", "Statement":[{"Principal":{"AWS":["amy", "urn:ecs:iam::ns2:user/bob"]}, "Resource":"bob"}]}"#;
        assert_eq!(read_back(text, false), text);
    }

    #[test]
    fn each_spelling_of_somebody_who_is_gone_is_replaced() {
        for spelling in [
            r#""bob""#,
            r#"["bob"]"#,
            r#"{"AWS":"urn:ecs:iam::ns1:user/bob"}"#,
            r#"{"CanonicalUser":["arn:aws:iam:::user/bob"]}"#,
        ] {
            for element in ["Principal", "NotPrincipal"] {
                let back = read_back(&format!(r#"{{"Statement":{{"{element}":{spelling},"Sid":"bob"}}}}"#), false);
                assert!(back.contains(r#""bob[deleted]""#) && back.contains(r#""Sid":"bob""#), "{back}");
            }
        }
        let back = read_back(r#"{"Statement":[{"Principal":{"AWS":["amy","urn:ecs:iam::ns2:root"]}}]}"#, false);
        assert_eq!(back, r#"{"Statement":[{"Principal":{"AWS":["amy","ns2[deleted]"]}}]}"#);
    }

    #[test]
    fn a_denial_that_still_holds_keeps_its_name() {
        let text = r#"{"Statement":[{"Effect":"Deny","Principal":"bob"}]}"#;
        assert_eq!(read_back(text, true), text);
        assert_ne!(read_back(text, false), text);
        assert_ne!(read_back(&text.replace("Deny", "Allow"), true), text.replace("Deny", "Allow"));
        assert_ne!(
            read_back(&text.replace("Principal", "NotPrincipal"), true),
            text.replace("Principal", "NotPrincipal")
        );
    }
}
