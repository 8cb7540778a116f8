//! Every answer and the error document, byte for byte, in XML and in JSON: `golden/<name>.xml` and `golden/<name>.json`.

use std::path::Path;

use keyward_ambient::Timestamp;
use keyward_ecs_wire::answers::*;
use keyward_ecs_wire::{Answer, EcsError, Format, MappedAttribute, ShownOnce, Tag, UserMapping};

const CREATED: Timestamp = Timestamp::from_millis(1_772_732_353_813);
const LATER: Timestamp = Timestamp::from_millis(1_772_732_446_010);
const EXPIRY: Timestamp = Timestamp::from_millis(1_772_733_046_010);

/// Compares `answer` with its two files. A file holds the body and one newline, which editors insist on.
#[track_caller]
fn holds(name: &str, answer: &dyn Answer) {
    for (format, extension) in [(Format::Xml, "xml"), (Format::Json, "json")] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.{extension}"));
        let golden = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let body = answer.render(format);
        assert_eq!(body.capacity(), body.len(), "the buffer of {name}.{extension} grew while it was written");
        assert_eq!(String::from_utf8(body).expect("UTF-8") + "\n", golden, "{name}.{extension}");
    }
}

fn key(secret: &str, created: Timestamp, expiry: Option<Timestamp>) -> IssuedKey {
    IssuedKey {
        secret_key: ShownOnce::new(secret),
        key_timestamp: created,
        key_expiry_timestamp: expiry,
        secret_key_id: None,
    }
}

fn with_id(key: IssuedKey) -> IssuedKey {
    IssuedKey { secret_key_id: Some("00112233445566778899aabbccddeeff".repeat(2)), ..key }
}

fn first_key() -> IssuedKey {
    key("wemtu5OTOqGH1k4VOavxYGFUzdGceyrnr95PjMlx", CREATED, None)
}

#[test]
fn session() {
    holds("logged_in", &LoggedIn { user: "root".into() });
    holds("logged_out", &LoggedOut { user: "root".into() });
    let mut admin = WhoAmI {
        common_name: "root".into(),
        distinguished_name: String::new(),
        namespace: None,
        roles: vec!["SYSTEM_ADMIN".into(), "SECURITY_ADMIN".into()],
        last_time_password_changed: Some(CREATED),
    };
    holds("whoami_admin", &admin);
    admin.common_name = "dana@corp.example".into();
    (admin.namespace, admin.roles, admin.last_time_password_changed) = (Some("ns1".into()), Vec::new(), None);
    holds("whoami_plain_user", &admin);
}

#[test]
fn a_login_is_the_recorded_93_bytes() {
    assert_eq!(LoggedIn { user: "root".into() }.to_xml().len(), 93);
}

#[test]
fn a_new_key_and_a_new_user() {
    holds("user_secret_key", &UserSecretKey { uid: "Dana@CORP.example".into(), key: Some(first_key()) });
    let listed = with_id(key("+aGGbeGheXRfp33OQtpmXE1mvtzhYHH4qr5C5zW/", CREATED, Some(EXPIRY)));
    holds("user_secret_key_with_id", &UserSecretKey { uid: "a/b&c".into(), key: Some(listed) });
    holds("user_secret_key_of_new_user", &UserSecretKey { uid: "dana@corp.example".into(), key: None });
}

#[test]
fn the_two_slots() {
    let second = || key("+aGGbeGheXRfp33OQtpmXE1mvtzhYHH4qr5C5zW/", LATER, None);
    let first = key("wemtu5OTOqGH1k4VOavxYGFUzdGceyrnr95PjMlx", CREATED, Some(EXPIRY));
    holds("user_secret_keys", &UserSecretKeys { slots: [Some(first), Some(second())] });
    holds("user_secret_keys_one", &UserSecretKeys { slots: [Some(first_key()), None] });
    holds("user_secret_keys_none", &UserSecretKeys { slots: [None, None] });
    holds("user_secret_keys_with_id", &UserSecretKeys { slots: [Some(with_id(second())), None] });
    holds("user_secret_keys_exist", &UserSecretKeysExist { slots: [true, false] });
}

#[test]
fn object_users() {
    let user = |userid: &str| ListedUser { namespace: "ns1".into(), userid: userid.into() };
    let page = Page { filter: "userid=*".into(), ..Page::default() };
    let mut list = ObjectUsers { users: vec![user("dana@corp.example"), user("eve<&>")], page };
    holds("users", &list);
    list.users.clear();
    holds("users_none", &list);
    list.users.push(user("dana@corp.example"));
    list.page = Page {
        limit: Some(1),
        next_marker: Some("dana@corp.example".into()),
        filter: "namespace=ns1&limit=1".into(),
        next_page_link: Some("/object/users/ns1?limit=1&marker=dana@corp.example".into()),
    };
    holds("users_page", &list);
}

#[test]
fn one_object_user() {
    let tags =
        vec![Tag { name: "team".into(), value: "blue".into() }, Tag { name: "lead".into(), value: String::new() }];
    let user =
        |tags| ObjectUser { namespace: "ns1".into(), name: "dana".into(), locked: false, created: CREATED, tags };
    holds("user_info", &user(tags.clone()));
    holds("user_info_without_tags", &user(Vec::new()));
    holds("object_user_lock", &ObjectUserLock { user_name: "dana".into(), is_locked: true });
    holds("object_user_tag", &ObjectUserTags { user_name: "dana".into(), tags });
}

fn namespace() -> Namespace {
    Namespace {
        name: "ns1".into(),
        default_data_services_vpool: GROUP.into(),
        allowed_vpools_list: Vec::new(),
        disallowed_vpools_list: Vec::new(),
        namespace_admins: Vec::new(),
        external_group_admins: Vec::new(),
        user_mapping: Vec::new(),
        is_encryption_enabled: false,
        default_bucket_block_size: -1,
        is_stale_allowed: false,
        is_compliance_enabled: false,
        is_object_lock_with_ado_allowed: false,
        default_audit_delete_expiration: None,
        block_size: -1,
        notification_size: -1,
        creation_time: CREATED,
    }
}

#[test]
fn namespaces() {
    holds("namespace", &namespace());
    let attribute = MappedAttribute { key: "department".into(), values: vec!["engineering".into(), "research".into()] };
    let some =
        UserMapping { domain: "corp.example".into(), attributes: vec![attribute], groups: vec!["S3Users".into()] };
    let all = UserMapping { domain: "lab.example".into(), attributes: Vec::new(), groups: Vec::new() };
    let group = "urn:storageos:ReplicationGroupInfo:6f0a:global";
    let full = Namespace {
        default_data_services_vpool: group.into(),
        allowed_vpools_list: vec![group.into()],
        namespace_admins: vec!["nsadmin".into(), "dana@corp.example".into()],
        external_group_admins: vec!["admins@corp.example".into()],
        user_mapping: vec![some, all],
        is_encryption_enabled: true,
        default_audit_delete_expiration: Some(3600),
        ..namespace()
    };
    holds("namespace_full", &full);
    let entry = NamedLink { name: "ns1".into(), id: "ns1".into() };
    let page = Page { filter: "name=*".into(), ..Page::default() };
    holds("namespaces", &Namespaces { namespaces: vec![entry], page });
}

#[test]
fn authentication_providers() {
    let id = "urn:storageos:AuthnProvider:0b1c6d2e-0000-4000-8000-000000000001:";
    let provider = AuthnProvider {
        id: id.into(),
        name: "corp".into(),
        creation_time: CREATED,
        tags: vec!["head office".into()],
        mode: "ad".into(),
        description: "The company's directory".into(),
        server_urls: vec!["ldaps://dc1.corp.example:636".into(), "ldaps://dc2.corp.example:636".into()],
        domains: vec!["corp.example".into()],
        manager_dn: "CN=reader,DC=corp,DC=example".into(),
        search_base: "DC=corp,DC=example".into(),
        search_filter: "(&(objectClass=user)(userPrincipalName=%u))".into(),
        search_scope: "SUBTREE".into(),
        group_attribute: "CN".into(),
        group_whitelist_values: vec!["S3*".into()],
        group_object_classes: Vec::new(),
        group_member_attributes: Vec::new(),
        max_page_size: 1000,
        validate_certificates: true,
        start_tls: "off".into(),
        disable: false,
        server_cert: None,
    };
    holds("authnprovider", &provider);
    let providers = vec![NamedLink { name: "corp".into(), id: id.into() }];
    holds("authnproviders", &AuthnProviders { providers });
}

#[test]
fn management_users() {
    let root = ManagementUser {
        user_id: "root".into(),
        is_system_admin: true,
        is_system_monitor: false,
        is_security_admin: true,
        is_external_group: false,
        is_locked: false,
        last_time_password_changed: Some(CREATED),
    };
    let group = ManagementUser {
        user_id: "admins@corp.example".into(),
        is_external_group: true,
        last_time_password_changed: None,
        ..root.clone()
    };
    holds("mgmt_user_info", &root);
    holds("mgmt_user_infos", &ManagementUsers { users: vec![root, group] });
    holds("token_count", &TokenCount { count: 2 });
}

#[test]
fn base_urls() {
    let id = "urn:storageos:ObjectBaseUrl:7d1e6d2e-0000-4000-8000-000000000002:";
    let url =
        BaseUrl { id: id.into(), name: "main".into(), baseurl: "s3.example.test".into(), namespace_in_host: true };
    holds("base_url", &url);
    holds("base_urls", &BaseUrls { base_urls: vec![NamedLink { name: "main".into(), id: id.into() }] });
}

#[test]
fn properties() {
    holds("hide_secret_key", &HideSecretKeys { value: true });
    holds("property_info", &PropertyInfo { properties: vec![("user_scope".into(), "GLOBAL".into())] });
}

#[test]
fn login_security() {
    let entries = vec![("sessionMaxLifeTimeMinutes".into(), "480".into()), ("userAgreementText".into(), String::new())];
    holds("security_config", &LoginSecurity { entries });
}

#[test]
fn audit_events() {
    let made = AuditEvent {
        id: "urn:storageos:Event:00000000-0000-8000-8000-00000000002a".into(),
        event_type: "Created".into(),
        user_id: "dana@corp.example".into(),
        service_type: "Bucket".into(),
        resource_id: "ns1.logs".into(),
        timestamp: CREATED,
        namespace: "ns1".into(),
        description: "Bucket Created from 192.0.2.7; done".into(),
    };
    let failed = AuditEvent {
        id: "urn:storageos:Event:00000000-0000-8000-8000-00000000002b".into(),
        event_type: "Failed".into(),
        user_id: "<guess>".into(),
        service_type: "Login".into(),
        resource_id: "<guess>".into(),
        namespace: String::new(),
        description: "Login Failed from 192.0.2.7; refused; reason unknown_user".into(),
        ..made.clone()
    };
    let mut page = AuditEvents { events: vec![made, failed], max_events: 2, next_marker: Some("MTc3".into()) };
    holds("audit_events", &page);
    (page.events, page.next_marker) = (Vec::new(), None);
    holds("audit_events_none", &page);
}

fn bucket() -> Bucket {
    Bucket {
        name: "logs".into(),
        id: "ns1.logs".into(),
        namespace: "ns1".into(),
        owner: "dana@corp.example".into(),
        created: CREATED,
        tags: Vec::new(),
        api_type: "S3".into(),
        block_size: -1,
        notification_size: -1,
        retention: 0,
        fs_access_enabled: false,
        is_stale_allowed: false,
        is_tso_read_only: false,
        is_encryption_enabled: false,
        locked: false,
        vpool: GROUP.into(),
    }
}

const GROUP: &str = "urn:storageos:ReplicationGroupInfo:0b1c6d2e-0000-4000-8000-000000000003:global";

#[test]
fn buckets() {
    let tags =
        vec![Tag { name: "team".into(), value: "blue".into() }, Tag { name: "lead".into(), value: String::new() }];
    holds("object_bucket", &NewBucket { name: "logs".into(), id: "ns1.logs".into(), tags: tags.clone() });
    let limited = Bucket { tags, block_size: 10, notification_size: 8, locked: true, ..bucket() };
    holds("bucket_info", &bucket());
    holds("bucket_info_limited", &limited);
    let page =
        Page { limit: Some(1), next_marker: Some("bnMxfGxvZ3M".into()), filter: "name=*".into(), next_page_link: None };
    holds("object_buckets", &Buckets { buckets: vec![bucket()], page });
    let page = Page { filter: "name=x*".into(), ..Page::default() };
    holds("object_buckets_none", &Buckets { buckets: Vec::new(), page });
}

#[test]
fn settings_of_a_bucket() {
    holds("bucket_lock", &BucketLock { bucket_name: "logs".into(), is_locked: true });
    let quota =
        BucketQuota { bucketname: "logs".into(), namespace: "ns1".into(), block_size: 10, notification_size: -1 };
    holds("bucket_quota_details", &quota);
    holds("bucket_retention", &BucketRetention { period: 0 });
    let grant = |to: &str, permission: &[&str]| Grant {
        to: to.into(),
        permission: permission.iter().map(|permission| (*permission).into()).collect(),
    };
    let acl = BucketAcl {
        bucket: "logs".into(),
        namespace: "ns1".into(),
        owner: "dana@corp.example".into(),
        default_group: None,
        user_acl: vec![grant("dana@corp.example", &["full_control"])],
        group_acl: Vec::new(),
        customgroup_acl: Vec::new(),
    };
    holds("bucket_acl", &acl);
    let shared = BucketAcl {
        default_group: Some("staff".into()),
        group_acl: vec![grant("public", &["read"])],
        customgroup_acl: vec![grant("builders", &["read", "write"])],
        ..acl
    };
    holds("bucket_acl_shared", &shared);
    let entry = Tag { name: "team".into(), value: "blue".into() };
    holds("bucket_metadata", &BucketMetadata { head_type: "S3".into(), metadata: vec![entry] });
    let size = SystemMetadataKey { name: "Size", datatype: "integer" };
    holds("system_metadata", &SystemMetadataKeys { keys: vec![size], max_keys: 0 });
    let read = AclWord { id: "read", display_name: "read", description: None };
    let read_acl = AclWord { id: "read_acl", display_name: "read ACL", description: None };
    holds("bucket_acl_permissions", &BucketAclPermissions { permissions: vec![read, read_acl] });
    let public = AclWord { id: "public", display_name: "public", description: Some("everybody") };
    holds("bucket_acl_groups", &BucketAclGroups { groups: vec![public] });
}

#[test]
fn limits_of_a_namespace() {
    holds("namespace_quota", &NamespaceQuota { namespace: "ns1".into(), block_size: 10, notification_size: 8 });
    let class = || RetentionClass { name: "y7".into(), period: 220_752_000 };
    holds("retention_class", &class());
    holds("retention_classes", &RetentionClasses { classes: vec![class()] });
    holds("retention_classes_none", &RetentionClasses { classes: Vec::new() });
}

#[test]
fn the_site() {
    let center = "urn:storageos:VirtualDataCenterData:0b1c6d2e-0000-4000-8000-000000000003";
    let group = || ReplicationGroup {
        id: GROUP.into(),
        name: "Keyward".into(),
        description: "All data of this installation".into(),
        data_center: center.into(),
        storage_pool: "urn:storageos:VirtualArray:0b1c6d2e-0000-4000-8000-000000000003".into(),
    };
    holds("data_service_vpool", &group());
    holds("data_service_vpools", &ReplicationGroups { groups: vec![group()] });
    let end_points = "192.0.2.1".to_owned();
    let center = || VirtualDataCenter { id: center.into(), name: "Keyward".into(), end_points: end_points.clone() };
    holds("object_vdc", &center());
    holds("object_vdcs", &VirtualDataCenters { centers: vec![center()] });
    let pool = || StoragePool { id: "urn:storageos:VirtualArray:0b1c".into(), name: "Keyward".into() };
    holds("varray", &pool());
    holds("varrays", &StoragePools { pools: vec![pool()] });
    holds("alerts", &Alerts { max_alerts: 1000 });
    let node = Node { nodename: "node1".into(), ip: "192.0.2.1".into(), version: "0.1.0".into() };
    holds("nodes", &Nodes { nodes: vec![node] });
    holds("cluster_capacity", &Capacity { total_provisioned_gb: 750, total_free_gb: 739 });
}

#[test]
fn errors() {
    holds("error_not_found", &EcsError::not_found_in_url("dana"));
    holds("error_no_valid_secret_key", &EcsError::no_valid_secret_key("dana@corp.example"));
    holds("error_unavailable", &EcsError::unavailable("the identity store"));
}

/// Reads the sources: a new answer without a pair, or a pair that nothing is compared with, fails here.
#[test]
fn every_answer_has_its_pair_and_every_pair_its_answer() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text =
        |path: &Path| std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let here = text(&home.join("tests/golden.rs"));
    let sources = std::fs::read_dir(home.join("src/answers")).expect("the answers");
    for source in sources.map(|entry| text(&entry.expect("an entry").path())) {
        for answer in source.split("impl Answer for ").skip(1).filter_map(|rest| rest.split_whitespace().next()) {
            let made = format!("{answer} {{");
            let made =
                here.match_indices(&made).any(|(at, _)| !here[..at].ends_with(|letter: char| letter.is_alphanumeric()));
            assert!(made, "{answer} has no pair of golden files");
        }
    }
    for file in std::fs::read_dir(home.join("tests/golden")).expect("the files").map(|entry| entry.expect("one").path())
    {
        let name = file.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        assert!(here.contains(&format!("holds(\"{name}\"")), "nothing is compared with {}", file.display());
    }
}
