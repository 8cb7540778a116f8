//! Routes: a method, a path with parameters, and a handler that is open to everybody or wants a caller.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::Method;
use keyward_ecs_wire::{EcsError, ErrorCode};
use keyward_identity::Role;
use keyward_service::Caller;
use percent_encoding::percent_decode_str;

use crate::about::{About, Who};
use crate::call::Call;
use crate::context::Context;
use crate::error::Failure;
use crate::reply::Answering;

type Handling = Pin<Box<dyn Future<Output = Answering> + Send>>;

/// Who may call a route at all. What a caller's roles allow is decided in the service, call by call.
pub(crate) enum Handler {
    /// Everybody, logged in or not: the handler is given what it needs to find out for itself.
    Open(Box<dyn Fn(Arc<Context>, Call) -> Handling + Send + Sync>),
    /// Whoever has a live token: the handler is given its caller.
    LoggedIn(Box<dyn Fn(Caller, Call) -> Handling + Send + Sync>),
}

/// A line of the table.
pub(crate) struct Route {
    pub(crate) method: Method,
    /// Segments in braces are parameters; each stands for one segment that is not empty.
    pub(crate) path: &'static str,
    /// Whether it changes something: then a browser's cookie counts only for pages of this server.
    pub(crate) changes: bool,
    /// What it is for.
    pub(crate) about: About,
    /// Whether it is open to callers whose password is too old to do anything else.
    pub(crate) despite_old_password: bool,
    pub(crate) handler: Handler,
}

/// A line of the table, as tests and documents need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteSummary {
    /// The method.
    pub method: Method,
    /// The path, with parameters in braces.
    pub path: &'static str,
    /// Whether it can be called without a token.
    pub is_open: bool,
    /// Any of these roles lets a caller in; none is needed when there is none.
    pub roles: &'static [Role],
}

/// A route that everybody may call.
pub(crate) fn open<F, A>(method: Method, path: &'static str, handler: F, about: About) -> Route
where
    F: Fn(Arc<Context>, Call) -> A + Send + Sync + 'static,
    A: Future<Output = Answering> + Send + 'static,
{
    let handler = Handler::Open(Box::new(move |context, call| Box::pin(handler(context, call))));
    Route { changes: method != Method::GET, method, path, about, despite_old_password: false, handler }
}

/// A route that wants a live token.
pub(crate) fn logged_in<F, A>(method: Method, path: &'static str, handler: F, about: About) -> Route
where
    F: Fn(Caller, Call) -> A + Send + Sync + 'static,
    A: Future<Output = Answering> + Send + 'static,
{
    let handler = Handler::LoggedIn(Box::new(move |caller, call| Box::pin(handler(caller, call))));
    Route { changes: method != Method::GET, method, path, about, despite_old_password: false, handler }
}

impl Route {
    /// The parameters of its path, in order.
    pub(crate) fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }

    /// The same, for a GET that changes something all the same.
    pub(crate) fn changing(self) -> Self {
        Self { changes: true, ..self }
    }

    /// The same, for callers who have to change their password first as well.
    pub(crate) fn despite_old_password(self) -> Self {
        Self { despite_old_password: true, ..self }
    }

    pub(crate) fn summary(&self) -> RouteSummary {
        let is_open = matches!(self.handler, Handler::Open(_));
        let roles = match self.about.who {
            Who::Anybody | Who::LoggedIn => &[],
            Who::Roles(roles) => roles,
        };
        RouteSummary { method: self.method.clone(), path: self.path, is_open, roles }
    }

    /// The parameters, if the decoded segments of a path fit.
    fn parameters(&self, segments: &[String]) -> Option<Parameters> {
        let mut parameters = Vec::new();
        let mut given = segments.iter();
        for wanted in self.path.split('/').skip(1) {
            let segment = given.next()?;
            match wanted.strip_prefix('{').and_then(|wanted| wanted.strip_suffix('}')) {
                Some(name) if !segment.is_empty() => parameters.push((name, segment.clone())),
                None if segment == wanted => {}
                _ => return None,
            }
        }
        given.next().is_none().then_some(Parameters(parameters))
    }
}

/// The parameters of a path, by their names in the route.
#[derive(Debug, Default)]
pub(crate) struct Parameters(Vec<(&'static str, String)>);

impl Parameters {
    /// The value of a parameter that the route has.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.0.iter().find(|(given, _)| *given == name).map_or("", |(_, value)| value)
    }
}

/// All routes. The first line that fits wins, so fixed words stand before parameters.
#[derive(Debug)]
pub(crate) struct RouteTable(Vec<Route>);

impl RouteTable {
    pub(crate) fn new(routes: Vec<Route>) -> Self {
        Self(routes)
    }

    pub(crate) fn routes(&self) -> impl Iterator<Item = &Route> {
        self.0.iter()
    }

    /// Whether a path without parameters is that of a route as it stands, suffix and all.
    pub(crate) fn has_whole(&self, path: &str) -> bool {
        self.0.iter().any(|route| route.path == path)
    }

    /// The route for a method and a path that is still percent-encoded, without its suffix. HEAD is GET without its body.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Result<(&Route, Parameters), Failure> {
        let segments = decoded_segments(path)?;
        let method = if method == Method::HEAD { &Method::GET } else { method };
        let mut allowed: Vec<&str> = Vec::new();
        for route in &self.0 {
            let Some(parameters) = route.parameters(&segments) else { continue };
            if route.method == *method {
                return Ok((route, parameters));
            }
            allowed.push(route.method.as_str());
        }
        if allowed.is_empty() {
            return Err(Failure::no_such_path(path));
        }
        if allowed.contains(&"GET") {
            allowed.push("HEAD");
        }
        allowed.sort_unstable();
        allowed.dedup();
        Err(Failure::no_such_method(method.as_str(), &allowed.join(", ")))
    }
}

/// The segments of a path, each decoded once: an encoded slash is part of a name, and `+` is a plus.
fn decoded_segments(path: &str) -> Result<Vec<String>, Failure> {
    path.split('/')
        .skip(1)
        .map(|segment| match percent_decode_str(segment).decode_utf8() {
            Ok(decoded) => Ok(decoded.into_owned()),
            Err(_) => {
                let details = "The path is not UTF-8 text once it is percent-decoded. Encode it as UTF-8.";
                Err(EcsError::new(ErrorCode::InvalidUriParameter, details).into())
            }
        })
        .collect()
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::about::Topic;
    use crate::reply::Reply;

    const ABOUT: About = About::call(Topic::OwnKeys, "Do nothing", "");

    async fn nothing(_: Caller, _: Call) -> Answering {
        Ok(Reply::empty())
    }

    fn table() -> RouteTable {
        RouteTable::new(vec![
            logged_in(Method::GET, "/keys/exist/{uid}/{namespace}", nothing, ABOUT),
            logged_in(Method::GET, "/keys/{uid}", nothing, ABOUT),
            logged_in(Method::POST, "/keys/{uid}", nothing, ABOUT),
            logged_in(Method::GET, "/keys/{uid}/{namespace}", nothing, ABOUT),
            logged_in(Method::POST, "/keys/{uid}/deactivate", nothing, ABOUT),
        ])
    }

    fn found(method: Method, path: &str) -> Result<(&'static str, String), u16> {
        let table = table();
        let (route, parameters) = table.find(&method, path).map_err(|failure| failure.status().as_u16())?;
        Ok((route.path, parameters.value("uid").to_owned()))
    }

    #[test]
    fn an_encoded_slash_belongs_to_the_name_and_a_plus_is_a_plus() {
        assert_eq!(found(Method::GET, "/keys/a%2Fb+c%2525"), Ok(("/keys/{uid}", "a/b+c%25".to_owned())));
        assert_eq!(found(Method::GET, "/keys/a%2Fdeactivate"), Ok(("/keys/{uid}", "a/deactivate".to_owned())));
    }

    #[test]
    fn the_method_decides_what_a_word_after_a_name_is() {
        assert_eq!(found(Method::POST, "/keys/x/deactivate").map(|found| found.0), Ok("/keys/{uid}/deactivate"));
        assert_eq!(found(Method::GET, "/keys/x/deactivate").map(|found| found.0), Ok("/keys/{uid}/{namespace}"));
    }

    #[test]
    fn head_is_get_and_an_unknown_method_is_405() {
        assert_eq!(found(Method::HEAD, "/keys/x").map(|found| found.0), Ok("/keys/{uid}"));
        assert_eq!(found(Method::DELETE, "/keys/x"), Err(405));
    }

    #[test]
    fn a_path_that_fits_no_line_is_404() {
        for path in ["/", "", "/keys", "/keys/", "//x", "/keys//ns", "/Keys/x", "/keys/a/b/c", "/keys/exist/a/b/c"] {
            assert_eq!(found(Method::GET, path), Err(404), "{path}");
        }
        assert_eq!(found(Method::GET, "/keys/%FF"), Err(400));
    }
}
