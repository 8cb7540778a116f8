//! What is worked out from a record, kept with that copy of the record.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// A place for what a reader works out from a record, so that it does so once for as long as this copy of the record
/// is kept. Never persisted; a clone, which may be changed, begins empty; of no consequence for equality.
#[derive(Default)]
pub struct Derived(OnceLock<Arc<dyn Any + Send + Sync>>);

impl Derived {
    /// What was worked out, by `make` when nobody did before. `None` when something of another type was.
    pub fn get_or_make<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Option<&T> {
        self.0.get_or_init(|| Arc::new(make())).downcast_ref()
    }
}

impl Clone for Derived {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Derived {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Derived {}

impl fmt::Debug for Derived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Derived")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_once_and_not_cloned() {
        let derived = Derived::default();
        assert_eq!(derived.get_or_make(|| 1), Some(&1));
        assert_eq!(derived.get_or_make(|| 2), Some(&1));
        assert_eq!(derived.clone().get_or_make(|| 2), Some(&2));
    }
}
