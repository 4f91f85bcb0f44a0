//! The line that shows how far a long call is: rewritten in place on a terminal, nothing elsewhere.

use std::io;
use std::path::Path;

use super::{Progress, Streams};

/// One line on stderr.
pub(super) struct Line {
    done: usize,
    total: usize,
}

/// Back to the first column, and away with what stands there (ECMA-48, EL).
const ERASE: &str = "\r\x1b[K";

impl Line {
    pub(super) fn new(total: usize) -> Self {
        Self { done: 0, total }
    }

    /// The next machine begins.
    pub(super) fn show(&mut self, name: &str, source: &Path, streams: &mut Streams<'_>) -> io::Result<()> {
        self.done += 1;
        match streams.err_progress {
            Progress::Silent => Ok(()),
            Progress::Line => {
                let (done, total, source) = (self.done, self.total, source.display());
                write!(streams.err, "{ERASE}[{done}/{total}] {name} ({source})")?;
                streams.err.flush()
            }
        }
    }

    /// The last machine has ended.
    pub(super) fn clear(streams: &mut Streams<'_>) -> io::Result<()> {
        match streams.err_progress {
            Progress::Silent => Ok(()),
            Progress::Line => {
                write!(streams.err, "{ERASE}")?;
                streams.err.flush()
            }
        }
    }
}
