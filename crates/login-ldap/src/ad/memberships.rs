//! The groups of an Active Directory account, as Windows itself would find them.
//!
//! ```text
//! tokenGroups of the entry: SIDs of all its security groups, nested and primary ──▶ names, by their SIDs
//! not for the manager's eyes ──▶ the chain rule, from the entry and from its primary group
//!                                no such rule ──▶ memberOf: groups that list the entry itself
//! ```
//!
//! Distribution lists give no rights in Windows, and here they do not count either.

use ldap3::ldap_escape;

use super::identifiers::Sid;
use crate::bind::{
    INAPPROPRIATE_MATCHING, INSUFFICIENT_ACCESS, PROTOCOL_ERROR, UNAVAILABLE_CRITICAL_EXTENSION,
    UNDEFINED_ATTRIBUTE_TYPE, UNWILLING_TO_PERFORM,
};
use crate::directory::Directory;
use crate::entry::Entry;
use crate::failure::LdapFailure;
use crate::groups::Groups;
use crate::search::Search;

/// Follows memberships through nested groups: `LDAP_MATCHING_RULE_IN_CHAIN` (MS-ADTS 3.1.1.3.4.4.3).
const IN_CHAIN: &str = "1.2.840.113556.1.4.1941";
/// `groupType` has the bit of a security group: `LDAP_MATCHING_RULE_BIT_AND` (MS-ADTS 2.2.12, 3.1.1.3.4.4.1).
const IS_SECURITY_GROUP: &str = "(groupType:1.2.840.113556.1.4.803:=2147483648)";
/// SIDs asked for in one search. Hardly anybody has more groups, and the request stays below 20 KiB.
const SIDS_AT_ONCE: usize = 200;
/// Windows itself lets nobody in who has more than 1,015.
const MOST_GROUPS: usize = 4_096;
const READING: &str = "reading of the person's tokenGroups";

/// The names of the security groups of `entry`. Groups of other domains count as far as the server holds them below
/// `base`: a global catalogue does.
pub(crate) async fn names_of_groups(
    groups: &Groups<'_>,
    entry: &Entry,
    base: &str,
) -> Result<Vec<String>, LdapFailure> {
    let account = account(groups.directory, &entry.dn).await?;
    let token: Vec<Sid> = account.bytes("tokenGroups").filter_map(Sid::parse).collect();
    match token.len() {
        // Everybody has a primary group, so none at all means that the manager may not know.
        0 => by_membership(groups, entry, &account, base).await,
        1..=MOST_GROUPS => {
            let found = with_sids(groups, &token, base).await?;
            Ok(found.iter().flat_map(|group| groups.names_in(group)).collect())
        }
        count => Err(LdapFailure::TooManyGroups { dn: entry.dn.clone(), count, most: MOST_GROUPS }),
    }
}

/// The entry's `tokenGroups`, which can be read from a single entry only (MS-ADTS 3.1.1.4.5.19), and what the other ways
/// need.
async fn account(directory: &Directory, dn: &str) -> Result<Entry, LdapFailure> {
    let read = async |attributes: &[&str]| {
        let attributes = attributes.iter().map(|&attribute| attribute.to_owned()).collect();
        directory.search(&Search::entry(READING, dn, attributes)).await
    };
    let entries = match read(&["tokenGroups", "primaryGroupID", "objectSid"]).await {
        // Also a domain controller that cannot reach a global catalogue refuses, and still knows its own groups.
        Err(LdapFailure::Answer { .. }) => read(&["primaryGroupID", "objectSid"]).await,
        answered => answered,
    };
    match entries {
        Ok(entries) => Ok(entries.into_iter().next().unwrap_or_else(|| Entry::new(dn.to_owned(), []))),
        // The manager found it a moment ago, and may not read it by its name.
        Err(LdapFailure::NoSearchBase { .. } | LdapFailure::Elsewhere { .. }) => Ok(Entry::new(dn.to_owned(), [])),
        Err(failure) => Err(failure),
    }
}

async fn with_sids(groups: &Groups<'_>, sids: &[Sid], base: &str) -> Result<Vec<Entry>, LdapFailure> {
    let mut found = Vec::new();
    for some in sids.chunks(SIDS_AT_ONCE) {
        found.extend(groups.search(base, groups_with(some)).await?);
    }
    Ok(found)
}

async fn by_membership(
    groups: &Groups<'_>,
    entry: &Entry,
    account: &Entry,
    base: &str,
) -> Result<Vec<String>, LdapFailure> {
    let primary = match primary_group(account) {
        Some(sid) => with_sids(groups, &[sid], base).await?,
        None => Vec::new(),
    };
    let members: Vec<&str> =
        std::iter::once(&entry.dn).chain(primary.iter().map(|group| &group.dn)).map(|dn| &**dn).collect();
    let nested = match groups.search(base, groups_holding(&members)).await {
        Ok(found) => Some(found),
        Err(LdapFailure::Answer { code, .. }) if has_no_such_rule(code) => None,
        Err(failure) => return Err(failure),
    };
    // Other directories take the rule for one that never matches. They have no SIDs.
    let nested = nested.filter(|found| !found.is_empty() || account.bytes("objectSid").next().is_some());
    let mut names = match nested {
        Some(ref found) => found.iter().flat_map(|group| groups.names_in(group)).collect(),
        None => groups.listed_in(entry).await?,
    };
    names.extend(primary.iter().flat_map(|group| groups.names_in(group)));
    Ok(names)
}

/// The SID of the primary group (usually Domain Users), whose members are listed nowhere.
fn primary_group(account: &Entry) -> Option<Sid> {
    let own = account.bytes("objectSid").find_map(Sid::parse)?;
    let relative_id = account.text("primaryGroupID").next()?.parse().ok()?;
    Some(own.sibling(relative_id))
}

fn has_no_such_rule(code: u32) -> bool {
    matches!(
        code,
        PROTOCOL_ERROR
            | UNAVAILABLE_CRITICAL_EXTENSION
            | UNDEFINED_ATTRIBUTE_TYPE
            | INAPPROPRIATE_MATCHING
            | INSUFFICIENT_ACCESS
            | UNWILLING_TO_PERFORM
    )
}

/// The filter for groups with these SIDs.
fn groups_with(sids: &[Sid]) -> String {
    let sids: String = sids.iter().map(|sid| format!("(objectSid={})", sid.filter_value())).collect();
    format!("(&(objectClass=group)(|{sids}))")
}

/// The filter for all security groups that hold one of the entries `members`, directly or through other groups.
fn groups_holding(members: &[&str]) -> String {
    let members: String = members.iter().map(|dn| format!("(member:{IN_CHAIN}:={})", ldap_escape(*dn))).collect();
    format!("(&(objectClass=group){IS_SECURITY_GROUP}(|{members}))")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dn_cannot_leave_the_group_filter() {
        let filter = groups_holding(&[r"CN=Smith\, J (IT)*,DC=corp"]);
        let expected = r"(|(member:1.2.840.113556.1.4.1941:=CN=Smith\5c, J \28IT\29\2a,DC=corp)))";
        assert!(filter.ends_with(expected), "{filter}");
        assert!(ldap3::parse_filter(&filter).is_ok());
    }

    #[test]
    fn as_many_sids_as_are_asked_for_at_once_are_a_valid_filter() {
        let mut bytes = vec![1, 5, 0, 0, 0, 0, 0, 5];
        bytes.resize(28, 0xff);
        let sids = vec![Sid::parse(&bytes).unwrap(); SIDS_AT_ONCE];
        let filter = groups_with(&sids);
        assert!(filter.len() < 20 * 1_024, "{}", filter.len());
        assert!(ldap3::parse_filter(&filter).is_ok());
    }
}
