//! The tree that a request's body becomes, whichever format it came in.

use zeroize::Zeroizing;

/// How deep a body may nest; deeper ones are refused before they cost stack or time. Real ones need six levels.
pub(crate) const MAX_DEPTH: usize = 32;

/// A value in a body. Not `Debug`: any text in it may be a secret key or a password.
pub(crate) enum Node {
    /// JSON `null`, an object with `"-null":"true"`, an element with `null="true"`.
    Null,
    /// A JSON string, number or boolean as it was written; an element without child elements, empty ones included.
    Text(Zeroizing<String>),
    /// A JSON array. XML has none: its elements repeat.
    List(Vec<Node>),
    /// A JSON object without its `-attribute` members; an element with child elements. Names may repeat.
    Members(Vec<(String, Node)>),
}

impl Node {
    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Node::Null)
    }

    /// Present but with nothing in it: `""`, `{}`, `<x/>`, or nothing but white space.
    pub(crate) fn is_blank(&self) -> bool {
        match self {
            Node::Text(text) => text.trim().is_empty(),
            Node::Members(members) => members.is_empty(),
            Node::Null | Node::List(_) => false,
        }
    }
}
