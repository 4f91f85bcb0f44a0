//! Calls of which nothing is known, and calls that no task can make.

use crate::asl::compile::{Compiler, Place};
use crate::catalog::Integration;

/// AWS knows more calls than this program: a warning, never an error.
pub(in crate::asl) fn check<'d>(
    compiler: &mut Compiler<'d>,
    resource: &Place<'d>,
    integration: &Integration,
) {
    let Some(remark) = integration.remark() else { return };
    let code = "unknown-integration";
    let problem = compiler.problems.warning(code, resource.span(), &resource.pointer, remark.message);
    problem.suggestion = Some(remark.advice);
}
