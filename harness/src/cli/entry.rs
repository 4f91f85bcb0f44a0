//! From arguments to an exit code; the one entry behind `sfn-chaos` and `cargo xtask`.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use clap::{CommandFactory as _, FromArgMatches as _};

use super::args::{ChaosAction, Command, CommandLine};
use super::failure::Failure;
use super::streams::Leavable;
use super::streams::colour_of_stdout;
use super::{
    ExitCode, Progress, Streams, access, chaos, diagnose, doctor, iam, listing, parity, replay, run,
    test_state, validate,
};
use crate::walk::Backend;

/// Runs a command of the process. `program` is what users type before the arguments.
pub fn main(program: &str, arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<_> = arguments.into_iter().collect();
    let mut out = Leavable::new(io::BufWriter::new(io::stdout().lock()));
    let mut err = Leavable::new(io::stderr());
    let mut streams = Streams {
        out: &mut out,
        err: &mut err,
        out_colour: colour_of_stdout(),
        err_progress: Progress::of_stderr(),
        folder: PathBuf::from("."),
    };
    // A panic is a defect of ours: its message is on stderr by now, and the caller gets the code for it.
    let result = catch_unwind(AssertUnwindSafe(|| call(program, arguments, &mut streams)));
    let Ok(code) = result else {
        let _ = writeln!(io::stderr(), "internal error: this is a defect of sfn-chaos, please report it");
        return ExitCode::Internal;
    };
    match out.flush() {
        Ok(()) => code,
        // A command that could not write has said so.
        Err(_) if code == ExitCode::Internal => code,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: failed to write: {error}");
            ExitCode::Internal
        }
    }
}

/// Runs a command in given surroundings.
pub fn call(program: &str, arguments: Vec<OsString>, streams: &mut Streams<'_>) -> ExitCode {
    let command = CommandLine::command().bin_name(program.to_owned());
    let arguments = std::iter::once(OsString::from(program)).chain(arguments);
    let parsed =
        command.try_get_matches_from(arguments).and_then(|matches| CommandLine::from_arg_matches(&matches));
    let command = match parsed {
        Ok(CommandLine { command }) => command,
        Err(error) => return refuse(&error, streams),
    };
    match dispatch(program, command, streams) {
        Ok(code) => code,
        Err(failure) => {
            let _ = writeln!(streams.err, "error: {failure}");
            failure.exit_code()
        }
    }
}

fn dispatch(program: &str, command: Command, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    match command {
        Command::Validate(args) => validate::validate(args, streams),
        Command::Iam(args) => iam::iam(&args, streams),
        Command::Run(args) => run::run(&args, streams),
        Command::Parity(mut args) => {
            args.backend.backend.get_or_insert(Backend::TestState);
            parity::parity(&args, streams)
        }
        Command::Diagnose(args) => diagnose::diagnose(program, &args, streams),
        #[cfg(feature = "bdd")]
        Command::Bdd(args) => super::bdd::bdd(program, &args, streams),
        #[cfg(not(feature = "bdd"))]
        Command::Bdd(_) => Err(without("bdd", "with its default features", "bdd")),
        #[cfg(feature = "aws")]
        Command::Pull(args) => super::pull::pull(program, &args, streams),
        #[cfg(not(feature = "aws"))]
        Command::Pull(_) => Err(without("aws", "with `--features aws`", "pull")),
        Command::Doctor(args) => access::doctor(&args, streams),
        Command::TestState(args) => test_state::test_state(&args, streams),
        #[cfg(feature = "aws")]
        Command::Serve(args) => super::serve::serve(&args, streams),
        #[cfg(not(feature = "aws"))]
        Command::Serve(_) => Err(without("aws", "with `--features aws`", "serve")),
        Command::Chaos(args) => match &args.action {
            Some(ChaosAction::List(args)) => listing::list(args, streams),
            Some(ChaosAction::Replay(args)) => replay::replay(args, streams),
            Some(ChaosAction::Doctor(args)) => doctor::doctor(args, streams),
            None => chaos::chaos(program, &args, streams),
        },
    }
}

/// Says how to get a program that has the command.
#[cfg(not(all(feature = "aws", feature = "bdd")))]
fn without(feature: &str, install: &str, command: &str) -> Failure {
    Failure::Usage(format!(
        "this program was built without the feature `{feature}`; install it {install}, or run `cargo xtask {command}` \
         in its repository"
    ))
}

/// Help and version are results; everything else that clap says is a refusal.
fn refuse(error: &clap::Error, streams: &mut Streams<'_>) -> ExitCode {
    let text = error.render();
    if error.use_stderr() {
        let _ = write!(streams.err, "{text}");
        return ExitCode::Usage;
    }
    match write!(streams.out, "{text}") {
        Ok(()) => ExitCode::Clean,
        Err(_) => ExitCode::Internal,
    }
}

#[cfg(all(test, not(all(feature = "aws", feature = "bdd"))))]
mod tests {
    use crate::cli::Colour;

    use super::*;

    fn refused(arguments: &[&str]) -> String {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut streams = Streams {
            out: &mut out,
            err: &mut err,
            out_colour: Colour::Plain,
            err_progress: Progress::Silent,
            folder: PathBuf::from("."),
        };
        let arguments = arguments.iter().map(OsString::from).collect();
        assert_eq!(call("sfn-chaos", arguments, &mut streams), ExitCode::Usage);
        String::from_utf8(err).expect("messages are UTF-8")
    }

    #[cfg(not(feature = "bdd"))]
    #[test]
    fn a_build_without_features_says_how_to_get_one_with_them() {
        assert_eq!(
            refused(&["bdd", "features", "--tags", "@a"]),
            "error: this program was built without the feature `bdd`; install it with its default features, or run \
             `cargo xtask bdd` in its repository\n"
        );
    }

    #[cfg(not(feature = "aws"))]
    #[test]
    fn a_build_without_aws_says_how_to_get_one_with_it() {
        assert_eq!(
            refused(&["serve", "--port", "0"]),
            "error: this program was built without the feature `aws`; install it with `--features aws`, or run \
             `cargo xtask serve` in its repository\n"
        );
    }
}
