//! The schemas of the description: those of ECS from its wire definitions, those of our own calls from their types.

use std::collections::BTreeSet;

use keyward_ecs_wire::{Property, Schema, meaning};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;

use crate::openapi::json::Json;

/// Where own types are found.
const COMPONENTS: &str = "/components/schemas";

/// The schemas of components, as operations name them.
pub(crate) struct Schemas {
    named: Vec<(String, Json)>,
    own: SchemaGenerator,
    /// The fields that have no meaning yet, which a test forbids.
    unexplained: BTreeSet<String>,
}

impl Schemas {
    pub(crate) fn new() -> Self {
        let own = SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = COMPONENTS.into());
        let mut schemas = Self { named: Vec::new(), own: own.into_generator(), unexplained: BTreeSet::new() };
        schemas.add("link", link());
        schemas
    }

    /// A reference to a schema of ECS under this name; `root` is the name of its XML root element.
    pub(crate) fn of_ecs(&mut self, name: &str, root: &'static str, schema: &Schema) -> Json {
        if self.named.iter().all(|(known, _)| known != name) {
            let described = self.value(root, schema).with("xml", Json::object([("name", Json::text(root))]));
            self.add(name, described);
        }
        Json::reference("schemas", name)
    }

    /// A reference to a schema of our own.
    pub(crate) fn of_own(&mut self, schema: fn(&mut SchemaGenerator) -> schemars::Schema) -> Json {
        read(schema(&mut self.own).as_value())
    }

    /// All of them, in the order of their names; and the fields that nothing explains.
    pub(crate) fn into_parts(mut self) -> (Json, BTreeSet<String>) {
        for (name, schema) in self.own.take_definitions(true) {
            let schema = read(&schema);
            for (field, property) in schema.member("properties").map_or(&[][..], Json::all_members) {
                if property.member("description").is_none() {
                    self.unexplained.insert(format!("{name}.{field}"));
                }
            }
            self.add(&name, schema);
        }
        self.named.sort_by(|(one, _), (other, _)| one.cmp(other));
        (Json::members(self.named), self.unexplained)
    }

    fn add(&mut self, name: &str, schema: Json) {
        self.named.push((name.to_owned(), schema));
    }

    fn value(&mut self, root: &'static str, schema: &Schema) -> Json {
        match schema {
            Schema::Null => of_type("null"),
            Schema::Text => of_type("string"),
            Schema::Secret => of_type("string").with("format", Json::text("password")),
            Schema::Flag => of_type("boolean"),
            Schema::Number => of_type("integer").with("format", Json::text("int64")),
            Schema::Map => of_type("object").with("additionalProperties", of_type("string")),
            Schema::Link => Json::reference("schemas", "link"),
            Schema::Object(properties) => self.object(root, properties),
            Schema::List { item, wrapped } => {
                let item = item.as_ref().map_or(Json::object([]), |item| self.value(root, item));
                match wrapped {
                    None => of_type("array").with("items", item),
                    Some(element) => {
                        let named = Json::object([("name", Json::text(element.clone()))]);
                        let wrapper = Json::object([("wrapped", Json::Flag(true))]);
                        of_type("array").with("items", item.with("xml", named)).with("xml", wrapper)
                    }
                }
            }
            Schema::Either(one, other) => {
                Json::object([("anyOf", Json::List(vec![self.value(root, one), self.value(root, other)]))])
            }
        }
    }

    fn object(&mut self, root: &'static str, properties: &[Property]) -> Json {
        let required: Vec<_> = properties.iter().filter(|property| property.required).collect();
        let required = required.iter().map(|property| Json::text(property.name.clone())).collect::<Vec<_>>();
        let described: Vec<_> =
            properties.iter().map(|property| (property.name.clone(), self.property(root, property))).collect();
        let object = of_type("object");
        let object = if described.is_empty() { object } else { object.with("properties", Json::members(described)) };
        if required.is_empty() { object } else { object.with("required", Json::List(required)) }
    }

    fn property(&mut self, root: &'static str, property: &Property) -> Json {
        let value = self.value(root, &property.schema);
        let value = if property.nullable { or_null(value) } else { value };
        match meaning(root, &property.name) {
            Some(meaning) if property.only_in_json => {
                value.with("description", Json::text(format!("{meaning} Left out of XML.")))
            }
            Some(meaning) => value.with("description", Json::text(meaning)),
            None => {
                self.unexplained.insert(format!("{root}.{}", property.name));
                value
            }
        }
    }
}

fn of_type(name: &'static str) -> Json {
    Json::object([("type", Json::text(name))])
}

/// The same or null.
fn or_null(schema: Json) -> Json {
    let null = Json::text("null");
    match schema {
        Json::Object(mut members) if members.first().is_some_and(|(name, _)| name == "type") => {
            let kind = std::mem::replace(&mut members[0].1, Json::Null);
            members[0].1 = if kind == null { null } else { Json::List(vec![kind, null]) };
            Json::Object(members)
        }
        other => Json::object([("anyOf", Json::List(vec![other, of_type("null")]))]),
    }
}

fn link() -> Json {
    let attribute = |description: &'static str| {
        let xml = Json::object([("attribute", Json::Flag(true))]);
        of_type("string").with("description", Json::text(description)).with("xml", xml)
    };
    of_type("object")
        .with("description", Json::text("Where a thing is found."))
        .with(
            "properties",
            Json::object([
                ("rel", attribute("Always `self`.")),
                ("href", attribute("The path, without the name of the host.")),
            ]),
        )
        .with("required", Json::List(vec![Json::text("rel"), Json::text("href")]))
}

/// JSON in the order in which the other crate keeps it.
fn read(value: &serde_json::Value) -> Json {
    serde_json::from_value(value.clone()).unwrap_or(Json::Null)
}
