//! One request from its head to its response: the order of the steps, and what surrounds them.

use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;
use http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, PRAGMA, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::Full;
use keyward_ecs_wire::{EcsError, Format, strip_suffix};
use keyward_service::Service;
use zeroize::Zeroizing;

use crate::about::Who;
use crate::call::Call;
use crate::context::{Context, Options};
use crate::endpoints::login;
use crate::error::Failure;
use crate::openapi::OWN_CALLS;
use crate::query::Query;
use crate::reply::{Answering, Reply};
use crate::route::{Handler, RouteSummary, RouteTable};
use crate::unknown_names::ToldNames;
use crate::{body, credentials, direct, routes, same_origin, stray};

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// A response on its way.
pub type Responding = Pin<Box<dyn Future<Output = Response<Full<Bytes>>> + Send>>;

/// The management API.
pub struct ManagementApi {
    context: Arc<Context>,
    routes: RouteTable,
    told_names: Arc<ToldNames>,
}

/// What became known of a request on its way, for the log and the counters.
#[derive(Default)]
struct Trace {
    route: Option<&'static str>,
    user: Option<String>,
}

impl ManagementApi {
    /// The API in front of a service.
    pub fn new(service: Arc<Service>, options: Options) -> Arc<Self> {
        let context = Arc::new(Context { service, options });
        Arc::new(Self { context, routes: RouteTable::new(routes::all()), told_names: Arc::default() })
    }

    /// The function that a listener hands requests to.
    pub fn endpoint<B>(self: Arc<Self>) -> impl Fn(Request<B>) -> Responding + Clone + Send + Sync + 'static
    where
        B: Body + Send + Unpin + 'static,
        B::Data: Send,
    {
        move |request| {
            let api = Arc::clone(&self);
            Box::pin(async move { api.answer(request).await })
        }
    }

    /// Every call there is.
    pub fn routes(&self) -> impl Iterator<Item = RouteSummary> {
        self.routes.routes().map(|route| route.summary())
    }

    /// The response to a request: route, caller, body, handler. A [`Peer`](keyward_listener::Peer) among the request's
    /// extensions says where it comes from. A handler that panics is answered with 500/999, and its connection lives on.
    pub async fn answer<B>(&self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: Body + Unpin,
    {
        let (head, mut body) = request.into_parts();
        let format = format_of(&head);
        let mut trace = Trace::default();
        if self.is_stray(&head) {
            body::drop_rest(&head.headers, &mut body).await;
            let response = self.refuse_stray(&head.method);
            trace.record(&head, &response);
            return response;
        }
        let handled = AssertUnwindSafe(self.handle(&head, &mut body, format, &mut trace)).catch_unwind().await;
        let reply = match handled {
            Ok(Ok(reply)) => reply,
            Ok(Err(failure)) => failure.into_reply(format),
            Err(_) => {
                tracing::error!(method = %head.method, route = trace.route, "a handler panicked");
                Reply::document(&EcsError::internal(), format).with_status(StatusCode::INTERNAL_SERVER_ERROR)
            }
        };
        body::drop_rest(&head.headers, &mut body).await;
        let mut response = reply.into_response(&head.method);
        guard(&mut response);
        self.context.options.cross_origin.share(&head.headers, response.headers_mut());
        trace.record(&head, &response);
        response
    }

    /// Whether a request is meant for S3: it is signed for it, and asks for nothing that this API has.
    fn is_stray(&self, head: &Parts) -> bool {
        let path = head.uri.path();
        stray::is_signed_for_s3(head) && (path == "/" || self.routes.find(&head.method, strip_suffix(path).0).is_err())
    }

    fn refuse_stray(&self, method: &Method) -> Response<Full<Bytes>> {
        let mut response = (self.context.options.refuse_s3)();
        let length = HeaderValue::from(response.body().len());
        response.headers_mut().insert(CONTENT_LENGTH, length);
        if method == Method::HEAD {
            *response.body_mut() = Bytes::new();
        }
        response.map(Full::new)
    }

    async fn handle<B>(&self, head: &Parts, body: &mut B, format: Format, trace: &mut Trace) -> Answering
    where
        B: Body + Unpin,
    {
        if let Some(permissions) = self.context.options.cross_origin.preflight(head) {
            trace.route = Some("preflight");
            return Ok(permissions);
        }
        let path = head.uri.path();
        let path = if self.routes.has_whole(path) { path } else { strip_suffix(path).0 };
        let (route, parameters) = self.routes.find(&head.method, path)?;
        trace.route = Some(route.path);
        let mut call = Call {
            format,
            about: route.about,
            route: route.path,
            told_names: Arc::clone(&self.told_names),
            query: Query::parse(head.uri.query()).described_by(&route.about),
            headers: head.headers.clone(),
            origin: self.context.origin(head),
            from_this_machine: direct::is_from_this_machine(head, &self.context.options.trusted_proxies),
            parameters,
            body: Zeroizing::new(Vec::new()),
        };
        match &route.handler {
            Handler::Open(handler) => {
                call.check_query()?;
                handler(Arc::clone(&self.context), call).await
            }
            Handler::LoggedIn(handler) => {
                if route.changes {
                    same_origin::check(head)?;
                }
                let caller = match self.context.caller(&head.headers, call.origin).await {
                    Err(failure) if needs_login(&failure) && wants_login_page(head, &call.query) => {
                        return Ok(login::detour(&head.uri));
                    }
                    caller => caller?,
                };
                trace.user = Some(caller.principal().name.clone());
                if !route.despite_old_password {
                    caller.require_fresh_password()?;
                }
                // Before the body is read: whoever may not call learns nothing of what the call makes of it.
                if let Who::Roles(roles) = route.about.who {
                    caller.require_some_role(roles)?;
                }
                call.check_query()?;
                if route.method != Method::GET {
                    call.body = body::read(&head.headers, body).await?;
                    call.check_body()?;
                }
                handler(caller, call).await
            }
        }
    }
}

fn needs_login(failure: &Failure) -> bool {
    failure.status() == StatusCode::UNAUTHORIZED
}

/// Whether a browser opens a page without a token of its own choice, and has not been to the login yet. A cookie whose
/// session has ended is no choice: browsers keep sending it.
fn wants_login_page(head: &Parts, query: &Query) -> bool {
    let accepts_pages = || {
        let accepted = head.headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        accepted.flat_map(|value| value.split(',')).any(|range| range.trim().starts_with("text/html"))
    };
    head.method == Method::GET
        && credentials::token(&head.headers).is_none_or(|token| token.from_cookie)
        && !query.holds(login::BEEN_THERE)
        && accepts_pages()
}

fn format_of(head: &Parts) -> Format {
    if head.uri.path().starts_with(OWN_CALLS) {
        return Format::Json;
    }
    let accept = head.headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    Format::of_response(head.uri.path(), accept)
}

/// What holds for every response: most show a token, a secret key, or who there is.
fn guard(response: &mut Response<Full<Bytes>>) {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // What a browser shows of these answers runs nothing, is shown in nobody's frame, and tells nobody its address.
    // Strict-Transport-Security is left out: it would bind every port of this host, and S3 is also served without TLS.
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (RESOURCE_POLICY, "same-origin"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

impl Trace {
    /// Counts and logs a request; nothing of its query, headers and bodies, which hold secrets.
    fn record(&self, head: &Parts, response: &Response<Full<Bytes>>) {
        let status = response.status().as_u16();
        let route = self.route.unwrap_or("unknown");
        let known = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE];
        let method = known.iter().find(|method| **method == head.method).map_or("other", |method| method.as_str());
        let labels = [("method", method.to_owned()), ("route", route.to_owned()), ("status", status.to_string())];
        metrics::counter!("keyward_management_requests_total", &labels).increment(1);
        let user = self.user.as_deref().unwrap_or_default();
        tracing::debug!(method = %head.method, path = head.uri.path(), status, user, "management request");
    }
}

impl fmt::Debug for ManagementApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagementApi").field("routes", &self.routes).finish_non_exhaustive()
    }
}
