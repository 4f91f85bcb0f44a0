//! Where a command reads and writes: results to one stream, progress and diagnostics to the other.

use std::io::{self, ErrorKind, IsTerminal as _, Write};
use std::path::PathBuf;

use crate::report::Colour;

/// The surroundings of one call. The process gives its own; tests give buffers and a folder.
pub struct Streams<'a> {
    /// Results, and nothing else.
    pub out: &'a mut dyn Write,
    /// Progress and diagnostics.
    pub err: &'a mut dyn Write,
    /// Whether results may be coloured.
    pub out_colour: Colour,
    /// Whether a person watches the diagnostics: progress lines are rewritten in place.
    pub err_progress: Progress,
    /// The folder that relative paths and discovery start from.
    pub folder: PathBuf,
}

/// Whether progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// One line, rewritten.
    Line,
    /// Nothing.
    Silent,
}

/// Colour on a terminal, unless `NO_COLOR` is set (<https://no-color.org>).
pub(super) fn colour_of_stdout() -> Colour {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    if io::stdout().is_terminal() && !refused && !dumb { Colour::Ansi } else { Colour::Plain }
}

impl Progress {
    /// Of the process.
    pub(super) fn of_stderr() -> Self {
        if io::stderr().is_terminal() { Self::Line } else { Self::Silent }
    }
}

/// A writer whose reader may leave: `sfn-chaos … | head` ends quietly, with the exit code it would have had.
pub(super) struct Leavable<W> {
    inner: W,
    left: bool,
}

impl<W: Write> Leavable<W> {
    pub(super) fn new(inner: W) -> Self {
        Self { inner, left: false }
    }

    fn unless_left<T>(&mut self, result: io::Result<T>, instead: T) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.left = true;
                Ok(instead)
            }
            other => other,
        }
    }
}

impl<W: Write> Write for Leavable<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.left {
            return Ok(bytes.len());
        }
        let result = self.inner.write(bytes);
        self.unless_left(result, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.left {
            return Ok(());
        }
        let result = self.inner.flush();
        self.unless_left(result, ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct ClosedPipe;

    impl Write for ClosedPipe {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(ErrorKind::BrokenPipe.into())
        }
    }

    #[test]
    fn a_reader_that_left_is_no_error() {
        let mut out = Leavable::new(ClosedPipe);
        assert!(writeln!(out, "line {}", 1).is_ok());
        assert!(writeln!(out, "line {}", 2).is_ok());
        assert!(out.flush().is_ok());
    }
}
