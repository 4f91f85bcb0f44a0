//! The files for CI that can be copied: valid YAML, with calls, flags and paths that there are.

use std::path::{Path, PathBuf};
use std::process::Command;

use rstest::rstest;
use saphyr_parser::{Event, Parser};
use sfn_chaos_tests::program::run;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every text of a file, in its order: keys and values.
fn texts(name: &str) -> Vec<String> {
    let path = root().join("docs/ci").join(name);
    let file = std::fs::read_to_string(path).expect("the file can be read");
    let events = Parser::new_from_str(&file).map(|event| event.expect("the file is YAML").0);
    events
        .filter_map(|event| match event {
            Event::Scalar(text, ..) => Some(text.into_owned()),
            _ => None,
        })
        .collect()
}

/// The words of every command line of a file.
fn commands(name: &str) -> Vec<Vec<String>> {
    let texts = texts(name);
    let lines = texts.iter().flat_map(|text| text.lines());
    lines
        .map(|line| line.split_whitespace().map(|word| word.trim_matches('"').to_owned()).collect())
        .collect()
}

/// What follows a program in a command.
fn after(command: &[String], is_program: impl Fn(&str) -> bool) -> Option<&[String]> {
    let at = command.iter().position(|word| is_program(word))?;
    Some(&command[at + 1..])
}

fn value<'c>(words: &'c [String], flag: &str) -> Option<&'c str> {
    let at = words.iter().position(|word| word == flag)?;
    words.get(at + 1).map(String::as_str)
}

#[rstest]
#[case::github("github-actions.yml")]
#[case::gitlab("gitlab-ci.yml")]
#[case::codebuild("buildspec.yml")]
fn the_features_are_run_with_flags_that_there_are(#[case] name: &str) {
    let commands = commands(name);
    let calls: Vec<_> = commands
        .iter()
        .filter_map(|command| after(command, |word| word.ends_with("/bin/sfn-chaos")))
        .filter(|words| words.first().is_some_and(|word| word != "];" && word != "];then"))
        .filter(|words| words[0] == "bdd")
        .collect();
    assert_eq!(calls.len(), 1, "{name} runs the features once");
    let help = run(root(), &["bdd", "--help"]).out;
    for flag in calls[0].iter().filter(|word| word.starts_with("--")) {
        assert!(help.contains(flag.as_str()), "{name}: `bdd` has no {flag}");
    }
    let format = value(calls[0], "--format").expect("a report is written");
    let report = format.strip_prefix("junit=").expect("the report is JUnit");
    // CodeBuild names the folder and the file apart.
    let (folder, file) = report.rsplit_once('/').expect("the report lies in a folder");
    let texts = texts(name);
    let is_kept = |text: &str| texts.iter().any(|kept| kept == text);
    assert!(is_kept(report) || (is_kept(folder) && is_kept(file)), "{name} keeps {report}");
}

#[rstest]
#[case::github("github-actions.yml")]
#[case::gitlab("gitlab-ci.yml")]
#[case::codebuild("buildspec.yml")]
fn the_program_is_built_from_a_pinned_commit_with_the_rust_that_it_needs(#[case] name: &str) {
    let commands = commands(name);
    let install = commands.iter().find_map(|command| {
        after(command, |word| word == "install").filter(|words| words.iter().any(|word| word == "--git"))
    });
    let install = install.expect("the program is installed");
    assert_eq!(install.last().map(String::as_str), Some("sfn-chaos"), "{name} names the package");
    assert!(value(install, "--rev").is_some(), "{name} pins a commit");
    let known = Command::new(env!("CARGO")).args(["install", "--help"]).output().expect("cargo is there");
    let known = String::from_utf8_lossy(&known.stdout);
    for flag in install.iter().filter(|word| word.starts_with("--")) {
        assert!(known.contains(flag.as_str()), "{name}: `cargo install` has no {flag}");
    }
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).expect("the manifest can be read");
    let needed =
        manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).expect("Rust is named");
    let needed = needed.trim_matches('"');
    assert!(texts(name).iter().any(|text| text.contains(&format!("{needed}."))), "{name} has Rust {needed}");
}

#[rstest]
#[case::github("github-actions.yml")]
#[case::gitlab("gitlab-ci.yml")]
#[case::codebuild("buildspec.yml")]
fn what_is_kept_between_runs_is_what_is_run(#[case] name: &str) {
    let commands = commands(name);
    let install = commands.iter().find_map(|command| after(command, |word| word == "--root"));
    let folder = install.and_then(<[String]>::first).expect("the program is installed into a folder");
    let binary = format!("{folder}/bin/sfn-chaos");
    let is_run = commands.iter().any(|command| command.first() == Some(&binary));
    assert!(is_run, "{name} runs {binary}");
    let base = folder.split('$').next().unwrap_or(folder);
    let is_cached = texts(name).iter().any(|text| *text == binary || *text == format!("{base}**/*"));
    assert!(is_cached, "{name} keeps {binary}");
}

/// GitHub's `actions/cache` and GitLab's `cache` keep nothing of a job that fails, unless they are told to.
#[test]
fn the_program_is_kept_though_a_feature_fails() {
    let github = texts("github-actions.yml");
    let at = |begin: &str| github.iter().position(|text| text.starts_with(begin));
    let (saved, run) = (at("actions/cache/save@"), at("~/.local/bin/sfn-chaos bdd "));
    assert!(saved.is_some() && saved < run, "{saved:?} {run:?}");
    let gitlab = texts("gitlab-ci.yml");
    let at = |key: &str| gitlab.iter().position(|text| text == key).expect("the key is there");
    let cache = &gitlab[at("cache")..at("before_script")];
    assert!(cache.windows(2).any(|pair| pair == ["when", "always"]), "{cache:?}");
}

#[test]
fn actions_are_pinned_to_commits_and_the_token_may_only_read() {
    let texts = texts("github-actions.yml");
    let actions: Vec<_> = texts.iter().filter(|text| text.starts_with("actions/")).collect();
    assert_eq!(actions.len(), 4);
    for action in actions {
        let commit = action.split_once('@').map_or("", |(_, commit)| commit);
        assert!(commit.len() == 40 && commit.chars().all(|digit| digit.is_ascii_hexdigit()), "{action}");
    }
    let at = texts.iter().position(|text| text == "permissions").expect("the permissions are written down");
    assert_eq!(texts[at + 1..at + 3], ["contents".to_owned(), "read".to_owned()]);
}

#[test]
fn the_guide_names_every_file_for_ci() {
    let guide = std::fs::read_to_string(root().join("docs/features.md")).expect("the guide can be read");
    let folder = root().join("docs/ci");
    let mut files: Vec<PathBuf> =
        folder.read_dir().expect("the folder is there").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    for file in files {
        let name = file.file_name().expect("a file has a name").to_string_lossy().into_owned();
        assert!(guide.contains(&format!("(ci/{name})")), "the guide does not name {name}");
    }
}
