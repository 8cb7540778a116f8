//! The description of the API, in OpenAPI 3.1 and as a page for people, made from the table of routes and the wire types.

mod fields;
mod json;
mod markup;
mod operations;
mod page;
mod schemas;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::about::{Gives, Topic};
use crate::openapi::json::Json;
use crate::openapi::operations::{method_name, operation, requirement, shared_responses};
use crate::openapi::schemas::Schemas;
use crate::route::Route;
use crate::routes;

/// Calls that ECS does not have; they speak JSON alone.
pub(crate) const OWN_CALLS: &str = "/keyward/";

const ABOUT: &str = "Keyward hands every person of a directory their own S3 keys, through the management API of ECS.\n\n\
    **Formats.** Answers are XML, and JSON for those who send `Accept: application/json` or end the path with `.json`. \
    Bodies of requests are read as their `Content-Type` says. Numbers and flags may come as texts, `null` and an empty \
    text count as left out, unknown fields are ignored. Calls under `/keyward/` speak JSON alone.\n\n\
    **Logging in.** `GET /login` with HTTP Basic answers with a token in the header `X-SDS-AUTH-TOKEN`; send it in the \
    same header with every other call. It lives 8 hours, or until it was not used for 2.\n\n\
    **Errors.** Every error is a document with a `code`, its fixed `description`, and `details` that say what to do.";

/// The description as JSON.
pub(crate) static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let mut text = serde_json::to_string_pretty(&Description::of(&routes::all()).document).unwrap_or_default();
    text.push('\n');
    text
});

/// The description of the API: OpenAPI 3.1 in JSON, with a line end, as `/openapi.json` answers it.
pub fn text() -> &'static str {
    &DOCUMENT
}

/// The page.
pub(crate) static PAGE: LazyLock<page::Page> = LazyLock::new(|| page::page(&Description::of(&routes::all()).document));

/// The description, and what is left to describe.
struct Description {
    document: Json,
    #[cfg_attr(not(test), expect(dead_code, reason = "only a test asks"))]
    unexplained: BTreeSet<String>,
}

impl Description {
    fn of(routes: &[Route]) -> Self {
        let answers: Vec<_> = routes.iter().filter_map(answer_root).collect();
        let mut schemas = Schemas::new();
        let responses = shared_responses(&mut schemas);
        let mut paths: Vec<(&'static str, Json)> = Vec::new();
        for route in routes {
            let operation = operation(route, &answers, &mut schemas);
            let method = method_name(&route.method);
            match paths.iter_mut().find(|(path, _)| *path == route.path) {
                Some((_, Json::Object(item))) => item.push((method.into(), operation)),
                _ => paths.push((route.path, Json::members([(method, operation)]))),
            }
        }
        let (schemas, unexplained) = schemas.into_parts();
        let components =
            Json::object([("schemas", schemas), ("responses", responses), ("securitySchemes", security_schemes())]);
        let document = Json::object([
            ("openapi", Json::text("3.1.0")),
            ("info", info()),
            ("servers", Json::List(vec![Json::object([("url", Json::text("/"))])])),
            ("security", Json::List(vec![requirement("token"), requirement("cookie")])),
            ("tags", Json::List(Topic::ALL.into_iter().map(tag).collect())),
            ("paths", Json::members(paths)),
            ("components", components),
        ]);
        Description { document, unexplained }
    }
}

fn answer_root(route: &Route) -> Option<&'static str> {
    match route.about.gives {
        Gives::Answer { schema, .. } => Some(schema().root),
        _ => None,
    }
}

fn info() -> Json {
    Json::object([
        ("title", Json::text("Keyward management API")),
        ("version", Json::text(env!("CARGO_PKG_VERSION"))),
        ("summary", Json::text("S3 keys for everyone in your directory.")),
        ("description", Json::text(ABOUT)),
    ])
}

fn tag(topic: Topic) -> Json {
    Json::object([("name", Json::text(topic.title())), ("description", Json::text(topic.text()))])
}

fn security_schemes() -> Json {
    let key = |place: &'static str, description: &'static str| {
        Json::object([
            ("type", Json::text("apiKey")),
            ("in", Json::text(place)),
            ("name", Json::text("X-SDS-AUTH-TOKEN")),
            ("description", Json::text(description)),
        ])
    };
    let basic = Json::object([
        ("type", Json::text("http")),
        ("scheme", Json::text("basic")),
        ("description", Json::text("A name and a password, for the login alone.")),
    ]);
    Json::object([
        ("basic", basic),
        ("token", key("header", "The token of a login.")),
        (
            "cookie",
            key(
                "cookie",
                "The same, as a login with `using-cookies` sets it; for changes only from pages of this server.",
            ),
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::about::{Takes, Who, path_parameter};
    use crate::openapi::operations::operation_id;
    use crate::route::Handler;

    #[test]
    fn every_field_that_goes_over_the_wire_is_explained() {
        let Description { unexplained, .. } = Description::of(&routes::all());
        assert!(
            unexplained.is_empty(),
            "add what they mean to keyward-ecs-wire's meanings, or a doc: {unexplained:#?}"
        );
    }

    #[test]
    fn nothing_is_explained_that_is_nowhere() {
        let description = text();
        for field in keyward_ecs_wire::explained() {
            let name = field.rsplit('.').next().unwrap_or(field);
            assert!(description.contains(&format!("\"{name}\": {{")), "{field} goes over the wire no more");
        }
    }

    #[test]
    fn every_request_is_read_by_its_own_example() {
        for route in routes::all() {
            if let Takes::Request { schema, .. } = route.about.takes {
                let request = schema().unwrap_or_else(|why| panic!("{route:?}: {why}"));
                serde_json::from_str::<Json>(request.example).unwrap_or_else(|why| panic!("{route:?}: {why}"));
            }
        }
    }

    #[test]
    fn every_route_says_what_it_is_for() {
        let mut ids = BTreeSet::new();
        for route in routes::all() {
            assert!(!route.about.summary.is_empty(), "{route:?}");
            assert!(ids.insert(operation_id(&route)), "{route:?} has the id of another operation");
            for name in route.path_parameters() {
                assert!(path_parameter(name).is_some(), "say in about.rs what {{{name}}} of {route:?} is");
            }
            let takes_no_token = matches!(route.handler, Handler::Open(_)) && route.path != "/metrics";
            assert_eq!(route.about.who == Who::Anybody, takes_no_token, "{route:?}");
        }
    }
}
