//! `<CORSConfiguration>`.

use keyward_identity::CorsRule;

use super::BODY_LIMIT;
use super::element::{malformed, number, word};
use crate::error::{ErrorCode, S3Error};
use crate::xml::{Element, XmlWriter};

const MOST_RULES: usize = 100;
const METHODS: [&str; 5] = ["GET", "PUT", "POST", "DELETE", "HEAD"];

/// Reads the rules that are asked for.
///
/// # Errors
/// `MalformedXML` for no rule, more than a hundred, or one without origin or method; `InvalidRequest` for a method that
/// is none of S3's, or more than one `*` in an origin or header.
pub fn read_cors(body: &[u8]) -> Result<Vec<CorsRule>, S3Error> {
    let root = Element::parse(body, "CORSConfiguration", BODY_LIMIT)?;
    let rules = root.children("CORSRule").map(rule).collect::<Result<Vec<_>, _>>()?;
    match rules.len() {
        1..=MOST_RULES => Ok(rules),
        _ => Err(malformed(format!("<CORSConfiguration> has to hold 1 to {MOST_RULES} <CORSRule>."))),
    }
}

fn rule(element: &Element) -> Result<CorsRule, S3Error> {
    let all = |name| element.children(name).map(|child| child.text().trim().to_owned()).collect::<Vec<_>>();
    let rule = CorsRule {
        id: word(element, "ID")?.filter(|id| !id.is_empty()).map(str::to_owned),
        allowed_origins: all("AllowedOrigin"),
        allowed_methods: all("AllowedMethod"),
        allowed_headers: all("AllowedHeader"),
        exposed_headers: all("ExposeHeader"),
        max_age_seconds: number(element, "MaxAgeSeconds")?,
    };
    if rule.allowed_origins.is_empty() || rule.allowed_methods.is_empty() {
        return Err(malformed("A <CORSRule> has to hold <AllowedOrigin> and <AllowedMethod>."));
    }
    let invalid = |message: String| Err(S3Error::because(ErrorCode::InvalidRequest, message));
    if let Some(method) = rule.allowed_methods.iter().find(|method| !METHODS.contains(&method.as_str())) {
        return invalid(format!("The method {method} cannot be allowed; use GET, PUT, POST, DELETE or HEAD."));
    }
    if let Some(text) = rule.allowed_origins.iter().chain(&rule.allowed_headers).find(|text| stars(text) > 1) {
        return invalid(format!("{text} has more than one asterisk; use one."));
    }
    let sendable = |name: &String| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'*');
    if let Some(name) = rule.exposed_headers.iter().find(|name| !sendable(name)) {
        return invalid(format!("{name} cannot be exposed; name one header, without an asterisk."));
    }
    Ok(rule)
}

fn stars(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'*').count()
}

/// The document of some rules.
pub fn write_cors(rules: &[CorsRule]) -> Vec<u8> {
    XmlWriter::document("CORSConfiguration", |xml| {
        for rule in rules {
            xml.element("CORSRule", |xml| {
                xml.optional("ID", rule.id.as_deref());
                let lists = [
                    ("AllowedHeader", &rule.allowed_headers),
                    ("AllowedMethod", &rule.allowed_methods),
                    ("AllowedOrigin", &rule.allowed_origins),
                    ("ExposeHeader", &rule.exposed_headers),
                ];
                for (name, values) in lists {
                    values.iter().for_each(|value| xml.text(name, value));
                }
                if let Some(seconds) = rule.max_age_seconds {
                    xml.value("MaxAgeSeconds", seconds);
                }
            });
        }
    })
}
