//! What evaluations of one execution share.

use std::cell::{Cell, RefCell};

use crate::value::Value;

/// What evaluations of one execution share; made once an execution.
#[derive(Debug, Default)]
pub struct Session {
    now_ms: Cell<i64>,
    /// Lists and objects that were seen to hold no number such as `1.0`; the latest ones.
    whole: RefCell<Vec<Value>>,
}

/// How many lists and objects are remembered.
const REMEMBERED_MAX: usize = 16;

impl Session {
    /// Sets what `$now()` and `$millis()` give: milliseconds since 1970, in virtual time.
    pub fn set_now_ms(&self, now_ms: i64) {
        self.now_ms.set(now_ms);
    }

    /// Whether a list or object was given to [`Session::remember_whole`].
    pub(super) fn is_whole(&self, value: &Value) -> bool {
        self.whole.borrow().iter().any(|known| match (known, value) {
            (Value::Array(known), Value::Array(value)) => std::ptr::eq(known.items(), value.items()),
            (Value::Object(known), Value::Object(value)) => known.same(value),
            _ => false,
        })
    }

    /// Remembers that a list or object holds no number such as `1.0`, so that it is not looked through again.
    pub(super) fn remember_whole(&self, value: &Value) {
        let mut whole = self.whole.borrow_mut();
        if whole.len() == REMEMBERED_MAX {
            whole.remove(0);
        }
        whole.push(value.clone());
    }

    /// Milliseconds since 1970, in virtual time.
    pub fn now_ms(&self) -> i64 {
        self.now_ms.get()
    }
}
