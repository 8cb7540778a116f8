//! What a permission was decided by, for a backend that finds the object only later.

use crate::ObjectFacts;

/// The facts about the object, and about the one that is copied from, by which a request was allowed. The object that a
/// backend then opens may be another one, which was never shared.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// Of the object that is acted on; the outer `None` where nothing depended on it.
    pub object: Option<Option<ObjectFacts>>,
    /// Of the object that is copied from.
    pub source: Option<Option<ObjectFacts>>,
}
