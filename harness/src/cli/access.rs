//! `doctor`: what this build can do, and whether it can reach AWS. Each line is ok, a warning or missing, and says what
//! to do. What is called is said at the end.

use std::io;

use super::access_args::AccessArgs;
use super::failure::Failure;
use super::{ExitCode, Streams};
use crate::config::{Config, FILE_NAME, Upward};
use crate::oracle::RuleId;
use crate::report::counted;

/// How one thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Ok,
    #[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "only the access to AWS is usable in part"))]
    Warning,
    Missing,
}

/// What was looked at so far.
pub(super) struct Findings<'s, 'a> {
    pub(super) streams: &'s mut Streams<'a>,
    /// The worst that matters for the exit code.
    pub(super) code: ExitCode,
}

/// Whether `[aws]` asks for access to AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Yes,
    No,
}

pub(super) fn doctor(args: &AccessArgs, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    if args.policy {
        return policy(args, streams);
    }
    let upward = Upward::find(&streams.folder);
    let wanted = match &upward {
        Ok(upward) if upward.allowing.is_none() => Wanted::No,
        _ => Wanted::Yes,
    };
    writeln!(streams.out, "sfn-chaos {}", env!("CARGO_PKG_VERSION"))?;
    let mut findings = Findings { streams, code: ExitCode::Clean };
    findings.features(wanted)?;
    match upward {
        Ok(_) => {
            findings.configuration()?;
            findings.access(args, wanted)?;
        }
        Err(error) => findings.blocking("configuration", &error.to_string())?,
    }
    Ok(findings.code)
}

impl Findings<'_, '_> {
    /// One line.
    pub(super) fn line(&mut self, state: State, what: &str, text: &str) -> io::Result<()> {
        writeln!(self.streams.out, "{:<8} {what}: {text}", state.name())
    }

    /// Something without which the rest cannot be used.
    pub(super) fn blocking(&mut self, what: &str, text: &str) -> io::Result<()> {
        self.code = self.code.worst(ExitCode::Usage);
        self.line(State::Missing, what, text)
    }

    fn features(&mut self, wanted: Wanted) -> io::Result<()> {
        let rules = counted(RuleId::ALL.len() as u64, "rule");
        self.line(State::Ok, "simulator", &format!("{rules}; it needs no access to AWS"))?;
        if cfg!(feature = "bdd") {
            self.line(State::Ok, "feature bdd", "in this build")?;
        } else {
            self.line(State::Missing, "feature bdd", "not in this build; install with the default features")?;
        }
        match (cfg!(feature = "aws"), wanted) {
            (true, _) => self.line(State::Ok, "feature aws", "in this build"),
            (false, Wanted::No) => self.line(State::Missing, "feature aws", WITHOUT_AWS),
            (false, Wanted::Yes) => self.blocking("feature aws", WITHOUT_AWS),
        }
    }

    fn configuration(&mut self) -> Result<(), Failure> {
        match Config::find(&self.streams.folder) {
            Ok(Config { path: Some(path), .. }) => {
                self.line(State::Ok, "configuration", &path.display().to_string())?;
            }
            Ok(_) => {
                let text = format!("no {FILE_NAME} here or above, and none is needed for the simulator");
                self.line(State::Ok, "configuration", &text)?;
            }
            Err(error) => self.blocking("configuration", &error.to_string())?,
        }
        Ok(())
    }

    fn access(&mut self, args: &AccessArgs, wanted: Wanted) -> Result<(), Failure> {
        if wanted == Wanted::No {
            let text = format!(
                "not configured, and nothing was called; to run cases on AWS, write [aws] with allow-accounts = \
                 [\"111122223333\"] into {FILE_NAME} of this folder, with the number of an account without production"
            );
            return Ok(self.line(State::Missing, "aws", &text)?);
        }
        #[cfg(feature = "aws")]
        self.aws(&args.aws)?;
        #[cfg(not(feature = "aws"))]
        let _ = args;
        Ok(())
    }
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Missing => "missing",
        }
    }
}

#[cfg(feature = "aws")]
fn policy(args: &AccessArgs, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    super::access_aws::policy(&args.aws, streams)
}

#[cfg(not(feature = "aws"))]
fn policy(_: &AccessArgs, _: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    Err(Failure::Usage(format!("the policy lists the calls of the feature `aws`, which is {WITHOUT_AWS}")))
}

/// How to get it.
const WITHOUT_AWS: &str = "not in this build; install with `--features aws`: `cargo install --path harness --features aws` \
                           in its repository";

#[cfg(all(test, not(feature = "aws")))]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::cli::{Colour, Progress, call};

    fn doctor(folder: &std::path::Path) -> (ExitCode, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut streams = Streams {
            out: &mut out,
            err: &mut err,
            out_colour: Colour::Plain,
            err_progress: Progress::Silent,
            folder: folder.to_owned(),
        };
        let code = call("sfn-chaos", vec![OsString::from("doctor")], &mut streams);
        assert!(err.is_empty());
        (code, String::from_utf8(out).expect("all texts are UTF-8"))
    }

    #[test]
    fn a_build_without_access_to_aws_is_in_order_until_it_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let (code, out) = doctor(folder.path());
        assert_eq!(code, ExitCode::Clean, "{out}");
        assert!(out.contains(&format!("missing  feature aws: {WITHOUT_AWS}\n")), "{out}");
        std::fs::write(folder.path().join(FILE_NAME), "[aws]\nallow-accounts = [\"111122223333\"]\n")
            .unwrap();
        let (code, out) = doctor(folder.path());
        assert_eq!(code, ExitCode::Usage, "{out}");
        std::fs::write(folder.path().join(FILE_NAME), "[aws]\nallow-account = []\n").unwrap();
        let (code, out) = doctor(folder.path());
        assert_eq!(code, ExitCode::Usage);
        assert!(
            out.contains("missing  configuration: ") && out.contains("did you mean `allow-accounts`?"),
            "{out}"
        );
    }
}
