//! What one request for several things takes for each: the keys of a deletion, retentions passed over, attributes.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use keyward_ambient::Timestamp;
use keyward_identity::{Bucket, BucketName, BucketSettings, NamespaceName, ObjectUserId};
use keyward_policy::{
    Access, Allowed, Body, Circumstances, DecidedDeletion, Decision, Denied, Facts, ObjectFacts, Requester, Resource,
    Stated, decide,
};
use keyward_s3_wire::operations::{DeleteObjects, ObjectToDelete};
use keyward_s3_wire::query::Query;
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
        owner_unique_id: None,
        created_at: Timestamp::EPOCH,
        settings: BucketSettings {
            policy: Some(policy).filter(|_| !statements.is_null()),
            ..BucketSettings::default()
        },
    });
    let id = ObjectUserId::parse(user).expect("a name");
    let requester = Requester::User { id, namespace, unique_id: None, namespace_id: None };
    let resource = match operation.shape() {
        Shape::Object => Resource::Object(bucket, key("a/b")),
        _ => Resource::Bucket(bucket),
    };
    Access { requester, operation, resource, version: None, source: None, stated: Stated::default() }
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
    let circumstances = Circumstances { object: Facts::Known(&facts), ..Circumstances::at(Timestamp::EPOCH) };
    let mut access = access(user, operation, statements);
    access.stated = Stated { body: Body::Irrelevant, ..Stated::of(operation, &headers).expect("sound headers") };
    granted(access, &circumstances).expect("let in")
}

/// One entry of a deletion of many: whether it passes over a retention in governance mode.
fn deletes(
    user: &str,
    statements: &Value,
    word: &'static str,
    entry: (&str, Option<&str>),
    circumstances: &Circumstances<'_>,
) -> Result<bool, Denied> {
    let mut access = access(user, Operation::DeleteObjects, statements);
    access.stated = Stated::of(Operation::DeleteObjects, &bypassing(word)).expect("sound headers");
    let version_id = entry.1.map(version);
    let objects = vec![ObjectToDelete { version_id, ..ObjectToDelete::named(key(entry.0)) }];
    access.stated.body = Body::Deletion(DeleteObjects { objects, ..DeleteObjects::default() });
    match granted(access, circumstances)?.deletions().entries() {
        [DecidedDeletion::Allowed(allowed)] => Ok(allowed.bypasses_governance()),
        [DecidedDeletion::Refused { why, .. }] => Err(*why),
        other => panic!("{other:?}"),
    }
}

fn now() -> Circumstances<'static> {
    Circumstances::at(Timestamp::EPOCH)
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
            assert_eq!(deletes("alice", policy, word, ("a/b", None), &now()), Ok(expected), "{word:?}");
        }
    }
}

#[test]
fn a_deletion_of_many_passes_over_the_retentions_of_those_keys_that_the_policy_names() {
    let many = |user, statements: Value| {
        move |name: &str, id: &str| deletes(user, &statements, "true", (name, Some(id)), &now()) == Ok(true)
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
    assert_eq!(deletes("alice", &denial, "true", ("a/b", Some("v1")), &now()), Ok(false));
    let mut one = access("alice", Operation::DeleteObject, &denial);
    one.stated = Stated::of(Operation::DeleteObject, &bypassing("true")).expect("sound headers");
    assert!(matches!(decide(one, &now()), Ok(Decision::NeedsObject(_))));
}

#[test]
fn the_version_of_a_condition_is_that_of_each_entry() {
    let kept = |operator: &str, value: &str| {
        let statement = json!({"Effect": "Deny", "Principal": "*", "Action": ["s3:DeleteObject", "s3:DeleteObjectVersion"],
                               "Resource": "logs/*", "Condition": {operator: {"s3:VersionId": value}}});
        move |id: Option<&str>| {
            let query = Query::parse("delete&versionId=v1").expect("a query");
            let circumstances = Circumstances { query: Some(&query), ..now() };
            deletes("alice", &statement, "false", ("a/b", id), &circumstances).map(|_| ())
        }
    };
    let one = kept("StringEquals", "v1");
    assert_eq!(one(Some("v1")), Err(Denied::ByPolicy));
    assert_eq!(one(Some("v2")), Ok(()));
    assert_eq!(one(None), Ok(()));
    let without = kept("Null", "true");
    assert_eq!(without(None), Err(Denied::ByPolicy));
    assert_eq!(without(Some("a+b/c=")), Ok(()));
    let awkward = kept("StringEquals", "a+b/c=");
    assert_eq!(awkward(Some("a+b/c=")), Err(Denied::ByPolicy));
}

#[test]
fn attributes_take_the_right_to_read_as_well() {
    let facts = ObjectFacts::default();
    let ask = |user, id: Option<&str>, statements: &Value| {
        let circumstances = Circumstances { object: Facts::Known(&facts), ..now() };
        let asked = access(user, Operation::GetObjectAttributes, statements);
        granted(Access { version: id.map(version), ..asked }, &circumstances).err()
    };
    let (newest, old) = (None, Some("v1"));
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
