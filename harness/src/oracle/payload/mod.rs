//! `payload`: what states hand on stays within 262,144 bytes, and finished work is not thrown away.

mod growth;
mod large;
mod limit;
mod results;
mod siblings;

use super::{Judgement, Oracle, Run};

/// Judges the rules of the property `payload`.
#[derive(Debug)]
pub(super) struct Payload;

impl Oracle for Payload {
    fn judge(&self, run: &Run<'_>, out: &mut Judgement) {
        limit::judge(run, out);
        siblings::judge(run, out);
    }
}
