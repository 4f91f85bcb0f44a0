//! The command line, called as the binary calls it, with its outputs kept.

use std::ffi::OsString;
use std::path::Path;

use sfn_chaos::cli::{Colour, ExitCode, Progress, Streams, call};

/// How a call ended, and what it wrote.
pub struct Ended {
    /// How the process would end.
    pub code: ExitCode,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// Calls the program in a folder, without colours and progress.
pub fn run(folder: &Path, arguments: &[&str]) -> Ended {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut streams = Streams {
        out: &mut out,
        err: &mut err,
        out_colour: Colour::Plain,
        err_progress: Progress::Silent,
        folder: folder.to_owned(),
    };
    let code = call("sfn-chaos", arguments.iter().map(OsString::from).collect(), &mut streams);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("all texts are UTF-8");
    Ended { code, out: text(out), err: text(err) }
}
