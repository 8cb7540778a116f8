//! A route as an operation of the description: parameters, bodies, statuses.

use std::collections::BTreeMap;

use http::Method;
use keyward_ecs_wire::{ErrorCode, RequestSchema};

use crate::about::{Gives, Kind, Named, Takes, Who, path_parameter};
use crate::openapi::OWN_CALLS;
use crate::openapi::json::Json;
use crate::openapi::schemas::Schemas;
use crate::route::Route;

const JSON: &str = "application/json";
const XML: &str = "application/xml";

/// The operation of a route. `answers` are the names that answers have taken in the components.
pub(crate) fn operation(route: &Route, answers: &[&str], schemas: &mut Schemas) -> Json {
    let about = &route.about;
    let mut operation = Json::object([
        ("tags", Json::List(vec![Json::text(about.topic.title())])),
        ("summary", Json::text(about.summary)),
        ("operationId", Json::text(operation_id(route))),
    ]);
    let description = description(route);
    if !description.is_empty() {
        operation = operation.with("description", Json::text(description));
    }
    let parameters = parameters(route);
    if !parameters.is_empty() {
        operation = operation.with("parameters", Json::List(parameters));
    }
    if let Some(body) = request_body(about.takes, answers, schemas) {
        operation = operation.with("requestBody", body);
    }
    let operation = operation.with("responses", responses(route, schemas));
    match about.who {
        Who::Anybody if route.path == "/login" => {
            operation.with("security", Json::List(vec![requirement("basic"), requirement("token")]))
        }
        Who::Anybody => operation.with("security", Json::List(Vec::new())),
        Who::LoggedIn => operation,
        Who::Roles(roles) => {
            let roles = roles.iter().map(|role| Json::text(role.as_str())).collect();
            operation.with("x-keyward-roles", Json::List(roles))
        }
    }
}

/// What an operation needs: this way of telling who one is.
pub(crate) fn requirement(scheme: &'static str) -> Json {
    Json::object([(scheme, Json::List(Vec::new()))])
}

/// `getObjectUsersUidInfo`, from the method and the path, which are unique together.
pub(crate) fn operation_id(route: &Route) -> String {
    let words = route.path.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let words = words.map(|word| word[..1].to_ascii_uppercase() + &word[1..]);
    route.method.as_str().to_ascii_lowercase() + &words.collect::<String>()
}

/// What is said of the route, and whom it takes.
pub(crate) fn description(route: &Route) -> String {
    let roles = match route.about.who {
        Who::Anybody | Who::LoggedIn => String::new(),
        Who::Roles([role]) => format!("Takes the role {}.", role.as_str()),
        Who::Roles(roles) => {
            let roles: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
            format!("Takes one of the roles {}.", roles.join(", "))
        }
    };
    [route.about.text, &roles].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

fn parameters(route: &Route) -> Vec<Json> {
    let in_path = route.path_parameters().map(|name| {
        let schema = match name {
            "locked" => Json::object([("type", Json::text("boolean"))]),
            _ => Json::object([("type", Json::text("string")), ("minLength", Json::Number(1))]),
        };
        Json::object([("name", Json::text(name)), ("in", Json::text("path")), ("required", Json::Flag(true))])
            .with_text("description", path_parameter(name).unwrap_or_default())
            .with("schema", schema)
    });
    let in_query = route.about.query.iter().map(|parameter| {
        Json::object([("name", Json::text(parameter.name)), ("in", Json::text("query"))])
            .with_text("description", parameter.text)
            .with("schema", schema_of(parameter))
    });
    in_path.chain(in_query).collect()
}

fn schema_of(named: &Named) -> Json {
    match named.kind {
        Kind::Text => Json::object([("type", Json::text("string"))]),
        Kind::Flag => Json::object([("type", Json::text("boolean"))]),
        Kind::Count => Json::object([("type", Json::text("integer")), ("minimum", Json::Number(1))]),
    }
}

fn request_body(takes: Takes, answers: &[&str], schemas: &mut Schemas) -> Option<Json> {
    let (content, required) = match takes {
        Takes::Nothing => return None,
        Takes::AnyJson => (Json::object([(JSON, Json::object([("schema", Json::object([]))]))]), false),
        Takes::Json { schema, .. } => {
            let schema = schemas.of_own(schema);
            (Json::object([(JSON, Json::object([("schema", schema)]))]), true)
        }
        Takes::Request { schema, .. } => {
            let request = schema().ok()?;
            let name = component_name(&request, answers);
            let schema = schemas.of_ecs(&name, request.root, &request.schema);
            let json = Json::object([("schema", schema.clone())]);
            let example = serde_json::from_str(request.example).unwrap_or(Json::Null);
            let xml = Json::object([("schema", schema)]);
            (Json::object([(JSON, json.with("example", example)), (XML, xml)]), needs_fields(&request))
        }
    };
    Some(Json::object([("required", Json::Flag(required)), ("content", content)]))
}

/// Requests go by the name of their root element, and so do answers: where both share one, the request gives way.
pub(crate) fn component_name(request: &RequestSchema, answers: &[&str]) -> String {
    if answers.contains(&request.root) { format!("{}_request", request.root) } else { request.root.to_owned() }
}

fn needs_fields(request: &RequestSchema) -> bool {
    matches!(&request.schema, keyward_ecs_wire::Schema::Object(fields) if fields.iter().any(|field| field.required))
}

fn responses(route: &Route, schemas: &mut Schemas) -> Json {
    let about = &route.about;
    let mut by_status = BTreeMap::new();
    for status in statuses(route) {
        by_status.insert(status, Json::reference("responses", &shared_name(status, is_own(route))));
    }
    for (status, text) in about.also {
        let answered = match (status, about.gives) {
            (302, _) => described(*text),
            (_, Gives::Other { media_type, .. }) if about.who == Who::Anybody => {
                described(*text).with("content", Json::object([(media_type, text_body())]))
            }
            _ => described(*text).with("content", error_content(is_own(route))),
        };
        by_status.insert(*status, answered);
    }
    by_status.insert(200, success(route, schemas));
    let by_status = by_status.into_iter().map(|(status, response)| (status.to_string(), response));
    let default = ("default".to_owned(), Json::reference("responses", &default_name(is_own(route))));
    Json::members(by_status.chain([default]))
}

/// The statuses of errors that follow from what is said of a route.
fn statuses(route: &Route) -> Vec<u16> {
    let about = &route.about;
    let has_input = route.path.contains('{') || !about.query.is_empty() || !matches!(about.takes, Takes::Nothing);
    let is_asked = about.who != Who::Anybody || route.path == "/login";
    let mut statuses = Vec::new();
    statuses.extend(has_input.then_some(400));
    statuses.extend(is_asked.then_some(401));
    statuses.extend((matches!(about.who, Who::Roles(_)) || route.changes && is_asked).then_some(403));
    statuses.extend(matches!(about.takes, Takes::Request { .. }).then_some(415));
    statuses.extend(is_asked.then_some(503));
    statuses
}

fn success(route: &Route, schemas: &mut Schemas) -> Json {
    let about = &route.about;
    let success = match about.gives {
        Gives::Nothing => described("Done; the body is empty."),
        Gives::Answer { schema, .. } => {
            let answer = schema();
            let schema = schemas.of_ecs(answer.root, answer.root, &answer.schema);
            let json = serde_json::from_str(&answer.json).unwrap_or(Json::Null);
            let content = Json::object([
                (JSON, Json::object([("schema", schema.clone()), ("example", json)])),
                (XML, Json::object([("schema", schema), ("example", Json::text(answer.xml))])),
            ]);
            described("Done.").with("content", content)
        }
        Gives::Json { schema } => {
            let schema = schemas.of_own(schema);
            described("Done.").with("content", Json::object([(JSON, Json::object([("schema", schema)]))]))
        }
        Gives::Other { media_type: JSON, text } => {
            let any = Json::object([("schema", Json::object([]))]);
            described(text).with("content", Json::object([(JSON, any)]))
        }
        Gives::Other { media_type, text } => described(text).with("content", Json::object([(media_type, text_body())])),
    };
    if about.headers.is_empty() {
        return success;
    }
    let headers = about.headers.iter().map(|header| {
        let told = Json::object([("description", Json::text(header.text)), ("schema", schema_of(header))]);
        (header.name, told)
    });
    success.with("headers", Json::members(headers))
}

/// The responses that operations share: one for each status of an error, and one for all others.
pub(crate) fn shared_responses(answers: &mut Schemas) -> Json {
    let error = keyward_ecs_wire::AnswerSchema::of::<keyward_ecs_wire::EcsError>();
    answers.of_ecs(error.root, error.root, &error.schema);
    let mut shared = Vec::new();
    for is_own in [false, true] {
        for status in [400, 401, 403, 415, 503] {
            let response = described(meaning_of_status(status)).with("content", error_content(is_own));
            shared.push((shared_name(status, is_own), response));
        }
        let any = described("Any other error: `code` and `description` say what kind, `details` what to do.");
        shared.push((default_name(is_own), any.with("content", error_content(is_own))));
    }
    Json::members(shared)
}

/// The codes of the error document that go with a status.
fn meaning_of_status(status: u16) -> String {
    let codes = ErrorCode::ALL.iter().filter(|code| code.http_status() == status);
    let codes: Vec<_> = codes.map(|code| format!("{} ({})", code.number(), code.description())).collect();
    format!("The code is one of: {}.", codes.join("; "))
}

fn shared_name(status: u16, is_own: bool) -> String {
    let kind = match status {
        400 => "BadRequest",
        401 => "Unauthenticated",
        403 => "Forbidden",
        415 => "UnsupportedMediaType",
        _ => "Unavailable",
    };
    format!("{kind}{}", if is_own { "Json" } else { "" })
}

fn default_name(is_own: bool) -> String {
    format!("Error{}", if is_own { "Json" } else { "" })
}

fn is_own(route: &Route) -> bool {
    route.path.starts_with(OWN_CALLS)
}

fn error_content(is_own: bool) -> Json {
    let error = || Json::object([("schema", Json::reference("schemas", "error"))]);
    if is_own { Json::object([(JSON, error())]) } else { Json::object([(JSON, error()), (XML, error())]) }
}

fn text_body() -> Json {
    Json::object([("schema", Json::object([("type", Json::text("string"))]))])
}

fn described(text: impl Into<std::borrow::Cow<'static, str>>) -> Json {
    Json::object([("description", Json::text(text))])
}

/// The method as a path item names it.
pub(crate) fn method_name(method: &Method) -> String {
    method.as_str().to_ascii_lowercase()
}
