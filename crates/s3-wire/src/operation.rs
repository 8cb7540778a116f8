//! Every operation of S3 and those ECS adds: one table of how each is asked for, what it is called and what it needs.

mod resolve;
mod table;

pub use table::Operation;
