//! The people and groups of the domain.

use std::collections::HashSet;

use ldap3::{Ldap, Mod};

use crate::domain_controller::{BASE, DOMAIN, DomainController};

/// The account that searches.
pub const MANAGER: &str = "svc";
/// Groups that only [`MEMBER_OF_MANY`] is in.
pub const MANY: usize = 210;
/// Somebody in more groups than are asked for at once.
pub const MEMBER_OF_MANY: &str = "morris";
/// `groupType` of a distribution list (MS-ADTS 2.2.12): a global group without the security bit.
const DISTRIBUTION_LIST: &str = "2";
/// The attribute tokenGroups (MS-ADA3).
const TOKEN_GROUPS: &str = "b7c69e6d-2cc7-11d2-854e-00a0c983f608";
/// The attribute member (MS-ADA2).
const MEMBER: &str = "bf9679c0-0de6-11d0-a285-00aa003049e2";
/// In 2016, in units of 100 ns since 1601; passwords live for 42 days.
const LONG_AGO: &str = "131000000000000000";

/// The password of an account. Not all of it is ASCII.
pub fn password_of(account: &str) -> String {
    format!("Pässw0rd-{account}")
}

/// The DN of a person or group.
pub fn dn_of(name: &str) -> String {
    format!("CN={},CN=Users,{BASE}", ldap3::dn_escape(name))
}

/// Opens the house: groups within groups, and accounts that may and may not log in.
pub async fn move_in(controller: &DomainController) {
    let mut ldap = controller.administrator().await;
    // Everybody's second wrong password in a row locks the account.
    change(&mut ldap, BASE, "lockoutThreshold", "2").await;
    for account in [MANAGER, "alice", "bob", "carol", "dora", "locked", "leaver", "wendy", MEMBER_OF_MANY] {
        add_person(&mut ldap, account, account, &[]).await;
    }
    add_person(&mut ldap, "Müller, Jörg (IT)*", "jmueller", &[("mail", "joerg@ad.example.test")]).await;
    add_person(&mut ldap, "pat", "pat", &[("userPrincipalName", "pat@partner.test")]).await;
    add_person(&mut ldap, "cora", "cora", &[("userPrincipalName", "Cora.Example@corp.test")]).await;
    add_person(&mut ldap, "disabled", "disabled", &[("userAccountControl", "514")]).await;
    add_person(&mut ldap, "newcomer", "newcomer", &[("pwdLastSet", "0")]).await;
    add_person(&mut ldap, "retired", "retired", &[("accountExpires", "1")]).await;
    add_person(&mut ldap, "nightly", "nightly", &[("logonHours", &"\0".repeat(21))]).await;
    add_person(&mut ldap, "deskbound", "deskbound", &[("userWorkstations", "ELSEWHERE")]).await;
    add_person(&mut ldap, "forgetful", "forgetful", &[]).await;
    controller.set_password_age(&dn_of("forgetful"), LONG_AGO);
    add_groups(&mut ldap).await;
    hide(controller, "carol", TOKEN_GROUPS);
    hide(controller, "discreet", MEMBER);
    ldap.unbind().await.unwrap();
}

/// Takes the right to read an attribute of an entry away from everybody but administrators.
fn hide(controller: &DomainController, name: &str, attribute: &str) {
    let entry = format!("--objectdn={}", dn_of(name));
    let nobody_reads_it = format!("--sddl=(OD;;RP;{attribute};;AU)");
    controller.samba_tool(&["dsacl", "set", &entry, &nobody_reads_it]);
}

async fn add_groups(ldap: &mut Ldap) {
    let team: &[&str] = &["alice", "carol", "dora"];
    add_group(ldap, "storage-admins", team, &[]).await;
    add_group(ldap, "readers", &["alice", "bob", "carol", "dora"], &[]).await;
    add_group(ldap, "all-storage", &["storage-admins"], &[]).await;
    add_group(ldap, "Everything, Storage", &["all-storage"], &[("sAMAccountName", "everything")]).await;
    add_group(ldap, "through-primary", &["Domain Users"], &[]).await;
    add_group(ldap, "discreet", &["dora"], &[]).await;
    add_group(ldap, "newsletter", team, &[("groupType", DISTRIBUTION_LIST)]).await;
    for n in 0..MANY {
        add_group(ldap, &format!("team-{n}"), &[MEMBER_OF_MANY], &[]).await;
    }
}

async fn add_person(ldap: &mut Ldap, name: &str, account: &str, more: &[(&str, &str)]) {
    let user_name = format!("{account}@{DOMAIN}");
    let given = [
        ("objectClass", "user"),
        ("sAMAccountName", account),
        ("userPrincipalName", &user_name),
        ("userAccountControl", "512"),
    ];
    let mut attributes = merged(&given, more);
    attributes.push((b"unicodePwd".to_vec(), HashSet::from([unicode_password(&password_of(account))])));
    ldap.add(&dn_of(name), attributes).await.unwrap().success().unwrap();
}

async fn add_group(ldap: &mut Ldap, name: &str, members: &[&str], more: &[(&str, &str)]) {
    let mut attributes = merged(&[("objectClass", "group"), ("sAMAccountName", name)], more);
    let members = members.iter().map(|member| dn_of(member).into_bytes()).collect();
    attributes.push((b"member".to_vec(), members));
    ldap.add(&dn_of(name), attributes).await.unwrap().success().unwrap();
}

/// Gives an attribute of an entry another value.
pub async fn change(ldap: &mut Ldap, dn: &str, attribute: &str, value: &str) {
    ldap.modify(dn, vec![Mod::Replace(attribute, HashSet::from([value]))]).await.unwrap().success().unwrap();
}

/// `given`, where `more` does not say otherwise, and `more`.
fn merged(given: &[(&str, &str)], more: &[(&str, &str)]) -> Vec<(Vec<u8>, HashSet<Vec<u8>>)> {
    let kept = given.iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name));
    kept.chain(more)
        .map(|(name, value)| (name.as_bytes().to_vec(), HashSet::from([value.as_bytes().to_vec()])))
        .collect()
}

/// A password as it is set in Active Directory: in quotes, UTF-16 (MS-ADTS 3.1.1.3.1.5.1).
fn unicode_password(password: &str) -> Vec<u8> {
    format!("\"{password}\"").encode_utf16().flat_map(u16::to_le_bytes).collect()
}
