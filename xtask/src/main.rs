//! The repository's front door: `cargo xtask …`. Chores have a file each; everything else is the command line of
//! `sfn-chaos` itself.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line prints")]

mod aws_calls;
mod catalog;
mod ci;
mod conformance;
mod endpoint;
mod features;
mod schema;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const CHORES: &str = "\
Chores of the repository:
  ci                          everything that .ci/run runs
  tidy                        house rules that no compiler checks
  schema                      writes what docs/ holds of the program's own tables
  catalog [--botocore WHEEL] [--check]
                              writes the API models of AWS from a pinned release of botocore
  conformance DIR [--emit OUT] [--verbose]
                              recorded answers of AWS against the simulator

Commands of sfn-chaos, with the same arguments:
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["ci"] => ci::run(),
        ["tidy"] => tidy::run(),
        ["schema"] => schema::write(),
        ["catalog", rest @ ..] => catalog::Options::parse(rest).and_then(|options| catalog::run(&options)),
        ["conformance", folder, rest @ ..] => conformance::Options::parse(rest)
            .and_then(|options| conformance::run(Path::new(folder), &options)),
        _ => {
            let lacking = features::lacking(&words);
            if !lacking.is_empty() {
                return features::pass_on(&lacking);
            }
            if matches!(words.as_slice(), [] | ["help" | "--help" | "-h"]) {
                println!("{CHORES}");
            }
            return sfn_chaos::cli::main("cargo xtask", std::env::args_os().skip(1)).into();
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the repository.
fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("xtask is a folder of the workspace").to_owned()
}
