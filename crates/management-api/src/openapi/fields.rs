//! The fields of a schema as a table of the page.

use std::fmt::Write;

use crate::openapi::json::Json;
use crate::openapi::markup::{escaped, prose};

/// What is not shown again in each table: how deep no body nests.
const DEEPEST: usize = 6;

/// Writes the fields of a schema, closed until somebody wants to see them; nothing when there are none.
pub(crate) fn fields_table(body: &mut String, document: &Json, schema: Option<&Json>) {
    let mut rows = String::new();
    if let Some(schema) = schema {
        fields(&mut rows, document, resolved(document, schema), "", 0);
    }
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(body, "<details><summary>Fields</summary>\n<table><tbody>\n{rows}</tbody></table>\n</details>");
}

fn fields(rows: &mut String, document: &Json, schema: &Json, within: &str, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    let required = schema.member("required").map_or(&[][..], Json::items);
    for (name, property) in schema.member("properties").map_or(&[][..], Json::all_members) {
        let path = if within.is_empty() { name.to_string() } else { format!("{within}.{name}") };
        let required = required.iter().any(|required| required.as_text() == Some(name));
        let description = property.member("description").and_then(Json::as_text).unwrap_or_default();
        let _ = writeln!(
            rows,
            "<tr><th scope=\"row\"><code>{}</code></th><td class=\"kind\">{}{}</td><td>{}</td></tr>",
            escaped(&path).replace('.', "<wbr>."),
            escaped(&kind(document, property)),
            if required { ", always" } else { "" },
            prose(description)
        );
        if property.member("$ref").is_none_or(|reference| reference.as_text() != Some("#/components/schemas/link")) {
            inner(document, property).into_iter().for_each(|inner| fields(rows, document, inner, &path, depth + 1));
        }
    }
}

/// The objects in a value: itself, the items of a list, one of several.
fn inner<'a>(document: &'a Json, value: &'a Json) -> Vec<&'a Json> {
    let value = resolved(document, value);
    if let Some(items) = value.member("items") {
        return inner(document, items);
    }
    match value.member("anyOf") {
        Some(several) => several.items().iter().flat_map(|one| inner(document, one)).collect(),
        None => vec![value],
    }
}

fn kind(document: &Json, value: &Json) -> String {
    let value = resolved(document, value);
    let several = |several: &Json| {
        let kinds: Vec<_> = several.items().iter().map(|one| kind(document, one)).collect();
        kinds.join(" or ")
    };
    match (value.member("type"), value.member("items"), value.member("anyOf")) {
        (_, Some(items), _) => format!("list of {}", kind(document, items)),
        (_, _, Some(any)) => several(any),
        (Some(Json::Text(name)), ..) => word(name).to_owned(),
        (Some(Json::List(names)), ..) => {
            names.iter().filter_map(Json::as_text).map(word).collect::<Vec<_>>().join(" or ")
        }
        _ => "anything".to_owned(),
    }
}

fn word(name: &str) -> &str {
    match name {
        "string" => "text",
        "integer" => "number",
        "boolean" => "flag",
        other => other,
    }
}

fn resolved<'a>(document: &'a Json, schema: &'a Json) -> &'a Json {
    let Some(reference) = schema.member("$ref").and_then(Json::as_text) else { return schema };
    let mut steps = reference.trim_start_matches("#/").split('/');
    steps.try_fold(document, |json, step| json.member(step)).unwrap_or(schema)
}
