//! `GET /login`: a name and a password become a token (ECS REST API, *Authentication*).

use std::sync::Arc;
use std::time::Duration;

use http::header::{HeaderName, HeaderValue, SET_COOKIE, WWW_AUTHENTICATE};
use http::{StatusCode, Uri};
use keyward_ecs_wire::answers::LoggedIn;
use keyward_ecs_wire::{EcsError, ErrorCode};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use crate::about::{About, Named, Topic};
use crate::call::Call;
use crate::context::Context;
use crate::credentials::{self, Basic, TOKEN};
use crate::error::Failure;
use crate::reply::{Answering, Reply};
use crate::same_origin;

const QUERY: &[Named] = &[
    Named::flag("using-cookies", "Whether the token is set as a cookie too, for browsers."),
    Named::text("service", "A path of this server to be redirected to after the login."),
];

const HEADERS: &[Named] = &[
    Named::text("X-SDS-AUTH-TOKEN", "The token, for the header of that name in other calls."),
    Named::text("X-SDS-AUTH-MAX-AGE", "For how many seconds the token lives."),
    Named::text("X-SDS-AUTH-USERNAME", "Who is logged in."),
];

const ALSO: &[(u16, &str)] = &[
    (302, "The same, and on to the path in `service`."),
    (
        401,
        "The name and the password do not fit, or too many attempts have failed: then `Retry-After` says how long to \
           wait.",
    ),
    (403, "A browser asks for a page of another site."),
    (503, "A directory or the identity store does not answer, so nobody can say."),
];

const MAX_AGE: HeaderName = HeaderName::from_static("x-sds-auth-max-age");
const USERNAME: HeaderName = HeaderName::from_static("x-sds-auth-username");

/// The query parameter of a page that a login led back to: without a token even then, it is not led there again.
pub(crate) const BEEN_THERE: &str = "auth-redirected";

/// What a path and its query need to have encoded in a header.
const UNPRINTABLE: &AsciiSet = &CONTROLS.add(b' ');

/// What a login comes to.
struct Session {
    token: Zeroizing<String>,
    user: String,
    max_age: Duration,
}

pub(crate) const LOG_IN: About = About::call(
    Topic::Session,
    "Log in",
    "Send a name and a password with HTTP Basic; the token is in the header `X-SDS-AUTH-TOKEN` of the \
     answer. People of a directory log in as `name@domain`, management users by their name alone. With a \
     live token instead of a password, that token goes on as it is.",
)
.open()
.query(QUERY)
.gives::<LoggedIn>()
.headers(HEADERS)
.also(ALSO);

/// Answers with a token in a header and, on request, in a cookie; then with a redirect or the user's name.
pub(crate) async fn log_in(context: Arc<Context>, call: Call) -> Answering {
    let with_cookie = call.query.flag("using-cookies")?;
    let session = session(&context, &call).await.map_err(challenged)?;
    let reply = match call.query.text("service").and_then(own_path) {
        Some(path) => Reply::redirect(path),
        None => call.answer(&LoggedIn { user: session.user.clone() }),
    };
    let reply = if with_cookie { reply.with(SET_COOKIE, cookie(&session.token, session.max_age)?) } else { reply };
    Ok(reply
        .with(TOKEN, secret_header(&session.token)?)
        .with(MAX_AGE, HeaderValue::from(session.max_age.as_secs()))
        .with(USERNAME, HeaderValue::from_bytes(session.user.as_bytes()).map_err(|_| EcsError::internal())?))
}

/// Credentials begin a session; without any, a live token goes on as it is.
async fn session(context: &Context, call: &Call) -> Result<Session, Failure> {
    // A browser adds a name and a password that it remembers to whatever any page makes it open. Such a login would be
    // nobody's wish, and enough of them would use up the sessions that a user may have.
    if same_origin::is_cross_site(&call.headers) && !context.options.cross_origin.allows(&call.headers) {
        let details = "A page of another site cannot log anybody in. Open this address yourself, or ask the operator \
                       to name the site in management.cors_origins.";
        return Err(EcsError::new(ErrorCode::Forbidden, details).into());
    }
    match Basic::of(&call.headers) {
        Some(Some(Basic { name, password })) => {
            let session = context.service.log_in(&name, password, call.origin).await?;
            let token = Zeroizing::new(session.token.expose().to_owned());
            Ok(Session { token, user: session.user, max_age: session.max_age })
        }
        Some(None) => Err(refused("The Authorization header cannot be read. Send Basic and base64 of name:password.")),
        None => match credentials::token(&call.headers) {
            Some(token) => {
                let caller = context.caller(&call.headers, call.origin).await?;
                let user = caller.principal().name.clone();
                Ok(Session { token: token.text, user, max_age: caller.token_life() })
            }
            None => Err(refused("No credentials were sent. Send a name and a password with HTTP Basic.")),
        },
    }
}

fn refused(details: &str) -> Failure {
    EcsError::new(ErrorCode::Unauthenticated, details).into()
}

/// Tells browsers to ask for name and password.
fn challenged(failure: Failure) -> Failure {
    match failure.status() {
        StatusCode::UNAUTHORIZED => {
            failure.with(WWW_AUTHENTICATE, HeaderValue::from_static("basic realm=\"Keyward\", charset=\"UTF-8\""))
        }
        _ => failure,
    }
}

/// The redirect target of a browser without a token: the login, which leads back.
pub(crate) fn detour(from: &Uri) -> Reply {
    let page = from.path_and_query().map_or("/", |page| page.as_str());
    let target = format!("/login?service={}&using-cookies=true", utf8_percent_encode(page, NON_ALPHANUMERIC));
    Reply::redirect(HeaderValue::from_str(&target).unwrap_or(HeaderValue::from_static("/login")))
}

/// The target of a redirect, if it is a path of this server. Browsers read `//host` and `/\host` as another server, and
/// leave out tabs and line ends before they look.
fn own_path(target: &str) -> Option<HeaderValue> {
    let path = target.strip_prefix('/')?;
    if path.starts_with(['/', '\\']) || target.chars().any(char::is_control) || target.len() > 2048 {
        return None;
    }
    let page = target.split('#').next().unwrap_or_default();
    let separator = if page.contains('?') { '&' } else { '?' };
    let page = utf8_percent_encode(page, UNPRINTABLE);
    HeaderValue::from_str(&format!("{page}{separator}{BEEN_THERE}")).ok()
}

fn cookie(token: &str, max_age: Duration) -> Result<HeaderValue, Failure> {
    secret_header(&Zeroizing::new(format!(
        "X-SDS-AUTH-TOKEN={token}; Version=1; Path=/; Max-Age={}; HttpOnly; Secure; SameSite=Strict",
        max_age.as_secs()
    )))
}

/// The cookie that takes an earlier one away.
pub(crate) fn no_cookie() -> HeaderValue {
    HeaderValue::from_static("X-SDS-AUTH-TOKEN=; Version=1; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict")
}

fn secret_header(value: &str) -> Result<HeaderValue, Failure> {
    let mut value = HeaderValue::from_str(value).map_err(|_| EcsError::internal())?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_leads_to_a_path_of_this_server_and_nowhere_else() {
        let target = |service| own_path(service).map(|value| value.to_str().expect("text").to_owned());
        assert_eq!(target("/user/whoami").as_deref(), Some("/user/whoami?auth-redirected"));
        assert_eq!(target("/a?b=c#d").as_deref(), Some("/a?b=c&auth-redirected"));
        assert_eq!(target("/a b/ü").as_deref(), Some("/a%20b/%C3%BC?auth-redirected"));
        for elsewhere in [
            "",
            "a",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "\\/a",
            " /a",
            "/\r\nx",
        ] {
            assert_eq!(target(elsewhere), None, "{elsewhere:?}");
        }
    }

    #[test]
    fn a_browser_is_led_to_the_login_and_back() {
        let reply = detour(&Uri::from_static("/object/users?limit=2"));
        let response = reply.into_response(&http::Method::GET);
        assert_eq!(response.status(), 302);
        let location = "/login?service=%2Fobject%2Fusers%3Flimit%3D2&using-cookies=true";
        assert_eq!(response.headers()["location"], location);
    }
}
