//! What has to be unique among many records: whoever adds to them takes a turn, one at a time.
//!
//! Two changes that each read the records before the other wrote would both find nothing taken. So each also writes one
//! record that they have in common, on the condition that it is as it was before they looked: one of the two is told
//! that it was overtaken, and looks again.

use keyward_store::{Expect, Setting, Write};

use crate::{Service, ServiceError};

/// The domains of authentication providers.
pub(crate) const PROVIDER_DOMAINS: &str = "unique.provider_domains";

/// Whom namespaces are administered by, and which domains are mapped to them.
pub(crate) const NAMESPACE_MEMBERS: &str = "unique.namespace_members";

/// The host names of base URLs.
pub(crate) const BASE_URLS: &str = "unique.base_urls";

impl Service {
    /// The write that a change takes its turn with. Ask for it before reading what the change depends on.
    pub(crate) async fn turn(&self, among: &'static str) -> Result<Write, ServiceError> {
        let found = self.store.setting(among).await?;
        let expect = found.map_or(Expect::Absent, |found| Expect::Revision(found.revision));
        Ok(Write::put(Setting { name: among.to_owned(), value: true.into() }, expect))
    }
}
