//! `liveness`: whatever fails to happen, the execution ends, and by a handler rather than by the service's limit.

mod answer;
mod polling;
mod silence;

use super::{Judgement, Oracle, Run, Violation};
use crate::model::Model;

/// Judges the rules of the property `liveness`.
#[derive(Debug)]
pub(super) struct Liveness;

impl Oracle for Liveness {
    fn judge(&self, run: &Run<'_>, out: &mut Judgement) {
        silence::judge(run, out);
        answer::judge(run, out);
        polling::judge(run, out);
    }
}

/// What the definition alone shows.
pub(super) fn advice(model: &Model) -> Vec<Violation> {
    silence::advice(model)
}
