//! Every spelling of the other requests that real clients use, and what is refused.

mod spelling;

use keyward_ecs_wire::requests::*;
use keyward_ecs_wire::{GivenSecret, MappedAttribute, Tag, UserMapping};
use spelling::{JSON, XML, read, refusal};

#[test]
fn tags_are_objects_or_plain_strings() {
    let tag = |name: &str, value: &str| Tag { name: name.into(), value: value.into() };
    for body in [
        "<user_create_param><user>dana@corp.example</user><namespace>ns1</namespace><tags><tag><name>team</name><value>blue</value></tag></tags></user_create_param>",
        "<user_create_param><tag><name>team</name><value>blue</value></tag><namespace> ns1 </namespace><user>\n dana@corp.example\n</user></user_create_param>",
        r#"{"user":"dana@corp.example","namespace":"ns1","tags":[{"name":"team","value":"blue"}],"locked":false,"created":"","secret_keys":[]}"#,
        r#"{"user":"dana@corp.example","namespace":"ns1","tags":{"tag":{"name":"team","value":"blue"}}}"#,
        r#"{"user_create_param":{"user":"dana@corp.example","namespace":"ns1","tags":{"tag":[{"name":"team","value":"blue"}]}}}"#,
    ] {
        let request: ObjectUserCreate = read(body);
        assert_eq!((request.user.as_str(), request.namespace.as_str()), ("dana@corp.example", "ns1"));
        assert_eq!(request.tags, [tag("team", "blue")], "{body}");
    }
    let plain: ObjectUserCreate = read(r#"{"user":"a","namespace":"b","tags":["blue","green"]}"#);
    assert_eq!(plain.tags, [tag("blue", ""), tag("green", "")]);
    assert_eq!(read::<ObjectUserTags>("<tags><tag><name>a</name></tag></tags>").tags, [tag("a", "")]);
    assert_eq!(read::<ObjectUserTags>(r#"{"tags":[{"name":"a","value":1}]}"#).tags, [tag("a", "1")]);
    assert_eq!(refusal::<ObjectUserTags>(JSON, "{}").0, 1005);
    let (code, details) = refusal::<ObjectUserTags>(JSON, r#"{"tags":[{"value":"blue"}]}"#);
    assert_eq!((code, details.contains("tags.name")), (1005, true), "{details}");
}

#[test]
fn a_missing_mandatory_field_is_named() {
    for (body, name) in [
        ("{}", "user"),
        ("null", "user"),
        (r#"{"user":"a"}"#, "namespace"),
        (r#"{"user":" ","namespace":"b"}"#, "user"),
    ] {
        let (code, details) = refusal::<ObjectUserCreate>(JSON, body);
        assert_eq!(code, 1005);
        assert!(details.starts_with(&format!("Required parameter {name} was missing or empty")), "{details}");
    }
    assert_eq!(refusal::<ObjectUserLock>(XML, "<user_lock_param><user>a</user></user_lock_param>").0, 1005);
    assert_eq!(refusal::<PasswordChange>(JSON, r#"{"password":"new"}"#).0, 1005);
    assert_eq!(refusal::<BaseUrlCreate>(JSON, r#"{"name":"a","base_url":"b"}"#).0, 1005);
    assert_eq!(refusal::<AuthnProviderCreate>(JSON, r#"{"mode":"ldap","server_urls":[]}"#).0, 1005);
}

#[test]
fn a_flag_may_be_quoted_and_in_any_case() {
    for (value, flag) in [
        ("true", true),
        ("\"true\"", true),
        ("\"True\"", true),
        ("\"TRUE\"", true),
        ("1", true),
        ("false", false),
        ("\"False\"", false),
        ("\" 0 \"", false),
    ] {
        let body = format!(r#"{{"user":"dana","namespace":"ns1","isLocked":{value}}}"#);
        assert_eq!(read::<ObjectUserLock>(&body).is_locked, flag, "{value}");
    }
    let body = "<user_lock_param><user>dana</user><isLocked>TRUE</isLocked></user_lock_param>";
    assert!(read::<ObjectUserLock>(body).is_locked);
    assert_eq!(refusal::<ObjectUserLock>(JSON, r#"{"user":"dana","isLocked":"yes"}"#).0, 1008);
    let delete: ObjectUserDelete = read("<user_delete_param><user>dana</user><namespace/></user_delete_param>");
    assert_eq!(delete, ObjectUserDelete { user: "dana".into(), namespace: None });
}

fn mapping() -> UserMapping {
    let values = vec!["engineering".into(), "research".into()];
    UserMapping {
        domain: "corp.example".into(),
        attributes: vec![MappedAttribute { key: "department".into(), values }],
        groups: vec!["S3Users".into(), "Builders".into()],
    }
}

#[test]
fn a_user_mapping_is_read_flat_or_wrapped() {
    for body in [
        "<namespace_update><user_mapping>\n  <domain>corp.example</domain>\n  <attributes><attribute><key>department</key><value>engineering</value><value>research</value></attribute></attributes>\n  <groups><group>S3Users</group><group>Builders</group></groups>\n</user_mapping></namespace_update>",
        r#"{"user_mapping":[{"domain":"corp.example","attributes":[{"key":"department","value":["engineering","research"]}],"groups":["S3Users","Builders"]}]}"#,
        r#"{"user_mapping":{"domain":"corp.example","attributes":{"attribute":{"key":"department","value":["engineering","research"]}},"groups":{"group":["S3Users","Builders"]}}}"#,
        r#"{"namespace_update":{"user_mapping":[{"domain":"corp.example","attributes":{"attribute":[{"key":"department","value":["engineering","research"]}]},"groups":["S3Users","Builders"]}]}}"#,
    ] {
        assert_eq!(read::<NamespaceUpdate>(body).user_mapping, Some(vec![mapping()]), "{body}");
    }
    let two = "<namespace_update><user_mapping><domain>a</domain></user_mapping><x/><user_mapping><domain>b</domain><groups/></user_mapping></namespace_update>";
    assert_eq!(read::<NamespaceUpdate>(two).user_mapping.map(|mappings| mappings.len()), Some(2));
}

#[test]
fn an_empty_item_never_widens_a_mapping() {
    for (mapping, field) in [
        (r#"{"domain":"a","groups":[""]}"#, "groups"),
        (r#"{"domain":"a","groups":[null]}"#, "groups"),
        (r#"{"domain":"a","groups":{"group":" "}}"#, "groups"),
        (r#"{"domain":"a","attributes":[{"key":"k"}]}"#, "attributes.value"),
        (r#"{"domain":"a","attributes":[{"key":"k","value":[]}]}"#, "attributes.value"),
        (r#"{"domain":"a","attributes":[{"value":["v"]}]}"#, "attributes.key"),
        (r#"{"domain":"","groups":["g"]}"#, "domain"),
    ] {
        let (code, details) = refusal::<NamespaceUpdate>(JSON, format!(r#"{{"user_mapping":[{mapping}]}}"#));
        assert_eq!(code, 1005, "{mapping}");
        assert!(details.contains(&format!("user_mapping.{field}")), "{details}");
    }
    let xml =
        "<namespace_update><user_mapping><domain>a</domain><groups><group/></groups></user_mapping></namespace_update>";
    assert_eq!(refusal::<NamespaceUpdate>(XML, xml).0, 1005);
}

#[test]
fn an_update_tells_unchanged_from_cleared() {
    let unchanged: NamespaceUpdate = read(r#"{"namespace_admins":null,"user_mapping":null}"#);
    assert_eq!(unchanged, NamespaceUpdate::default());
    for body in [
        r#"{"namespace_admins":"","user_mapping":[],"allowed_vpools_list":[]}"#,
        "<namespace_update><namespace_admins/><user_mapping></user_mapping><allowed_vpools_list/></namespace_update>",
    ] {
        let cleared: NamespaceUpdate = read(body);
        assert_eq!(cleared.namespace_admins, Some(Vec::new()), "{body}");
        assert_eq!((cleared.user_mapping, cleared.allowed_vpools_list), (Some(Vec::new()), Some(Vec::new())));
    }
}

#[test]
fn a_namespace_is_created_from_recorded_bodies() {
    let xml = "<namespace_create><namespace>ns1</namespace><default_data_services_vpool>urn:a</default_data_services_vpool><allowed_vpools_list>urn:a</allowed_vpools_list><is_encryption_enabled>true</is_encryption_enabled><allowed_vpools_list>urn:b</allowed_vpools_list><namespace_admins>nsadmin, dana@corp.example,</namespace_admins><default_bucket_block_size>-1</default_bucket_block_size></namespace_create>";
    let json = r#"{"namespace":"ns1","default_data_services_vpool":"urn:a","allowed_vpools_list":["urn:a","urn:b"],"is_encryption_enabled":"true","namespace_admins":"nsadmin,dana@corp.example","default_bucket_block_size":-1}"#;
    let request: NamespaceCreate = read(xml);
    assert_eq!(request, read(json));
    assert_eq!(request.namespace, "ns1");
    assert_eq!(request.settings.allowed_vpools_list, Some(vec!["urn:a".into(), "urn:b".into()]));
    assert_eq!(request.settings.namespace_admins, Some(vec!["nsadmin".into(), "dana@corp.example".into()]));
    assert_eq!(
        (request.settings.is_encryption_enabled, request.settings.default_bucket_block_size),
        (Some(true), Some(-1))
    );
    assert_eq!(refusal::<NamespaceUpdate>(JSON, r#"{"default_bucket_block_size":1.5}"#).0, 1008);
    assert_eq!(refusal::<NamespaceUpdate>(JSON, r#"{"default_bucket_block_size":99999999999999999999}"#).0, 1014);
}

#[test]
fn what_a_namespace_answer_shows_can_be_sent_back() {
    let answer = include_str!("golden/namespace_full.json");
    let request: NamespaceUpdate = read(answer);
    assert_eq!(request.user_mapping.map(|mappings| mappings.len()), Some(2));
    assert_eq!(request.namespace_admins, Some(vec!["nsadmin".into(), "dana@corp.example".into()]));
    assert_eq!(request.is_encryption_enabled, Some(true));
}

#[test]
fn a_provider_is_created_under_plural_singular_and_wrapped_names() {
    let rest = r#""manager_dn":"cn=m","manager_password":" p ","search_base":"dc=x","search_filter":"uid=%U","group_attribute":"CN","validate_certificates":"true","max_page_size":"0","disable":true,"start_tls":"required""#;
    let xml = "<authnprovider_create><mode>ldap</mode><server_urls><server_url>ldap://a:389</server_url><server_url>ldap://b:389</server_url></server_urls><domains><domain>x.example</domain></domains><manager_dn>cn=m</manager_dn><manager_password> p </manager_password><search_base>dc=x</search_base><search_filter>uid=%U</search_filter><group_attribute>CN</group_attribute><validate_certificates>true</validate_certificates><max_page_size>0</max_page_size><disable>TRUE</disable><start_tls>required</start_tls></authnprovider_create>";
    let request: AuthnProviderCreate = read(xml);
    assert_eq!(request.server_urls, ["ldap://a:389", "ldap://b:389"]);
    assert_eq!(request.manager_password.expose(), " p ");
    assert_eq!((request.start_tls.as_deref(), request.max_page_size), (Some("required"), Some(0)));
    for lists in [
        r#""server_urls":["ldap://a:389","ldap://b:389"],"domains":["x.example"]"#,
        r#""server_url":["ldap://a:389","ldap://b:389"],"domain":"x.example""#,
        r#""server_urls":{"server_url":["ldap://a:389","ldap://b:389"]},"domains":{"domain":"x.example"}"#,
        r#""server_urls":["ldap://a:389","ldap://b:389"],"domains":"x.example","group_whitelist_values":null,"tags":[]"#,
    ] {
        assert_eq!(read::<AuthnProviderCreate>(&format!(r#"{{"mode":"ldap",{lists},{rest}}}"#)), request, "{lists}");
    }
}

#[test]
fn a_provider_update_adds_and_removes() {
    let changes = ListChanges { add: vec!["a.example".into(), "b.example".into()], remove: vec!["c.example".into()] };
    for body in [
        r#"{"domain_changes":{"add":["a.example","b.example"],"remove":["c.example"]}}"#,
        r#"{"domain_changes":{"add":{"domain":["a.example","b.example"]},"remove":"c.example"}}"#,
        "<authnprovider_update><domain_changes><add><domain>a.example</domain><domain>b.example</domain></add><remove><domain>c.example</domain></remove></domain_changes></authnprovider_update>",
        "<authnprovider_update><domain_changes><add>a.example</add><add>b.example</add><remove>c.example</remove></domain_changes></authnprovider_update>",
    ] {
        let request: AuthnProviderUpdate = read(body);
        assert_eq!(request.domain_changes, changes, "{body}");
        assert!(request.server_url_changes.is_empty() && request.disable.is_none());
    }
    let neither: AuthnProviderUpdate = read(r#"{"domain_changes":{"domain":"a"},"server_url_changes":{}}"#);
    assert!(neither.domain_changes.is_empty() && neither.server_url_changes.is_empty());
    let whole: AuthnProviderUpdate = read(r#"{"server_urls":["ldap://a","ldap://b"]}"#);
    assert_eq!(whole.server_urls.as_deref(), Some(&["ldap://a".to_owned(), "ldap://b".to_owned()][..]));
    assert_eq!(whole.domains, None);
}

#[test]
fn a_management_user_is_created_and_changed() {
    let request: ManagementUserCreate =
        read(r#"{"userId":"ops","password":"p w ","isSystemAdmin":"true","isSystemMonitor":false}"#);
    assert_eq!((request.is_system_admin, request.is_system_monitor, request.is_security_admin), (true, false, false));
    assert_eq!(request.password, Some(GivenSecret::new("p w ")));
    let update: ManagementUserUpdate =
        read("<mgmt_user_info_update><isSystemAdmin>false</isSystemAdmin></mgmt_user_info_update>");
    assert_eq!((update.is_system_admin, update.is_system_monitor, update.password), (Some(false), None, None));
    let change: PasswordChange = read(r#"{"password":"new","oldPassword":"old"}"#);
    assert_eq!((change.password.expose(), change.old_password.expose()), ("new", "old"));
    assert_eq!(read::<ManagementUserUnlock>(r#"{"password":"new"}"#).password, Some(GivenSecret::new("new")));
}

#[test]
fn a_base_url_is_created_and_changed() {
    let request: BaseUrlCreate = read(r#"{"name":"main","base_url":"s3.example.test","is_namespace_in_host":"true"}"#);
    assert_eq!((request.base_url.as_str(), request.is_namespace_in_host), ("s3.example.test", true));
    let update: BaseUrlUpdate = read("<object_base_url_update><name>other</name></object_base_url_update>");
    assert_eq!(update, BaseUrlUpdate { name: Some("other".into()), base_url: None, is_namespace_in_host: None });
}

#[test]
fn the_user_scope_is_read_from_entries_and_objects() {
    for body in [
        "<property_update><properties><entry><key>user_scope</key><value>NAMESPACE</value></entry></properties></property_update>",
        r#"{"properties":{"user_scope":"NAMESPACE"}}"#,
        r#"{"properties":{"user-scope":"NAMESPACE"}}"#,
        r#"{"property_update":{"properties":{"entry":[{"key":"user_scope","value":"NAMESPACE"}]}}}"#,
        r#"{"properties":{"entry":{"key":"user_scope","value":"NAMESPACE"}}}"#,
    ] {
        assert_eq!(read::<PropertyUpdate>(body).user_scope(), Some("NAMESPACE"), "{body}");
    }
    assert_eq!(refusal::<PropertyUpdate>(JSON, "{}").0, 1005);
}

#[test]
fn rules_about_logins_are_read_from_either_format() {
    let wanted = [("passwordExpiryDays".to_owned(), "90".to_owned())];
    for body in [
        r#"{"entries":{"passwordExpiryDays":"90"}}"#,
        r#"{"entries":{"passwordExpiryDays":90}}"#,
        "<security_config><entries><entry><key>passwordExpiryDays</key><value>90</value></entry></entries></security_config>",
    ] {
        assert_eq!(read::<LoginSecurityUpdate>(body).entries, wanted, "{body}");
    }
    assert_eq!(refusal::<LoginSecurityUpdate>(JSON, "{}").0, 1005);
}

#[test]
fn a_bucket_is_asked_for_in_either_format_and_whatever_is_left_open_stays_open() {
    let tags = || vec![Tag { name: "team".into(), value: "blue".into() }];
    for body in [
        "<object_bucket_create><name>logs</name><namespace>ns1</namespace><vpool/><filesystem_enabled>false</filesystem_enabled>\
         <TagSet><Tag><Key>team</Key><Value>blue</Value></Tag></TagSet></object_bucket_create>",
        r#"{"name":"logs","namespace":"ns1","vpool":"","filesystem_enabled":false,"TagSet":[{"Key":"team","Value":"blue"}]}"#,
        r#"{"name":"logs","namespace":"ns1","search_metadata":[],"min_max_governor":{"enforce_retention":false},"tags":[{"name":"team","value":"blue"}]}"#,
    ] {
        let expected = BucketCreate {
            name: "logs".into(),
            namespace: Some("ns1".into()),
            tags: tags(),
            ..BucketCreate::default()
        };
        assert_eq!(read::<BucketCreate>(body), expected, "{body}");
    }
    let full: BucketCreate = read(
        r#"{"name":"logs","search_metadata":[{"type":"User","name":"x","datatype":"string"}],"min_max_governor":{"enforce_retention":"true"},
            "is_encryption_enabled":"true","blockSize":"10","notificationSize":8,"default_group":"staff"}"#,
    );
    assert!(full.indexes_metadata && full.enforces_retention_limits && full.is_encryption_enabled);
    assert_eq!(
        (full.block_size, full.notification_size, full.default_group),
        (Some(10), Some(8), Some("staff".into()))
    );
    assert_eq!(refusal::<BucketCreate>(JSON, "{}").0, 1005);
}

#[test]
fn tags_of_a_bucket_come_under_a_root_for_each_method() {
    for root in ["add_bucket_tags", "update_bucket_tags", "delete_bucket_tags"] {
        let body = format!("<{root}><TagSet><Tag><Key>a</Key></Tag></TagSet><namespace>ns1</namespace></{root}>");
        let request: BucketTags = read(&body);
        assert_eq!(request.tags, [Tag { name: "a".into(), value: String::new() }]);
        assert_eq!(request.namespace.as_deref(), Some("ns1"));
    }
    assert_eq!(refusal::<BucketTags>(JSON, r#"{"TagSet":[]}"#).0, 1005);
    assert_eq!(refusal::<BucketTags>(JSON, r#"{"TagSet":[{"Value":"x"}]}"#).0, 1005);
}

#[test]
fn no_grant_of_an_access_control_list_is_overlooked() {
    let grant = |to: &str, permission: &[&str]| Grant {
        to: to.into(),
        permission: permission.iter().map(|permission| (*permission).into()).collect(),
    };
    let everything = BucketAcl {
        namespace: Some("ns1".into()),
        owner: Some("dana".into()),
        default_group: Some("staff".into()),
        user_acl: vec![grant("dana", &["read", "write"])],
        group_acl: vec![grant("public", &["read"])],
        customgroup_acl: vec![grant("x", &["delete"])],
    };
    for body in [
        "<bucket_acl><bucket>b</bucket><namespace>ns1</namespace><acl><owner>dana</owner><default_group>staff</default_group>\
         <user_acl><user>dana</user><permission>read</permission><permission>write</permission></user_acl>\
         <group_acl><group>public</group><permission>read</permission></group_acl>\
         <customgroup_acl><customgroup>x</customgroup><permission>delete</permission></customgroup_acl></acl></bucket_acl>",
        r#"{"bucket":"b","namespace":"ns1","acl":{"owner":"dana","default_group":"staff",
            "user_acl":[{"user":"dana","permission":["read","write"]}],
            "group_acl":[{"group":"public","permission":["read"]}],
            "customgroup_acl":{"customgroup":"x","permission":"delete"}}}"#,
    ] {
        assert_eq!(read::<BucketAcl>(body), everything, "{body}");
    }
    for body in ["", "{}", r#"{"namespace":"ns1"}"#, r#"{"namespace":"ns1","Acl":{"user_acl":[]}}"#] {
        assert_eq!(refusal::<BucketAcl>(JSON, body).0, 1005, "{body}");
    }
    for body in [r#"{"acl":{}}"#, r#"{"acl":{"user_acl":[]}}"#, "<bucket_acl><acl/></bucket_acl>"] {
        assert_eq!(read::<BucketAcl>(body), BucketAcl::default(), "{body}");
    }
    for nobody in ["user_acl", "group_acl", "customgroup_acl"] {
        let body = format!(r#"{{"acl":{{"{nobody}":[{{"permission":["read"]}}]}}}}"#);
        assert_eq!(refusal::<BucketAcl>(JSON, &body).0, 1005, "{nobody}");
    }
}

#[test]
fn metadata_of_a_bucket_names_its_protocol_and_at_least_one_entry() {
    let expected = BucketMetadata {
        namespace: Some("ns1".into()),
        head_type: "S3".into(),
        metadata: vec![Tag { name: "a".into(), value: "b".into() }],
    };
    for body in [
        r#"{"head_type":"S3","metadata":[{"name":"a","value":"b"}],"namespace":"ns1"}"#,
        "<bucket_metadata><head_type>S3</head_type><metadata><name>a</name><value>b</value></metadata>\
         <namespace>ns1</namespace></bucket_metadata>",
    ] {
        assert_eq!(read::<BucketMetadata>(body), expected, "{body}");
    }
    assert_eq!(refusal::<BucketMetadata>(JSON, r#"{"head_type":"S3","metadata":[]}"#).0, 1005);
    assert_eq!(refusal::<BucketMetadata>(JSON, r#"{"metadata":[{"name":"a"}]}"#).0, 1005);
}

#[test]
fn hiding_keys_takes_a_truth_in_any_spelling() {
    for body in [r#"{"value":true}"#, r#"{"value":"true"}"#, "<hide_secret_key><value>True</value></hide_secret_key>"] {
        assert!(read::<HideSecretKeys>(body).value, "{body}");
    }
    assert_eq!(refusal::<HideSecretKeys>(JSON, "{}").0, 1005);
    assert_eq!(refusal::<HideSecretKeys>(JSON, r#"{"value":"perhaps"}"#).0, 1008);
}

#[test]
fn a_period_has_to_be_given() {
    assert_eq!(read::<BucketRetention>(r#"{"period":"60"}"#).period, 60);
    assert_eq!(refusal::<BucketRetention>(XML, "<default_bucket_retention_update/>").0, 1005);
    assert_eq!(refusal::<RetentionClassCreate>(JSON, r#"{"name":"y7"}"#).0, 1005);
    assert_eq!(refusal::<RetentionClassUpdate>(JSON, r#"{"period":"soon"}"#).0, 1008);
}
