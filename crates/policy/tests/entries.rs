//! What one request for several things takes for each: the keys of a deletion, retentions passed over, attributes.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use keyward_ambient::Timestamp;
use keyward_identity::{Bucket, BucketName, BucketSettings, NamespaceName, ObjectUserId};
use keyward_policy::{
    Access, Allowed, Circumstances, Decision, Denied, Facts, ObjectFacts, Requester, Resource, decide,
};
use keyward_s3_wire::{ObjectKey, Operation, Shape, VersionId};
use serde_json::{Value, json};

const BYPASS: &str = "x-amz-bypass-governance-retention";

fn key(text: &str) -> ObjectKey {
    ObjectKey::parse(text).expect("a key")
}

fn version(text: &str) -> VersionId {
    VersionId::parse(text).expect("a version id")
}

/// On the key `a/b` of alice's bucket `logs`, with these statements as its policy unless they are null.
fn access(user: &str, operation: Operation, statements: &Value) -> Access {
    let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let namespace = NamespaceName::parse("ns1").expect("a name");
    let bucket = Arc::new(Bucket {
        name: BucketName::parse("logs").expect("a name"),
        namespace: namespace.clone(),
        id: 1,
        owner: ObjectUserId::parse("alice").expect("a name"),
        created_at: Timestamp::EPOCH,
        settings: BucketSettings {
            policy: Some(policy).filter(|_| !statements.is_null()),
            ..BucketSettings::default()
        },
    });
    let requester = Requester::User { id: ObjectUserId::parse(user).expect("a name"), namespace };
    let resource = match operation.shape() {
        Shape::Object => Resource::Object(bucket, key("a/b")),
        _ => Resource::Bucket(bucket),
    };
    Access { requester, operation, resource, source: None }
}

fn granted(access: Access, circumstances: &Circumstances<'_>) -> Result<Allowed, Denied> {
    match decide(access, circumstances)? {
        Decision::Granted(allowed) => Ok(allowed),
        other => panic!("{other:?}"),
    }
}

fn bypassing(word: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(HeaderName::from_static(BYPASS), HeaderValue::from_static(word))])
}

fn allowed(user: &str, operation: Operation, statements: &Value, word: &'static str) -> Allowed {
    let (headers, facts) = (bypassing(word), ObjectFacts::default());
    let object = if operation == Operation::DeleteObjects { Facts::Unknown } else { Facts::Known(&facts) };
    let circumstances = Circumstances { headers: Some(&headers), object, ..Circumstances::at(Timestamp::EPOCH) };
    granted(access(user, operation, statements), &circumstances).expect("let in")
}

#[test]
fn a_retention_is_passed_over_only_by_whoever_says_true() {
    let open = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "logs/*"});
    for (word, expected) in [("true", true), ("True", true), ("false", false), ("False", false), ("", false)] {
        for policy in [&Value::Null, &open] {
            for operation in [Operation::DeleteObject, Operation::PutObjectRetention] {
                let bypasses = allowed("alice", operation, policy, word).bypasses_governance();
                assert_eq!(bypasses, expected, "{operation} {word:?}");
            }
            let many = allowed("alice", Operation::DeleteObjects, policy, word);
            assert_eq!(many.bypasses_governance_of(&key("a/b"), None), expected, "{word:?}");
        }
    }
}

#[test]
fn a_deletion_of_many_passes_over_the_retentions_of_those_keys_that_the_policy_names() {
    let many = |user, statements| {
        let allowed = allowed(user, Operation::DeleteObjects, &statements, "true");
        move |name: &str, id: &str| allowed.bypasses_governance_of(&key(name), Some(&version(id)))
    };
    let denied = many(
        "alice",
        json!({"Effect": "Deny", "Principal": "*", "Action": "s3:BypassGovernanceRetention", "Resource": "logs/a/*",
               "Condition": {"StringNotEquals": {"s3:VersionId": "v9"}}}),
    );
    assert!(!denied("a/b", "v1"));
    assert!(denied("a/b", "v9"));
    assert!(denied("c", "v1"), "alice owns the bucket");
    let bobs = many(
        "bob",
        json!({"Effect": "Allow", "Principal": "bob", "Action": ["s3:BypassGovernanceRetention", "s3:DeleteObjectVersion"],
               "Resource": "logs/a/*"}),
    );
    assert!(bobs("a/b", "v1"));
    assert!(!bobs("c", "v1"));
}

#[test]
fn what_only_tags_could_decide_passes_over_nothing_until_they_are_known() {
    let denial = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:BypassGovernanceRetention", "Resource": "logs/*",
                        "Condition": {"StringEquals": {"s3:ExistingObjectTag/case": "open"}}});
    let many = allowed("alice", Operation::DeleteObjects, &denial, "true");
    assert!(!many.bypasses_governance_of(&key("a/b"), Some(&version("v1"))));
    let headers = bypassing("true");
    let circumstances = Circumstances { headers: Some(&headers), ..Circumstances::at(Timestamp::EPOCH) };
    let one = access("alice", Operation::DeleteObject, &denial);
    assert!(matches!(decide(one, &circumstances), Ok(Decision::NeedsObject(_))));
}

#[test]
fn the_version_of_a_condition_is_that_of_each_entry() {
    let kept = |operator: &str, value: &str| {
        let statement = json!({"Effect": "Deny", "Principal": "*", "Action": ["s3:DeleteObject", "s3:DeleteObjectVersion"],
                               "Resource": "logs/*", "Condition": {operator: {"s3:VersionId": value}}});
        let circumstances = Circumstances { query: Some("delete&versionId=v1"), ..Circumstances::at(Timestamp::EPOCH) };
        granted(access("alice", Operation::DeleteObjects, &statement), &circumstances).expect("let in")
    };
    let one = kept("StringEquals", "v1");
    assert_eq!(one.may_delete(&key("a/b"), Some(&version("v1"))), Err(Denied::ByPolicy));
    assert_eq!(one.may_delete(&key("a/b"), Some(&version("v2"))), Ok(()));
    assert_eq!(one.may_delete(&key("a/b"), None), Ok(()));
    let without = kept("Null", "true");
    assert_eq!(without.may_delete(&key("a/b"), None), Err(Denied::ByPolicy));
    assert_eq!(without.may_delete(&key("a/b"), Some(&version("a+b/c="))), Ok(()));
    let awkward = kept("StringEquals", "a+b/c=");
    assert_eq!(awkward.may_delete(&key("a/b"), Some(&version("a+b/c="))), Err(Denied::ByPolicy));
}

#[test]
fn attributes_take_the_right_to_read_as_well() {
    let facts = ObjectFacts::default();
    let ask = |user, query, statements: &Value| {
        let circumstances =
            Circumstances { query, object: Facts::Known(&facts), ..Circumstances::at(Timestamp::EPOCH) };
        granted(access(user, Operation::GetObjectAttributes, statements), &circumstances).err()
    };
    let (newest, old) = (Some("attributes"), Some("attributes&versionId=v1"));
    for (query, read, other) in
        [(newest, "s3:GetObject", "s3:GetObjectVersion"), (old, "s3:GetObjectVersion", "s3:GetObject")]
    {
        let deny = |action| json!({"Effect": "Deny", "Principal": "*", "Action": action, "Resource": "logs/*"});
        assert_eq!(ask("alice", query, &deny(read)), Some(Denied::ByPolicy));
        assert_eq!(ask("alice", query, &deny(other)), None);
        let allow = |actions| json!({"Effect": "Allow", "Principal": "bob", "Action": actions, "Resource": "logs/*"});
        let attributes = json!(["s3:GetObjectAttributes", "s3:GetObjectVersionAttributes"]);
        assert_eq!(ask("bob", query, &allow(attributes.clone())), Some(Denied::Unshared(read)));
        assert_eq!(ask("bob", query, &allow(json!([read]))), Some(Denied::NotShared));
        assert_eq!(ask("bob", query, &allow(json!([read, attributes[0], attributes[1]]))), None);
    }
}

#[test]
fn attributes_wait_for_the_tags_that_reading_asks_for() {
    let denial = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "logs/*",
                        "Condition": {"StringEquals": {"s3:ExistingObjectTag/secret": "yes"}}});
    let access = || access("alice", Operation::GetObjectAttributes, &denial);
    assert!(matches!(decide(access(), &Circumstances::at(Timestamp::EPOCH)), Ok(Decision::NeedsObject(_))));
    let facts = ObjectFacts { tags: vec![("secret".into(), "yes".into())], ..ObjectFacts::default() };
    let known = Circumstances { object: Facts::Known(&facts), ..Circumstances::at(Timestamp::EPOCH) };
    assert_eq!(granted(access(), &known).err(), Some(Denied::ByPolicy));
}
