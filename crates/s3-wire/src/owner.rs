//! Who owns a bucket, object or upload, as documents name them.

use serde::{Deserialize, Serialize};

use crate::xml::XmlWriter;

/// An owner or initiator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The canonical id: here the object user's id.
    pub id: String,
    /// The name to show.
    pub display_name: String,
}

impl Owner {
    /// An owner whose name to show is its id.
    pub fn named(id: impl Into<String>) -> Self {
        let id = id.into();
        Owner { display_name: id.clone(), id }
    }

    /// Writes the owner as an element called `element` (`Owner`, `Initiator`).
    pub fn write(&self, xml: &mut XmlWriter, element: &str) {
        xml.element(element, |xml| {
            xml.text("ID", &self.id);
            xml.text("DisplayName", &self.display_name);
        });
    }
}
