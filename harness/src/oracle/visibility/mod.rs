//! `visibility`: a failure shows, in the status of the execution or by a message to somebody.

mod partial;
pub(super) mod swallowed;

use super::{Judgement, Oracle, Run};

/// Judges the rules of the property `visibility`.
#[derive(Debug)]
pub(super) struct Visibility;

impl Oracle for Visibility {
    fn judge(&self, run: &Run<'_>, out: &mut Judgement) {
        swallowed::judge(run, out);
        partial::judge(run, out);
    }
}
