//! What a body looks like, told without one: names, kinds, what may be missing. For the description of the API.

/// The kind of a value and, of what has parts, the parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schema {
    /// Nothing but null was ever seen.
    Null,
    /// A text.
    Text,
    /// A text that must not be shown or kept.
    Secret,
    /// True or false.
    Flag,
    /// A whole number of 64 bits.
    Number,
    /// Texts by names that are not known beforehand.
    Map,
    /// `{"rel":"self","href":"…"}`; in XML both are attributes.
    Link,
    /// Named fields, in the order of JSON.
    Object(Vec<Property>),
    /// Any number of values.
    List {
        /// What each of them looks like; `None` when there is never any.
        item: Option<Box<Schema>>,
        /// The name of an item's element where the XML wraps the items in one of the list's name.
        wrapped: Option<String>,
    },
    /// Either of two.
    Either(Box<Schema>, Box<Schema>),
}

/// A named field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its name, in both formats.
    pub name: String,
    /// What it holds.
    pub schema: Schema,
    /// Whether it is always there.
    pub required: bool,
    /// Whether it may be null in JSON and then missing in XML.
    pub nullable: bool,
    /// Whether it is left out of XML.
    pub only_in_json: bool,
}

impl Schema {
    /// The schema of what fits either of two samples.
    pub(crate) fn or(self, other: Schema) -> Schema {
        match (self, other) {
            (Schema::Object(ours), Schema::Object(theirs)) => Schema::Object(either(ours, theirs)),
            (Schema::List { item, wrapped }, Schema::List { item: other, .. }) => {
                let item = match (item, other) {
                    (Some(one), Some(other)) => Some(Box::new(one.or(*other))),
                    (one, other) => one.or(other),
                };
                Schema::List { item, wrapped }
            }
            (Schema::Null, other) => other,
            (one, other) if other == one || other == Schema::Null => one,
            (one, other) => Schema::Either(Box::new(one), Box::new(other)),
        }
    }
}

fn either(ours: Vec<Property>, mut theirs: Vec<Property>) -> Vec<Property> {
    let mut merged = Vec::new();
    for one in ours {
        match theirs.iter().position(|other| other.name == one.name) {
            None => merged.push(Property { required: false, ..one }),
            Some(at) => {
                let other = theirs.remove(at);
                merged.push(Property {
                    name: one.name,
                    schema: one.schema.or(other.schema),
                    required: one.required && other.required,
                    nullable: one.nullable || other.nullable,
                    only_in_json: one.only_in_json || other.only_in_json,
                });
            }
        }
    }
    merged.extend(theirs.into_iter().map(|other| Property { required: false, ..other }));
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, schema: Schema) -> Property {
        Property { name: name.into(), nullable: schema == Schema::Null, schema, required: true, only_in_json: false }
    }

    #[test]
    fn what_one_sample_lacks_is_not_required_and_what_is_null_in_one_is_nullable() {
        let one = Schema::Object(vec![field("always", Schema::Text), field("sometimes", Schema::Flag)]);
        let other = Schema::Object(vec![field("always", Schema::Null), field("seldom", Schema::Number)]);
        let Schema::Object(merged) = one.or(other) else { panic!("no object") };
        let told: Vec<_> =
            merged.iter().map(|field| (field.name.as_str(), &field.schema, field.required, field.nullable)).collect();
        assert_eq!(
            told,
            [
                ("always", &Schema::Text, true, true),
                ("sometimes", &Schema::Flag, false, false),
                ("seldom", &Schema::Number, false, false)
            ]
        );
    }

    #[test]
    fn an_empty_list_learns_its_items_from_another_sample() {
        let list = |item: Option<Schema>| Schema::List { item: item.map(Box::new), wrapped: None };
        assert_eq!(list(None).or(list(Some(Schema::Text))), list(Some(Schema::Text)));
    }
}
