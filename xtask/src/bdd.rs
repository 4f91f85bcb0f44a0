//! `cargo xtask bdd`: this program is built without the feature `bdd`, so that everything else starts quickly. The first
//! call with `bdd` builds another one that has it, and each hands its arguments on to that.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::root;

/// Runs the program with the feature, and ends as it ends.
pub(crate) fn pass_on() -> ExitCode {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    match Command::new(cargo).args(arguments(&root(), std::env::args_os().skip(1))).status() {
        // Ended by a signal, it has no code.
        Ok(status) => {
            status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
        }
        Err(error) => {
            eprintln!("error: failed to run cargo: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What cargo is called with. The folder of the process stays, so that paths mean what they meant.
fn arguments(root: &Path, own: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let manifest = root.join("Cargo.toml").into_os_string();
    let run =
        ["run", "--quiet", "--package", "xtask", "--features", "bdd", "--manifest-path"].map(OsString::from);
    let profile = if cfg!(debug_assertions) { None } else { Some(OsString::from("--release")) };
    run.into_iter().chain([manifest]).chain(profile).chain(["--".into()]).chain(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_go_on_to_the_program_with_the_feature() {
        let own = ["bdd", "features", "--tags", "@a"].map(OsString::from);
        let told = arguments(Path::new("/repository"), own.into_iter());
        let told: Vec<String> = told.into_iter().map(|word| word.into_string().unwrap()).collect();
        assert_eq!(
            told.join(" "),
            "run --quiet --package xtask --features bdd --manifest-path /repository/Cargo.toml -- bdd features --tags @a"
        );
    }
}
