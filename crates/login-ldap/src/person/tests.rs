//! The promises about who an entry is.

use keyward_ambient::Timestamp;
use keyward_identity::{ProviderMode, SearchScope, StartTls};

use super::*;
use crate::filter::FilterTemplate;

fn provider() -> AuthnProvider {
    AuthnProvider {
        id: "urn:AuthProvider:1".to_owned(),
        mode: ProviderMode::Ldap,
        name: "corp".to_owned(),
        description: String::new(),
        server_urls: vec!["ldap://192.0.2.1".to_owned()],
        domains: vec!["corp.example".parse().unwrap(), "corp.test".parse().unwrap()],
        manager_dn: "cn=svc".to_owned(),
        search_base: "dc=corp".to_owned(),
        search_filter: "uid=%U".to_owned(),
        search_scope: SearchScope::Subtree,
        group_attribute: "CN".to_owned(),
        group_whitelist: Vec::new(),
        group_object_classes: Vec::new(),
        group_member_attributes: Vec::new(),
        max_page_size: 0,
        validate_certificates: true,
        start_tls: StartTls::Required,
        disabled: false,
        tags: Vec::new(),
        server_cert: None,
        created_at: Timestamp::EPOCH,
    }
}

fn entry(dn: &str, attributes: &[(&str, &[&str])]) -> Entry {
    let attributes = attributes
        .iter()
        .map(|(name, values)| ((*name).to_owned(), values.iter().map(|value| value.as_bytes().to_vec()).collect()));
    Entry::new(dn.to_owned(), attributes)
}

fn name(entry: &Entry, filter: &str, typed: &str) -> Option<String> {
    let template = FilterTemplate::parse(filter).unwrap();
    let typed = LoginName::parse(typed).unwrap();
    name_of(entry, template.sources(), &typed, &provider()).map(|name| name.as_str().to_owned())
}

#[test]
fn the_name_comes_from_the_entry_and_the_domain_that_was_asked_for() {
    let alice = entry("cn=Alice,dc=corp", &[("uid", &["Alice"])]);
    assert_eq!(name(&alice, "uid=%U", "aLiCe@corp.example").as_deref(), Some("alice@corp.example"));
    // A directory that ignores blanks and accents finds her under other spellings too.
    assert_eq!(name(&alice, "uid=%U", "àlice@corp.test").as_deref(), Some("alice@corp.test"));
}

#[test]
fn a_name_with_its_own_domain_keeps_it() {
    let alice = entry("cn=Alice,dc=corp", &[("userPrincipalName", &["Alice@Corp.Test"])]);
    assert_eq!(name(&alice, "userPrincipalName=%u", "alice@corp.test").as_deref(), Some("alice@corp.test"));
}

#[test]
fn an_address_in_a_foreign_domain_names_nobody_here() {
    let mallory = entry("cn=M,dc=corp", &[("mail", &["boss@other.example", "m@corp.example"])]);
    assert_eq!(name(&mallory, "mail=%u", "m@corp.example").as_deref(), Some("m@corp.example"));
    let foreign = entry("cn=M,dc=corp", &[("mail", &["boss@other.example"])]);
    assert_eq!(name(&foreign, "mail=%u", "m@corp.example"), None);
}

#[test]
fn several_values_give_one_name_whichever_was_typed() {
    let by_dn = entry("uid=bob,dc=corp", &[("uid", &["alias", "bob"])]);
    let by_order = entry("cn=Bob,dc=corp", &[("uid", &["bob", "alias"])]);
    for typed in ["alias@corp.example", "bob@corp.example"] {
        assert_eq!(name(&by_dn, "uid=%U", typed).as_deref(), Some("bob@corp.example"));
        assert_eq!(name(&by_order, "uid=%U", typed).as_deref(), Some("alias@corp.example"));
    }
}

#[test]
fn the_first_attribute_of_the_filter_names_the_person_however_they_were_found() {
    let alice = entry("cn=A,dc=corp", &[("uid", &["asmith"]), ("mail", &["alice.smith@corp.example"])]);
    let filter = "(|(uid=%U)(mail=%u))";
    assert_eq!(name(&alice, filter, "alice.smith@corp.example").as_deref(), Some("asmith@corp.example"));
    let no_uid = entry("cn=A,dc=corp", &[("mail", &["alice.smith@corp.example"])]);
    assert_eq!(name(&no_uid, filter, "alice.smith@corp.example").as_deref(), Some("alice.smith@corp.example"));
}

#[test]
fn the_unique_id_is_the_directorys_own() {
    let openldap = entry("cn=A", &[("entryUUID", &["0F5AC6E0-0000-1033-8E5E-6B1C5D0E9A11"])]);
    assert_eq!(unique_id(&openldap).as_deref(), Some("0f5ac6e0-0000-1033-8e5e-6b1c5d0e9a11"));
    let guid = (0..16).collect::<Vec<u8>>();
    let active_directory = Entry::new("cn=A".to_owned(), [("objectGUID".to_owned(), vec![guid])]);
    assert_eq!(unique_id(&active_directory).as_deref(), Some("03020100-0504-0706-0809-0a0b0c0d0e0f"));
    assert_eq!(unique_id(&entry("cn=A", &[])), None);
}

#[test]
fn only_wanted_attributes_are_kept_under_the_directorys_spelling() {
    let alice = entry("cn=A", &[("departmentNumber", &["7", "9"]), ("telephoneNumber", &["555"])]);
    let kept = attributes(&alice, &["DEPARTMENTNUMBER".to_owned(), "missing".to_owned()]);
    assert_eq!(kept, BTreeMap::from([("departmentNumber".to_owned(), vec!["7".to_owned(), "9".to_owned()])]));
}
