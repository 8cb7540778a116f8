//! Requests of web pages from elsewhere: preflight requests, and what a browser has to be told with every answer, as
//! the bucket's CORS rules have it.

use std::sync::Arc;

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, HeaderName, HeaderValue, ORIGIN, VARY,
};
use http::request::Parts as Head;
use http::{HeaderMap, Method, Response};
use keyward_identity::{Bucket, BucketName, CorsRule, NamespaceName, ObjectUserId};
use keyward_objects::{ResponseBody, empty};
use keyward_s3_wire::query::Query;
use keyward_s3_wire::{Address, ErrorCode, S3Error};

use crate::endpoint::Shared;

/// What the answers to a page depend on, so that no cache gives one page's answer to another.
const VARIES: &str = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";

/// A page that asks, as its browser announced it, and the bucket that it asks.
#[derive(Debug)]
pub(crate) struct Page {
    origin: String,
    /// What a preflight request announces, or else the method of the request itself.
    method: String,
    /// Those that a preflight request announces.
    headers: Vec<String>,
    bucket: Option<BucketName>,
    namespace: Option<NamespaceName>,
    /// Whom the request claims to be from.
    claimed: Option<ObjectUserId>,
}

impl Page {
    /// The page behind a request; `None` where no browser names one.
    pub(crate) fn of(head: &Head) -> Option<Self> {
        let text = |name: HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok());
        let origin = text(ORIGIN)?.to_owned();
        let method = text(ACCESS_CONTROL_REQUEST_METHOD).unwrap_or(head.method.as_str()).to_owned();
        let headers = text(ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or_default();
        let headers = headers.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
        Some(Self { origin, method, headers, bucket: None, namespace: None, claimed: claimed(head) })
    }

    /// Notes which bucket the request goes to, as far as its address says.
    pub(crate) fn asks(&mut self, address: &Address) {
        self.bucket.clone_from(&address.bucket);
        self.namespace.clone_from(&address.namespace);
    }

    /// Notes whose namespace it is where the address names none.
    pub(crate) fn asks_in(&mut self, namespace: &NamespaceName) {
        self.namespace.get_or_insert_with(|| namespace.clone());
    }

    fn rule<'b>(&self, bucket: &'b Bucket) -> Option<&'b CorsRule> {
        let headers = || self.headers.iter().map(String::as_str);
        bucket.settings.cors.iter().find(|rule| rule.admits(&self.origin, &self.method, headers()))
    }
}

impl Shared {
    /// Answers a preflight request. No browser signs one, so that it tells of the bucket's rules and nothing else.
    ///
    /// # Errors
    /// `BadRequest` for one that announces nothing, `AccessForbidden` where no rule admits what it announces. A bucket
    /// that is not there, and a name that does not tell which bucket is meant, are answered in the same words.
    pub(crate) async fn preflight(&self, head: &Head, page: Option<&Page>) -> Result<Response<ResponseBody>, S3Error> {
        let insufficient = |message: &'static str| Err(S3Error::because(ErrorCode::BadRequest, message));
        let Some(page) = page else { return insufficient("A preflight request has to name its page in Origin.") };
        if !head.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
            return insufficient("A preflight request has to announce its method in Access-Control-Request-Method.");
        }
        let bucket = self.bucket_of(page).await;
        let rule = bucket.as_deref().and_then(|bucket| page.rule(bucket));
        let Some(rule) = rule else {
            return Err(refused(page).with("Method", &page.method));
        };
        let mut answer = Response::new(empty());
        admit(answer.headers_mut(), page, rule);
        Ok(answer)
    }

    /// Tells the browser whether the page may see this answer, which may well be an error.
    pub(crate) async fn show_to(&self, page: &Page, method: &Method, answer: &mut Response<ResponseBody>) {
        if method == Method::OPTIONS {
            return;
        }
        let Some(bucket) = self.bucket_of(page).await else { return };
        match page.rule(&bucket) {
            Some(rule) => admit(answer.headers_mut(), page, rule),
            None if bucket.settings.cors.is_empty() => {}
            None => vary(answer.headers_mut()),
        }
    }

    /// The bucket that is asked. A store that is down says so in the answer itself, or, where the answer is a good one,
    /// is not asked.
    ///
    /// A browser announces a request without its signature, so that nothing may say whose bucket is meant. Then the name
    /// has to, where one namespace alone has it: all that is told is whether the bucket's rules admit the page.
    async fn bucket_of(&self, page: &Page) -> Option<Arc<Bucket>> {
        let name = page.bucket.as_ref()?;
        let named = match &page.namespace {
            Some(namespace) => Some(namespace.clone()),
            None => self.namespace_claimed(page).await,
        };
        if let Some(namespace) = named {
            return self.service.bucket(&namespace, name).await.ok().flatten();
        }
        if let Some(namespace) = &self.anonymous_namespace
            && let Some(bucket) = self.service.bucket(namespace, name).await.ok()?
        {
            return Some(bucket);
        }
        self.service.only_bucket_named(name).await.ok().flatten()
    }

    /// The namespace of the user whom the request names. Whether the signature is right does not matter here: rules are
    /// all that is told, and only whether they admit what is announced.
    async fn namespace_claimed(&self, page: &Page) -> Option<NamespaceName> {
        // No namespace was named, or it would be known.
        let credential = self.credential(page.claimed.as_ref()?.as_str(), None).await.ok()?;
        Some(credential.namespace.clone())
    }
}

/// The refusal of a preflight request, with what else may be the matter where no namespace was named.
fn refused(page: &Page) -> S3Error {
    if page.namespace.is_some() || page.claimed.is_some() {
        return S3Error::new(ErrorCode::AccessForbidden);
    }
    let reason = "The bucket's owner can add a CORS rule for this origin, method and headers. The namespace of the bucket is \
                  not known, since the request names none: where no namespace, or more than one, has a bucket of this name, \
                  address it by a host name that names the namespace (a base URL with the namespace in the host), by a \
                  presigned URL, or have the operator name the namespace in s3.anonymous_namespace.";
    S3Error::because(ErrorCode::AccessForbidden, reason)
}

/// The access key id in the URL, as presigned ones have it, or in the header.
fn claimed(head: &Head) -> Option<ObjectUserId> {
    let query = Query::of(head).ok()?;
    let header = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let scope = query.value("X-Amz-Credential").ok()?.or_else(|| {
        let (_, credential) = header.split_once("Credential=")?;
        credential.split(',').next()
    });
    let plain =
        query.value("AWSAccessKeyId").ok()?.or_else(|| header.strip_prefix("AWS ")?.rsplit_once(':').map(|(id, _)| id));
    let id = scope.and_then(|scope| scope.trim().rsplitn(5, '/').nth(4)).or(plain)?;
    ObjectUserId::parse(id).ok()
}

/// Answers that differ from page to page say so, also to those who are no page.
pub(crate) fn vary(headers: &mut HeaderMap) {
    headers.insert(VARY, HeaderValue::from_static(VARIES));
}

fn admit(headers: &mut HeaderMap, page: &Page, rule: &CorsRule) {
    let mut tell = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value)
            && !value.is_empty()
        {
            headers.insert(name, value);
        }
    };
    if rule.origin_for(&page.origin) == Some("*") {
        tell(ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    } else {
        tell(ACCESS_CONTROL_ALLOW_ORIGIN, &page.origin);
        tell(ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    tell(ACCESS_CONTROL_ALLOW_METHODS, &rule.allowed_methods.join(", "));
    tell(ACCESS_CONTROL_ALLOW_HEADERS, &page.headers.join(", "));
    tell(ACCESS_CONTROL_EXPOSE_HEADERS, &rule.exposed_headers.join(", "));
    if let Some(seconds) = rule.max_age_seconds {
        tell(ACCESS_CONTROL_MAX_AGE, &seconds.to_string());
    }
    vary(headers);
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn page(headers: &[(&str, &str)]) -> Option<Page> {
        let request = headers.iter().fold(Request::put("/b/k"), |request, (name, value)| request.header(*name, *value));
        Page::of(&request.body(()).unwrap().into_parts().0)
    }

    fn told(page: &Page, rule: &CorsRule) -> HeaderMap {
        let mut headers = HeaderMap::new();
        admit(&mut headers, page, rule);
        headers
    }

    fn rule(origin: &str) -> CorsRule {
        CorsRule {
            allowed_origins: vec![origin.to_owned()],
            allowed_methods: vec!["GET".to_owned(), "PUT".to_owned()],
            allowed_headers: vec!["*".to_owned()],
            exposed_headers: vec!["ETag".to_owned(), "x-amz-version-id".to_owned()],
            max_age_seconds: Some(600),
            ..CorsRule::default()
        }
    }

    #[test]
    fn a_request_without_an_origin_comes_from_no_page() {
        assert!(page(&[("access-control-request-method", "GET")]).is_none());
    }

    #[test]
    fn what_a_preflight_request_announces_counts_rather_than_its_own_method() {
        let page = page(&[
            ("origin", "https://a.example"),
            ("access-control-request-method", "DELETE"),
            ("access-control-request-headers", "X-Amz-Date, content-type ,"),
        ]);
        let page = page.unwrap();
        assert_eq!((page.method.as_str(), page.headers.len()), ("DELETE", 2));
    }

    #[test]
    fn a_page_of_a_named_origin_is_admitted_by_name_and_may_send_credentials() {
        let page = page(&[("origin", "https://a.example"), ("access-control-request-headers", "x-amz-date")]).unwrap();
        let told = told(&page, &rule("https://*.example"));
        for (name, value) in [
            ("access-control-allow-origin", "https://a.example"),
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-methods", "GET, PUT"),
            ("access-control-allow-headers", "x-amz-date"),
            ("access-control-expose-headers", "ETag, x-amz-version-id"),
            ("access-control-max-age", "600"),
            ("vary", VARIES),
        ] {
            assert_eq!(told[name], value, "{name}");
        }
    }

    #[test]
    fn whose_namespace_it_is_shows_in_header_or_url_of_either_version() {
        let scope = "dana@corp.example/20260305/us-east-1/s3/aws4_request";
        let v4 = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00");
        for header in [v4.as_str(), "AWS dana@corp.example:c2ln"] {
            let page = page(&[("origin", "https://a.example"), ("authorization", header)]).unwrap();
            assert_eq!(page.claimed.unwrap().as_str(), "dana@corp.example");
        }
        for query in [format!("X-Amz-Credential={scope}"), "AWSAccessKeyId=dana@corp.example".to_owned()] {
            let request = Request::get(format!("/b/k?{query}")).header("origin", "https://a.example").body(()).unwrap();
            let page = Page::of(&request.into_parts().0).unwrap();
            assert_eq!(page.claimed.unwrap().as_str(), "dana@corp.example");
        }
    }

    #[test]
    fn where_any_page_may_ask_none_may_send_credentials() {
        let told = told(&page(&[("origin", "https://a.example")]).unwrap(), &rule("*"));
        assert_eq!(told["access-control-allow-origin"], "*");
        assert!(!told.contains_key("access-control-allow-credentials"));
        assert!(!told.contains_key("access-control-allow-headers"), "none were announced");
    }
}
