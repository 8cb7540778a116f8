//! What a request asks of its body, field by field: the one place that knows the many spellings of a value.

use crate::field_error::whole_number;
use crate::node::Node;
use crate::request_schema::{Asked, Questions};
use crate::{FieldError, GivenSecret};

/// The fields of a body, or of an object in it.
///
/// Absent, `null`, `{"-null":"true"}` and `null="true"` are the same everywhere; an empty or blank value counts as
/// absent too, except where an accessor says otherwise. Of a repeated scalar the last one counts. Members that
/// nobody asks for are ignored.
pub struct Fields<'a> {
    within: String,
    members: &'a [(String, Node)],
    /// Where it is noted what is asked for.
    questions: Option<&'a Questions>,
}

/// One item of a list: plain text or an object.
pub enum Item<'a> {
    /// Trimmed and not empty.
    Text(&'a str),
    /// The fields of the object.
    Fields(Fields<'a>),
}

impl<'a> Fields<'a> {
    pub(crate) fn asking(members: &'a [(String, Node)], questions: Option<&'a Questions>) -> Self {
        Fields { within: String::new(), members, questions }
    }

    fn note(&self, name: &str, asked: Asked, singular: &str) {
        if let Some(questions) = self.questions {
            questions.note(&self.path(name), asked, singular);
        }
    }

    /// The path of a field, for an error's text.
    pub fn path(&self, name: &str) -> String {
        if self.within.is_empty() { name.to_owned() } else { format!("{}.{name}", self.within) }
    }

    fn node(&self, name: &str) -> Option<&'a Node> {
        let (_, node) = self.members.iter().rev().find(|(member, _)| member == name)?;
        (!node.is_null()).then_some(node)
    }

    fn scalar(&self, name: &str) -> Result<Option<&'a str>, FieldError> {
        match self.node(name) {
            None => Ok(None),
            Some(Node::Text(text)) => Ok(Some(text)),
            Some(node) if node.is_blank() => Ok(None),
            Some(_) => Err(self.invalid(name, "send one value, not a list or an object")),
        }
    }

    fn trimmed(&self, name: &str) -> Result<Option<&'a str>, FieldError> {
        Ok(self.scalar(name)?.map(str::trim).filter(|text| !text.is_empty()))
    }

    /// A text without surrounding white space.
    pub fn text(&self, name: &str) -> Result<Option<String>, FieldError> {
        self.note(name, Asked::Text, "");
        Ok(self.trimmed(name)?.map(str::to_owned))
    }

    /// A text that must be there.
    pub fn required_text(&self, name: &str) -> Result<String, FieldError> {
        self.text(name)?.ok_or_else(|| self.missing(name))
    }

    /// A secret, byte for byte; only the empty one counts as absent.
    pub fn secret(&self, name: &str) -> Result<Option<GivenSecret>, FieldError> {
        self.note(name, Asked::Secret, "");
        Ok(self.scalar(name)?.filter(|secret| !secret.is_empty()).map(GivenSecret::new))
    }

    /// A secret that must be there.
    pub fn required_secret(&self, name: &str) -> Result<GivenSecret, FieldError> {
        self.secret(name)?.ok_or_else(|| self.missing(name))
    }

    /// A boolean: `true` or `false` in any case, `1` or `0`, quoted or not.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, FieldError> {
        self.note(name, Asked::Flag, "");
        match self.trimmed(name)? {
            None => Ok(None),
            Some(text) if text.eq_ignore_ascii_case("true") || text == "1" => Ok(Some(true)),
            Some(text) if text.eq_ignore_ascii_case("false") || text == "0" => Ok(Some(false)),
            Some(_) => Err(self.invalid(name, "send true or false")),
        }
    }

    /// A boolean that must be there.
    pub fn required_flag(&self, name: &str) -> Result<bool, FieldError> {
        self.flag(name)?.ok_or_else(|| self.missing(name))
    }

    /// A whole number, quoted or not.
    pub fn number(&self, name: &str) -> Result<Option<i64>, FieldError> {
        self.note(name, Asked::Number, "");
        self.trimmed(name)?.map(|raw| whole_number(&self.path(name), raw)).transpose()
    }

    /// Whether the field is there with nothing in it: `""`, `<x/>`, or only white space.
    pub fn is_blank(&self, name: &str) -> bool {
        self.node(name).is_some_and(Node::is_blank)
    }

    /// The names of all members that are not null, known here or not.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.members.iter().filter(|(_, node)| !node.is_null()).map(|(name, _)| name.as_str())
    }

    /// The fields of an object in this one; an empty object counts as absent.
    pub fn nested(&self, name: &str) -> Result<Option<Fields<'a>>, FieldError> {
        self.note(name, Asked::Nested, "");
        match self.node(name) {
            None => Ok(None),
            Some(node) if node.is_blank() => Ok(None),
            Some(Node::Members(members)) => {
                Ok(Some(Fields { within: self.path(name), members, questions: self.questions }))
            }
            Some(_) => Err(self.invalid(name, "send an object with named fields")),
        }
    }

    /// A text of several values with commas between them, or a list of such. `Some` and empty when the field is there
    /// but blank, so that an update can tell *none* from *unchanged*.
    pub fn comma_separated(&self, name: &str) -> Result<Option<Vec<String>>, FieldError> {
        self.note(name, Asked::Text, "");
        let Some(items) = self.texts(name, name)? else { return Ok(None) };
        let values = items.iter().flat_map(|item| item.split(',')).map(str::trim).filter(|value| !value.is_empty());
        Ok(Some(values.map(str::to_owned).collect()))
    }

    /// A list of texts, in any spelling that [`items`](Self::items) knows.
    pub fn texts(&self, plural: &str, singular: &str) -> Result<Option<Vec<String>>, FieldError> {
        self.note(plural, Asked::Texts, singular);
        let Some(items) = self.items(plural, singular)? else { return Ok(None) };
        items.into_iter().map(|item| self.plain(plural, item)).collect::<Result<_, _>>().map(Some)
    }

    /// A list of objects, in any spelling that [`items`](Self::items) knows.
    pub fn objects(&self, plural: &str, singular: &str) -> Result<Option<Vec<Fields<'a>>>, FieldError> {
        self.note(plural, Asked::Objects, singular);
        let Some(items) = self.items(plural, singular)? else { return Ok(None) };
        let objects = items.into_iter().map(|item| match item {
            Item::Fields(fields) => Ok(fields),
            Item::Text(_) => Err(self.invalid(plural, "send objects with named fields, not plain values")),
        });
        objects.collect::<Result<_, _>>().map(Some)
    }

    /// A list, spelt as an array, as repeated elements, as one value without an array, or within a wrapper
    /// (`{"attributes":{"attribute":[..]}}`, `<attributes><attribute/></attributes>`), under either name.
    ///
    /// `None` when absent or null; `Some` and empty for `[]` or a blank wrapper, which is how a list is cleared.
    ///
    /// # Errors
    /// [`FieldError::Blank`] for an empty item: skipping it could widen what the list stands for (a user mapping
    /// whose only group came from an unset variable would match a whole domain).
    pub fn items(&self, plural: &str, singular: &str) -> Result<Option<Vec<Item<'a>>>, FieldError> {
        self.note(plural, Asked::Items, singular);
        self.collect(plural, singular, |name| name == plural || name == singular)
    }

    /// A list of texts under one name only, in a wrapper of elements named `item` or not: what is to be added to a
    /// list or removed from it.
    pub fn texts_of(&self, name: &str, item: &str) -> Result<Vec<String>, FieldError> {
        self.note(name, Asked::Texts, item);
        let items = self.collect(name, item, |member| member == name)?;
        items.unwrap_or_default().into_iter().map(|item| self.plain(name, item)).collect()
    }

    fn plain(&self, name: &str, item: Item<'_>) -> Result<String, FieldError> {
        match item {
            Item::Text(text) => Ok(text.to_owned()),
            Item::Fields(_) => Err(self.invalid(name, "send plain values, not objects")),
        }
    }

    fn collect(
        &self,
        plural: &str,
        singular: &str,
        belongs: impl Fn(&str) -> bool,
    ) -> Result<Option<Vec<Item<'a>>>, FieldError> {
        let mut list = List { path: self.path(plural), singular, questions: self.questions, items: Vec::new() };
        let mut present = false;
        for (name, node) in self.members.iter().filter(|(name, node)| belongs(name) && !node.is_null()) {
            present = true;
            if name != plural || !node.is_blank() {
                list.add(node)?;
            }
        }
        Ok(present.then_some(list.items))
    }

    /// A map from text to text: `{"user_scope":"GLOBAL"}` or entries of `key` and `value`.
    pub fn map(&self, name: &str) -> Result<Vec<(String, String)>, FieldError> {
        self.note(name, Asked::Map, "");
        let Some(fields) = self.nested(name)? else { return Ok(Vec::new()) };
        let mut pairs = Vec::new();
        if fields.members.iter().all(|(member, node)| member == "entry" && !matches!(node, Node::Text(_))) {
            for entry in fields.objects("entry", "entry")?.unwrap_or_default() {
                pairs.push((entry.required_text("key")?, entry.text("value")?.unwrap_or_default()));
            }
        } else {
            for key in fields.names() {
                pairs.push((key.to_owned(), fields.text(key)?.unwrap_or_default()));
            }
        }
        Ok(pairs)
    }

    /// The error for a mandatory field that is not there.
    pub fn missing(&self, name: &str) -> FieldError {
        FieldError::Missing { name: self.path(name) }
    }

    /// The error for a field that cannot be read; `remedy` says what to send.
    pub fn invalid(&self, name: &str, remedy: &'static str) -> FieldError {
        FieldError::Invalid { name: self.path(name), remedy }
    }
}

/// A list under collection.
struct List<'a, 'n> {
    path: String,
    singular: &'n str,
    questions: Option<&'a Questions>,
    items: Vec<Item<'a>>,
}

impl<'a> List<'a, '_> {
    fn add(&mut self, node: &'a Node) -> Result<(), FieldError> {
        match node {
            Node::List(nodes) => nodes.iter().try_for_each(|node| self.add_one(node)),
            node => self.add_one(node),
        }
    }

    fn add_one(&mut self, node: &'a Node) -> Result<(), FieldError> {
        match node {
            Node::Null => return Err(self.blank_item()),
            node if node.is_blank() => return Err(self.blank_item()),
            Node::Text(text) => self.items.push(Item::Text(text.trim())),
            Node::Members(members) if members.iter().all(|(name, _)| name == self.singular) => {
                return members.iter().try_for_each(|(_, node)| self.add(node));
            }
            Node::Members(members) => {
                self.items.push(Item::Fields(Fields { within: self.path.clone(), members, questions: self.questions }))
            }
            Node::List(_) => {
                return Err(FieldError::Invalid {
                    name: self.path.clone(),
                    remedy: "send one list, not lists in a list",
                });
            }
        }
        Ok(())
    }

    fn blank_item(&self) -> FieldError {
        FieldError::Blank { name: self.path.clone(), remedy: "one of its items holds nothing, leave that item out" }
    }
}
