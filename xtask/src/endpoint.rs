//! The Step Functions API on loopback that tests call: started before them, ended after them, whatever they come to.

use std::process::{Command, Stdio};

use crate::root;

/// Where tests find it.
pub(crate) const VARIABLE: &str = "SFN_CHAOS_ENDPOINT";

/// A running endpoint. It ends when this is dropped.
pub(crate) struct Endpoint {
    /// `http://127.0.0.1:4566`
    pub(crate) url: String,
    pid: String,
}

impl Endpoint {
    /// Installs it, if need be, and starts it; or says why there is none.
    pub(crate) fn start() -> Result<Self, String> {
        let log = root().join("target").join("endpoint.log");
        let started = Command::new("sh")
            .arg(root().join("tests/endpoint/start.sh"))
            .args(["--port", "0", "--log"])
            .arg(log)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .output()
            .map_err(|error| format!("failed to run sh: {error}"))?;
        if !started.status.success() {
            return Err(reason(&String::from_utf8_lossy(&started.stderr)));
        }
        let told = String::from_utf8_lossy(&started.stdout).into_owned();
        Self::told(&told).ok_or_else(|| format!("its starter says {:?}", told.trim()))
    }

    /// What the starter prints: `http://127.0.0.1:4566 1234`.
    fn told(line: &str) -> Option<Self> {
        let (url, pid) = line.trim().split_once(' ')?;
        let is_pid = !pid.is_empty() && pid.bytes().all(|byte| byte.is_ascii_digit());
        (url.starts_with("http://127.0.0.1:") && is_pid)
            .then(|| Self { url: url.to_owned(), pid: pid.to_owned() })
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        // One that has ended by itself is as good.
        let _ = Command::new("kill").arg(&self.pid).stderr(Stdio::null()).status();
    }
}

/// The last line, where the reason is.
fn reason(diagnostics: &str) -> String {
    let last = diagnostics.lines().rev().find(|line| !line.trim().is_empty());
    last.map_or("its starter says nothing", |line| line.trim_start_matches("error: ")).to_owned()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn the_starter_says_where_it_is_and_who() {
        // Forgotten, so that no process with this number ends.
        let told = std::mem::ManuallyDrop::new(Endpoint::told("http://127.0.0.1:4566 1234\n").unwrap());
        assert_eq!((&*told.url, &*told.pid), ("http://127.0.0.1:4566", "1234"));
    }

    #[rstest]
    #[case::nothing("")]
    #[case::no_process("http://127.0.0.1:4566")]
    #[case::every_process("http://127.0.0.1:4566 -1")]
    #[case::elsewhere("http://192.0.2.1:4566 12")]
    fn anything_else_is_none(#[case] line: &str) {
        assert!(Endpoint::told(line).is_none());
    }

    #[test]
    fn the_reason_is_its_last_line() {
        assert_eq!(
            reason("Traceback\nerror: Python 3.13 or newer is needed\n\n"),
            "Python 3.13 or newer is needed"
        );
        assert_eq!(reason(""), "its starter says nothing");
    }
}
