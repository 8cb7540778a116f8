//! A logged-in user's view of the management API: every call carries the token, every answer is JSON.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use http::{Method, Request};
use http_body_util::Full;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::connection::Server;
use crate::{ClientError, Trust};

/// A token on a server. Ends with [`log_out`](Self::log_out).
#[derive(Debug)]
pub struct Session {
    server: Server,
    token: HeaderValue,
}

impl Session {
    /// Logs in with a name and a password (ECS: *GET /login*).
    ///
    /// # Errors
    /// [`ClientError::Refused`] with 401 for a wrong name or password.
    pub async fn log_in(server: &str, trust: &Trust, user: &str, password: &str) -> Result<Self, ClientError> {
        let server = Server::new(server, trust)?;
        let basic = Zeroizing::new(BASE64_STANDARD.encode(Zeroizing::new(format!("{user}:{password}"))));
        let mut authorization = HeaderValue::from_str(&format!("Basic {}", *basic))
            .map_err(|_| ClientError::Answer("the password cannot be sent".to_owned()))?;
        authorization.set_sensitive(true);
        let mut request = request(&server, Method::GET, "/login", Bytes::new())?;
        request.headers_mut().insert(AUTHORIZATION, authorization);
        let answer = server.exchange(request).await?;
        refuse_failure(&answer)?;
        let mut token = answer
            .headers()
            .get("x-sds-auth-token")
            .cloned()
            .ok_or_else(|| ClientError::Answer("the login gave no token".to_owned()))?;
        token.set_sensitive(true);
        Ok(Self { server, token })
    }

    /// Ends the token (ECS: *GET /logout*).
    pub async fn log_out(self) -> Result<(), ClientError> {
        self.call::<serde_json::Value>(Method::GET, "/logout", None::<&()>).await.map(drop)
    }

    /// One call: the body as JSON, the answer from JSON; an empty answer reads as null.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<T, ClientError> {
        let body = match body {
            None => Bytes::new(),
            Some(body) => serde_json::to_vec(body).map_err(|cause| ClientError::Answer(cause.to_string()))?.into(),
        };
        let mut request = request(&self.server, method, path, body)?;
        request.headers_mut().insert("x-sds-auth-token", self.token.clone());
        let answer = self.server.exchange(request).await?;
        refuse_failure(&answer)?;
        let body: &[u8] = if answer.body().is_empty() { b"null" } else { answer.body() };
        serde_json::from_slice(body).map_err(|cause| ClientError::Answer(cause.to_string()))
    }
}

fn request(server: &Server, method: Method, path: &str, body: Bytes) -> Result<Request<Full<Bytes>>, ClientError> {
    let host = server.address.authority().map(ToString::to_string).unwrap_or_default();
    Request::builder()
        .method(method)
        .uri(path)
        .header(HOST, host)
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(body))
        .map_err(|cause| ClientError::Answer(cause.to_string()))
}

fn refuse_failure(answer: &http::Response<Bytes>) -> Result<(), ClientError> {
    if answer.status().is_success() {
        return Ok(());
    }
    let details = serde_json::from_slice::<serde_json::Value>(answer.body())
        .ok()
        .and_then(|error| Some(error.get("details")?.as_str()?.to_owned()))
        .unwrap_or_else(|| String::from_utf8_lossy(answer.body()).into_owned());
    Err(ClientError::Refused { status: answer.status().as_u16(), details })
}
