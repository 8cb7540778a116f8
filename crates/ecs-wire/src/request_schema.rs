//! The schema of a request, learned from the reader itself: which fields it asks for, how, and which it cannot do without.

use std::cell::RefCell;

use zeroize::Zeroizing;

use crate::node::Node;
use crate::read_json::read_json;
use crate::schema::{Property, Schema};
use crate::{EcsRequest, FieldError, Fields};

/// How many unknown fields are named; a hostile body has any number.
const MOST_NAMED: usize = 20;

/// No reader asks for fields within fields more often than this.
const ROUNDS: usize = 100;

/// A request as the description of the API shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestSchema {
    /// The name of the XML root element.
    pub root: &'static str,
    /// The fields that the reader asks for.
    pub schema: Schema,
    /// A request that is read without complaint, in JSON.
    pub example: &'static str,
}

/// How a reader asks for a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Text,
    Secret,
    Flag,
    Number,
    Map,
    Nested,
    Texts,
    Objects,
    Items,
}

impl Asked {
    /// Whether what is asked for has fields that are asked for in turn.
    fn has_fields(self) -> bool {
        matches!(self, Asked::Nested | Asked::Objects | Asked::Items)
    }
}

/// What a reader has asked for so far, in the order of asking.
#[derive(Debug, Default)]
pub(crate) struct Questions(RefCell<Vec<Question>>);

#[derive(Clone, Debug)]
struct Question {
    /// The names from the outermost field on.
    path: Vec<String>,
    asked: Asked,
    /// The name of an item's element; empty where there are no items.
    singular: String,
}

impl Questions {
    /// Notes a question. Of several about one field the first counts: the others follow from it.
    pub(crate) fn note(&self, path: &str, asked: Asked, singular: &str) {
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        let mut questions = self.0.borrow_mut();
        if questions.iter().all(|question| question.path != path) {
            questions.push(Question { path, asked, singular: singular.to_owned() });
        }
    }
}

impl RequestSchema {
    /// The schema of a request: its reader is given its example, and whatever it asks for beyond that, until it asks
    /// for nothing new. A field without which it then refuses is required.
    ///
    /// # Errors
    /// The reader's complaint about its own example, which is a mistake in the request's definition.
    pub fn of<T: EcsRequest>() -> Result<Self, FieldError> {
        let invalid = || FieldError::Invalid { name: T::ROOT.to_owned(), remedy: "its example is not JSON" };
        let example = read_json(T::EXAMPLE).map_err(|_| invalid())?;
        let questions = Questions::default();
        let mut known = 0;
        for _ in 0..ROUNDS {
            let read = read::<T>(&body(&questions.asked(), &example, &[]), Some(&questions)).err();
            match (questions.asked().len(), read) {
                (now, Some(complaint)) if now == known => return Err(complaint),
                (now, None) if now == known => break,
                (now, _) => known = now,
            }
        }
        let asked = questions.asked();
        let required = |path: &[String]| read::<T>(&body(&asked, &example, path), None).is_err();
        let schema = Schema::Object(properties(&asked, &[], &required));
        Ok(RequestSchema { root: T::ROOT, schema, example: T::EXAMPLE })
    }
}

impl Questions {
    fn asked(&self) -> Vec<Question> {
        self.0.borrow().clone()
    }

    /// The fields that were not asked for, each with those that it lies in. What lies within such a field is not looked
    /// at.
    pub(crate) fn unasked(&self, members: &[(String, Node)]) -> Vec<String> {
        let mut unasked = Vec::new();
        gather_unasked(&self.0.borrow(), members, &[], &mut unasked);
        unasked
    }
}

fn gather_unasked(asked: &[Question], members: &[(String, Node)], within: &[String], unasked: &mut Vec<String>) {
    for (name, node) in members {
        let is_about = |question: &&Question| question.path.last() == Some(name) || question.singular == *name;
        match directly_within(asked, within).find(is_about) {
            Some(question) if question.asked.has_fields() => gather_in_item(asked, node, question, unasked),
            Some(_) => {}
            None if unasked.len() >= MOST_NAMED => return,
            None => {
                let path: Vec<&str> = within.iter().chain([name]).map(String::as_str).collect();
                unasked.push(path.join("."));
            }
        }
    }
}

/// Looks into an object, or into those of a list, with a wrapper around its items or without.
fn gather_in_item(asked: &[Question], node: &Node, question: &Question, unasked: &mut Vec<String>) {
    match node {
        Node::List(items) => items.iter().for_each(|item| gather_in_item(asked, item, question, unasked)),
        Node::Members(members) if !members.is_empty() && members.iter().all(|(name, _)| *name == question.singular) => {
            members.iter().for_each(|(_, item)| gather_in_item(asked, item, question, unasked));
        }
        Node::Members(members) => gather_unasked(asked, members, &question.path, unasked),
        Node::Null | Node::Text(_) => {}
    }
}

fn read<T: EcsRequest>(body: &[(String, Node)], questions: Option<&Questions>) -> Result<T, FieldError> {
    T::read(&Fields::asking(body, questions))
}

/// The fields of a request that answers every question but the one about `without`.
fn body(asked: &[Question], example: &Node, without: &[String]) -> Vec<(String, Node)> {
    members(asked, Some(example), &[], without)
}

fn members(asked: &[Question], example: Option<&Node>, within: &[String], without: &[String]) -> Vec<(String, Node)> {
    let mut members = Vec::new();
    for question in directly_within(asked, within).filter(|question| question.path != without) {
        let Some(name) = question.path.last() else { continue };
        let given = example.and_then(|example| member(example, name));
        let given = given.or_else(|| example.and_then(|example| member(example, &question.singular)));
        members.push((name.clone(), value(asked, question, given, without)));
    }
    members
}

fn value(asked: &[Question], question: &Question, example: Option<&Node>, without: &[String]) -> Node {
    let inner = || {
        let example = match example {
            Some(Node::List(items)) => items.first(),
            example => example,
        };
        let mut inner = members(asked, example, &question.path, without);
        if inner.is_empty() {
            // An object without fields counts as none.
            inner.push(("-".to_owned(), text("1")));
        }
        Node::Members(inner)
    };
    let scalar = |otherwise: &str| match example {
        Some(Node::Text(given)) => text(given),
        _ => text(otherwise),
    };
    match question.asked {
        Asked::Flag => scalar("true"),
        Asked::Text | Asked::Secret | Asked::Number => scalar("1"),
        Asked::Map => Node::Members(vec![("name".to_owned(), text("value"))]),
        Asked::Nested => inner(),
        Asked::Texts => Node::List(vec![text("1")]),
        Asked::Objects | Asked::Items => Node::List(vec![inner()]),
    }
}

fn properties(asked: &[Question], within: &[String], required: &dyn Fn(&[String]) -> bool) -> Vec<Property> {
    let property = |question: &Question| {
        let inner = || Schema::Object(properties(asked, &question.path, required));
        let name = question.path.last().cloned().unwrap_or_default();
        let wrapped = Some(question.singular.clone()).filter(|singular| *singular != name && !singular.is_empty());
        let list = |item| Schema::List { item: Some(Box::new(item)), wrapped: wrapped.clone() };
        let schema = match question.asked {
            Asked::Text => Schema::Text,
            Asked::Secret => Schema::Secret,
            Asked::Flag => Schema::Flag,
            Asked::Number => Schema::Number,
            Asked::Map => Schema::Map,
            Asked::Nested => inner(),
            Asked::Texts => list(Schema::Text),
            Asked::Objects => list(inner()),
            Asked::Items => list(inner().or(Schema::Text)),
        };
        let required = required(&question.path);
        Property { name, schema, required, nullable: !required, only_in_json: false }
    };
    directly_within(asked, within).map(property).collect()
}

fn directly_within<'a>(asked: &'a [Question], within: &'a [String]) -> impl Iterator<Item = &'a Question> {
    asked.iter().filter(move |question| question.path.split_last().is_some_and(|(_, parents)| parents == within))
}

fn member<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    let Node::Members(members) = node else { return None };
    members.iter().find(|(member, _)| member == name).map(|(_, node)| node)
}

fn text(text: &str) -> Node {
    Node::Text(Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode_naming_unknown;
    use crate::requests::{AuthnProviderUpdate, BucketCreate, NamespaceCreate, ObjectUserCreate, SecretKeyDelete};

    fn fields<T: EcsRequest>() -> Vec<Property> {
        match RequestSchema::of::<T>().expect("readable").schema {
            Schema::Object(properties) => properties,
            other => panic!("{other:?}"),
        }
    }

    fn named<'a>(properties: &'a [Property], name: &str) -> &'a Property {
        properties.iter().find(|property| property.name == name).unwrap_or_else(|| panic!("no {name}"))
    }

    #[test]
    fn fields_that_no_reader_asks_for_are_named_in_both_formats() {
        let json = r#"{"namespace":"ns1","user_mapping":[{"domain":"a.test","domian":"b.test",
            "attributes":[{"key":"l","value":["Bonn"],"vlaue":1}]}],"namespace_admin":"root"}"#;
        let xml = "<namespace_create><namespace>ns1</namespace><user_mapping><domain>a.test</domain>\
            <domian>b.test</domian><attributes><attribute><key>l</key><value>Bonn</value><vlaue>1</vlaue></attribute>\
            </attributes></user_mapping><namespace_admin>root</namespace_admin></namespace_create>";
        for body in [json, xml] {
            let (_, unknown) = decode_naming_unknown::<NamespaceCreate>(None, body.as_bytes()).expect("readable");
            let expected = ["user_mapping.domian", "user_mapping.attributes.vlaue", "namespace_admin"];
            assert_eq!(unknown, expected, "{body}");
        }
    }

    #[test]
    fn what_every_request_shows_as_its_example_is_known() {
        fn unknown<T: EcsRequest>() -> Vec<String> {
            decode_naming_unknown::<T>(None, T::EXAMPLE.as_bytes()).expect("readable").1
        }
        let found = [
            unknown::<NamespaceCreate>(),
            unknown::<AuthnProviderUpdate>(),
            unknown::<BucketCreate>(),
            unknown::<ObjectUserCreate>(),
            unknown::<SecretKeyDelete>(),
        ];
        assert_eq!(found, [const { Vec::<String>::new() }; 5]);
    }

    #[test]
    fn a_field_is_required_exactly_when_its_reader_cannot_do_without() {
        let user = fields::<ObjectUserCreate>();
        assert!(named(&user, "user").required && named(&user, "namespace").required);
        assert!(!named(&user, "tags").required);
        assert!(fields::<SecretKeyDelete>().iter().all(|property| !property.required));
    }

    #[test]
    fn fields_within_fields_are_found_however_deep() {
        let namespace = fields::<NamespaceCreate>();
        let Schema::List { item: Some(mapping), wrapped: None } = &named(&namespace, "user_mapping").schema else {
            panic!("no list")
        };
        let Schema::Object(mapping) = &**mapping else { panic!("no object") };
        assert!(named(mapping, "domain").required && !named(mapping, "attributes").required);
        let Schema::List { item: Some(attribute), wrapped: Some(element) } = &named(mapping, "attributes").schema
        else {
            panic!("no list")
        };
        let Schema::Object(attribute) = &**attribute else { panic!("no object") };
        assert!(element == "attribute" && named(attribute, "key").required && named(attribute, "values").required);
    }

    #[test]
    fn lists_to_add_and_remove_and_lists_of_either_kind_are_told() {
        let update = fields::<AuthnProviderUpdate>();
        let Schema::Object(changes) = &named(&update, "domain_changes").schema else { panic!("no object") };
        let texts = Schema::List { item: Some(Box::new(Schema::Text)), wrapped: Some("domain".to_owned()) };
        assert_eq!(named(changes, "add").schema, texts);
        let bucket = fields::<BucketCreate>();
        assert!(named(&bucket, "name").required);
        assert!(matches!(&named(&bucket, "TagSet").schema, Schema::List { wrapped: Some(tag), .. } if tag == "Tag"));
    }
}
