//! `permission`: the role may do what the states need, and where it may not, that shows.
//!
//! A denial is no passing failure: the same call is refused in every execution until somebody changes a policy. So it
//! must not be waited for, and somebody must see it.

mod hidden;
mod missing;
mod retried;

pub(super) use hidden::hidden_way;
pub(super) use missing::advice;

use super::{Judgement, Oracle, Run};

/// Judges the rules of the property `permission`.
#[derive(Debug)]
pub(super) struct Permission;

impl Oracle for Permission {
    fn judge(&self, run: &Run<'_>, out: &mut Judgement) {
        missing::judge(run, out);
        retried::judge(run, out);
        hidden::judge(run, out);
    }
}
