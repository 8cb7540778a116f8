//! What a person is called and known by.

use keyward_identity::{AuthnProvider, ProviderMode};

use crate::fixture::{BASE, Slapd};
use crate::house::{provider, settings};
use crate::logins::person;

#[tokio::test]
async fn all_spellings_of_a_name_are_one_person() {
    let slapd = Slapd::start().await;
    let provider = provider(settings(&slapd));
    let first = person(&provider, "alice@corp.example", "Passw0rd-alice").await;
    for typed in ["ALICE@corp.example", " Alice@Corp.Example "] {
        assert_eq!(person(&provider, typed, "Passw0rd-alice").await, first);
    }
    assert_eq!(first.domains, ["corp.example", "corp.test"]);
    assert_eq!(first.provider, "urn:AuthProvider:test");
}

#[tokio::test]
async fn a_person_added_again_under_the_same_name_is_somebody_else() {
    let slapd = Slapd::start().await;
    let provider = provider(settings(&slapd));
    let first = person(&provider, "carol@corp.example", "Passw0rd-carol").await;
    let dn = format!("uid=carol,ou=people,{BASE}");
    slapd.delete(&dn).await;
    let again = ["objectClass: inetOrgPerson", "uid: carol", "cn: c", "sn: c", "userPassword: Passw0rd-carol"];
    slapd.add(&dn, &again).await;
    let second = person(&provider, "carol@corp.example", "Passw0rd-carol").await;
    assert_eq!(first.name, second.name);
    assert_eq!(first.unique_id.as_deref().map(str::len), Some(36));
    assert_ne!(first.unique_id, second.unique_id);
}

#[tokio::test]
async fn only_the_attributes_that_mappings_ask_for_are_kept() {
    let slapd = Slapd::start().await;
    let provider = provider(settings(&slapd));
    assert!(person(&provider, "bob@corp.example", "Passw0rd-bob").await.attributes.is_empty());
    provider.set_wanted_attributes(vec!["DEPARTMENTNUMBER".to_owned(), "employeeType".to_owned()]);
    let attributes = person(&provider, "bob@corp.example", "Passw0rd-bob").await.attributes;
    assert_eq!(attributes, [("departmentNumber".to_owned(), vec!["7".to_owned()])].into());
}

#[tokio::test]
async fn a_person_found_by_mail_is_still_named_by_the_first_attribute_of_the_filter() {
    let slapd = Slapd::start().await;
    let filter = "(&(objectClass=person)(|(uid=%U)(mail=%u)))".to_owned();
    let provider = provider(AuthnProvider { search_filter: filter, ..settings(&slapd) });
    assert_eq!(person(&provider, "bob.example@corp.example", "Passw0rd-bob").await.name, "bob@corp.example");
}

#[tokio::test]
async fn a_filter_on_the_whole_name_takes_the_entrys_own_address() {
    let slapd = Slapd::start().await;
    let provider = provider(AuthnProvider { search_filter: "mail=%u".to_owned(), ..settings(&slapd) });
    let bob = person(&provider, "Bob.Example@corp.example", "Passw0rd-bob").await;
    assert_eq!(bob.name, "bob.example@corp.example");
}

#[tokio::test]
async fn an_active_directory_entry_is_known_by_its_account_name_and_guid() {
    let slapd = Slapd::start().await;
    // A value that happens to be text, and one that cannot be.
    for (name, guid) in [("Dana", *b"0123456789abcdef"), ("Erin", [0xff; 16])] {
        let pairs = [
            ("objectClass", b"person".as_slice()),
            ("objectClass", b"adAccount"),
            ("cn", name.as_bytes()),
            ("sn", b"Example"),
            ("sAMAccountName", name.as_bytes()),
            ("objectGUID", &guid),
            ("userPassword", b"Passw0rd-ad"),
        ];
        let pairs = pairs.into_iter().map(|(name, value)| (name.as_bytes().to_vec(), value.to_vec())).collect();
        slapd.add_raw(&format!("cn={name},ou=people,{BASE}"), pairs).await;
    }
    let provider = provider(AuthnProvider {
        mode: ProviderMode::Ad,
        search_filter: "sAMAccountName=%U".to_owned(),
        ..settings(&slapd)
    });
    let dana = person(&provider, "DANA@corp.test", "Passw0rd-ad").await;
    assert_eq!(dana.name, "dana@corp.test");
    assert_eq!(dana.unique_id.as_deref(), Some("33323130-3534-3736-3839-616263646566"));
    let erin = person(&provider, "erin@corp.test", "Passw0rd-ad").await;
    assert_eq!(erin.unique_id.as_deref(), Some("ffffffff-ffff-ffff-ffff-ffffffffffff"));
}
