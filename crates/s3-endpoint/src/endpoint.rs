//! One S3 request from head to answer.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, HeaderValue, RETRY_AFTER};
use http::request::Parts as Head;
use http::{Request, Response, Version};
use http_body::Body;
use keyward_ambient::{Clock, Entropy};
use keyward_identity::NamespaceName;
use keyward_listener::{Peer, Refusal, TrustedProxies};
use keyward_objects::{Backend, Checked, RequestBody, ResponseBody, refused_body};
use keyward_s3_wire::query::Query;
use keyward_s3_wire::{Address, ErrorCode, Operation, S3Error};
use keyward_service::{Origin, Service};
use keyward_signature::{Declared, Payload, Rules, SigV2};

use crate::access_log::{AccessLog, AccessRecord, AnswerBody};
use crate::addressing::Addressing;
use crate::authorise::{Asked, Authorised};
use crate::brake::{self, Brake, Pace};
use crate::counters::Counters;
use crate::cross_origin;
use crate::query_api::QueryApi;
use crate::quota::Usages;
use crate::request_id::RequestIds;
use crate::seen::Seen;
use crate::sigv2::SigV2Default;
use crate::verify::Proven;
use crate::{access_control, base_url, bodies, bucket_configuration, drain, envelope, expectation, hoisted};

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
    /// Where each request is logged, if anywhere.
    pub access_log: Option<AccessLog>,
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
    access_log: Option<AccessLog>,
    brake: Brake,
    counters: Counters,
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
                access_log: parts.access_log,
                brake: Brake::default(),
                counters: Counters::default(),
            }),
        }
    }

    /// The answer to what a listener refuses by itself, before there is a request.
    pub fn refuse(&self, refusal: Refusal) -> Response<Bytes> {
        envelope::refused(refusal, self.shared.ids.next(), &self.shared.ids)
    }

    /// The answer to a request that was signed for S3, and sent to another port than one of this endpoint's; `remedy`
    /// says where S3 is.
    pub fn refuse_at_other_port(&self, remedy: &str) -> Response<Bytes> {
        envelope::at_other_port(remedy, self.shared.ids.next(), &self.shared.ids)
    }

    /// Answers one request. Every failure is an answer.
    pub async fn handle<B>(self, request: Request<B>) -> Response<AnswerBody>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let shared = &*self.shared;
        let (id, started) = (shared.ids.next(), shared.clock.now());
        let (head, body) = request.into_parts();
        let method = head.method.clone();
        let encrypted = head.extensions.get::<Peer>().is_some_and(|peer| peer.encrypted);
        let mut seen = Seen::of(&head, shared.origin(&head), encrypted);
        let waits_for_continue = expectation::waits_for_continue(&head.headers);
        let is_http1 = head.version < Version::HTTP_2;
        let (body, returned) = drain::lend(body);
        let has_no_body = returned.is_none();
        let received = returned.as_ref().map(drain::Returned::received);

        let mut result = shared.answer(head, body, &mut seen).await;
        let is_refused = result.is_err();
        if is_refused
            && !waits_for_continue
            && let Some(returned) = returned
        {
            returned.discard().await;
        }
        if let Some(code) = seen.unverified {
            shared.counters.unverified(code);
            result = shared.slow_down(result, &seen, is_http1).await;
        }
        let error = result.as_ref().err().map(S3Error::code);
        let mut answer = envelope::finish(result, &seen, id, &shared.ids, &method);
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
        shared.counters.answered(seen.operation, answer.status());
        let record = AccessRecord {
            id,
            method,
            status: answer.status().as_u16(),
            error,
            received,
            sent: 0,
            complete: false,
            started,
            answered_after: shared.clock.now().since(started),
            ended_after: Duration::ZERO,
            seen,
        };
        shared.log(answer, record)
    }
}

impl Shared {
    /// The body is not read before the request may act: reading is what tells a waiting client to send it.
    async fn answer(&self, head: Head, body: RequestBody, seen: &mut Seen) -> Result<Response<ResponseBody>, S3Error> {
        let origin = seen.origin;
        expectation::check(&head.headers)?;
        let address = Address::resolve(&head, &self.addressing.current(&self.service))?;
        seen.address = Some(address.clone());
        if let Some(page) = &mut seen.page {
            page.asks(&address);
        }
        seen.query_api = QueryApi::asked(&head, &address);
        if let Some(api) = seen.query_api {
            return Err(api.refusal());
        }
        let query = Query::of(&head)?;
        let operation = Operation::resolve(&head, &query, &address)?;
        seen.operation = Some(operation);
        if operation == Operation::OptionsObject {
            return Box::pin(self.preflight(&head, seen.page.as_deref())).await;
        }
        if operation == Operation::PostObject {
            return Box::pin(self.post_object(head, body, address, seen)).await;
        }
        let Proven { requester, head: clean, plan, signed, signed_with } =
            self.verify(head, &address, seen).await.inspect_err(|error| seen.unverified = Some(error.code()))?;
        let query = if clean.has_query_as_sent() { query } else { Query::of(clean.parts())? };
        hoisted::refuse(&query)?;
        let operation = hoisted::operation(operation, &clean, &query, &address)?;
        seen.operation = Some(operation);
        let asked = Asked { head: &clean, query: &query, signed, origin, encrypted: seen.encrypted };
        let authorised = self.authorise(requester, operation, address, &asked).await?;
        let bucket = authorised.access().resource.bucket();
        seen.varies = bucket.is_some_and(|bucket| !bucket.settings.cors.is_empty());
        let (body, commit_check) = self.begin_write(signed_with.as_ref(), operation, body).await?;
        let declared = match operation {
            // Its checksum headers speak of the object that the parts make, not of the request's body.
            Operation::CompleteMultipartUpload => Declared::of_body_with_foreign_checksum(&clean),
            _ => Declared::of_body(&clean),
        };
        let declared = declared.map_err(|error| refused_body(&error))?;
        if bodies::secures_content(operation, signed.as_ref()) {
            declared.hold_against_named(&clean, &plan).map_err(|error| refused_body(&error))?;
        }
        let payload = Payload::new(plan, declared, body).map_err(|error| refused_body(&error))?;
        let payload = match bodies::is_unwanted(operation, &payload) {
            true => Box::pin(bodies::passed_over(payload)).await?,
            false => payload,
        };
        let (allowed, judged, payload) = match authorised {
            Authorised::Allowed(allowed, judged) => (allowed, judged, payload),
            Authorised::AfterBody(access, judged) => {
                Box::pin(self.decided_by_body(access, judged, &asked, payload)).await?
            }
        };
        let room = self.room(operation, allowed.access().resource.bucket()).await?;
        let names_url = operation == Operation::CompleteMultipartUpload;
        let base_url = names_url.then(|| base_url::of(clean.parts(), seen.encrypted));
        let request = Checked::new(clean, query, allowed, payload, commit_check);
        let request = request.with_room(room).with_judged(judged).with_base_url(base_url);
        // Each has a place of its own, so that the many requests for objects do not carry room for the few others.
        match operation {
            Operation::ListBuckets => Box::pin(self.list_buckets(request)).await,
            Operation::CreateBucket => Box::pin(self.create_bucket(request, origin)).await,
            Operation::HeadBucket => Box::pin(self.head_bucket(request)).await,
            Operation::DeleteBucket => Box::pin(self.delete_bucket(request, origin)).await,
            Operation::GetBucketLocation => Box::pin(self.bucket_location(request)).await,
            _ if access_control::serves(operation) => Box::pin(self.access_control(request, origin)).await,
            _ if bucket_configuration::serves(operation) => Box::pin(self.bucket_configuration(request, origin)).await,
            _ => self.backend.call(request).await,
        }
    }

    /// Whether Signature Version 2 is honoured from users of a namespace.
    pub(crate) fn sigv2(&self, namespace: &NamespaceName) -> SigV2 {
        self.sigv2.with(self.service.sigv2(namespace))
    }

    /// Keeps a refusal waiting when its sender sent many of them.
    async fn slow_down(
        &self,
        result: Result<Response<ResponseBody>, S3Error>,
        seen: &Seen,
        is_http1: bool,
    ) -> Result<Response<ResponseBody>, S3Error> {
        let pace = self.brake.pace(seen, self.clock.now());
        let wait = match pace {
            Pace::AtOnce => return result,
            Pace::After(wait) => wait,
            Pace::TurnedAway => brake::LONGEST,
        };
        let place = self.brake.place();
        let is_turned_away = pace == Pace::TurnedAway || place.is_none();
        self.counters.slowed(if is_turned_away { "turned away" } else { "waited" });
        if place.is_some() {
            self.clock.sleep(wait).await;
        }
        if !is_turned_away {
            return result;
        }
        let message = "Too many requests from here did not verify; check the keys, and try again later.";
        let refused = S3Error::because(ErrorCode::SlowDown, message).with_header(RETRY_AFTER, HeaderValue::from(5));
        Err(match place {
            None if is_http1 => refused.with_header(CONNECTION, HeaderValue::from_static("close")),
            _ => refused,
        })
    }

    fn log(&self, answer: Response<ResponseBody>, record: AccessRecord) -> Response<AnswerBody> {
        let AccessRecord { id, method, seen, status, answered_after, .. } = &record;
        tracing::debug!(
            request_id = %id,
            %method,
            operation = seen.operation.map(Operation::name),
            resource = seen.resource(),
            user = seen.user.as_ref().map(|(user, _)| user.as_str()),
            from = seen.origin.address.as_ref().map(IpAddr::to_string),
            status,
            milliseconds = u64::try_from(answered_after.as_millis()).unwrap_or(u64::MAX),
            "s3 request"
        );
        let Some(log) = &self.access_log else { return answer.map(AnswerBody::unlogged) };
        let length = answer.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        answer.map(|body| AnswerBody::logged(body, log.clone(), Arc::clone(&self.clock), record, length))
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
