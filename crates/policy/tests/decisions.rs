//! Who may do what, by ownership, policy and list; and what holds of every policy.

use std::net::IpAddr;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use keyward_ambient::Timestamp;
use keyward_identity::{
    Acl, AclGrant, AclGrantee, Bucket, BucketName, BucketSettings, NamespaceName, ObjectOwnership, ObjectUserId,
    Permission, PublicAccessBlock, UserRef,
};
use keyward_policy::{
    Access, Body, BucketPolicy, Circumstances, DecidedDeletion, Decision, Denied, Facts, ObjectFacts, Requester,
    Resource, Source, Stated, decide, is_public,
};
use keyward_s3_wire::operations::{DeleteObjects, ObjectToDelete};
use keyward_s3_wire::query::Query;
use keyward_s3_wire::{ObjectKey, Operation, VersionId};
use proptest::prelude::*;
use serde_json::{Value, json};

fn namespace(name: &str) -> NamespaceName {
    NamespaceName::parse(name).expect("a name")
}

fn user(id: &str, of: &str) -> Requester {
    let id = ObjectUserId::parse(id).expect("a name");
    Requester::User { id, namespace: namespace(of), unique_id: None, namespace_id: None }
}

fn named(id: &str, of: &str) -> UserRef {
    UserRef { namespace: namespace(of), id: ObjectUserId::parse(id).expect("a name"), unique_id: None }
}

/// Alice's bucket `logs` in `ns1`.
fn bucket(settings: BucketSettings) -> Arc<Bucket> {
    Arc::new(Bucket {
        name: BucketName::parse("logs").expect("a name"),
        namespace: namespace("ns1"),
        id: 1,
        owner: ObjectUserId::parse("alice").expect("a name"),
        owner_unique_id: None,
        created_at: Timestamp::EPOCH,
        settings,
    })
}

fn with_policy(statements: Value) -> BucketSettings {
    let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    BucketSettings { policy: Some(policy), ..BucketSettings::default() }
}

fn key(text: &str) -> ObjectKey {
    ObjectKey::parse(text).expect("a key")
}

fn access(requester: Requester, operation: Operation, settings: BucketSettings) -> Access {
    let bucket = bucket(settings);
    let resource = match operation.shape() {
        keyward_s3_wire::Shape::Object => Resource::Object(bucket, key("a/b")),
        _ => Resource::Bucket(bucket),
    };
    Access { requester, operation, resource, version: None, source: None, stated: Stated::default() }
}

fn at<'r>(facts: Facts<'r>) -> Circumstances<'r> {
    Circumstances { object: facts, ..Circumstances::at(Timestamp::EPOCH) }
}

fn asked(requester: Requester, operation: Operation, settings: BucketSettings) -> Result<(), Denied> {
    in_circumstances(requester, operation, settings, &at(Facts::Absent))
}

fn in_circumstances(
    requester: Requester,
    operation: Operation,
    settings: BucketSettings,
    circumstances: &Circumstances<'_>,
) -> Result<(), Denied> {
    let mut access = access(requester, operation, settings);
    if let Some(headers) = circumstances.headers {
        access.stated = Stated { body: Body::Irrelevant, ..Stated::of(operation, headers).expect("sound headers") };
    }
    match decide(access, circumstances)? {
        Decision::Granted(_) => Ok(()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_bucket_without_policy_or_list_is_its_owners_alone() {
    for operation in
        Operation::ALL.iter().copied().filter(|operation| operation.shape() != keyward_s3_wire::Shape::Service)
    {
        assert_eq!(asked(user("alice", "ns1"), operation, BucketSettings::default()), Ok(()), "{operation}");
        assert_eq!(asked(user("bob", "ns1"), operation, BucketSettings::default()), Err(Denied::NotShared));
        assert_eq!(asked(user("alice", "ns2"), operation, BucketSettings::default()), Err(Denied::NotShared));
        let locks = matches!(
            operation,
            Operation::PutObjectRetention | Operation::PutObjectLegalHold | Operation::ExtendObjectRetention
        );
        let unsigned = if locks { Denied::UnsignedLock } else { Denied::Anonymous };
        assert_eq!(asked(Requester::Anonymous, operation, BucketSettings::default()), Err(unsigned));
    }
}

#[test]
fn a_locked_bucket_is_read_and_changed_by_nobody() {
    for operation in
        Operation::ALL.iter().copied().filter(|operation| operation.shape() != keyward_s3_wire::Shape::Service)
    {
        let locked = BucketSettings { locked: true, ..BucketSettings::default() };
        let expected = if operation.is_write() { Err(Denied::Locked) } else { Ok(()) };
        assert_eq!(asked(user("alice", "ns1"), operation, locked.clone()), expected, "{operation}");
        assert_eq!(asked(user("bob", "ns1"), operation, locked), Err(Denied::NotShared));
    }
}

#[test]
fn buckets_are_made_in_ones_own_namespace_only() {
    let make = |of| {
        let resource = Resource::NewBucket { namespace: namespace(of), name: BucketName::parse("b1").expect("a name") };
        let (requester, operation) = (user("alice", "ns1"), Operation::CreateBucket);
        let stated = Stated::default();
        let access = Access { requester, operation, resource, version: None, source: None, stated };
        decide(access, &at(Facts::Unknown)).err()
    };
    assert_eq!((make("ns1"), make("ns2")), (None, Some(Denied::ForeignNamespace)));
}

#[test]
fn a_policy_lets_in_whom_it_names_and_nobody_else() {
    let policy = with_policy(json!([{
        "Effect": "Allow", "Principal": {"AWS": ["bob", "urn:ecs:iam::ns2:user/carol"]},
        "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::logs/a/*",
    }]));
    let get = Operation::GetObject;
    assert_eq!(asked(user("bob", "ns1"), get, policy.clone()), Ok(()));
    assert_eq!(asked(user("carol", "ns2"), get, policy.clone()), Ok(()));
    assert_eq!(asked(user("bob", "ns2"), get, policy.clone()), Err(Denied::NotShared));
    assert_eq!(asked(Requester::Anonymous, get, policy.clone()), Err(Denied::Anonymous));
    assert_eq!(asked(user("bob", "ns1"), Operation::PutObject, policy), Err(Denied::NotShared));
}

#[test]
fn a_denial_outweighs_everything_but_the_owners_right_to_mend_it() {
    let policy = with_policy(json!([
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"]},
        {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"]},
    ]));
    assert_eq!(asked(user("alice", "ns1"), Operation::GetObject, policy.clone()), Err(Denied::ByPolicy));
    for operation in [Operation::GetBucketPolicy, Operation::PutBucketPolicy, Operation::DeleteBucketPolicy] {
        assert_eq!(asked(user("alice", "ns1"), operation, policy.clone()), Ok(()));
        assert_eq!(asked(user("bob", "ns1"), operation, policy.clone()), Err(Denied::ByPolicy));
    }
}

#[test]
fn conditions_look_at_the_request() {
    let settings = |condition: Value| {
        with_policy(
            json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition}),
        )
    };
    let mut headers = HeaderMap::new();
    headers.insert(HeaderName::from_static("x-amz-acl"), HeaderValue::from_static("public-read"));
    headers.insert(HeaderName::from_static("user-agent"), HeaderValue::from_static("Boto3/1"));
    let facts = ObjectFacts { tags: vec![("team".into(), "blue".into())], ..ObjectFacts::default() };
    let query = Query::parse("prefix=home%2Fbob&max-keys=5").expect("a query");
    let circumstances = Circumstances {
        headers: Some(&headers),
        query: Some(&query),
        address: Some(IpAddr::from([192, 0, 2, 7])),
        encrypted: true,
        object: Facts::Known(&facts),
        ..Circumstances::at(Timestamp::from_millis(1_700_000_000_000))
    };
    let ask = |condition| {
        in_circumstances(user("bob", "ns1"), Operation::PutObject, settings(condition), &circumstances).is_ok()
    };
    for holds in [
        json!({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}),
        json!({"NotIpAddress": {"aws:SourceIp": ["192.0.2.8", "10.0.0.0/8"]}}),
        json!({"Bool": {"aws:SecureTransport": "true"}}),
        json!({"StringEquals": {"s3:prefix": "home/${aws:username}"}}),
        json!({"StringLike": {"s3:prefix": ["x", "home/*"]}}),
        json!({"StringEqualsIgnoreCase": {"s3:x-amz-acl": "PUBLIC-READ"}}),
        json!({"StringNotEquals": {"s3:x-amz-copy-source": "x"}}),
        json!({"StringEqualsIfExists": {"s3:x-amz-copy-source": "x"}}),
        json!({"StringEquals": {"s3:ExistingObjectTag/team": "blue"}}),
        json!({"NumericLessThanEquals": {"s3:max-keys": 5}}),
        json!({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}, "DateLessThan": {"aws:CurrentTime": "2030-01-01"}}),
        json!({"Null": {"s3:x-amz-copy-source": "true", "s3:x-amz-acl": false}}),
        json!({"ForAnyValue:StringLike": {"aws:UserAgent": "Boto3*"}}),
        json!({"ForAllValues:StringLike": {"aws:Referer": "x"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "urn:ecs:iam::ns1:user/*"}}),
    ] {
        assert!(ask(holds.clone()), "{holds}");
    }
    for fails in [
        json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
        json!({"Bool": {"aws:SecureTransport": "false"}}),
        json!({"StringLike": {"aws:Referer": "*"}}),
        json!({"StringEquals": {"s3:prefix": "home/*"}}),
        json!({"StringEquals": {"s3:ExistingObjectTag/Team": "blue"}}),
        json!({"NumericGreaterThan": {"s3:max-keys": "5"}}),
        json!({"Null": {"s3:x-amz-acl": "true"}}),
        json!({"ForAnyValue:StringLike": {"aws:Referer": "*"}}),
        json!({"StringEquals": {"s3:prefix": "home/bob"}, "Bool": {"aws:SecureTransport": "false"}}),
    ] {
        assert!(!ask(fails.clone()), "{fails}");
    }
}

#[test]
fn a_policy_that_asks_for_tags_waits_for_them() {
    let condition = json!({"StringEquals": {"s3:ExistingObjectTag/team": "blue"}});
    let policy = with_policy(json!({
        "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition,
    }));
    let asked = access(user("alice", "ns1"), Operation::GetObject, policy);
    assert!(matches!(decide(asked, &at(Facts::Unknown)), Ok(Decision::NeedsObject(_))));
}

/// What becomes of each entry of one deletion of many.
fn deleted(
    requester: Requester,
    settings: BucketSettings,
    entries: &[(&str, Option<VersionId>)],
) -> Vec<Result<(), Denied>> {
    let object = |(name, version): &(&str, Option<VersionId>)| ObjectToDelete {
        version_id: version.clone(),
        ..ObjectToDelete::named(key(name))
    };
    let mut access = access(requester, Operation::DeleteObjects, settings);
    access.stated.body = Body::Unread;
    let Ok(Decision::NeedsBody(mut access)) = decide(access, &at(Facts::Unknown)) else { panic!("not asked") };
    let objects = entries.iter().map(object).collect();
    access.stated.body = Body::Deletion(DeleteObjects { objects, ..DeleteObjects::default() });
    let Ok(Decision::Granted(allowed)) = decide(access, &at(Facts::Unknown)) else { panic!("refused") };
    let outcome = |entry: &DecidedDeletion| match entry {
        DecidedDeletion::Allowed(_) => Ok(()),
        DecidedDeletion::Refused { why, .. } => Err(*why),
    };
    allowed.deletions().entries().iter().map(outcome).collect()
}

#[test]
fn tags_that_only_reading_asks_for_keep_nobody_from_deleting() {
    let condition = json!({"StringEquals": {"s3:ExistingObjectTag/security": "public"}});
    let policy = with_policy(json!({
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "logs/*", "Condition": condition,
    }));
    assert_eq!(deleted(user("alice", "ns1"), policy, &[("data", Some(VersionId::null()))]), [Ok(())]);
}

#[test]
fn keys_of_one_deletion_are_decided_one_by_one() {
    let policy = with_policy(json!([
        {"Effect": "Allow", "Principal": "bob", "Action": "s3:DeleteObject", "Resource": "logs/tmp/*"},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "logs/tmp/kept"},
    ]));
    let entries = [("tmp/a", None), ("tmp/kept", None), ("data", None), ("tmp/a", Some(VersionId::null()))];
    // A version takes a right of its own.
    let expected = [Ok(()), Err(Denied::ByPolicy), Err(Denied::NotShared), Err(Denied::NotShared)];
    assert_eq!(deleted(user("bob", "ns1"), policy, &entries), expected);
}

#[test]
fn a_copy_needs_the_right_to_read_its_source() {
    let from = |settings: BucketSettings| {
        let source = Some(Source { bucket: bucket(settings), key: key("old"), version: None });
        let resource = Resource::Object(
            Arc::new(Bucket {
                owner: ObjectUserId::parse("bob").expect("a name"),
                owner_unique_id: None,
                ..(*bucket(BucketSettings::default())).clone()
            }),
            key("new"),
        );
        let (requester, operation, stated) = (user("bob", "ns1"), Operation::CopyObject, Stated::default());
        let access = Access { requester, operation, resource, version: None, source, stated };
        decide(access, &Circumstances { source: Facts::Absent, ..at(Facts::Absent) }).err()
    };
    let open = json!({"Effect": "Allow", "Principal": "bob", "Action": "s3:GetObject", "Resource": "logs/old"});
    assert_eq!(from(with_policy(open)), None);
    assert_eq!(from(BucketSettings::default()), Some(Denied::NotShared));
}

fn granting(grantee: AclGrantee, permission: Permission) -> Acl {
    let mut acl = Acl::private(named("alice", "ns1"));
    acl.grants.push(AclGrant { grantee, permission });
    acl
}

#[test]
fn grants_of_a_bucket_open_what_they_name() {
    let shared =
        |grantee, permission| BucketSettings { acl: Some(granting(grantee, permission)), ..BucketSettings::default() };
    let bob = || AclGrantee::User(named("bob", "ns1"));
    let (list, put) = (Operation::ListObjectsV2, Operation::PutObject);
    assert_eq!(asked(user("bob", "ns1"), list, shared(bob(), Permission::Read)), Ok(()));
    assert_eq!(asked(user("bob", "ns1"), put, shared(bob(), Permission::Read)), Err(Denied::NotShared));
    assert_eq!(asked(user("bob", "ns1"), put, shared(bob(), Permission::FullControl)), Ok(()));
    assert_eq!(asked(user("bob", "ns2"), put, shared(bob(), Permission::FullControl)), Err(Denied::NotShared));
    assert_eq!(asked(Requester::Anonymous, list, shared(AclGrantee::AllUsers, Permission::Read)), Ok(()));
    let signed = || shared(AclGrantee::AuthenticatedUsers, Permission::Read);
    assert_eq!(asked(user("bob", "ns1"), list, signed()), Ok(()));
    assert_eq!(asked(user("bob", "ns2"), list, signed()), Err(Denied::NotShared));
    assert_eq!(asked(Requester::Anonymous, list, signed()), Err(Denied::Anonymous));
    let enforced =
        BucketSettings { ownership: Some(ObjectOwnership::BucketOwnerEnforced), ..shared(bob(), Permission::Read) };
    assert_eq!(asked(user("bob", "ns1"), list, enforced), Err(Denied::NotShared));
    let ignored = PublicAccessBlock { ignore_public_acls: true, ..PublicAccessBlock::default() };
    let blocked =
        BucketSettings { public_access_block: Some(ignored), ..shared(AclGrantee::AllUsers, Permission::Read) };
    assert_eq!(asked(Requester::Anonymous, list, blocked), Err(Denied::Anonymous));
}

#[test]
fn an_objects_list_opens_it_and_a_missing_object_is_told_to_those_who_list() {
    let facts = ObjectFacts { acl: Some(granting(AclGrantee::AllUsers, Permission::Read)), ..ObjectFacts::default() };
    let get = |requester, settings, facts| in_circumstances(requester, Operation::GetObject, settings, &at(facts));
    assert_eq!(get(Requester::Anonymous, BucketSettings::default(), Facts::Known(&facts)), Ok(()));
    assert_eq!(get(Requester::Anonymous, BucketSettings::default(), Facts::Absent), Err(Denied::Anonymous));
    let listed =
        BucketSettings { acl: Some(granting(AclGrantee::AllUsers, Permission::Read)), ..BucketSettings::default() };
    assert_eq!(get(Requester::Anonymous, listed.clone(), Facts::Absent), Ok(()));
    let private = ObjectFacts::default();
    assert_eq!(get(Requester::Anonymous, listed, Facts::Known(&private)), Err(Denied::Anonymous));
}

#[test]
fn the_buckets_owner_reads_what_others_wrote_unless_it_chose_otherwise() {
    let bobs = ObjectFacts { owner: Some(named("bob", "ns1")), ..ObjectFacts::default() };
    let get = |requester, ownership| {
        let settings = BucketSettings { ownership, ..BucketSettings::default() };
        in_circumstances(requester, Operation::GetObject, settings, &at(Facts::Known(&bobs)))
    };
    assert_eq!(get(user("alice", "ns1"), None), Ok(()));
    assert_eq!(get(user("bob", "ns1"), None), Ok(()));
    assert_eq!(get(user("alice", "ns1"), Some(ObjectOwnership::ObjectWriter)), Err(Denied::NotShared));
    assert_eq!(get(user("bob", "ns1"), Some(ObjectOwnership::ObjectWriter)), Ok(()));
}

#[test]
fn a_restricted_bucket_keeps_a_public_policy_at_home() {
    let open = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "logs/*"});
    let restricted = PublicAccessBlock { restrict_public_buckets: true, ..PublicAccessBlock::default() };
    let settings = BucketSettings { public_access_block: Some(restricted), ..with_policy(open) };
    assert_eq!(asked(user("bob", "ns1"), Operation::GetObject, settings.clone()), Ok(()));
    assert_eq!(asked(user("bob", "ns2"), Operation::GetObject, settings.clone()), Err(Denied::NotShared));
    assert_eq!(asked(Requester::Anonymous, Operation::GetObject, settings), Err(Denied::Anonymous));
}

#[test]
fn public_is_what_no_condition_narrows_down() {
    let public = |statement: Value| is_public(&bucket(with_policy(statement)));
    let open = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "logs/*"});
    let with = |operator: &str, name: &str, value: &str| {
        let mut statement = open.clone();
        statement["Condition"] = json!({operator: {name: value}});
        statement
    };
    assert!(public(open.clone()));
    assert!(!public(with("IpAddress", "aws:SourceIp", "10.0.0.0/32")));
    assert!(public(with("IpAddress", "aws:SourceIp", "0.0.0.0/1")));
    assert!(public(with("StringLike", "aws:Referer", "https://a.example/*")));
    assert!(!public(json!({"Effect": "Allow", "Principal": "bob", "Action": "s3:GetObject", "Resource": "logs/*"})));
    assert!(!public(json!({"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "logs/*"})));
}

#[test]
fn a_document_with_a_fault_is_refused_and_the_fault_is_named() {
    let read = |text: String| {
        BucketPolicy::read(&text, &namespace("ns1"), &BucketName::parse("logs").expect("a name"))
            .map_err(|fault| fault.to_string())
            .err()
    };
    let sound = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "logs/*"});
    let with = |element: &str, value: Value| {
        let mut statement = sound.clone();
        statement[element] = value;
        json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
    };
    assert_eq!(read(with("Sid", json!("a"))), None);
    for (text, named) in [
        ("{".to_owned(), "JSON"),
        ("[]".to_owned(), "object"),
        ("{}".to_owned(), "Statement"),
        (json!({"Version": "2020", "Statement": []}).to_string(), "Version"),
        (with("Effect", json!("Permit")), "Effect"),
        (with("Action", json!("s3:GetObjekt")), "s3:GetObjekt"),
        (with("NotAction", json!("s3:*")), "NotAction"),
        (with("Resource", json!("arn:aws:s3:::other/*")), "other"),
        (with("Resource", json!([])), "Resource"),
        (with("Principal", json!({"AWS": "arn:aws:iam::x:group/g"})), "group/g"),
        (with("Condition", json!({"StringIs": {"aws:Referer": "x"}})), "StringIs"),
        (with("Condition", json!({"StringLike": {"aws:Refer": "x"}})), "aws:Refer"),
        (with("Condition", json!({"IpAddress": {"aws:SourceIp": "10.0.0"}})), "10.0.0"),
        (with("Colour", json!("red")), "Colour"),
        (" ".repeat(30_000), "bytes"),
    ] {
        let fault = read(text.clone());
        assert!(fault.as_deref().is_some_and(|fault| fault.contains(named)), "{text}: {fault:?}");
    }
}

fn statement() -> impl Strategy<Value = Value> {
    let principal = prop_oneof![
        Just(json!("*")),
        Just(json!("bob")),
        Just(json!("alice")),
        Just(json!({"AWS": "urn:ecs:iam::ns2:root"}))
    ];
    let action = prop_oneof![Just("s3:*"), Just("s3:GetObject"), Just("s3:Put*"), Just("s3:ListBucket")];
    let resource = prop_oneof![Just("logs"), Just("logs/*"), Just("arn:aws:s3:::logs/a/*"), Just("*")];
    let condition = prop_oneof![
        Just(json!({})),
        Just(json!({"Bool": {"aws:SecureTransport": "true"}})),
        Just(json!({"StringNotLike": {"aws:Referer": "x*"}}))
    ];
    (any::<bool>(), any::<bool>(), principal, action, resource, condition).prop_map(
        |(allows, negated, principal, action, resource, condition)| {
            let principals = if negated && !allows { "NotPrincipal" } else { "Principal" };
            json!({
                "Effect": if allows { "Allow" } else { "Deny" }, principals: principal, "Action": action,
                "Resource": resource, "Condition": condition,
            })
        },
    )
}

fn requester() -> impl Strategy<Value = Requester> {
    prop_oneof![
        Just(user("alice", "ns1")),
        Just(user("bob", "ns1")),
        Just(user("bob", "ns2")),
        Just(Requester::Anonymous)
    ]
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        Just(Operation::GetObject),
        Just(Operation::PutObject),
        Just(Operation::ListObjectsV2),
        Just(Operation::PutBucketPolicy)
    ]
}

proptest! {
    #[test]
    fn a_statement_that_denies_everything_always_wins(
        statements in prop::collection::vec(statement(), 0..5), at in 0_usize..6, requester in requester(), operation in operation(),
    ) {
        let mut statements = statements;
        let denial = json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"});
        statements.insert(at.min(statements.len()), denial);
        let owner_mends = requester == user("alice", "ns1") && operation == Operation::PutBucketPolicy;
        prop_assert_eq!(asked(requester, operation, with_policy(json!(statements))).is_ok(), owner_mends);
    }

    #[test]
    fn one_statement_more_that_allows_takes_nothing_away(
        statements in prop::collection::vec(statement(), 1..5), more in statement(), requester in requester(), operation in operation(),
    ) {
        let before = asked(requester.clone(), operation, with_policy(json!(statements)));
        let mut statements = statements;
        let mut more = more;
        more["Effect"] = json!("Allow");
        if let Some(principals) = more.as_object_mut().and_then(|map| map.remove("NotPrincipal")) {
            more["Principal"] = principals;
        }
        statements.push(more);
        let after = asked(requester, operation, with_policy(json!(statements)));
        prop_assert!(before.is_err() || after.is_ok(), "{:?} {:?}", before, after);
    }

    #[test]
    fn one_statement_more_that_denies_gives_nothing(
        statements in prop::collection::vec(statement(), 1..5), more in statement(), requester in requester(), operation in operation(),
    ) {
        let before = asked(requester.clone(), operation, with_policy(json!(statements)));
        let mut statements = statements;
        let mut more = more;
        more["Effect"] = json!("Deny");
        statements.push(more);
        let after = asked(requester, operation, with_policy(json!(statements)));
        prop_assert!(after.is_err() || before.is_ok(), "{:?} {:?}", before, after);
    }

    #[test]
    fn the_order_of_statements_does_not_matter(
        statements in prop::collection::vec(statement(), 1..5), requester in requester(), operation in operation(),
    ) {
        let reversed: Vec<_> = statements.iter().rev().cloned().collect();
        let forwards = asked(requester.clone(), operation, with_policy(json!(statements)));
        prop_assert_eq!(forwards.is_ok(), asked(requester, operation, with_policy(json!(reversed))).is_ok());
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,200}") {
        let _ = BucketPolicy::read(&text, &namespace("ns1"), &BucketName::parse("logs").expect("a name"));
    }
}

#[test]
fn an_allowance_for_all_but_some_is_refused() {
    let read = |effect| {
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": effect, "NotPrincipal": "bob", "Action": "s3:GetObject", "Resource": "logs/*"},
        ]});
        BucketPolicy::read(&policy.to_string(), &namespace("ns1"), &BucketName::parse("logs").expect("a name"))
    };
    assert!(read("Deny").is_ok());
    assert!(read("Allow").unwrap_err().to_string().contains("NotPrincipal"));
}

#[test]
fn whoever_may_list_a_prefix_learns_what_is_not_below_it() {
    let lists = |prefix| {
        let policy = with_policy(json!([{
            "Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": "logs",
            "Condition": {"StringLike": {"s3:prefix": prefix}},
        }]));
        asked(user("bob", "ns1"), Operation::HeadObject, policy)
    };
    assert_eq!(lists("a/*"), Ok(()), "the object a/b is absent, and bob may know");
    assert_eq!(lists("b/*"), Err(Denied::NotShared));
}

#[test]
fn a_write_by_policy_takes_the_rights_to_what_its_headers_set() {
    let asked = |requester: Requester, operation, actions: Value, header: (&'static str, &'static str)| {
        let policy =
            with_policy(json!({"Effect": "Allow", "Principal": "bob", "Action": actions, "Resource": "logs/*"}));
        let mut headers =
            HeaderMap::from_iter([(HeaderName::from_static(header.0), HeaderValue::from_static(header.1))]);
        if header.0 == "x-amz-object-lock-mode" {
            let until = HeaderValue::from_static("2126-01-01T00:00:00Z");
            headers.insert("x-amz-object-lock-retain-until-date", until);
        }
        let circumstances = Circumstances { headers: Some(&headers), ..at(Facts::Unknown) };
        in_circumstances(requester, operation, policy, &circumstances)
    };
    let writes = [Operation::PutObject, Operation::CopyObject, Operation::CreateMultipartUpload];
    for (header, action) in [
        (("x-amz-acl", "public-read"), "s3:PutObjectAcl"),
        (("x-amz-grant-read", "id=carol"), "s3:PutObjectAcl"),
        (("x-amz-tagging", "a=b"), "s3:PutObjectTagging"),
        (("x-amz-object-lock-mode", "GOVERNANCE"), "s3:PutObjectRetention"),
        (("x-amz-object-lock-legal-hold", "ON"), "s3:PutObjectLegalHold"),
    ] {
        for operation in writes {
            let alone = asked(user("bob", "ns1"), operation, json!("s3:PutObject"), header);
            assert_eq!(alone, Err(Denied::Unshared(action)), "{operation}");
            let both = asked(user("bob", "ns1"), operation, json!(["s3:PutObject", action]), header);
            assert_eq!(both, Ok(()), "{operation} with {action}");
            assert_eq!(asked(user("alice", "ns1"), operation, json!("s3:PutObject"), header), Ok(()), "the owner");
        }
        let stranger = asked(user("carol", "ns1"), Operation::PutObject, json!("s3:PutObject"), header);
        assert_eq!(stranger, Err(Denied::NotShared));
    }
    for harmless in [("x-amz-acl", "private"), ("x-amz-acl", "bucket-owner-full-control"), ("x-amz-meta-a", "b")] {
        assert_eq!(asked(user("bob", "ns1"), Operation::PutObject, json!("s3:PutObject"), harmless), Ok(()));
    }
}

#[test]
fn tags_in_a_body_are_judged_once_they_were_read() {
    let tag = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let may = |effect: &str, requester: Requester, tags: &[(String, String)]| {
        let policy = with_policy(json!([
            {"Effect": "Allow", "Principal": "carol", "Action": "s3:PutObjectTagging", "Resource": "logs/*"},
            {"Effect": effect, "Principal": "*", "Action": "s3:PutObjectTagging", "Resource": "logs/*",
             "Condition": {"StringEquals": {"s3:RequestObjectTag/colour": "red"}}},
        ]));
        let facts = ObjectFacts::default();
        let mut access = access(requester, Operation::PutObjectTagging, policy);
        access.stated.body = Body::Unread;
        match decide(access, &at(Facts::Known(&facts))).expect("what the body says is not known yet") {
            Decision::NeedsBody(mut access) => {
                access.stated.body = Body::Tags(tags.to_vec());
                decide(access, &at(Facts::Known(&facts)))
                    .map(|decision| assert!(matches!(decision, Decision::Granted(_))))
            }
            other => panic!("{other:?}"),
        }
    };
    let (red, blue) = ([tag("colour", "red")], [tag("colour", "blue")]);
    assert_eq!(may("Allow", user("bob", "ns1"), &red), Ok(()));
    assert_eq!(may("Allow", user("bob", "ns1"), &blue), Err(Denied::NotShared));
    assert_eq!(may("Deny", user("carol", "ns1"), &red), Err(Denied::ByPolicy));
    assert_eq!(may("Deny", user("carol", "ns1"), &blue), Ok(()));
    assert_eq!(may("Deny", user("bob", "ns1"), &blue), Err(Denied::NotShared));
}
