//! Words that need a cargo feature: this program is built without any, so that everything else starts quickly. The first
//! call with such a word builds another one that has the features, and each hands its arguments on to that.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::root;

/// The features that this program has.
const BUILT: [(&str, bool); 2] = [("aws", cfg!(feature = "aws")), ("bdd", cfg!(feature = "bdd"))];

/// Commands that talk to AWS, or answer in its place. `chaos doctor` is another one, and needs nothing.
const OF_AWS: [&str; 4] = ["doctor", "parity", "pull", "serve"];

/// The features that a call needs and this program lacks.
pub(crate) fn lacking(words: &[&str]) -> Vec<&'static str> {
    let lacks = |feature: &&str| BUILT.contains(&(*feature, false));
    needed(words).into_iter().filter(lacks).collect()
}

/// The features that a call needs.
fn needed(words: &[&str]) -> Vec<&'static str> {
    let command = words.first().copied().unwrap_or_default();
    let is_backend = |pair: &[&str]| pair == ["--backend", "test-state"];
    let asks_aws = words.windows(2).any(is_backend) || words.contains(&"--backend=test-state");
    let mut needed = Vec::new();
    if asks_aws || OF_AWS.contains(&command) {
        needed.push("aws");
    }
    if command == "bdd" {
        needed.push("bdd");
    }
    needed
}

/// Runs the program with these features and with those that it has, and ends as it ends.
pub(crate) fn pass_on(lacking: &[&str]) -> ExitCode {
    let had = BUILT.iter().filter(|(_, is_built)| *is_built).map(|(name, _)| *name);
    let features: Vec<&str> = lacking.iter().copied().chain(had).collect();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = arguments(&root(), &features.join(","), std::env::args_os().skip(1));
    match Command::new(cargo).args(arguments).status() {
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
fn arguments(root: &Path, features: &str, own: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let manifest = root.join("Cargo.toml").into_os_string();
    let run = ["run", "--quiet", "--package", "xtask", "--features", features, "--manifest-path"];
    let profile = if cfg!(debug_assertions) { None } else { Some(OsString::from("--release")) };
    let run = run.into_iter().map(OsString::from);
    run.chain([manifest]).chain(profile).chain(["--".into()]).chain(own).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn the_arguments_go_on_to_the_program_with_the_features() {
        let own = ["bdd", "features", "--tags", "@a"].map(OsString::from);
        let told = arguments(Path::new("/repository"), "aws,bdd", own.into_iter());
        let told: Vec<String> = told.into_iter().map(|word| word.into_string().unwrap()).collect();
        assert_eq!(
            told.join(" "),
            "run --quiet --package xtask --features aws,bdd --manifest-path /repository/Cargo.toml -- bdd features \
             --tags @a"
        );
    }

    #[rstest]
    #[case::a_search(&["chaos", "order.asl.json"], &[])]
    #[case::its_own_test_state(&["chaos", "--backend", "offline-test-state"], &[])]
    #[case::a_search_on_aws(&["chaos", "order.asl.json", "--backend", "test-state"], &["aws"])]
    #[case::in_one_word(&["replay", "--backend=test-state", "a.case.json"], &["aws"])]
    #[case::offline_answers(&["test-state", "request.json"], &[])]
    #[case::what_is_found_here(&["chaos", "doctor"], &[])]
    #[case::what_reaches_aws(&["doctor"], &["aws"])]
    #[case::parity(&["parity", "order.asl.json"], &["aws"])]
    #[case::pull(&["pull", "arn:aws:states:…"], &["aws"])]
    #[case::serve(&["serve", "--port", "0"], &["aws"])]
    #[case::features(&["bdd", "features"], &["bdd"])]
    #[case::features_on_aws(&["bdd", "features", "--backend", "test-state"], &["aws", "bdd"])]
    #[case::nothing(&[], &[])]
    fn a_call_needs(#[case] words: &[&str], #[case] expected: &[&str]) {
        assert_eq!(needed(words), expected);
    }
}
