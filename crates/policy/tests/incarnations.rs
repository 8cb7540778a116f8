//! A name given again inherits nothing: a grant is for the user who had the name when it was given.

use std::sync::Arc;

use keyward_ambient::Timestamp;
use keyward_identity::{
    Acl, AclGrant, AclGrantee, Bucket, BucketName, BucketSettings, NamespaceName, NamespaceRef, ObjectUserId,
    Permission, PolicyPrincipals, UniqueId, UserRef,
};
use keyward_policy::{Access, Circumstances, Decision, Facts, ObjectFacts, Requester, Resource, Stated, decide};
use keyward_s3_wire::{ObjectKey, Operation};
use proptest::prelude::*;
use serde_json::json;

/// Who has the name `bob` in `ns1`: nobody, the user of release 0.1.0, or the n-th one created since.
type Incarnation = Option<u8>;

fn id(incarnation: Incarnation) -> Option<UniqueId> {
    incarnation.map(|number| UniqueId::from_bytes([number; 16]))
}

fn namespace(name: &str) -> NamespaceName {
    NamespaceName::parse(name).expect("a name")
}

fn user(name: &str, incarnation: Incarnation) -> UserRef {
    let name = ObjectUserId::parse(name).expect("a name");
    UserRef { namespace: namespace("ns1"), id: name, unique_id: id(incarnation) }
}

fn requester(incarnation: Incarnation) -> Requester {
    let UserRef { namespace, id, unique_id } = user("bob", incarnation);
    Requester::User { id, namespace, unique_id, namespace_id: None }
}

/// Whether the requester may read an object of Alice's bucket.
fn reads(requester: Requester, settings: BucketSettings, facts: &ObjectFacts) -> bool {
    let alice = user("alice", Some(200));
    let bucket = Arc::new(Bucket {
        name: BucketName::parse("logs").expect("a name"),
        namespace: alice.namespace,
        id: 1,
        owner: alice.id,
        owner_unique_id: alice.unique_id,
        created_at: Timestamp::EPOCH,
        settings,
    });
    let resource = Resource::Object(bucket, ObjectKey::parse("a").expect("a key"));
    let (operation, stated) = (Operation::GetObject, Stated::default());
    let access = Access { requester, operation, resource, version: None, source: None, stated };
    let circumstances = Circumstances { object: Facts::Known(facts), ..Circumstances::at(Timestamp::EPOCH) };
    matches!(decide(access, &circumstances), Ok(Decision::Granted(_)))
}

fn policy(effect: &str, element: &str, principal: &str, principals: Option<PolicyPrincipals>) -> BucketSettings {
    let statement = json!({"Effect": effect, element: principal, "Action": "s3:GetObject", "Resource": "logs/*"});
    let policy = Some(json!({"Version": "2012-10-17", "Statement": [statement]}).to_string());
    BucketSettings { policy, policy_principals: principals, ..BucketSettings::default() }
}

fn found(incarnation: Incarnation) -> Option<PolicyPrincipals> {
    Some(PolicyPrincipals { users: vec![user("bob", incarnation)], namespaces: Vec::new() })
}

fn shared_with(incarnation: Incarnation) -> ObjectFacts {
    let grant = AclGrant { grantee: AclGrantee::User(user("bob", incarnation)), permission: Permission::Read };
    let acl = Acl { owner: user("alice", Some(200)), grants: vec![grant] };
    ObjectFacts { owner: Some(acl.owner.clone()), acl: Some(acl), tags: Vec::new() }
}

/// What happens to the name `bob`.
#[derive(Clone, Copy, Debug)]
enum Step {
    Create,
    Delete,
    Grant,
    Write,
    AllowByPolicy,
}

proptest! {
    /// However the name changes hands, a grant reaches exactly the user to whom it was given.
    #[test]
    fn a_grant_is_for_the_very_user_to_whom_it_was_given(
        began_with_old_user: bool,
        steps in proptest::collection::vec(prop_oneof![
            Just(Step::Create), Just(Step::Delete), Just(Step::Grant), Just(Step::Write), Just(Step::AllowByPolicy),
        ], 0..40),
    ) {
        // `None` outside is nobody; inside, the user of release 0.1.0.
        let mut holder: Option<Incarnation> = began_with_old_user.then_some(None);
        let (mut created, mut granted, mut written, mut allowed) = (0, None, None, None);
        for step in steps {
            match (step, holder) {
                (Step::Create, None) => {
                    created += 1;
                    holder = Some(Some(created));
                }
                (Step::Delete, Some(_)) => holder = None,
                (Step::Grant, Some(now)) => granted = Some(now),
                (Step::Write, Some(now)) => written = Some(now),
                (Step::AllowByPolicy, Some(now)) => allowed = Some(now),
                _ => {}
            }
            let Some(now) = holder else { continue };
            if let Some(granted) = granted {
                prop_assert_eq!(reads(requester(now), BucketSettings::default(), &shared_with(granted)), now == granted);
            }
            if let Some(written) = written {
                let facts = ObjectFacts { owner: Some(user("bob", written)), ..ObjectFacts::default() };
                prop_assert_eq!(reads(requester(now), BucketSettings::default(), &facts), now == written);
            }
            if let Some(allowed) = allowed {
                let settings = policy("Allow", "Principal", "bob", found(allowed));
                prop_assert_eq!(reads(requester(now), settings, &ObjectFacts::default()), now == allowed);
                let settings = policy("Deny", "NotPrincipal", "bob", found(allowed));
                prop_assert_eq!(reads(requester(now), settings, &shared_with(now)), now == allowed);
                let settings = policy("Deny", "Principal", "bob", found(allowed));
                prop_assert_eq!(reads(requester(now), settings, &shared_with(now)), now != allowed);
            }
        }
    }
}

#[test]
fn a_policy_of_release_0_1_0_allows_it_to_the_holder_at_the_upgrade_alone() {
    for principal in ["bob", "urn:ecs:iam::ns1:user/bob", "urn:ecs:iam:::user/bob"] {
        let allows = policy("Allow", "Principal", principal, None);
        assert!(reads(requester(None), allows.clone(), &ObjectFacts::default()), "{principal}");
        assert!(!reads(requester(Some(1)), allows, &ObjectFacts::default()), "{principal}");
    }
}

#[test]
fn a_policy_of_release_0_1_0_goes_on_to_deny_it_to_everybody_of_the_name() {
    for incarnation in [None, Some(1)] {
        let denies = policy("Deny", "Principal", "bob", None);
        assert!(!reads(requester(incarnation), denies, &shared_with(incarnation)));
        let spares = policy("Deny", "NotPrincipal", "bob", None);
        assert_eq!(reads(requester(incarnation), spares, &shared_with(incarnation)), incarnation.is_none());
    }
}

#[test]
fn a_namespace_given_again_is_not_the_one_that_a_policy_names() {
    for (of_policy, of_requester) in [(None, Some(1)), (Some(1), Some(2)), (Some(1), Some(1)), (None, None)] {
        let named = NamespaceRef { name: namespace("ns1"), unique_id: id(of_policy) };
        let principals = PolicyPrincipals { users: Vec::new(), namespaces: vec![named] };
        let settings = policy("Allow", "Principal", "urn:ecs:iam::ns1:root", Some(principals));
        let UserRef { namespace, id: name, unique_id } = user("bob", Some(9));
        let requester = Requester::User { id: name, namespace, unique_id, namespace_id: id(of_requester) };
        assert_eq!(reads(requester, settings, &ObjectFacts::default()), of_policy == of_requester);
    }
}
