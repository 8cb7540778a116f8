//! What the crate promises of S3 on the wire: addresses, the table of operations, requests, reads, documents.

mod addressing;
mod documents;
mod examples;
mod operation_table;
mod reads;
mod requests;
