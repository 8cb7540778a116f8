//! What the crate promises of S3 on the wire: addresses, the table of operations, requests, reads, documents.

#[cfg(test)]
mod addressing;
#[cfg(test)]
mod configurations;
mod documents;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod operation_table;
#[cfg(test)]
mod reads;
#[cfg(test)]
mod requests;
