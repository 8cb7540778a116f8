//! An entry as the directory returned it.

use std::collections::BTreeMap;
use std::fmt;

use ldap3::SearchEntry;

/// A DN and its attributes. `Debug` shows the DN and the names of the attributes, not their values.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) dn: String,
    /// By attribute name in lower case.
    attributes: BTreeMap<String, Attribute>,
}

#[derive(Clone)]
struct Attribute {
    /// The name as the directory spells it.
    name: String,
    values: Vec<Vec<u8>>,
}

impl Entry {
    /// Builds an entry from a DN and attributes with raw values.
    pub(crate) fn new(dn: String, attributes: impl IntoIterator<Item = (String, Vec<Vec<u8>>)>) -> Self {
        let attributes = attributes
            .into_iter()
            .map(|(name, values)| (name.to_ascii_lowercase(), Attribute { name, values }))
            .collect();
        Self { dn, attributes }
    }

    /// The values of `attribute` as they are.
    pub(crate) fn bytes(&self, attribute: &str) -> impl Iterator<Item = &[u8]> {
        self.attributes
            .get(&attribute.to_ascii_lowercase())
            .into_iter()
            .flat_map(|attribute| attribute.values.iter().map(Vec::as_slice))
    }

    /// The values of `attribute` that are text.
    pub(crate) fn text(&self, attribute: &str) -> impl Iterator<Item = &str> {
        self.bytes(attribute).filter_map(|value| std::str::from_utf8(value).ok())
    }

    /// The name of `attribute` as the directory spells it, when the entry has it.
    pub(crate) fn spelling(&self, attribute: &str) -> Option<&str> {
        self.attributes.get(&attribute.to_ascii_lowercase()).map(|attribute| &*attribute.name)
    }
}

impl From<SearchEntry> for Entry {
    fn from(found: SearchEntry) -> Self {
        let text = found
            .attrs
            .into_iter()
            .map(|(name, values)| (name, values.into_iter().map(String::into_bytes).collect::<Vec<_>>()));
        Self::new(found.dn, text.chain(found.bin_attrs))
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.attributes.values().map(|attribute| &attribute.name).collect();
        f.debug_struct("Entry").field("dn", &self.dn).field("attributes", &names).finish()
    }
}
