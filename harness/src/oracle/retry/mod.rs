//! `retry`: what passes by itself is retried, what does not pass is not, and neither for longer than it is worth.

mod budget;
mod names;
pub(super) mod permanent;
mod transient;

pub(super) use names::advice;

use super::{Judgement, Oracle, Run};

/// Judges the rules of the property `retry`.
#[derive(Debug)]
pub(super) struct Retry;

impl Oracle for Retry {
    fn judge(&self, run: &Run<'_>, out: &mut Judgement) {
        transient::judge(run, out);
        permanent::judge(run, out);
        names::judge(run, out);
        budget::judge(run, out);
    }
}
