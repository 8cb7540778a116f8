//! One search, from its terms to its entries.

use std::time::Duration;

use ldap3::adapters::{Adapter, EntriesOnly, PagedResults};
use ldap3::{Ldap, LdapError, ResultEntry, Scope, SearchEntry, SearchOptions};
use tokio::time::timeout;

use crate::bind::{NO_SUCH_OBJECT, REFERRAL, SIZE_LIMIT_EXCEEDED, SUCCESS};
use crate::entry::Entry;
use crate::failure::LdapFailure;

/// What the client library reports for a search that we gave up ourselves.
const CANCELLED: u32 = 88;

/// The terms of a search. Referrals in the answer are skipped: Active Directory adds some to every search from the
/// domain's root, and following them would send the manager's password to servers nobody configured.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    /// What it is called in failures.
    pub(crate) operation: &'static str,
    pub(crate) base: String,
    pub(crate) scope: Scope,
    pub(crate) filter: String,
    pub(crate) attributes: Vec<String>,
    pub(crate) extent: Extent,
}

/// How many entries are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Extent {
    /// The first so many; more than that is not an error.
    AtMost(i32),
    /// All, in pages of so many.
    All { page: i32 },
}

impl Search {
    /// A search for the entry `dn` itself.
    pub(crate) fn entry(operation: &'static str, dn: &str, attributes: Vec<String>) -> Self {
        Self {
            operation,
            base: dn.to_owned(),
            scope: Scope::Base,
            filter: "(objectClass=*)".to_owned(),
            attributes,
            extent: Extent::AtMost(1),
        }
    }

    /// Runs the search on `ldap`, for no longer than `limit`.
    pub(crate) async fn run(&self, ldap: Ldap, limit: Duration) -> Result<Vec<Entry>, LdapFailure> {
        let found = timeout(limit, self.collect(ldap))
            .await
            .map_err(|_| LdapFailure::TimedOut { operation: self.operation, limit })?;
        let (entries, result) = found.map_err(|cause| LdapFailure::broken(self.operation, limit, cause))?;
        let enough = matches!(self.extent, Extent::AtMost(_));
        match result.rc {
            SUCCESS => Ok(entries),
            SIZE_LIMIT_EXCEEDED | CANCELLED if enough => Ok(entries),
            REFERRAL if !entries.is_empty() => Ok(entries),
            REFERRAL => Err(LdapFailure::Elsewhere { base: self.base.clone() }),
            NO_SUCH_OBJECT => Err(LdapFailure::NoSearchBase { base: self.base.clone() }),
            _ => Err(LdapFailure::answer(self.operation, &result)),
        }
    }

    async fn collect(&self, mut ldap: Ldap) -> Result<(Vec<Entry>, ldap3::LdapResult), LdapError> {
        let mut adapters: Vec<Box<dyn Adapter<'_, String, Vec<String>>>> = vec![Box::new(EntriesOnly::new())];
        let most = match self.extent {
            Extent::AtMost(size) => {
                ldap.with_search_options(SearchOptions::new().sizelimit(size));
                usize::try_from(size).unwrap_or_default()
            }
            Extent::All { page } => {
                adapters.push(Box::new(PagedResults::new(page)));
                usize::MAX
            }
        };
        let mut stream =
            ldap.streaming_search_with(adapters, &self.base, self.scope, &self.filter, self.attributes.clone()).await?;
        let mut entries = Vec::new();
        while let Some(entry) = stream.next().await? {
            if entries.len() == most {
                // Samba knows no size limit; the rest would be read for nothing.
                let request = stream.ldap_handle().last_id();
                stream.ldap_handle().abandon(request).await?;
                break;
            }
            entries.push(read(entry));
        }
        Ok((entries, stream.finish().await))
    }
}

/// The client library panics on an entry that breaks the protocol; the provider turns that into
/// [`LdapFailure::Nonsense`].
fn read(entry: ResultEntry) -> Entry {
    SearchEntry::construct(entry).into()
}
