//! What a request sets, and what a policy sees of it: locks on writes, values in headers and bodies, keys without a
//! value, and the locked bucket.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use keyward_ambient::Timestamp;
use keyward_identity::{
    Acl, AclGrant, AclGrantee, Bucket, BucketName, BucketSettings, NamespaceName, ObjectUserId, Permission,
    RetentionMode,
};
use keyward_policy::{
    Access, Body, BucketPolicy, Circumstances, Decision, Denied, Facts, ObjectFacts, Requester, Resource, Source,
    Stated, decide,
};
use keyward_s3_wire::operations::CopySource;
use keyward_s3_wire::query::Query;
use keyward_s3_wire::{ObjectKey, Operation, Shape, VersionId};
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn namespace() -> NamespaceName {
    NamespaceName::parse("ns1").expect("a name")
}

fn user(id: &str) -> Requester {
    let id = ObjectUserId::parse(id).expect("a name");
    Requester::User { id, namespace: namespace(), unique_id: None, namespace_id: None }
}

/// Alice's bucket.
fn bucket(settings: BucketSettings) -> Arc<Bucket> {
    Arc::new(Bucket {
        name: BucketName::parse("logs").expect("a name"),
        namespace: namespace(),
        id: 1,
        owner: ObjectUserId::parse("alice").expect("a name"),
        owner_unique_id: None,
        created_at: Timestamp::EPOCH,
        settings,
    })
}

fn policy(statements: &Value) -> BucketSettings {
    let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    BucketSettings { policy: Some(policy), ..BucketSettings::default() }
}

fn public_read_write() -> BucketSettings {
    let mut acl = Acl::private(bucket(BucketSettings::default()).owner());
    acl.grants.push(AclGrant { grantee: AclGrantee::AllUsers, permission: Permission::Write });
    BucketSettings { acl: Some(acl), ..BucketSettings::default() }
}

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers
}

/// A request, as far as a test sets it.
struct Asked<'a> {
    who: Requester,
    operation: Operation,
    settings: BucketSettings,
    headers: &'a [(&'static str, &'static str)],
    query: &'a str,
    sha256: Option<&'a str>,
    body: Body,
}

impl Asked<'_> {
    fn of(who: Requester, operation: Operation, settings: BucketSettings) -> Self {
        Asked { who, operation, settings, headers: &[], query: "", sha256: None, body: Body::Irrelevant }
    }

    fn decided(self) -> Result<(), Denied> {
        let (bucket, headers) = (bucket(self.settings), headers(self.headers));
        let key = ObjectKey::parse("a/b").expect("a key");
        let source = headers.contains_key("x-amz-copy-source").then(|| {
            let named = CopySource::of(&headers).expect("a source");
            let bucket = Arc::new(Bucket {
                settings: BucketSettings::default(),
                owner: ObjectUserId::parse("bob").expect("a name"),
                ..(*bucket).clone()
            });
            Source { bucket, key: named.key, version: named.version_id }
        });
        let resource = match self.operation.shape() {
            Shape::Object => Resource::Object(bucket, key),
            _ => Resource::Bucket(bucket),
        };
        let query = Query::parse(self.query).expect("a query");
        let version = VersionId::of(&query).expect("a version");
        let mut stated = Stated::of(self.operation, &headers).expect("sound headers");
        if self.body != Body::Irrelevant {
            assert_eq!(stated.body, Body::Unread);
            stated.body = self.body;
        }
        let access = Access { requester: self.who, operation: self.operation, resource, version, source, stated };
        let facts = ObjectFacts::default();
        let circumstances = Circumstances {
            headers: Some(&headers),
            query: Some(&query),
            content_sha256: self.sha256,
            object: Facts::Known(&facts),
            source: Facts::Known(&facts),
            ..Circumstances::at(NOW)
        };
        match decide(access, &circumstances)? {
            Decision::Granted(_) => Ok(()),
            other => panic!("{other:?}"),
        }
    }
}

const LOCKS: [&[(&str, &str)]; 4] = [
    &[("x-emc-retention-period", "-1")],
    &[("x-emc-retention-period", "60")],
    &[("x-amz-object-lock-mode", "COMPLIANCE"), ("x-amz-object-lock-retain-until-date", "2126-01-01T00:00:00Z")],
    &[("x-amz-object-lock-legal-hold", "ON")],
];

#[test]
fn a_list_lets_nobody_lock_what_is_written() {
    for operation in [Operation::PutObject, Operation::CreateMultipartUpload] {
        for lock in LOCKS {
            let asked = |who| Asked { headers: lock, ..Asked::of(who, operation, public_read_write()) }.decided();
            assert!(matches!(asked(user("bob")), Err(Denied::LockNotShared(_))), "{operation} {lock:?}");
            assert_eq!(asked(Requester::Anonymous), Err(Denied::UnsignedLock), "{operation} {lock:?}");
            assert_eq!(asked(user("alice")), Ok(()), "{operation} {lock:?}");
        }
        // What keeps nothing takes no right.
        for nothing in [&[("x-emc-retention-period", "0")][..], &[("x-emc-retention-period", "")], &[]] {
            let asked = Asked { headers: nothing, ..Asked::of(Requester::Anonymous, operation, public_read_write()) };
            assert_eq!(asked.decided(), Ok(()), "{nothing:?}");
        }
    }
}

#[test]
fn a_policy_lets_those_lock_whom_it_grants_that_and_sign() {
    let granting =
        |actions: Value| policy(&json!({"Effect": "Allow", "Principal": "*", "Action": actions, "Resource": "logs/*"}));
    let all = || granting(json!(["s3:PutObject", "s3:PutObjectRetention", "s3:PutObjectLegalHold"]));
    for lock in LOCKS {
        let asked = |who, settings| Asked { headers: lock, ..Asked::of(who, Operation::PutObject, settings) }.decided();
        let refused = asked(user("bob"), granting(json!("s3:PutObject")));
        assert!(matches!(refused, Err(Denied::Unshared(_))), "{lock:?} {refused:?}");
        assert_eq!(asked(user("bob"), all()), Ok(()), "{lock:?}");
        assert_eq!(asked(Requester::Anonymous, all()), Err(Denied::UnsignedLock), "{lock:?}");
        let by_both = BucketSettings {
            policy: granting(json!(["s3:PutObjectRetention", "s3:PutObjectLegalHold"])).policy,
            ..public_read_write()
        };
        assert_eq!(asked(user("bob"), by_both), Ok(()), "the list grants the write, the policy the lock: {lock:?}");
    }
}

fn denying(condition: &Value) -> BucketSettings {
    policy(&json!([
        {"Effect": "Allow", "Principal": "bob", "Action": "s3:*", "Resource": "logs/*"},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["logs", "logs/*"], "Condition": condition},
    ]))
}

fn denies(condition: &Value, asked: Asked<'_>) -> bool {
    match (Asked { settings: denying(condition), ..asked }).decided() {
        Ok(()) => false,
        Err(Denied::ByPolicy) => true,
        Err(other) => panic!("{condition}: {other:?}"),
    }
}

fn bob(operation: Operation) -> Asked<'static> {
    Asked::of(user("bob"), operation, BucketSettings::default())
}

#[test]
fn conditions_see_a_lock_in_headers_and_in_the_body() {
    let day = Duration::from_secs(24 * 60 * 60);
    let until = |days: u32| NOW.plus(day * days);
    let retains =
        |mode, days| Asked { body: Body::Retention(Some((mode, until(days)))), ..bob(Operation::PutObjectRetention) };
    let mode = json!({"StringEquals": {"s3:object-lock-mode": "COMPLIANCE"}});
    assert!(denies(&mode, retains(RetentionMode::Compliance, 1)));
    assert!(!denies(&mode, retains(RetentionMode::Governance, 1)));
    let days = json!({"NumericGreaterThan": {"s3:object-lock-remaining-retention-days": 10}});
    assert!(denies(&days, retains(RetentionMode::Governance, 11)));
    assert!(!denies(&days, retains(RetentionMode::Governance, 10)));
    let date = json!({"DateGreaterThan": {"s3:object-lock-retain-until-date": "2027-02-01T00:00:00Z"}});
    assert!(denies(&date, retains(RetentionMode::Governance, 30)));
    assert!(!denies(&date, retains(RetentionMode::Governance, 1)));
    let written = LOCKS[2];
    for condition in [&mode, &days, &date] {
        assert!(denies(condition, Asked { headers: written, ..bob(Operation::PutObject) }), "{condition}");
    }
    for (forever, operation) in [(LOCKS[0], Operation::PutObject), (LOCKS[0], Operation::ExtendObjectRetention)] {
        assert!(denies(&days, Asked { headers: forever, ..bob(operation) }), "{operation}");
        assert!(denies(&date, Asked { headers: forever, ..bob(operation) }), "{operation}");
    }
    // A header that means nothing is not believed.
    let lies = [LOCKS[2][0], LOCKS[2][1], ("x-amz-object-lock-remaining-retention-days", "1")];
    assert!(denies(&days, Asked { headers: &lies, ..bob(Operation::PutObject) }));
    let off = json!({"StringEquals": {"s3:object-lock-legal-hold": "OFF"}});
    assert!(denies(&off, Asked { body: Body::LegalHold(false), ..bob(Operation::PutObjectLegalHold) }));
    assert!(!denies(&off, Asked { body: Body::LegalHold(true), ..bob(Operation::PutObjectLegalHold) }));
}

#[test]
fn an_empty_header_is_none_to_conditions_as_it_is_to_the_store() {
    for name in ["x-amz-server-side-encryption", "x-amz-acl", "x-amz-storage-class", "x-amz-metadata-directive"] {
        let missing = json!({"Null": {format!("s3:{name}"): "true"}});
        for value in ["", " ", "\t"] {
            let sent = [(name, value)];
            let put = Asked { headers: &sent, ..bob(Operation::PutObject) };
            assert!(denies(&missing, put), "{name} {value:?}");
        }
    }
    let encrypted = [("x-amz-server-side-encryption", "AES256")];
    let missing = json!({"Null": {"s3:x-amz-server-side-encryption": "true"}});
    assert!(!denies(&missing, Asked { headers: &encrypted, ..bob(Operation::PutObject) }));
}

#[test]
fn a_repeated_header_or_parameter_keeps_a_denial() {
    let denial = denying(&json!({"StringEquals": {"s3:x-amz-storage-class": "GLACIER"}}));
    let twice = [("x-amz-storage-class", "STANDARD"), ("x-amz-storage-class", "GLACIER")];
    let put = Asked { headers: &twice, settings: denial, ..bob(Operation::PutObject) };
    assert_eq!(put.decided(), Err(Denied::UnclearPolicy));
    let denial = denying(&json!({"StringLike": {"s3:prefix": "secret/*"}}));
    let query = "prefix=open%2F&p%72efix=secret%2Fa";
    let list = Asked { query, settings: denial, ..bob(Operation::ListObjectsV2) };
    assert_eq!(list.decided(), Err(Denied::UnclearPolicy));
}

#[test]
fn every_spelling_of_a_parameter_is_the_parameter() {
    let kept = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:GetObjectVersion", "Resource": "logs/*"});
    for spelling in ["versionId", "%76ersionId", "versio%6eId", "versionI%64", "%76%65%72%73%69%6f%6e%49%64"] {
        let query = format!("{spelling}=v1");
        let get = Asked {
            query: &query,
            settings: policy(&kept),
            ..Asked::of(user("alice"), Operation::GetObject, BucketSettings::default())
        };
        assert_eq!(get.decided(), Err(Denied::ByPolicy), "{spelling}");
        let by_key = json!({"StringEquals": {"s3:VersionId": "v1"}});
        assert!(denies(&by_key, Asked { query: &query, ..bob(Operation::GetObject) }), "{spelling}");
    }
    for (name, key, value) in
        [("prefix", "s3:prefix", "a"), ("delimiter", "s3:delimiter", "/"), ("max-keys", "s3:max-keys", "7")]
    {
        let (first, rest) = name.split_at(1);
        let encoded = format!("%{:x}{rest}", first.as_bytes()[0]);
        for spelling in [name, encoded.as_str()] {
            let query = format!("{spelling}={value}");
            let condition = json!({"StringEquals": {key: value}});
            let settings = policy(&json!([
                {"Effect": "Allow", "Principal": "bob", "Action": "s3:*", "Resource": "logs"},
                {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "logs", "Condition": condition},
            ]));
            let list = Asked { query: &query, settings, ..bob(Operation::ListObjectsV2) };
            assert_eq!(list.decided(), Err(Denied::ByPolicy), "{spelling}");
        }
    }
}

#[test]
fn the_source_of_a_copy_is_compared_decoded() {
    let secret = json!({"StringLike": {"s3:x-amz-copy-source": "/logs/secret/*"}});
    for source in
        ["logs/secret/x", "/logs/secret/x", "/logs/%73ecret/x", "logs%2Fsecret%2Fx", "/logs/secret/x?versionId=null"]
    {
        let sent = [("x-amz-copy-source", source)];
        assert!(denies(&secret, Asked { headers: &sent, ..bob(Operation::CopyObject) }), "{source}");
    }
    let open = [("x-amz-copy-source", "logs/open/x")];
    assert!(!denies(&secret, Asked { headers: &open, ..bob(Operation::CopyObject) }));
}

#[test]
fn grants_are_compared_as_they_are_read_and_any_of_them_is_denied() {
    let to_eve = json!({"StringEquals": {"s3:x-amz-grant-read": "id=eve"}});
    for grant in ["id=eve", "id=\"eve\"", "ID = eve", "id=carol, id=\"eve\""] {
        let sent = [("x-amz-grant-read", grant)];
        assert!(denies(&to_eve, Asked { headers: &sent, ..bob(Operation::PutObject) }), "{grant}");
    }
    // The list in the body of a PutObjectAcl is not told by these keys.
    let in_body = Asked { settings: denying(&to_eve), ..bob(Operation::PutObjectAcl) };
    assert_eq!(in_body.decided(), Err(Denied::UnclearPolicy));
}

#[test]
fn a_condition_sees_by_what_the_body_is_verified_and_whose_the_bucket_is() {
    let unsigned = json!({"StringEquals": {"s3:x-amz-content-sha256": "UNSIGNED-PAYLOAD"}});
    assert!(denies(&unsigned, Asked { sha256: Some("UNSIGNED-PAYLOAD"), ..bob(Operation::PutObject) }));
    assert!(!denies(&unsigned, Asked { sha256: Some("00"), ..bob(Operation::PutObject) }));
    for key in ["s3:ResourceAccount", "aws:ResourceAccount"] {
        assert!(denies(&json!({"StringEquals": {key: "ns1"}}), bob(Operation::GetObject)), "{key}");
        assert!(!denies(&json!({"StringEquals": {key: "ns2"}}), bob(Operation::GetObject)), "{key}");
    }
    assert!(denies(&json!({"Bool": {"aws:ViaAWSService": "false"}}), bob(Operation::GetObject)));
}

#[test]
fn a_listing_without_a_prefix_is_one_of_the_empty_prefix() {
    let allowing = |condition: Value| {
        policy(
            &json!({"Effect": "Allow", "Principal": "bob", "Action": "s3:ListBucket", "Resource": "logs", "Condition": condition}),
        )
    };
    let home = json!({"StringEquals": {"s3:prefix": ["", "home/"]}});
    for query in ["", "prefix=", "prefix=home%2F"] {
        let list = Asked { query, settings: allowing(home.clone()), ..bob(Operation::ListObjectsV2) };
        assert_eq!(list.decided(), Ok(()), "{query}");
    }
    let other = Asked { query: "prefix=other%2F", settings: allowing(home), ..bob(Operation::ListObjectsV2) };
    assert_eq!(other.decided(), Err(Denied::NotShared));
    let missing = policy(&json!([
        {"Effect": "Allow", "Principal": "bob", "Action": "s3:ListBucket", "Resource": "logs"},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:ListBucket", "Resource": "logs", "Condition": {"Null": {"s3:prefix": "true"}}},
    ]));
    for query in ["", "prefix="] {
        let list = Asked { query, settings: missing.clone(), ..bob(Operation::ListObjectsV2) };
        assert_eq!(list.decided(), Err(Denied::ByPolicy), "{query:?}");
    }
}

#[test]
fn a_key_without_a_value_is_refused_and_one_that_was_taken_before_denies() {
    let read = |text: &str| BucketPolicy::read(text, &namespace(), &BucketName::parse("logs").expect("a name"));
    for key in [
        "s3:LocationConstraint",
        "s3:x-amz-date",
        "s3:x-amz-decoded-content-length",
        "s3:x-amz-trailer",
        "s3:x-amz-security-token",
        "s3:x-amz-tagging",
        "s3:x-amz-meta-team",
        "s3:x-amz-object-ownership",
        "s3:object-lock-color",
        "aws:RequestedRegion",
        "aws:Refer",
    ] {
        let condition = json!({"StringEquals": {key: "x"}});
        let denial = denying(&condition);
        let fault = read(denial.policy.as_deref().expect("a policy")).unwrap_err().to_string();
        assert!(fault.contains(key) && fault.contains("leave it out"), "{fault}");
        let get = |settings| Asked { settings, ..bob(Operation::GetObject) }.decided();
        assert_eq!(get(denial), Err(Denied::UnclearPolicy), "{key}");
        for operator in ["StringEquals", "StringNotEquals", "StringEqualsIfExists", "Null"] {
            let value = if operator == "Null" { "true" } else { "x" };
            let statement = json!({"Effect": "Allow", "Principal": "bob", "Action": "s3:*", "Resource": "logs/*",
                                   "Condition": {operator: {key: value}}});
            assert_eq!(get(policy(&statement)), Err(Denied::NotShared), "{key} {operator}");
        }
    }
    let variable = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "logs/${aws:usernam}/*"});
    let text = policy(&variable).policy.expect("a policy");
    assert!(read(&text).unwrap_err().to_string().contains("aws:usernam"));
    let owner = Asked::of(user("alice"), Operation::GetObject, policy(&variable));
    assert_eq!(owner.decided(), Err(Denied::UnclearPolicy));
}

#[test]
fn nothing_changes_in_a_locked_bucket_whatever_a_policy_says_of_tags() {
    let condition = json!({"StringEquals": {"s3:RequestObjectTag/colour": "red"}});
    for (effect, colour) in [("Allow", "red"), ("Deny", "blue")] {
        let statements = json!([
            {"Effect": "Allow", "Principal": "carol", "Action": "s3:PutObjectTagging", "Resource": "logs/*"},
            {"Effect": effect, "Principal": "*", "Action": "s3:PutObjectTagging", "Resource": "logs/*", "Condition": condition},
        ]);
        let tags = |who, locked| {
            let settings = BucketSettings { locked, ..policy(&statements) };
            let body = Body::Tags(vec![("colour".to_owned(), colour.to_owned())]);
            Asked { body, ..Asked::of(who, Operation::PutObjectTagging, settings) }.decided()
        };
        for who in [user("alice"), user("carol")] {
            assert_eq!(tags(who.clone(), false), Ok(()), "{effect}");
            assert_eq!(tags(who, true), Err(Denied::Locked), "{effect}");
        }
    }
}
