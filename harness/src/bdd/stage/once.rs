//! Values that are made once, by whoever asks first.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Values by key. While one is made, others are made and found; only who wants the same one waits.
#[derive(Debug)]
pub(super) struct Once<K, V>(Mutex<BTreeMap<K, Arc<OnceLock<V>>>>);

impl<K, V> Default for Once<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Ord, V: Clone> Once<K, V> {
    /// The value of a key, made at the first time.
    pub(super) fn get(&self, key: K, make: impl FnOnce() -> V) -> V {
        let place = {
            let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(values.entry(key).or_default())
        };
        place.get_or_init(make).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_made_once() {
        let once = Once::default();
        assert_eq!(once.get("a", || 1), 1);
        assert_eq!(once.get("a", || unreachable!()), 1);
        assert_eq!(once.get("b", || once.get("a", || 3) + 1), 2);
    }
}
