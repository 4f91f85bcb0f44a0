//! `intent`: a fault ends as the user declared it is meant to.

use super::{Judgement, Oracle, Run};

/// Judges the rules of the property `intent`.
#[derive(Debug)]
pub(super) struct Intent;

impl Oracle for Intent {
    fn judge(&self, _run: &Run<'_>, _out: &mut Judgement) {}
}
