//! CORS rules of a bucket: which web pages may call it from a browser.

use serde::{Deserialize, Serialize};

/// One rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CorsRule {
    /// Its name, if it was given one.
    pub id: Option<String>,
    /// The origins that may call; each may hold one `*`.
    pub allowed_origins: Vec<String>,
    /// The methods that they may use.
    pub allowed_methods: Vec<String>,
    /// The headers that they may send; each may hold one `*`. Case does not matter.
    pub allowed_headers: Vec<String>,
    /// The headers of an answer that the page may read.
    pub exposed_headers: Vec<String>,
    /// For how many seconds a browser may remember the answer to a preflight request.
    pub max_age_seconds: Option<u32>,
}

impl CorsRule {
    /// Whether a page of this origin may use this method with these headers.
    pub fn admits<'h>(&self, origin: &str, method: &str, headers: impl IntoIterator<Item = &'h str>) -> bool {
        let admitted = |header: &str| {
            let header = header.to_ascii_lowercase();
            self.allowed_headers.iter().any(|allowed| matches_star(&allowed.to_ascii_lowercase(), &header))
        };
        self.allowed_methods.iter().any(|allowed| allowed == method)
            && self.origin_for(origin).is_some()
            && headers.into_iter().all(admitted)
    }

    /// The allowed origin that a page's origin falls under.
    pub fn origin_for(&self, origin: &str) -> Option<&str> {
        self.allowed_origins.iter().map(String::as_str).find(|allowed| matches_star(allowed, origin))
    }
}

/// Whether `text` is `pattern`, in which one `*` stands for any text.
fn matches_star(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, behind)) => {
            text.len() >= before.len() + behind.len() && text.starts_with(before) && text.ends_with(behind)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_star_stands_for_any_text_and_no_overlap() {
        assert!(matches_star("*", "https://a.example") && matches_star("https://*.example", "https://a.example"));
        assert!(matches_star("*suffix", "suffix") && matches_star("pre*", "pre"));
        assert!(!matches_star("ab*ba", "aba") && !matches_star("a", "b"));
    }

    #[test]
    fn a_rule_admits_origin_method_and_every_header() {
        let rule = CorsRule {
            allowed_origins: vec!["https://*.example".to_owned()],
            allowed_methods: vec!["PUT".to_owned()],
            allowed_headers: vec!["X-Amz-*".to_owned()],
            ..CorsRule::default()
        };
        assert!(rule.admits("https://a.example", "PUT", ["x-amz-date"]));
        assert!(!rule.admits("https://a.example", "PUT", ["x-amz-date", "content-type"]));
        assert!(!rule.admits("https://a.example", "GET", []));
        assert!(!rule.admits("https://a.test", "PUT", []));
    }
}
