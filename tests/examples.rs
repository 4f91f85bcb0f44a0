//! The projects below docs/examples build and pass as they are, and docs/rust.md shows nothing else.

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::process::Command;

use rstest::rstest;
use sfn_chaos::workflow::Workflow;

#[test]
fn the_crate_with_tests_passes_them() {
    let printed = cargo("rust-tests", &["test", "--offline"]);
    for file in ["order", "properties", "campaign"] {
        assert!(printed.contains(&format!("Running tests/{file}.rs")), "{printed}");
    }
    assert_eq!(printed.matches("test result: ok").count(), 5, "{printed}");
}

#[rstest]
#[case::a_search(&["chaos"], "1 machine · 1 clean")]
#[case::features(&["bdd", "features"], "A function that stays busy leaves no invoice, visibly")]
#[case::one_execution(
    &["run", "workflows/invoice.asl.json", "--faults", "MakeInvoice:throttling*3"],
    "SUCCEEDED after 14.2 s of virtual time"
)]
fn the_workspace_has_every_command_below_its_xtask(#[case] arguments: &[&str], #[case] expected: &str) {
    let alias = ["--offline", "xtask"];
    let printed = cargo("own-workspace", &[&alias, arguments].concat());
    assert!(printed.contains(expected), "{printed}");
}

#[rstest]
#[case::tests("rust-tests")]
#[case::xtask("own-workspace")]
fn an_example_is_formatted(#[case] name: &str) {
    cargo(name, &["fmt", "--check"]);
}

#[test]
fn an_xtask_is_three_lines() {
    let main = read(&project("own-workspace").join("xtask/src/main.rs"));
    assert_eq!(main.lines().count(), 3, "{main}");
}

#[test]
fn every_block_of_the_page_is_in_an_example() {
    let mut files = Vec::new();
    texts(&project(""), &mut files);
    let page = read(&root().join("docs/rust.md"));
    let blocks: Vec<&str> = page.split("\n```").skip(1).step_by(2).collect();
    assert!(blocks.len() >= 10, "the page has {} blocks", blocks.len());
    for block in blocks {
        let (language, text) = block.split_once('\n').expect("a block has a first line");
        let shown = if language == "text" { told() } else { String::new() };
        let is_shown = shown.contains(text) || files.iter().any(|file| file.contains(text));
        assert!(is_shown, "no example holds this block of docs/rust.md:\n{text}\n\n{shown}");
    }
}

/// What a wrong claim about the order workflow prints.
fn told() -> String {
    let file = project("rust-tests").join("workflows/order.asl.json");
    let panic = catch_unwind(|| {
        let order = Workflow::load(&file).expect("the example is a definition");
        let execution = order.execution().faults("ShipOrder:permission-denied").run();
        execution.expect("the example can be simulated").assert_failed("OrderCancelled");
    });
    let panic = panic.expect_err("a retry takes the first denial");
    let text = panic.downcast_ref::<String>().expect("assertions say what is wrong");
    text.replace(&file.display().to_string(), "workflows/order.asl.json")
}

/// Runs cargo in an example and gives what it prints.
fn cargo(name: &str, arguments: &[&str]) -> String {
    let folder = project(name);
    // With the versions that this repository is locked to, everything is built or at least fetched.
    std::fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).expect("Cargo.lock can be copied");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a folder in target").to_owned();
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(arguments)
        .current_dir(&folder)
        // Dependencies are shared with this build; programs are not, for there are two called xtask.
        .env("CARGO_BUILD_BUILD_DIR", &target)
        .env("CARGO_TARGET_DIR", target.join("examples"))
        .env("INSTA_UPDATE", "no")
        .env_remove("INSTA_WORKSPACE_ROOT")
        .output()
        .expect("cargo can be started");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let printed = text(&output.stderr) + &text(&output.stdout);
    assert!(output.status.success(), "cargo {} in {}:\n{printed}", arguments.join(" "), folder.display());
    printed
}

/// Every text of a folder that somebody wrote.
fn texts(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() && name != "target" {
            texts(&path, found);
        } else if path.is_file() && name != "Cargo.lock" {
            found.push(read(&path));
        }
    }
}

fn project(name: &str) -> PathBuf {
    root().join("docs/examples").join(name)
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
