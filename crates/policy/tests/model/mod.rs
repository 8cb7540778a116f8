//! A policy evaluator as the language's documentation describes it, word for word and without any cleverness, held
//! against the real one for requests and policies that are drawn from bytes.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use keyward_ambient::Timestamp;
use keyward_identity::{
    Acl, AclGrant, AclGrantee, Bucket, BucketName, BucketSettings, NamespaceName, ObjectUserId, Permission,
    RetentionMode,
};
use keyward_policy::{
    Access, Body, BucketPolicy, Circumstances, Decision, Facts, ObjectFacts, Requester, Resource, Stated, decide,
};
use keyward_s3_wire::query::Query;
use keyward_s3_wire::{ObjectKey, Operation, Shape, VersionId};
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const DAY: u64 = 24 * 60 * 60;

/// Choices that bytes make; the first one each when they are used up.
struct Choices<'d>(&'d [u8]);

impl Choices<'_> {
    fn of<'t, T: ?Sized>(&mut self, all: &[&'t T]) -> &'t T {
        all[self.number(all.len())]
    }

    fn number(&mut self, below: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first) % below
    }

    fn yes(&mut self) -> bool {
        self.number(2) == 1
    }
}

/// A request, in the words of the model.
#[derive(Debug)]
struct Asked {
    /// Name and namespace; `None` unsigned.
    who: Option<(&'static str, &'static str)>,
    operation: Operation,
    version: Option<&'static str>,
    headers: Vec<(&'static str, &'static str)>,
    prefix: Option<&'static str>,
    tags: Vec<(String, String)>,
    retention: Option<(RetentionMode, u64)>,
    hold: bool,
    present_tags: Vec<(String, String)>,
    open_list: bool,
    locked: bool,
}

const OPERATIONS: [Operation; 8] = [
    Operation::GetObject,
    Operation::PutObject,
    Operation::DeleteObject,
    Operation::GetObjectTagging,
    Operation::PutObjectTagging,
    Operation::PutObjectRetention,
    Operation::PutObjectLegalHold,
    Operation::ListObjectsV2,
];
const HEADERS: [(&str, &[&str]); 6] = [
    ("x-amz-server-side-encryption", &["AES256", ""]),
    ("x-amz-storage-class", &["STANDARD", " ", "STANDARD_IA"]),
    ("x-amz-acl", &["private", "public-read", ""]),
    ("x-amz-tagging", &["colour=red", "colour=blue&team=a", ""]),
    ("x-amz-object-lock-legal-hold", &["ON", "OFF", ""]),
    ("x-emc-retention-period", &["0", "86400", "864001", "-1", ""]),
];
const ACTIONS: [&str; 14] = [
    "s3:*",
    "*",
    "s3:Get*",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:PutObject",
    "S3:putobject*",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:*Tagging",
    "s3:PutObjectRetention",
    "s3:PutObjectLegalHold",
    "s3:PutObjectAcl",
    "s3:ListBucket",
];
const RESOURCES: [&str; 7] =
    ["*", "logs", "logs/*", "logs/a/*", "logs/b/*", "arn:aws:s3:::logs/a/?", "logs/${aws:username}/*"];
const OPERATORS: [&str; 8] = [
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIfExists",
    "StringNotEqualsIfExists",
    "ForAnyValue:StringEquals",
    "Null",
];
const KEYS: [(&str, &[&str]); 13] = [
    ("s3:prefix", &["", "home/", "home/*"]),
    ("s3:VersionId", &["v1", "v2", "v*"]),
    ("s3:x-amz-acl", &["private", "public-*"]),
    ("s3:x-amz-server-side-encryption", &["AES256", "aws:*"]),
    ("s3:x-amz-storage-class", &["STANDARD", "*"]),
    ("s3:RequestObjectTag/colour", &["red", "*"]),
    ("s3:RequestObjectTagKeys", &["colour", "team"]),
    ("s3:ExistingObjectTag/team", &["a", "b*"]),
    ("s3:object-lock-mode", &["COMPLIANCE", "*"]),
    ("s3:object-lock-legal-hold", &["ON", "OFF"]),
    ("s3:object-lock-remaining-retention-days", &["1", "10", "inf"]),
    ("aws:username", &["bob", "${aws:username}"]),
    ("s3:ResourceAccount", &["ns1", "ns2"]),
];

fn asked(choices: &mut Choices<'_>) -> Asked {
    let who = [Some(("alice", "ns1")), Some(("bob", "ns1")), Some(("bob", "ns2")), None][choices.number(4)];
    let operation = OPERATIONS[choices.number(OPERATIONS.len())];
    let mut headers = Vec::new();
    if operation == Operation::PutObject {
        for (name, values) in HEADERS {
            if choices.yes() {
                headers.push((name, choices.of(values)));
            }
        }
    }
    let tag = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let sets = [vec![], vec![tag("colour", "red")], vec![tag("colour", "blue"), tag("team", "a")]];
    let has_versions = operation.shape() == Shape::Object && operation != Operation::PutObject;
    Asked {
        who,
        operation,
        version: [None, Some("v1"), Some("v2")][choices.number(3)].filter(|_| has_versions),
        headers,
        prefix: [None, Some(""), Some("home/"), Some("other/")][choices.number(4)]
            .filter(|_| operation == Operation::ListObjectsV2),
        tags: sets[choices.number(3)].clone(),
        retention: [None, Some((RetentionMode::Governance, 1)), Some((RetentionMode::Compliance, 11))]
            [choices.number(3)],
        hold: choices.yes(),
        present_tags: [vec![], vec![tag("team", "a")], vec![tag("team", "bc")]][choices.number(3)].clone(),
        open_list: choices.yes(),
        locked: choices.number(8) == 7,
    }
}

fn statement(choices: &mut Choices<'_>) -> Value {
    let allows = choices.yes();
    let principals = if !allows && choices.number(4) == 3 { "NotPrincipal" } else { "Principal" };
    let principal = [json!("*"), json!("bob"), json!(["alice", "bob"]), json!({"AWS": "urn:ecs:iam::ns2:user/bob"})]
        [choices.number(4)]
    .clone();
    let actions = if choices.number(5) == 4 { "NotAction" } else { "Action" };
    let resources = if choices.number(5) == 4 { "NotResource" } else { "Resource" };
    let mut conditions = serde_json::Map::new();
    for _ in 0..choices.number(3) {
        let operator = choices.of(&OPERATORS);
        let (key, values) = KEYS[choices.number(KEYS.len())];
        let value = if operator == "Null" { ["true", "false"][choices.number(2)] } else { choices.of(values) };
        let keys = conditions.entry(operator).or_insert_with(|| json!({}));
        keys[key] = json!(value);
    }
    json!({
        "Effect": if allows { "Allow" } else { "Deny" }, principals: principal, actions: choices.of(&ACTIONS),
        resources: choices.of(&RESOURCES), "Condition": conditions,
    })
}

/// Decides one case both ways.
pub fn check(data: &[u8]) {
    let mut choices = Choices(data);
    let asked = asked(&mut choices);
    let statements: Vec<Value> = (0..=choices.number(4)).map(|_| statement(&mut choices)).collect();
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    assert_eq!(really(&asked, &policy), by_definition(&asked, &statements), "{asked:#?}\n{policy:#}");
}

fn really(asked: &Asked, policy: &Value) -> bool {
    let namespace = |name: &str| NamespaceName::parse(name).expect("a name");
    let name = BucketName::parse("logs").expect("a name");
    BucketPolicy::read(&policy.to_string(), &namespace("ns1"), &name).expect("a sound policy");
    let mut bucket = Bucket {
        name,
        namespace: namespace("ns1"),
        id: 1,
        owner: ObjectUserId::parse("alice").expect("a name"),
        owner_unique_id: None,
        created_at: Timestamp::EPOCH,
        settings: BucketSettings {
            policy: Some(policy.to_string()),
            locked: asked.locked,
            ..BucketSettings::default()
        },
    };
    if asked.open_list {
        let grant = |permission| AclGrant { grantee: AclGrantee::AllUsers, permission };
        let mut acl = Acl::private(bucket.owner());
        acl.grants.extend([grant(Permission::Read), grant(Permission::Write)]);
        bucket.settings.acl = Some(acl);
    }
    let requester = match asked.who {
        Some((id, of)) => {
            let id = ObjectUserId::parse(id).expect("a name");
            Requester::User { id, namespace: namespace(of), unique_id: None, namespace_id: None }
        }
        None => Requester::Anonymous,
    };
    let mut headers = HeaderMap::new();
    for (name, value) in &asked.headers {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    let query = asked.prefix.map_or_else(Query::default, |prefix| Query::of_one("prefix", prefix));
    let bucket = Arc::new(bucket);
    let resource = match asked.operation.shape() {
        Shape::Object => Resource::Object(bucket, ObjectKey::parse("a/b").expect("a key")),
        _ => Resource::Bucket(bucket),
    };
    let access = Access {
        requester,
        operation: asked.operation,
        resource,
        version: asked.version.map(|id| VersionId::parse(id).expect("a version")),
        source: None,
        stated: Stated::of(asked.operation, &headers).expect("sound headers"),
    };
    let facts = ObjectFacts { tags: asked.present_tags.clone(), ..ObjectFacts::default() };
    let circumstances = Circumstances {
        headers: Some(&headers),
        query: Some(&query),
        object: Facts::Known(&facts),
        ..Circumstances::at(NOW)
    };
    match decide(access, &circumstances) {
        Err(_) => false,
        Ok(Decision::Granted(_)) => true,
        Ok(Decision::NeedsBody(mut access)) => {
            access.stated.body = match asked.operation {
                Operation::PutObjectTagging => Body::Tags(asked.tags.clone()),
                Operation::PutObjectRetention => {
                    let kept = |(mode, days)| (mode, NOW.plus(std::time::Duration::from_secs(days * DAY)));
                    Body::Retention(asked.retention.map(kept))
                }
                _ => Body::LegalHold(asked.hold),
            };
            matches!(decide(access, &circumstances), Ok(Decision::Granted(_)))
        }
        Ok(other) => panic!("{other:?}"),
    }
}

fn by_definition(asked: &Asked, statements: &[Value]) -> bool {
    let owner = asked.who == Some(("alice", "ns1"));
    let header = |name| asked.headers.iter().find(|(given, _)| *given == name).map(|(_, value)| value.trim());
    let filled = |name| header(name).filter(|value| !value.is_empty());
    let locks_object = matches!(asked.operation, Operation::PutObjectRetention | Operation::PutObjectLegalHold);
    // Actions that the request takes; whether a list grants them; whether a grant is needed.
    let mut taken = vec![(action_of(asked), asked.operation != Operation::ListObjectsV2 || asked.open_list, true)];
    if let Some(acl) = filled("x-amz-acl") {
        taken.push(("s3:PutObjectAcl", true, acl != "private"));
    }
    if filled("x-amz-tagging").is_some() {
        taken.push(("s3:PutObjectTagging", true, true));
    }
    let retains = filled("x-emc-retention-period").is_some_and(|period| period != "0");
    if retains {
        taken.push(("s3:PutObjectRetention", false, true));
    }
    let holds = filled("x-amz-object-lock-legal-hold").is_some();
    if holds {
        taken.push(("s3:PutObjectLegalHold", false, true));
    }
    if asked.who.is_none() && (locks_object || retains || holds) {
        return false;
    }
    let says = |effect: &str, action: &str| {
        statements.iter().any(|one| one["Effect"] == effect && is_about(one, asked, action))
    };
    if taken.iter().any(|(action, _, _)| says("Deny", action)) {
        return false;
    }
    let granted = |action: &str| says("Allow", action);
    let by_policy = taken.iter().all(|(action, _, needed)| !needed || granted(action));
    let listed = matches!(asked.operation, Operation::PutObject | Operation::DeleteObject | Operation::ListObjectsV2);
    let by_list = listed
        && asked.open_list
        && taken.iter().all(|(action, by_list, needed)| *by_list || !needed || granted(action));
    let writes =
        !matches!(asked.operation, Operation::GetObject | Operation::GetObjectTagging | Operation::ListObjectsV2);
    (by_policy || owner || by_list) && !(asked.locked && writes)
}

fn action_of(asked: &Asked) -> &'static str {
    let versioned = asked.version.is_some();
    match asked.operation {
        Operation::GetObject if versioned => "s3:GetObjectVersion",
        Operation::GetObject => "s3:GetObject",
        Operation::PutObject => "s3:PutObject",
        Operation::DeleteObject if versioned => "s3:DeleteObjectVersion",
        Operation::DeleteObject => "s3:DeleteObject",
        Operation::GetObjectTagging if versioned => "s3:GetObjectVersionTagging",
        Operation::GetObjectTagging => "s3:GetObjectTagging",
        Operation::PutObjectTagging if versioned => "s3:PutObjectVersionTagging",
        Operation::PutObjectTagging => "s3:PutObjectTagging",
        Operation::PutObjectRetention => "s3:PutObjectRetention",
        Operation::PutObjectLegalHold => "s3:PutObjectLegalHold",
        _ => "s3:ListBucket",
    }
}

fn is_about(statement: &Value, asked: &Asked, action: &str) -> bool {
    let element = |plain: &str, negated: &str, fits: &dyn Fn(&str) -> bool| match statement.get(plain) {
        Some(value) => texts(value).iter().any(|one| fits(one)),
        None => !texts(&statement[negated]).iter().any(|one| fits(one)),
    };
    let username = asked.who.map(|(id, _)| id);
    let principal = |name: &str| match name {
        "*" => true,
        "urn:ecs:iam::ns2:user/bob" => asked.who == Some(("bob", "ns2")),
        name => asked.who == Some((name, "ns1")),
    };
    let resource = if asked.operation == Operation::ListObjectsV2 { "logs" } else { "logs/a/b" };
    let in_place = |name: &str| {
        let name = name.trim_start_matches("arn:aws:s3:::");
        match (name.split_once("${aws:username}"), username) {
            (None, _) => glob(name, resource),
            (Some(_), None) => false,
            (Some((before, after)), Some(id)) => glob(&format!("{before}{id}{after}"), resource),
        }
    };
    let lower = |text: &str| text.to_ascii_lowercase();
    element("Principal", "NotPrincipal", &principal)
        && element("Action", "NotAction", &|name| glob(&lower(name), &lower(action)))
        && element("Resource", "NotResource", &in_place)
        && statement["Condition"].as_object().is_none_or(|operators| {
            operators.iter().all(|(operator, keys)| {
                keys.as_object().is_none_or(|keys| {
                    keys.iter().all(|(key, value)| {
                        holds(operator, key, value.as_str().unwrap_or_default(), asked, statement["Effect"] == "Deny")
                    })
                })
            })
        })
}

fn holds(operator: &str, key: &str, wanted: &str, asked: &Asked, denies: bool) -> bool {
    let values = values(key, asked);
    if operator == "Null" {
        return values.is_empty() == (wanted == "true");
    }
    let (any, operator) = match operator.strip_prefix("ForAnyValue:") {
        Some(operator) => (true, operator),
        None => (false, operator),
    };
    let (if_exists, operator) = match operator.strip_suffix("IfExists") {
        Some(operator) => (true, operator),
        None => (false, operator),
    };
    let negated = operator.contains("Not");
    let id = asked.who.map(|(id, _)| id);
    let fits = |value: &str| match (wanted, operator.contains("Like")) {
        ("${aws:username}", _) => id == Some(value),
        (_, true) => glob(wanted, value),
        (_, false) => wanted == value,
    };
    let passes = |value: &String| fits(value) != negated;
    match values.as_slice() {
        [] if if_exists => true,
        // A listing that names no prefix is one of the empty prefix.
        [] if key == "s3:prefix" && asked.operation == Operation::ListObjectsV2 => passes(&String::new()),
        [] => !any && negated,
        values if any || denies => values.iter().any(passes),
        values => values.iter().all(passes),
    }
}

/// What the request says under a key.
fn values(key: &str, asked: &Asked) -> Vec<String> {
    let header = |name: &str| {
        let value = asked.headers.iter().find(|(given, _)| *given == name).map(|(_, value)| value.trim().to_owned());
        value.filter(|value| !value.is_empty())
    };
    let given_tags: Vec<(String, String)> = match asked.operation {
        Operation::PutObjectTagging => asked.tags.clone(),
        _ => header("x-amz-tagging").map_or_else(Vec::new, |tags| {
            let pairs = tags.split('&').filter_map(|pair| pair.split_once('='));
            pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
        }),
    };
    let retention = asked.retention.filter(|_| asked.operation == Operation::PutObjectRetention);
    let one = |value: Option<String>| value.into_iter().collect();
    let tag = |tags: &[(String, String)], name: &str| {
        tags.iter().filter(|(given, _)| given == name).map(|(_, value)| value.clone()).collect()
    };
    match key {
        "s3:prefix" => one(asked.prefix.filter(|prefix| !prefix.is_empty()).map(str::to_owned)),
        "s3:VersionId" => one(asked.version.map(str::to_owned)),
        "s3:RequestObjectTag/colour" => tag(&given_tags, "colour"),
        "s3:RequestObjectTagKeys" => given_tags.iter().map(|(name, _)| name.clone()).collect(),
        "s3:ExistingObjectTag/team" => tag(&asked.present_tags, "team"),
        "s3:object-lock-mode" => one(retention.map(|(mode, _)| mode.as_str().to_owned())),
        "s3:object-lock-legal-hold" => match asked.operation {
            Operation::PutObjectLegalHold => vec![if asked.hold { "ON" } else { "OFF" }.to_owned()],
            _ => one(header("x-amz-object-lock-legal-hold")),
        },
        "s3:object-lock-remaining-retention-days" => match header("x-emc-retention-period").as_deref() {
            None | Some("0") => one(retention.map(|(_, days)| days.to_string())),
            Some("-1") => vec!["inf".to_owned()],
            Some(seconds) => {
                let seconds: u64 = seconds.parse().expect("seconds");
                vec![seconds.div_ceil(DAY).to_string()]
            }
        },
        "aws:username" => one(asked.who.map(|(id, _)| id.to_owned())),
        "s3:ResourceAccount" => vec!["ns1".to_owned()],
        header_key => one(header(header_key.trim_start_matches("s3:"))),
    }
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        Value::Object(kinds) => kinds.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// The definition of wildcards.
fn glob(pattern: &str, text: &str) -> bool {
    let mut rest = text.chars();
    match pattern.chars().next() {
        None => text.is_empty(),
        Some('*') => glob(&pattern[1..], text) || (rest.next().is_some() && glob(pattern, rest.as_str())),
        Some('?') => rest.next().is_some() && glob(&pattern[1..], rest.as_str()),
        Some(one) => rest.next() == Some(one) && glob(&pattern[one.len_utf8()..], rest.as_str()),
    }
}
