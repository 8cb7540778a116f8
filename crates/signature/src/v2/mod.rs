//! AWS Signature Version 2 for S3, as ECS and its clients have it.
//!
//! What it leaves open, and what is done about it here:
//!
//! - **The host** is not signed. What the host name names becomes part of the resource, from
//!   [`Addressed`](crate::Addressed). Of a namespace in the host some clients sign nothing; and where it is signed, it
//!   looks like a bucket in a path. What a signer may not reach in another namespace, a replay cannot reach either.
//! - **The body** is not signed, only `Content-MD5` where it is sent; that and every checksum are verified.
//! - **Most parameters** are not signed. Those that are not may only narrow down a listing; all others are refused.
//! - **A parameter's value is signed decoded**: `&` and `=` in it look like further parameters. A value that could be
//!   read so is refused; whoever lets others choose the text of a `response-content-disposition` signs what they
//!   chose.
//! - **`Range`** is not signed. Beside a presigned URL it is refused on a `PUT`, where it would make a write into the
//!   object that is there; in a signed head it is obeyed, as clients of ECS need it.
//! - **A presigned URL** may live for ever. An operator can bound it, and can refuse the whole version.

mod authorization;
mod parameters;
mod presigned;
mod resource;
mod signature;
mod statement;
mod string_to_sign;

pub(crate) use signature::{Signature, Trials, read_signature};
pub(crate) use statement::Statement;
