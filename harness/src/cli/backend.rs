//! Who executes the cases of a command.

use super::failure::Failure;
use crate::walk::{Backend, Executor};

/// What a build without AWS says when it is asked for it.
pub(super) const WITHOUT_AWS: &str = "this program was built without the feature `aws`; install it with \
                                      `cargo install sfn-chaos --features aws`, or run `cargo xtask` in its repository";

/// The executor for a backend.
pub(super) fn executor(backend: Backend) -> Result<Executor, Failure> {
    match backend {
        Backend::Simulator => Ok(Executor::simulator()),
        Backend::OfflineTestState => Ok(Executor::offline()),
        Backend::TestState => Err(Failure::Usage(WITHOUT_AWS.to_owned())),
    }
}
