//! `payload`: what states hand on stays within 262,144 bytes, and finished work is not thrown away.

use super::{Judgement, Oracle, Run};

/// Judges the rules of the property `payload`.
#[derive(Debug)]
pub(super) struct Payload;

impl Oracle for Payload {
    fn judge(&self, _run: &Run<'_>, _out: &mut Judgement) {}
}
