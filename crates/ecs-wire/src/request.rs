//! From a request's bytes to a typed request.

use crate::node::Node;
use crate::read_json::read_json;
use crate::read_xml::read_xml;
use crate::request_schema::Questions;
use crate::{FieldError, Fields, RequestFormat, UnsupportedMediaType};

/// A request body that can be read from XML and JSON alike.
pub trait EcsRequest: Sized {
    /// The name of the XML root element, and of the one member in which a JSON body may come wrapped.
    const ROOT: &'static str;

    /// Other names of the XML root element that are understood, where the vendor's documents leave it open.
    const OTHER_ROOTS: &'static [&'static str] = &[];

    /// One that is read without complaint, in JSON: for people to start from.
    const EXAMPLE: &'static str;

    /// Reads the request's fields.
    ///
    /// # Errors
    /// The first field that is missing or cannot be read.
    fn read(fields: &Fields<'_>) -> Result<Self, FieldError>;
}

/// Why a body was not understood. No variant repeats text of the body, which may hold secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// See [`RequestFormat::of`].
    #[error(transparent)]
    UnsupportedMediaType(#[from] UnsupportedMediaType),
    /// The byte at `offset` is not part of UTF-8 text.
    #[error("the body is not UTF-8 text at byte {offset}: encode it as UTF-8")]
    NotUtf8 { offset: usize },
    /// Without a usable `Content-Type`, the body begins like neither format.
    #[error(
        "the body is neither XML nor JSON: send one of them, with Content-Type application/xml or application/json"
    )]
    Unrecognised,
    /// Not JSON; `why` names line and column.
    #[error("the body is not valid JSON: {why}")]
    Json { why: String },
    /// Not well-formed XML.
    #[error("the body is not valid XML at line {line}, column {column}: {why}")]
    Xml { line: usize, column: usize, why: String },
    /// The XML root element is another one.
    #[error("the body's root element is not <{expected}>: rename it")]
    WrongRoot { expected: &'static str },
    /// A list or a plain value where the request's fields belong.
    #[error("the body is not an object with the fields of {expected}: send those, or {{}} for none")]
    NotAnObject { expected: &'static str },
    /// Nested deeper than any request is.
    #[error("the body nests deeper than {limit} levels")]
    TooDeep { limit: usize },
    /// A field is missing or cannot be read.
    #[error(transparent)]
    Field(#[from] FieldError),
}

/// Reads a request's body. Nothing at all, JSON `null`, the JSON text `"{}"` and an empty root element are a request
/// without fields; a byte order mark is skipped.
///
/// # Errors
/// See [`BodyError`]; it turns into the document to answer with by [`EcsError::from`](crate::EcsError).
pub fn decode<T: EcsRequest>(content_type: Option<&str>, body: &[u8]) -> Result<T, BodyError> {
    decode_naming_unknown(content_type, body).map(|(request, _)| request)
}

/// The same, with the fields in the body that the request did not ask for and that are ignored. Each is named with those
/// that it lies in, such as `user_mapping.domian`.
///
/// # Errors
/// As [`decode`].
pub fn decode_naming_unknown<T: EcsRequest>(
    content_type: Option<&str>,
    body: &[u8],
) -> Result<(T, Vec<String>), BodyError> {
    let format = RequestFormat::of(content_type)?;
    let text = std::str::from_utf8(body).map_err(|error| BodyError::NotUtf8 { offset: error.valid_up_to() })?;
    let text = text.trim_start_matches('\u{feff}').trim();
    let node = match format {
        _ if text.is_empty() => Node::Null,
        RequestFormat::Json => from_json::<T>(text)?,
        RequestFormat::Xml => from_xml::<T>(text)?,
        RequestFormat::Undeclared if text.starts_with('<') => from_xml::<T>(text)?,
        RequestFormat::Undeclared if text.starts_with(['{', '"']) || text == "null" => from_json::<T>(text)?,
        RequestFormat::Undeclared => return Err(BodyError::Unrecognised),
    };
    let members = match &node {
        Node::Members(members) => members.as_slice(),
        node if node.is_null() || node.is_blank() => &[],
        // `<secret_key_delete_param>text</secret_key_delete_param>` must not pass for "remove all keys".
        _ => return Err(BodyError::NotAnObject { expected: T::ROOT }),
    };
    let questions = Questions::default();
    let request = T::read(&Fields::asking(members, Some(&questions)))?;
    Ok((request, questions.unasked(members)))
}

fn from_xml<T: EcsRequest>(text: &str) -> Result<Node, BodyError> {
    let (root, node) = read_xml(text)?;
    if root == T::ROOT || T::OTHER_ROOTS.contains(&root.as_str()) {
        Ok(node)
    } else {
        Err(BodyError::WrongRoot { expected: T::ROOT })
    }
}

fn from_json<T: EcsRequest>(text: &str) -> Result<Node, BodyError> {
    match read_json(text)? {
        // python-ecsclient encodes its default body twice.
        Node::Text(inner) if inner.trim().is_empty() => Ok(Node::Null),
        Node::Text(inner) => read_json(&inner).map(unwrapped::<T>),
        node => Ok(unwrapped::<T>(node)),
    }
}

/// Takes the request out of a single member named like the XML root.
fn unwrapped<T: EcsRequest>(node: Node) -> Node {
    match node {
        Node::Members(mut members) if members.len() == 1 && members[0].0 == T::ROOT => {
            let inner = std::mem::replace(&mut members[0].1, Node::Null);
            if matches!(inner, Node::Members(_)) || inner.is_null() || inner.is_blank() {
                return inner;
            }
            members[0].1 = inner;
            Node::Members(members)
        }
        node => node,
    }
}
