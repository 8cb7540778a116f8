//! An answer to a browser, and what surrounds every one of them.

use bytes::Bytes;
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION, REFERRER_POLICY, RETRY_AFTER,
    SET_COOKIE, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;

use crate::html::Html;

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// Everything comes from here, nothing is inline, nobody frames it, and forms go nowhere else.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                              form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// With `no-referrer` a browser would send `Origin: null` with our own forms (Fetch standard), and fail the test of
/// their origin.
const REFERRERS: &str = "same-origin";

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// An answer.
pub(crate) struct Reply(Response<Full<Bytes>>);

impl Reply {
    /// A page. It is wiped from memory once it is sent.
    pub(crate) fn page(status: StatusCode, page: Html) -> Self {
        let mut response = Response::new(Full::new(Bytes::from_owner(page)));
        *response.status_mut() = status;
        Self(response).with(CONTENT_TYPE, HTML).with(CACHE_CONTROL, HeaderValue::from_static("no-store"))
    }

    /// "See other": the answer to a form that worked, so that loading the page anew sends nothing again.
    pub(crate) fn see(path: &'static str) -> Self {
        Self::page(StatusCode::SEE_OTHER, Html::empty()).with(LOCATION, HeaderValue::from_static(path))
    }

    /// A file that is part of the program.
    pub(crate) fn file(media_type: &'static str, content: &'static str) -> Self {
        Self(Response::new(Full::new(Bytes::from_static(content.as_bytes()))))
            .with(CONTENT_TYPE, HeaderValue::from_static(media_type))
            .with(CACHE_CONTROL, HeaderValue::from_static("no-cache"))
    }

    /// The same with a cookie.
    pub(crate) fn with_cookie(self, cookie: HeaderValue) -> Self {
        self.with(SET_COOKIE, cookie)
    }

    /// The same with what may be tried instead.
    pub(crate) fn allowing(self, methods: &'static str) -> Self {
        self.with(ALLOW, HeaderValue::from_static(methods))
    }

    /// The same with when to try again, in seconds.
    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        self.with(RETRY_AFTER, HeaderValue::from(seconds))
    }

    fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers_mut().append(name, value);
        self
    }

    /// The response, with the headers that all have.
    pub(crate) fn into_response(mut self) -> Response<Full<Bytes>> {
        for (name, value) in [
            (CONTENT_SECURITY_POLICY, CONTENT_POLICY),
            (X_FRAME_OPTIONS, "DENY"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (REFERRER_POLICY, REFERRERS),
            (OPENER_POLICY, "same-origin"),
            (RESOURCE_POLICY, "same-origin"),
            // "/" is the portal for browsers and no call for others.
            (VARY, "Accept, Cookie"),
        ] {
            self.0.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        self.0
    }
}
