//! One S3 request from head to answer.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONNECTION, EXPECT, HeaderValue};
use http::request::Parts as Head;
use http::{Request, Response, StatusCode, Version};
use http_body::Body;
use http_body_util::BodyExt;
use keyward_ambient::{Clock, Entropy};
use keyward_identity::NamespaceName;
use keyward_listener::{Peer, TrustedProxies};
use keyward_objects::{Backend, BodyError, Checked, RequestBody, ResponseBody, refused_body};
use keyward_policy::Requester;
use keyward_s3_wire::{Address, Operation, S3Error};
use keyward_service::{Origin, Service};
use keyward_signature::{Declared, Payload, Rules, SigV2};

use crate::addressing::Addressing;
use crate::cross_origin::{self, Page};
use crate::quota::Usages;
use crate::request_id::RequestIds;
use crate::sigv2::SigV2Default;
use crate::{access_control, bucket_configuration, drain, envelope, hoisted};

/// What an endpoint is put together from.
#[expect(missing_debug_implementations, reason = "a bag of components, taken apart at once")]
pub struct Parts {
    /// Buckets and credentials.
    pub service: Arc<Service>,
    /// Objects.
    pub backend: Arc<dyn Backend>,
    /// The operator's choices about signatures. Whether Version 2 is honoured follows from `sigv2`.
    pub rules: Rules,
    /// What holds for Signature Version 2 where a namespace says nothing else.
    pub sigv2: SigV2Default,
    /// The namespace of unsigned requests that name none.
    pub anonymous_namespace: Option<NamespaceName>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// What request ids begin with.
    pub entropy: Arc<dyn Entropy>,
}

/// The S3 endpoint. Cheap to clone; one serves all listeners.
#[derive(Clone)]
pub struct Endpoint {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) service: Arc<Service>,
    pub(crate) rules: Rules,
    sigv2: SigV2Default,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) anonymous_namespace: Option<NamespaceName>,
    trusted_proxies: TrustedProxies,
    pub(crate) addressing: Addressing,
    pub(crate) usages: Usages,
    ids: RequestIds,
}

/// What a request turned out to be, for its log line.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    operation: Option<Operation>,
    pub(crate) resource: Option<String>,
    pub(crate) user: Option<String>,
    /// The page of another origin that a browser asks for.
    pub(crate) page: Option<Page>,
    /// Whether the answer differs from page to page.
    pub(crate) varies: bool,
}

impl Seen {
    pub(crate) fn sent_by(&mut self, requester: &Requester) {
        if let Requester::User { id, namespace } = requester {
            self.user = Some(id.to_string());
            self.page.iter_mut().for_each(|page| page.asks_in(namespace));
        }
    }
}

impl Endpoint {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        let ids = RequestIds::new(&*parts.entropy);
        Self {
            shared: Arc::new(Shared {
                service: parts.service,
                // Whose namespace it is shows only once the claim is read.
                rules: Rules { sigv2: SigV2::default(), ..parts.rules },
                sigv2: parts.sigv2,
                clock: parts.clock,
                backend: parts.backend,
                anonymous_namespace: parts.anonymous_namespace,
                trusted_proxies: parts.trusted_proxies,
                addressing: Addressing::default(),
                usages: Usages::default(),
                ids,
            }),
        }
    }

    /// The answer to a head that no request could be made of: it cannot be read, or is too large.
    pub fn refuse_head(&self, status: StatusCode) -> Response<Bytes> {
        envelope::unreadable_head(status, &self.shared.ids.next(), self.shared.ids.host_id())
    }

    /// Answers one request. Every failure is an answer.
    pub async fn handle<B>(self, request: Request<B>) -> Response<ResponseBody>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let shared = &*self.shared;
        let id = shared.ids.next();
        let (head, body) = request.into_parts();
        let method = head.method.clone();
        let started = shared.clock.now();
        let origin = shared.origin(&head);
        let waits_for_continue = head.headers.contains_key(EXPECT);
        let has_no_body = body.is_end_stream();
        let is_http1 = head.version < Version::HTTP_2;
        let (body, returned) = drain::lend(body.map_err(BodyError::new).boxed_unsync());
        let mut seen = Seen { page: Page::of(&head), ..Seen::default() };

        let result = shared.answer(head, body, origin, &mut seen).await;
        let is_refused = result.is_err();
        if is_refused && !waits_for_continue && !has_no_body {
            returned.discard().await;
        }
        let mut answer = envelope::finish(result, seen.resource.as_deref(), &id, shared.ids.host_id(), &method);
        match &seen.page {
            Some(page) => shared.show_to(page, &method, &mut answer).await,
            None if seen.varies => cross_origin::vary(answer.headers_mut()),
            None => {}
        }
        if waits_for_continue && is_http1 && (has_no_body || is_refused) {
            // botocore takes the status of an answer that came instead of `100 Continue` for that of the next answer
            // on the same connection too. There must be no next one.
            answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        tracing::debug!(
            request_id = id,
            %method,
            operation = seen.operation.map(Operation::name),
            resource = seen.resource,
            user = seen.user,
            from = origin.address.as_ref().map(IpAddr::to_string),
            status = answer.status().as_u16(),
            milliseconds = u64::try_from(shared.clock.now().since(started).as_millis()).unwrap_or(u64::MAX),
            "s3 request"
        );
        answer
    }
}

impl Shared {
    /// The body is not read before the request may act: reading is what tells a waiting client to send it.
    async fn answer(
        &self,
        head: Head,
        body: RequestBody,
        origin: Origin,
        seen: &mut Seen,
    ) -> Result<Response<ResponseBody>, S3Error> {
        let address = Address::resolve(&head, &self.addressing.current(&self.service))?;
        seen.resource = Some(address.resource());
        if let Some(page) = &mut seen.page {
            page.asks(&address);
        }
        let operation = Operation::resolve(&head, &address)?;
        seen.operation = Some(operation);
        if operation == Operation::OptionsObject {
            return self.preflight(&head, seen.page.as_ref()).await;
        }
        if operation == Operation::PostObject {
            return self.post_object(head, body, address, seen).await;
        }
        let (requester, clean, plan) = self.verify(head, &address).await?;
        hoisted::refuse(&clean)?;
        let operation = hoisted::operation(operation, &clean, &address)?;
        seen.operation = Some(operation);
        seen.sent_by(&requester);
        let allowed = self.authorise(requester, operation, address, &clean).await?;
        seen.varies = allowed.access().resource.bucket().is_some_and(|bucket| !bucket.settings.cors.is_empty());
        let declared = match operation {
            // Its checksum headers speak of the object that the parts make, not of the request's body.
            Operation::CompleteMultipartUpload => Declared::of_body_with_foreign_checksum(&clean),
            _ => Declared::of_body(&clean),
        };
        let declared = declared.map_err(|error| refused_body(&error))?;
        let payload = Payload::new(plan, declared, body).map_err(|error| refused_body(&error))?;
        let room = self.room(operation, allowed.access().resource.bucket()).await?;
        let request = Checked::new(clean, allowed, payload).with_room(room);
        match operation {
            Operation::ListBuckets => self.list_buckets(request).await,
            Operation::CreateBucket => self.create_bucket(request, origin).await,
            Operation::HeadBucket => self.head_bucket(request).await,
            Operation::DeleteBucket => self.delete_bucket(request, origin).await,
            Operation::GetBucketLocation => self.bucket_location(request).await,
            _ if access_control::serves(operation) => self.access_control(request, origin).await,
            _ if bucket_configuration::serves(operation) => self.bucket_configuration(request, origin).await,
            _ => self.backend.call(request).await,
        }
    }

    /// Whether Signature Version 2 is honoured from users of a namespace.
    pub(crate) fn sigv2(&self, namespace: &NamespaceName) -> SigV2 {
        self.sigv2.with(self.service.sigv2(namespace))
    }

    pub(crate) fn origin(&self, head: &Head) -> Origin {
        let peer = head.extensions.get::<Peer>();
        Origin { address: peer.map(|peer| self.trusted_proxies.client_address(*peer, &head.headers)) }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("rules", &self.shared.rules).finish_non_exhaustive()
    }
}
