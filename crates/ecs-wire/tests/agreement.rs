//! XML and JSON spellings of one request mean the same, and no bytes at all make the readers panic.

use keyward_ecs_wire::requests::*;
use keyward_ecs_wire::{EcsRequest, decode};
use proptest::prelude::*;

/// A request before it is spelt.
#[derive(Clone, Debug)]
enum Value {
    Absent,
    Null,
    Text(String),
    Number(i64),
    Flag(bool),
    /// Items under a plural name, each with the singular one.
    Listed(&'static str, Vec<Value>),
    /// Items that XML repeats without a wrapper.
    Repeated(Vec<Value>),
    Object(Vec<(&'static str, Value)>),
}

/// How one spelling differs from the next: consumed bit by bit.
struct Whims(u64);

impl Whims {
    fn next(&mut self) -> bool {
        let whim = self.0 & 1 == 1;
        self.0 = self.0.rotate_right(1);
        whim
    }
}

fn xml(name: &str, value: &Value, whims: &mut Whims, out: &mut String) {
    let space = if whims.next() { "\n  " } else { "" };
    match value {
        Value::Absent => {}
        Value::Null => out.push_str(&format!(r#"{space}<{name} null="true"/>"#)),
        Value::Text(text) if text.is_empty() && whims.next() => out.push_str(&format!("{space}<{name}/>")),
        Value::Text(text) if whims.next() => {
            out.push_str(&format!("{space}<{name}><![CDATA[{}]]></{name}>", text.replace("]]>", "]]]]><![CDATA[>")));
        }
        Value::Text(text) => {
            let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&#62;");
            out.push_str(&format!("{space}<{name}>{text}</{name}>"));
        }
        Value::Number(number) => out.push_str(&format!("{space}<{name}>{number}</{name}>")),
        Value::Flag(flag) if whims.next() => {
            out.push_str(&format!("<{name}>{}</{name}>", flag.to_string().to_uppercase()))
        }
        Value::Flag(flag) => out.push_str(&format!("<{name}>{flag}</{name}>")),
        Value::Listed(item, items) => {
            out.push_str(&format!("{space}<{name}>"));
            items.iter().for_each(|value| xml(item, value, whims, out));
            out.push_str(&format!("{space}</{name}>"));
        }
        Value::Repeated(items) if items.is_empty() => out.push_str(&format!("<{name}/>")),
        Value::Repeated(items) => items.iter().for_each(|value| xml(name, value, whims, out)),
        Value::Object(fields) => {
            out.push_str(&format!("{space}<{name}>"));
            fields.iter().for_each(|(field, value)| xml(field, value, whims, out));
            out.push_str(&format!("{space}</{name}>"));
        }
    }
}

fn json(value: &Value, whims: &mut Whims) -> serde_json::Value {
    use serde_json::json;
    let whim = whims.next();
    let list = |items: &[Value], whims: &mut Whims| match items {
        [one] if whim => json(one, whims),
        items => items.iter().map(|item| json(item, whims)).collect(),
    };
    match value {
        Value::Absent => json!(null),
        Value::Null if whim => json!({"-null": "true"}),
        Value::Null => json!(null),
        Value::Text(text) => json!(text),
        Value::Number(number) if whim => json!(number.to_string()),
        Value::Number(number) => json!(number),
        Value::Flag(flag) if whim => json!(flag.to_string()),
        Value::Flag(flag) => json!(flag),
        Value::Listed(item, items) if whims.next() => json!({ *item: list(items, whims) }),
        Value::Listed(_, items) | Value::Repeated(items) => list(items, whims),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.to_string(), json(value, whims))).collect(),
    }
}

fn agree<T: EcsRequest + PartialEq + std::fmt::Debug>(fields: Vec<(&'static str, Value)>, whims: u64) {
    let mut whims = Whims(whims);
    let request = Value::Object(fields);
    let mut from_xml = String::new();
    xml(T::ROOT, &request, &mut whims, &mut from_xml);
    let plain = json(&request, &mut whims);
    let from_json = if whims.next() { serde_json::json!({ T::ROOT: plain }) } else { plain }.to_string();
    let read_xml = decode::<T>(Some("application/xml"), from_xml.as_bytes());
    let read_json = decode::<T>(Some("application/json"), from_json.as_bytes());
    assert_eq!(read_xml, read_json, "{from_xml}\n{from_json}");
}

/// Any text that XML 1.0 can hold, without the carriage returns that it turns into line feeds.
fn text() -> impl Strategy<Value = String> {
    "[ -~\t\n\u{80}-\u{d7ff}\u{e000}-\u{fffd}]{0,12}"
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        1 => Just(Value::Absent),
        1 => Just(Value::Null),
        4 => text().prop_map(Value::Text),
        1 => any::<i64>().prop_map(Value::Number),
    ]
}

fn full() -> impl Strategy<Value = Value> {
    "[!-~]{1,12}".prop_map(Value::Text)
}

fn flag() -> impl Strategy<Value = Value> {
    prop_oneof![Just(Value::Absent), Just(Value::Null), any::<bool>().prop_map(Value::Flag)]
}

fn listed(item: &'static str) -> impl Strategy<Value = Value> {
    prop::collection::vec(full(), 0..4).prop_map(move |items| Value::Listed(item, items))
}

fn mapping() -> impl Strategy<Value = Value> {
    let attribute = (full(), prop::collection::vec(full(), 1..3))
        .prop_map(|(key, values)| Value::Object(vec![("key", key), ("value", Value::Repeated(values))]));
    let attributes = prop::collection::vec(attribute, 0..3).prop_map(|items| Value::Listed("attribute", items));
    (full(), attributes, listed("group")).prop_map(|(domain, attributes, groups)| {
        Value::Object(vec![("domain", domain), ("attributes", attributes), ("groups", groups)])
    })
}

proptest! {
    #[test]
    fn key_requests_agree(expiry in scalar(), namespace in scalar(), secret in scalar(), whims: u64) {
        let create = vec![("existing_key_expiry_time_mins", expiry), ("namespace", namespace.clone()), ("secretkey", secret.clone())];
        agree::<SecretKeyCreate>(create.clone(), whims);
        agree::<UserSecretKeyCreate>(create, whims);
        agree::<UserSecretKeyDelete>(vec![("secret_key", secret.clone()), ("namespace", namespace)], whims);
        agree::<SecretKeyDelete>(vec![("secret_key", secret)], whims);
    }

    #[test]
    fn user_requests_agree(user in scalar(), namespace in full(), name in full(), value in scalar(), locked in flag(), whims: u64) {
        let tag = Value::Object(vec![("name", name), ("value", value)]);
        let tags = Value::Listed("tag", vec![tag.clone(), tag]);
        agree::<ObjectUserCreate>(vec![("user", user.clone()), ("namespace", namespace.clone()), ("tags", tags)], whims);
        agree::<ObjectUserLock>(vec![("user", user), ("namespace", namespace), ("isLocked", locked)], whims);
    }

    #[test]
    fn namespace_requests_agree(
        name in full(), admins in scalar(), mappings in prop::collection::vec(mapping(), 0..3),
        pools in prop::collection::vec(full(), 0..3), size in any::<i64>(), encrypted in flag(), whims: u64,
    ) {
        agree::<NamespaceCreate>(vec![
            ("namespace", name), ("namespace_admins", admins), ("user_mapping", Value::Repeated(mappings)),
            ("allowed_vpools_list", Value::Repeated(pools)), ("default_bucket_block_size", Value::Number(size)),
            ("is_encryption_enabled", encrypted),
        ], whims);
    }

    #[test]
    fn provider_requests_agree(
        urls in listed("server_url"), domains in listed("domain"), secret in scalar(), filter in full(), disable in flag(), whims: u64,
    ) {
        let required = ["mode", "manager_dn", "search_base", "group_attribute"].map(|name| (name, filter.clone()));
        let mut create = vec![("server_urls", urls.clone()), ("domains", domains.clone()), ("manager_password", secret),
            ("search_filter", filter), ("disable", disable)];
        create.extend(required);
        agree::<AuthnProviderCreate>(create, whims);
        let changes = Value::Object(vec![("add", urls.clone()), ("remove", urls)]);
        agree::<AuthnProviderUpdate>(vec![("server_url_changes", changes)], whims);
    }

    #[test]
    fn management_user_requests_agree(user in scalar(), password in scalar(), admin in flag(), monitor in flag(), whims: u64) {
        let fields = vec![("userId", user), ("password", password), ("isSystemAdmin", admin), ("isSystemMonitor", monitor)];
        agree::<ManagementUserCreate>(fields.clone(), whims);
        agree::<ManagementUserUpdate>(fields, whims);
    }

    #[test]
    fn bucket_requests_agree(
        name in full(), namespace in scalar(), size in any::<i64>(), encrypted in flag(), keys in prop::collection::vec(full(), 0..3), whims: u64,
    ) {
        let tag = |key| Value::Object(vec![("Key", key), ("Value", name.clone())]);
        let tags = Value::Listed("Tag", keys.into_iter().map(tag).collect());
        let size = Value::Number(size);
        agree::<BucketCreate>(vec![
            ("name", name.clone()), ("namespace", namespace.clone()), ("TagSet", tags.clone()), ("blockSize", size.clone()),
            ("is_encryption_enabled", encrypted),
        ], whims);
        agree::<BucketTags>(vec![("namespace", namespace.clone()), ("TagSet", tags)], whims);
        agree::<BucketQuota>(vec![("blockSize", size.clone()), ("namespace", namespace)], whims);
        let grant = Value::Object(vec![("user", name.clone()), ("permission", Value::Repeated(vec![name]))]);
        let acl = Value::Object(vec![("user_acl", Value::Repeated(vec![grant.clone()])), ("group_acl", Value::Repeated(vec![grant]))]);
        agree::<BucketAcl>(vec![("acl", acl)], whims);
        agree::<BucketRetention>(vec![("period", size)], whims);
    }

    #[test]
    fn arbitrary_bytes_never_panic(body: Vec<u8>) {
        read_as_everything(&body);
    }

    #[test]
    fn almost_documents_never_panic(parts in prop::collection::vec(prop::sample::select(PARTS), 0..40)) {
        read_as_everything(parts.concat().as_bytes());
    }
}

const PARTS: &[&str] = &[
    "<",
    ">",
    "/",
    "<user_create_param>",
    "</user_create_param>",
    "<tags>",
    "</tags>",
    "<tag/>",
    "<user>",
    "</user>",
    "&amp;",
    "&#",
    "x41;",
    ";",
    "&",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?xml ",
    "?>",
    "<!DOCTYPE a [",
    "]",
    "null=\"true\"",
    " ",
    "=",
    "'",
    "\"",
    "{",
    "}",
    "[",
    ",",
    ":",
    "\"user\"",
    "\"tags\"",
    "\"tag\"",
    "\"user_mapping\"",
    "\"add\"",
    "\"acl\"",
    "\"TagSet\"",
    "\"properties\"",
    "\"entry\"",
    "\"secret_key\"",
    "null",
    "true",
    "1e9",
    "-",
    "\\",
    "\\ud83d",
    "\u{feff}",
    "é",
    "\0",
    "\u{2028}",
];

fn read_as_everything(body: &[u8]) {
    fn read<T: EcsRequest>(body: &[u8]) {
        for content_type in [None, Some("application/json"), Some("text/xml")] {
            let _ = decode::<T>(content_type, body);
        }
    }
    read::<SecretKeyCreate>(body);
    read::<UserSecretKeyCreate>(body);
    read::<SecretKeyDelete>(body);
    read::<UserSecretKeyDelete>(body);
    read::<ObjectUserCreate>(body);
    read::<ObjectUserDelete>(body);
    read::<ObjectUserLock>(body);
    read::<ObjectUserTags>(body);
    read::<NamespaceCreate>(body);
    read::<NamespaceUpdate>(body);
    read::<AuthnProviderCreate>(body);
    read::<AuthnProviderUpdate>(body);
    read::<ManagementUserCreate>(body);
    read::<ManagementUserUpdate>(body);
    read::<ManagementUserUnlock>(body);
    read::<PasswordChange>(body);
    read::<BaseUrlCreate>(body);
    read::<BaseUrlUpdate>(body);
    read::<PropertyUpdate>(body);
    read::<LoginSecurityUpdate>(body);
    read::<BucketCreate>(body);
    read::<BucketOwner>(body);
    read::<BucketStaleAllowed>(body);
    read::<BucketLock>(body);
    read::<BucketQuota>(body);
    read::<BucketRetention>(body);
    read::<BucketTags>(body);
    read::<BucketAcl>(body);
    read::<NamespaceQuota>(body);
    read::<RetentionClassCreate>(body);
    read::<RetentionClassUpdate>(body);
}
