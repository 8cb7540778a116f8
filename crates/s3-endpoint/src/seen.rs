//! Where a request comes from and what it turned out to be: for its log lines, its counters and the brake on guessing.

use http::HeaderValue;
use http::header::USER_AGENT;
use http::request::Parts as Head;
use keyward_identity::{NamespaceName, ObjectUserId};
use keyward_keyring::SecretId;
use keyward_policy::Requester;
use keyward_s3_wire::{Address, ErrorCode, Operation};
use keyward_service::Origin;
use keyward_signature::{PayloadKind, Scheme};

use crate::cross_origin::Page;
use crate::query_api::QueryApi;

/// Filled in as the request is understood. All of it is cheap to keep: shared texts and small numbers.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) origin: Origin,
    /// Whether the connection is encrypted.
    pub(crate) encrypted: bool,
    /// `User-Agent`.
    pub(crate) agent: Option<HeaderValue>,
    pub(crate) address: Option<Address>,
    pub(crate) operation: Option<Operation>,
    pub(crate) claim: Option<SeenClaim>,
    /// The secret that signed.
    pub(crate) secret: Option<SecretId>,
    pub(crate) user: Option<(ObjectUserId, NamespaceName)>,
    /// Why the request was not taken for its sender's.
    pub(crate) unverified: Option<ErrorCode>,
    /// The page of another origin that a browser asks for.
    pub(crate) page: Option<Box<Page>>,
    /// The service that the request is for, if not S3.
    pub(crate) query_api: Option<QueryApi>,
    /// Whether the answer differs from page to page.
    pub(crate) varies: bool,
}

/// What a request said about its sender, true or not.
#[derive(Clone, Debug)]
pub(crate) struct SeenClaim {
    pub(crate) access_key_id: Box<str>,
    /// Whether somebody has this id. One that nobody has may be a secret in the wrong place.
    pub(crate) is_known: bool,
    pub(crate) scheme: Scheme,
    /// How the body is vouched for; a form says nothing of it.
    pub(crate) payload: Option<PayloadKind>,
}

impl Seen {
    /// What shows before anything is understood.
    pub(crate) fn of(head: &Head, origin: Origin, encrypted: bool) -> Self {
        let agent = head.headers.get(USER_AGENT).cloned();
        Self { origin, encrypted, agent, page: Page::of(head).map(Box::new), ..Self::default() }
    }

    pub(crate) fn is_from(&mut self, requester: &Requester) {
        if let Requester::User { id, namespace, .. } = requester {
            self.user = Some((id.clone(), namespace.clone()));
            self.page.iter_mut().for_each(|page| page.asks_in(namespace));
        }
    }

    /// Notes that somebody has the id that was claimed.
    pub(crate) fn knows_claimed_id(&mut self) {
        self.claim.iter_mut().for_each(|claim| claim.is_known = true);
    }

    /// The address as `<Resource>` of an error shows it.
    pub(crate) fn resource(&self) -> Option<String> {
        self.address.as_ref().map(Address::resource)
    }
}
