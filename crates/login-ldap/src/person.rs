//! From an entry to the person as we know them: name, unique id, attributes. Nothing here comes from what was typed,
//! except the domain where the directory has none.

use std::collections::BTreeMap;

use keyward_identity::AuthnProvider;
use keyward_login::LoginName;

use crate::ad;
use crate::dn::first_component;
use crate::entry::Entry;
use crate::filter::{NamePart, NameSource};

/// Attributes with a value that a directory gives to nobody else, ever, in the order in which they are believed.
/// `objectGUID` is binary; the others are text.
pub(crate) const UNIQUE_IDS: [&str; 4] = ["objectGUID", "entryUUID", "nsUniqueId", "ipaUniqueID"];

/// The person's name. For an attribute compared with `%U` it is the entry's value and the domain that was asked for.
/// For one compared with `%u` it is the entry's value, whose domain must be one of the provider's: otherwise a person
/// who may edit the own mail address could become somebody of another directory.
///
/// An entry with several values gets the same name whichever was typed: the one its DN is named by, or else the first
/// in alphabetical order.
pub(crate) fn name_of(
    entry: &Entry,
    sources: &[NameSource],
    typed: &LoginName,
    provider: &AuthnProvider,
) -> Option<LoginName> {
    sources.iter().find_map(|source| {
        let read = |value: &str| read_name(value, source.part, typed, provider);
        let in_dn = first_component(&entry.dn).into_iter().filter(|(attribute, _)| *attribute == source.attribute);
        let named_by: Vec<LoginName> = in_dn.filter_map(|(_, value)| read(&value)).collect();
        let mut names: Vec<LoginName> = entry.text(&source.attribute).filter_map(read).collect();
        names.sort();
        names.iter().find(|name| named_by.contains(name)).or(names.first()).cloned()
    })
}

fn read_name(value: &str, part: NamePart, typed: &LoginName, provider: &AuthnProvider) -> Option<LoginName> {
    match part {
        NamePart::User => {
            let domain = typed.domain()?;
            let name = LoginName::parse(&format!("{}@{domain}", value.trim())).ok()?;
            (name.domain() == Some(domain)).then_some(name)
        }
        NamePart::Whole => {
            let name = LoginName::parse(value).ok()?;
            name.domain().is_some_and(|domain| provider.serves(domain)).then_some(name)
        }
    }
}

/// What tells this person from a later one of the same name.
pub(crate) fn unique_id(entry: &Entry) -> Option<String> {
    UNIQUE_IDS.iter().find_map(|attribute| match *attribute {
        binary @ "objectGUID" => entry.bytes(binary).find_map(ad::object_guid),
        text => entry.text(text).next().map(str::to_lowercase),
    })
}

/// The values of the wanted attributes, under the names that the directory gives them.
pub(crate) fn attributes(entry: &Entry, wanted: &[String]) -> BTreeMap<String, Vec<String>> {
    wanted
        .iter()
        .filter_map(|attribute| {
            let name = entry.spelling(attribute)?;
            Some((name.to_owned(), entry.text(attribute).map(str::to_owned).collect()))
        })
        .collect()
}

#[cfg(test)]
mod tests;
