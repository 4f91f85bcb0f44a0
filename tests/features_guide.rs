//! What docs/features.md shows is what happens to somebody who follows it.

use std::path::Path;

use sfn_chaos_tests::program::run;

/// A line of the page that stands for lines that are left out.
const LEFT_OUT: &str = "…";

/// One step of the page, in its order.
enum Stage<'p> {
    /// A file as it is written.
    File { name: &'p str, text: &'p str },
    /// Lines of a file that are replaced by others.
    Change { name: &'p str, diff: &'p str },
    /// A call of the program, and what it prints.
    Call { command: &'p str, printed: &'p str },
}

#[test]
fn whoever_follows_the_guide_sees_what_it_shows() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/features.md");
    let page = std::fs::read_to_string(page).expect("the page can be read");
    let folder = tempfile::tempdir().expect("there is a folder for tests");
    let mut calls = 0;
    for stage in stages(&page) {
        match stage {
            Stage::File { name, text } => write(&folder.path().join(name), text),
            Stage::Change { name, diff } => change(&folder.path().join(name), diff),
            Stage::Call { command, printed } => {
                calls += 1;
                shows(folder.path(), command, printed);
            }
        }
    }
    assert!(calls >= 3, "the page shows {calls} calls");
}

#[test]
fn every_feature_on_the_page_stands_in_its_own_file() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/features.md");
    let page = std::fs::read_to_string(page).expect("the page can be read");
    let blocks = page.split("\n```gherkin\n").skip(1).filter_map(|block| block.split("\n```").next());
    let features = blocks.filter(|block| block.contains("Feature: ")).count();
    let files = stages(&page)
        .iter()
        .filter(|stage| matches!(stage, Stage::File { name, .. } if name.ends_with(".feature")))
        .count();
    assert_eq!(features, files, "a feature without `<!-- file: … -->` is not run by the test");
}

/// The page in pieces: a block after `<!-- file: … -->` or `<!-- change: … -->`, and every block of a console.
fn stages(page: &str) -> Vec<Stage<'_>> {
    let mut stages = Vec::new();
    let mut parts = page.split("\n```");
    let mut before = parts.next().unwrap_or_default();
    while let (Some(block), after) = (parts.next(), parts.next()) {
        let (kind, text) = block.split_once('\n').unwrap_or((block, ""));
        let note = before.lines().next_back().unwrap_or_default();
        let named = |word: &str| note.strip_prefix(word)?.strip_suffix(" -->");
        if let Some(name) = named("<!-- file: ") {
            stages.push(Stage::File { name, text });
        } else if let Some(name) = named("<!-- change: ") {
            stages.push(Stage::Change { name, diff: text });
        } else if kind == "console" {
            let (command, printed) = text.split_once('\n').unwrap_or((text, ""));
            let command =
                command.strip_prefix("$ sfn-chaos ").expect("a console shows a call of the program");
            stages.push(Stage::Call { command, printed });
        }
        before = after.unwrap_or_default();
    }
    stages
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder can be made");
    std::fs::write(path, format!("{text}\n")).expect("a file can be written");
}

fn change(path: &Path, diff: &str) {
    let lines = |sign: char| {
        let lines: Vec<&str> = diff.lines().filter_map(|line| line.strip_prefix(sign)).collect();
        lines.join("\n")
    };
    let text = std::fs::read_to_string(path).expect("the page changes a file that it wrote before");
    assert_eq!(text.matches(&lines('-')).count(), 1, "the lines stand once in {}", path.display());
    std::fs::write(path, text.replace(&lines('-'), &lines('+'))).expect("a file can be written");
}

/// Holds what is printed against what the page shows, with gaps where it leaves lines out.
fn shows(folder: &Path, command: &str, printed: &str) {
    let arguments: Vec<&str> = command.split(' ').collect();
    let ended = run(folder, &arguments);
    let out = format!("{}{}", ended.out, ended.err);
    let mut rest = out.as_str();
    for part in printed.split(LEFT_OUT).map(str::trim_end).filter(|part| !part.trim().is_empty()) {
        let part = part.trim_start_matches('\n');
        let found = rest.find(part);
        assert!(found.is_some(), "`{command}` is shown with\n{part}\n\nit prints\n{out}");
        rest = &rest[found.unwrap_or_default() + part.len()..];
    }
    let shown_to_the_end = !printed.trim_end().ends_with(LEFT_OUT);
    assert!(!shown_to_the_end || rest.trim().is_empty(), "`{command}` prints more than is shown:\n{rest}");
}
