//! `routing`: a failure reaches a handler, and the handler can do its work.

pub(super) mod escape;
mod handler;
mod lost_input;
mod shadow;

pub(super) use lost_input::missing_path;
pub(super) use shadow::advice;

use super::{Judgement, Oracle, Run};

/// Judges the rules of the property `routing`.
#[derive(Debug)]
pub(super) struct Routing;

impl Oracle for Routing {
    fn judge(&self, run: &Run<'_>, out: &mut Judgement) {
        escape::judge(run, out);
        shadow::judge(run, out);
        lost_input::judge(run, out);
        handler::judge(run, out);
    }
}
