//! What a handler is given of the request, beside the caller.

use std::sync::Arc;

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use keyward_ecs_wire::{Answer, EcsError, EcsRequest, Format, decode_naming_unknown};
use keyward_service::Origin;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::about::About;
use crate::endpoints::login::BEEN_THERE;
use crate::error::Failure;
use crate::json::{self, JsonRequest};
use crate::openapi::OWN_CALLS;
use crate::query::Query;
use crate::reply::Reply;
use crate::route::Parameters;
use crate::unknown_names::{self, Carrier, ToldNames};

/// One call of the API. What a handler reads and answers is what its route says, which is checked while tests run.
pub(crate) struct Call {
    /// What is said of the route.
    pub(crate) about: About,
    /// The route's path, with parameters in braces.
    pub(crate) route: &'static str,
    /// The unknown names that were told in the log.
    pub(crate) told_names: Arc<ToldNames>,
    /// The format of the answer.
    pub(crate) format: Format,
    /// The query.
    pub(crate) query: Query,
    /// The headers.
    pub(crate) headers: HeaderMap,
    /// Where the client is.
    pub(crate) origin: Origin,
    /// Whether a program on this machine sent it, rather than a proxy.
    pub(crate) from_this_machine: bool,
    pub(crate) parameters: Parameters,
    pub(crate) body: Zeroizing<Vec<u8>>,
}

impl Call {
    /// A parameter of the path.
    pub(crate) fn parameter(&self, name: &str) -> &str {
        self.parameters.value(name)
    }

    /// The namespace that a query names.
    pub(crate) fn namespace(&self) -> Option<&str> {
        self.query.text("namespace")
    }

    /// The body as a request of the ECS API. No body at all is a request without fields, whatever its type is called.
    pub(crate) fn request<T: EcsRequest>(&self) -> Result<T, Failure> {
        debug_assert!(self.about.takes_this::<T>(), "{} takes another request", self.about.summary);
        let declared = self.headers.get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or("unreadable"));
        let declared = declared.filter(|_| !self.body.is_empty());
        let (request, unknown) = decode_naming_unknown(declared, &self.body)?;
        unknown.iter().for_each(|name| self.told_names.tell(self.route, Carrier::Body, name));
        Ok(request)
    }

    /// Looks for query parameters that the route does not know: refused in a call of our own, told in the log otherwise.
    pub(crate) fn check_query(&self) -> Result<(), Failure> {
        for name in self.query.unknown().filter(|name| *name != BEEN_THERE) {
            if self.is_own() {
                let known: Vec<&str> = self.about.query.iter().map(|parameter| parameter.name).collect();
                return Err(unknown_names::refusal(Carrier::Query, name, &known));
            }
            self.told_names.tell(self.route, Carrier::Query, name);
        }
        Ok(())
    }

    /// Looks for fields in the body that a call of our own does not know.
    pub(crate) fn check_body(&self) -> Result<(), Failure> {
        if !self.is_own() || self.body.is_empty() {
            return Ok(());
        }
        let fields = self.about.json_fields();
        match json::names(&self.body).iter().find(|name| !fields.contains(name)) {
            None => Ok(()),
            Some(name) => {
                let known: Vec<&str> = fields.iter().map(String::as_str).collect();
                Err(unknown_names::refusal(Carrier::Body, name, &known))
            }
        }
    }

    fn is_own(&self) -> bool {
        self.route.starts_with(OWN_CALLS)
    }

    /// The body as a request of Keyward's own, which is JSON.
    pub(crate) fn json<T: JsonRequest + DeserializeOwned>(&self) -> Result<T, Failure> {
        debug_assert!(self.about.takes_this::<T>(), "{} takes another request", self.about.summary);
        json::read(&self.body)
    }

    /// The body as a text of another language than the ECS API's.
    pub(crate) fn text(&self) -> Result<String, Failure> {
        match std::str::from_utf8(&self.body) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => Err(EcsError::bad_body("the body is not UTF-8").into()),
        }
    }

    /// 200 with a document in the caller's format.
    pub(crate) fn answer<T: Answer>(&self, document: &T) -> Reply {
        debug_assert!(self.about.gives_this::<T>(), "{} gives another answer", self.about.summary);
        Reply::document(document, self.format)
    }
}
