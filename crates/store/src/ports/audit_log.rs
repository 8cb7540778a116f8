//! Reading and checking the audit log. It is written by transactions only.

use async_trait::async_trait;

use crate::{AuditEntry, AuditQuery, ChainError, ChainHead, ChainReport, Page, PageRequest, StoreError};

/// The audit log.
#[async_trait]
pub trait AuditLog: Send + Sync + 'static {
    /// A page of the log, ordered by time, then by revision.
    async fn audit_entries(&self, query: &AuditQuery, page: &PageRequest) -> Result<Page<AuditEntry>, StoreError>;

    /// Checks every record against the chain. Reads the whole log; writes go on meanwhile, and what they add after
    /// the start is not part of the report.
    async fn verify_chain(&self) -> Result<ChainReport, ChainError>;

    /// Where the chain ends. Cheap: a line of it kept elsewhere, as in a log, is what a later check is compared with
    /// when records may have been cut off at the end.
    async fn chain_head(&self) -> Result<ChainHead, StoreError>;
}
