//! One request from its head to its response: what is a page, who may have it, and what a form sets off.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::header::ACCEPT;
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::Full;
use keyward_ambient::Clock;
use keyward_listener::{Peer, TrustedProxies};
use keyward_service::{Caller, Origin, Password, Service, ServiceError};

use crate::form::Form;
use crate::html::Html;
use crate::pages::{self, KeysView};
use crate::reply::Reply;
use crate::words::Trouble;
use crate::{S3Address, actions, same_origin, session};

/// Where the portal is.
const HOME: &str = "/portal";

const ENDED: &str = "/portal?done=ended";
const CHANGED: &str = "/portal?done=changed";
const LOGGED_OUT: &str = "/portal?done=logged-out";

/// A response on its way.
pub type Responding = Pin<Box<dyn Future<Output = Response<Full<Bytes>>> + Send>>;

/// What the operator and the process decide, as far as this front depends on it.
pub struct Options {
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// The clock that ends of keys are told by.
    pub clock: Arc<dyn Clock>,
    /// Where S3 is.
    pub s3: S3Address,
    /// The region for programs that want one.
    pub region: String,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("s3", &self.s3).field("region", &self.region).finish_non_exhaustive()
    }
}

/// The web pages.
#[derive(Debug)]
pub struct Portal {
    service: Arc<Service>,
    options: Options,
}

/// What a request asks for.
enum Wish<'a> {
    Home,
    Asset(&'static str, &'static str),
    LogIn,
    LogOut,
    MakeKey,
    SetEnd(&'a str),
    End(&'a str),
}

impl Portal {
    /// The pages in front of a service.
    pub fn new(service: Arc<Service>, options: Options) -> Arc<Self> {
        Arc::new(Self { service, options })
    }

    /// Whether a request is for the portal: everything below `/portal`, and `/` for those who want a page. All else is
    /// the management API's.
    pub fn is_for_us<B>(request: &Request<B>) -> bool {
        match request.uri().path() {
            "/" => matches!(*request.method(), Method::GET | Method::HEAD) && wants_page(request),
            path => path == HOME || path.starts_with("/portal/"),
        }
    }

    /// The response to a request. A [`Peer`] among the request's extensions says where it comes from.
    pub async fn answer<B>(&self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: Body + Unpin,
    {
        let (head, mut body) = request.into_parts();
        let reply = match wish(head.uri.path()) {
            None => Reply::page(StatusCode::NOT_FOUND, pages::trouble("Nothing here", None, "There is no such page.")),
            Some(wish) => self.grant(&wish, &head, &mut body).await,
        };
        let response = reply.into_response();
        let (method, status) = (head.method.as_str(), response.status().as_u16());
        metrics::counter!("keyward_portal_requests_total", "status" => status.to_string()).increment(1);
        tracing::debug!(method, path = head.uri.path(), status, "portal request");
        response
    }

    async fn grant<B: Body + Unpin>(&self, wish: &Wish<'_>, head: &Parts, body: &mut B) -> Reply {
        match (wish, &head.method) {
            (Wish::Asset(media_type, content), &Method::GET | &Method::HEAD) => Reply::file(media_type, content),
            (Wish::Home, &Method::GET | &Method::HEAD) if head.uri.path() == "/" => Reply::see(HOME),
            (Wish::Home, &Method::GET | &Method::HEAD) => self.home(head).await,
            // Somebody loads the address of a form's answer.
            (_, &Method::GET | &Method::HEAD) => Reply::see(HOME),
            (Wish::Asset(..) | Wish::Home, _) => {
                let text = "This page can only be looked at.";
                Reply::page(StatusCode::METHOD_NOT_ALLOWED, pages::trouble("Not possible", None, text))
                    .allowing("GET, HEAD")
            }
            (_, &Method::POST) => self.submitted(wish, head, body).await,
            _ => {
                let text = "This can only be sent as a form.";
                Reply::page(StatusCode::METHOD_NOT_ALLOWED, pages::trouble("Not possible", None, text))
                    .allowing("GET, HEAD, POST")
            }
        }
    }

    /// The keys of whoever is logged in, or the login.
    async fn home(&self, head: &Parts) -> Reply {
        let notice = match head.uri.query() {
            Some("done=ended") => pages::good_news("The key has ended. The next request with it is refused."),
            Some("done=changed") => pages::good_news("Done. The key ends when the list says."),
            Some("done=logged-out") => pages::good_news("You are logged out."),
            _ => Html::empty(),
        };
        match self.caller(head).await {
            Ok(None) => Reply::page(StatusCode::OK, pages::login("", notice)),
            Ok(Some(caller)) => self.keys(&caller, head, StatusCode::OK, notice).await,
            Err(error) if actions::needs_login(&error) => {
                let notice = pages::bad_news("Your session has ended. Please log in again.");
                Reply::page(StatusCode::OK, pages::login("", notice)).with_cookie(session::ENDED)
            }
            Err(error) => sorry(None, error.into()),
        }
    }

    /// What a form sets off: read first, so that the browser is done sending; then whose page it is; then who sends it.
    async fn submitted<B: Body + Unpin>(&self, wish: &Wish<'_>, head: &Parts, body: &mut B) -> Reply {
        let Ok(form) = Form::read(body).await else { return sorry(None, Trouble::of_form()) };
        if !same_origin::is_proven(head) {
            return sorry(None, Trouble::of_another_page());
        }
        if let Wish::LogIn = wish {
            return self.log_in(&form, head).await;
        }
        let caller = match self.caller(head).await {
            Ok(Some(caller)) => caller,
            Ok(None) if matches!(wish, Wish::LogOut) => return Reply::see(LOGGED_OUT),
            Ok(None) => return login_again(ServiceError::InvalidToken),
            Err(error) if matches!(wish, Wish::LogOut) && actions::needs_login(&error) => {
                return Reply::see(LOGGED_OUT).with_cookie(session::ENDED);
            }
            Err(error) if actions::needs_login(&error) => return login_again(error),
            Err(error) => return sorry(None, error.into()),
        };
        let done = match wish {
            Wish::LogOut => match caller.log_out(false).await {
                Ok(_) => return Reply::see(LOGGED_OUT).with_cookie(session::ENDED),
                Err(error) => return sorry(Some(&caller), error.into()),
            },
            Wish::MakeKey => match actions::make_key(&caller, &form).await {
                Ok(made) => {
                    let endpoint = self.endpoint(head);
                    let (name, secret) = (made.user.as_str(), made.secret.key.expose());
                    let page = pages::made_key(name, secret, endpoint.as_deref(), &self.options.region);
                    return Reply::page(StatusCode::OK, page);
                }
                Err(trouble) => Err(trouble),
            },
            Wish::SetEnd(id) => actions::set_end(&caller, id, &form).await.map(|()| CHANGED),
            Wish::End(id) => actions::end(&caller, id).await.map(|()| ENDED),
            Wish::Home | Wish::Asset(..) | Wish::LogIn => Ok(HOME),
        };
        match done {
            Ok(path) => Reply::see(path),
            Err(trouble) if trouble.ends_session => login_again(trouble),
            Err(trouble) => {
                let reply = self.keys(&caller, head, trouble.status, pages::bad_news(&trouble.text)).await;
                trouble.retry_after.into_iter().fold(reply, Reply::retry_after)
            }
        }
    }

    async fn log_in(&self, form: &Form, head: &Parts) -> Reply {
        let name = form.value("name").trim();
        let password = Password::from(form.value("password"));
        match self.service.log_in(name, password, self.origin(head)).await {
            Ok(session) => match session::begun(session.token.expose(), session.max_age) {
                Some(cookie) => Reply::see(HOME).with_cookie(cookie),
                None => sorry(None, ServiceError::Internal.into()),
            },
            Err(error) => {
                let trouble = Trouble::from(error);
                let reply = Reply::page(trouble.status, pages::login(name, pages::bad_news(&trouble.text)));
                trouble.retry_after.into_iter().fold(reply, Reply::retry_after)
            }
        }
    }

    /// The page of the caller's keys, or what stands in its place when there can be none.
    async fn keys(&self, caller: &Caller, head: &Parts, status: StatusCode, notice: Html) -> Reply {
        let keys = match caller.own_keys_in_use().await {
            Ok(keys) => keys,
            Err(ServiceError::NoObjectUser { .. }) => {
                return Reply::page(status, pages::administrator(caller.principal(), notice));
            }
            Err(error) if actions::needs_login(&error) => return login_again(error),
            Err(error) => {
                let trouble = Trouble::from(error);
                let reply = Reply::page(trouble.status, pages::no_keys(&caller.principal().name, &trouble.text));
                return trouble.retry_after.into_iter().fold(reply, Reply::retry_after);
            }
        };
        let endpoint = self.endpoint(head);
        let view = KeysView {
            name: &caller.principal().name,
            endpoint: endpoint.as_deref(),
            keys: &keys,
            now: self.options.clock.now(),
            notice,
        };
        Reply::page(status, pages::keys(view))
    }

    /// Who is logged in; `None` without a session.
    async fn caller(&self, head: &Parts) -> Result<Option<Caller>, ServiceError> {
        match session::token(&head.headers) {
            Some(token) => self.service.caller(&token, self.origin(head)).await.map(Some),
            None => Ok(None),
        }
    }

    fn origin(&self, head: &Parts) -> Origin {
        let peer = head.extensions.get::<Peer>();
        Origin { address: peer.map(|peer| self.options.trusted_proxies.client_address(*peer, &head.headers)) }
    }

    fn endpoint(&self, head: &Parts) -> Option<String> {
        self.options.s3.url(same_origin::host(head))
    }
}

fn login_again(trouble: impl Into<Trouble>) -> Reply {
    let trouble = trouble.into();
    Reply::page(trouble.status, pages::login("", pages::bad_news(&trouble.text))).with_cookie(session::ENDED)
}

/// A page that has nothing but the trouble on it.
fn sorry(caller: Option<&Caller>, trouble: Trouble) -> Reply {
    let who = caller.map(|caller| caller.principal().name.as_str());
    let reply = Reply::page(trouble.status, pages::trouble("That did not work", who, &trouble.text));
    trouble.retry_after.into_iter().fold(reply, Reply::retry_after)
}

fn wish(path: &str) -> Option<Wish<'_>> {
    match path {
        "/" | "/portal" | "/portal/" => Some(Wish::Home),
        "/portal/style.css" => Some(Wish::Asset("text/css; charset=utf-8", include_str!("../assets/style.css"))),
        "/portal/page.js" => Some(Wish::Asset("text/javascript; charset=utf-8", include_str!("../assets/page.js"))),
        "/portal/icon.svg" => Some(Wish::Asset("image/svg+xml", include_str!("../assets/icon.svg"))),
        "/portal/login" => Some(Wish::LogIn),
        "/portal/logout" => Some(Wish::LogOut),
        "/portal/keys" => Some(Wish::MakeKey),
        _ => match path.strip_prefix("/portal/keys/")?.split_once('/')? {
            (id, "grace") => Some(Wish::SetEnd(id)),
            (id, "end") => Some(Wish::End(id)),
            _ => None,
        },
    }
}

fn wants_page<B>(request: &Request<B>) -> bool {
    let accepted = request.headers().get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|range| range.trim().starts_with("text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_browsers_are_given_the_portal_at_the_root() {
        let ours = |method: Method, path: &str, accept: &str| {
            let request = Request::builder().method(method).uri(path).header("accept", accept).body(());
            Portal::is_for_us(&request.expect("request"))
        };
        assert!(ours(Method::GET, "/", "text/html,application/xhtml+xml,*/*;q=0.8"));
        assert!(ours(Method::POST, "/portal/keys", "*/*"));
        for accept in ["*/*", "application/json", "application/xml"] {
            assert!(!ours(Method::GET, "/", accept), "{accept}");
        }
        assert!(!ours(Method::POST, "/", "text/html"));
        assert!(!ours(Method::GET, "/object/secret-keys", "text/html"));
        assert!(!ours(Method::GET, "/portals", "text/html"));
    }
}
