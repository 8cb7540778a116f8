//! The description as a page for people: plain HTML, no script, nothing from elsewhere.

use std::fmt::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use crate::openapi::fields::fields_table;
use crate::openapi::json::Json;
use crate::openapi::markup::{code, escaped, paragraphs, prose};

/// Its looks.
const STYLE: &str = include_str!("page.css");

/// A page and the policy to serve it under.
pub(crate) struct Page {
    pub(crate) html: String,
    /// The `Content-Security-Policy`: nothing but its own style sheet, by its digest.
    pub(crate) policy: String,
}

/// Renders the document.
pub(crate) fn page(document: &Json) -> Page {
    let topics = topics(document);
    let mut body = String::new();
    head(&mut body, document, &topics);
    for topic in &topics {
        section(&mut body, document, topic);
    }
    let digest = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Keyward management API</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}</main>\n</body>\n</html>\n"
    );
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    Page { html, policy }
}

/// A tag with its operations.
struct Topic<'a> {
    name: &'a str,
    text: &'a str,
    operations: Vec<Operation<'a>>,
}

struct Operation<'a> {
    path: &'a str,
    method: String,
    json: &'a Json,
}

fn topics(document: &Json) -> Vec<Topic<'_>> {
    let tags = document.member("tags").map_or(&[][..], Json::items);
    tags.iter()
        .map(|tag| {
            let name = text(tag, "name");
            Topic { name, text: text(tag, "description"), operations: operations(document, name) }
        })
        .collect()
}

fn operations<'a>(document: &'a Json, topic: &str) -> Vec<Operation<'a>> {
    let paths = document.member("paths").map_or(&[][..], Json::all_members);
    let all = paths.iter().flat_map(|(path, item)| {
        let operation = move |(method, json): &'a (_, Json)| -> Operation<'a> {
            let method: &std::borrow::Cow<'static, str> = method;
            Operation { path, method: method.to_ascii_uppercase(), json }
        };
        item.all_members().iter().map(operation)
    });
    let is_about = |operation: &Operation<'_>| {
        let tags = operation.json.member("tags").map_or(&[][..], Json::items);
        tags.iter().any(|tag| tag.as_text() == Some(topic))
    };
    all.filter(is_about).collect()
}

fn head(body: &mut String, document: &Json, topics: &[Topic<'_>]) {
    let info = document.member("info").unwrap_or(&Json::Null);
    body.push_str("<nav aria-label=\"Contents\">\n<p class=\"home\"><a href=\"#top\">Keyward</a></p>\n");
    for topic in topics {
        let _ = writeln!(body, "<details><summary>{}</summary><ol>", escaped(topic.name));
        for operation in &topic.operations {
            let (id, summary) = (text(operation.json, "operationId"), text(operation.json, "summary"));
            let _ = writeln!(body, "<li><a href=\"#{}\">{}</a></li>", escaped(id), escaped(summary));
        }
        body.push_str("</ol></details>\n");
    }
    let _ = write!(
        body,
        "</nav>\n<main id=\"top\">\n<header>\n<h1>{}</h1>\n<p class=\"lead\">{}</p>\n{}\
         <p>Version {} · for programs: <a href=\"/openapi.json\">openapi.json</a></p>\n</header>\n",
        escaped(text(info, "title")),
        escaped(text(info, "summary")),
        paragraphs(text(info, "description")),
        escaped(text(info, "version")),
    );
    body.push_str("<section class=\"contents\">\n<h2>Contents</h2>\n<dl>\n");
    for topic in topics {
        let name = escaped(topic.name);
        let _ = writeln!(body, "<dt><a href=\"#{}\">{name}</a></dt><dd>{}</dd>", anchor(topic.name), prose(topic.text));
    }
    body.push_str("</dl>\n</section>\n");
}

fn section(body: &mut String, document: &Json, topic: &Topic<'_>) {
    let _ = write!(
        body,
        "<section id=\"{}\">\n<h2>{}</h2>\n<p>{}</p>\n",
        anchor(topic.name),
        escaped(topic.name),
        prose(topic.text)
    );
    for operation in &topic.operations {
        article(body, document, operation);
    }
    body.push_str("</section>\n");
}

fn article(body: &mut String, document: &Json, operation: &Operation<'_>) {
    let json = operation.json;
    let id = escaped(text(json, "operationId"));
    let _ = write!(
        body,
        "<article id=\"{id}\">\n<h3><a href=\"#{id}\">{}</a></h3>\n\
         <p class=\"call\"><span class=\"method {}\">{}</span> <code>{}</code></p>\n",
        escaped(text(json, "summary")),
        operation.method.to_ascii_lowercase(),
        operation.method,
        with_breaks(operation.path),
    );
    if let Some(description) = json.member("description").and_then(Json::as_text) {
        let _ = writeln!(body, "<p>{}</p>", prose(description));
    }
    parameters(body, json);
    request(body, document, json);
    answers(body, document, json);
    body.push_str("</article>\n");
}

fn parameters(body: &mut String, operation: &Json) {
    let parameters = operation.member("parameters").map_or(&[][..], Json::items);
    if parameters.is_empty() {
        return;
    }
    body.push_str("<h4>Parameters</h4>\n<table><tbody>\n");
    for parameter in parameters {
        let _ = writeln!(
            body,
            "<tr><th scope=\"row\"><code>{}</code></th><td class=\"kind\">{}</td><td>{}</td></tr>",
            escaped(text(parameter, "name")),
            escaped(text(parameter, "in")),
            prose(text(parameter, "description"))
        );
    }
    body.push_str("</tbody></table>\n");
}

fn request(body: &mut String, document: &Json, operation: &Json) {
    let Some(content) = operation.member("requestBody").and_then(|request| request.member("content")) else { return };
    body.push_str("<h4>Request</h4>\n");
    let Some((_, json)) = content.all_members().first() else { return };
    if let Some(example) = json.member("example") {
        let _ = writeln!(body, "<pre><code>{}</code></pre>", code(example));
    }
    fields_table(body, document, json.member("schema"));
}

fn answers(body: &mut String, document: &Json, operation: &Json) {
    let responses = operation.member("responses").map_or(&[][..], Json::all_members);
    body.push_str("<h4>Answer</h4>\n");
    for (status, response) in responses.iter().filter(|(status, _)| status == "200") {
        let content = response.member("content").map_or(&[][..], Json::all_members);
        let types: Vec<_> = content.iter().map(|(media_type, _)| escaped(media_type)).collect();
        let types = if types.is_empty() { String::new() } else { format!(" · {}", types.join(" or ")) };
        let _ = writeln!(
            body,
            "<p><span class=\"status\">{status}</span> {}{types}</p>",
            prose(text(response, "description"))
        );
        headers(body, response);
        let Some((_, first)) = content.first() else { continue };
        for (_, json) in content {
            match json.member("example") {
                Some(Json::Text(xml)) => {
                    let _ = writeln!(body, "<pre class=\"xml\"><code>{}</code></pre>", escaped(xml));
                }
                Some(example) => {
                    let _ = writeln!(body, "<pre><code>{}</code></pre>", code(example));
                }
                None => {}
            }
        }
        fields_table(body, document, first.member("schema"));
    }
    errors(body, responses);
}

fn headers(body: &mut String, response: &Json) {
    let headers = response.member("headers").map_or(&[][..], Json::all_members);
    if headers.is_empty() {
        return;
    }
    body.push_str("<table><tbody>\n");
    for (name, header) in headers {
        let text = prose(text(header, "description"));
        let _ = writeln!(body, "<tr><th scope=\"row\"><code>{}</code></th><td>{text}</td></tr>", escaped(name));
    }
    body.push_str("</tbody></table>\n");
}

/// One line with the statuses that say the same everywhere, and one for each that means something of its own.
fn errors(body: &mut String, responses: &[(std::borrow::Cow<'static, str>, Json)]) {
    let others = || responses.iter().filter(|(status, _)| status != "200" && status != "default");
    let own = others().filter_map(|(status, response)| Some((status, response.member("description")?.as_text()?)));
    for (status, description) in own {
        let _ = writeln!(body, "<p><span class=\"status other\">{status}</span> {}</p>", prose(description));
    }
    let shared: Vec<_> = others().filter(|(_, response)| response.member("$ref").is_some()).collect();
    if !shared.is_empty() {
        let shared: Vec<_> =
            shared.iter().map(|(status, _)| format!("<span class=\"status other\">{status}</span>")).collect();
        let _ = writeln!(body, "<p>{} with an error document.</p>", shared.join(" "));
    }
}

/// A path that may be broken before its slashes.
fn with_breaks(path: &str) -> String {
    escaped(path).replace('/', "<wbr>/")
}

fn anchor(name: &str) -> String {
    name.to_ascii_lowercase().replace(|letter: char| !letter.is_ascii_alphanumeric(), "-")
}

fn text<'a>(json: &'a Json, name: &str) -> &'a str {
    json.member(name).and_then(Json::as_text).unwrap_or_default()
}
