//! What is particular to Active Directory.

mod identifiers;
mod memberships;
mod sub_codes;

pub(crate) use identifiers::object_guid;
pub(crate) use memberships::names_of_groups;
pub(crate) use sub_codes::{SubCode, sub_code};
