//! Cases that were committed with their workflow still show what they were saved for.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sfn_chaos::asl::{Machine, compile};
use sfn_chaos::campaign::{Shown, replay};
use sfn_chaos::case::CaseFile;
use sfn_chaos::load::{LoadOptions, definitions};
use sfn_chaos::model::Declarations;
use sfn_chaos_tests::scenario;

#[test]
fn a_committed_case_still_shows_its_finding() {
    let files = case_files();
    assert!(!files.is_empty(), "no scenario has a folder `regressions` with cases");
    let forgotten: Vec<_> = files.iter().filter(|file| !still_shows(file)).collect();
    assert!(forgotten.is_empty(), "these no longer show their finding: {forgotten:#?}");
}

/// The cases of all scenarios.
fn case_files() -> Vec<PathBuf> {
    let folders =
        scenario::names().into_iter().map(|name| scenario::library().join(name).join("regressions"));
    let entries = folders.filter_map(|folder| folder.read_dir().ok()).flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
    files.sort();
    files
}

fn still_shows(file: &Path) -> bool {
    let case = CaseFile::load(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let machine = Arc::new(machine_of(&case));
    let result = replay(&case, &machine, Declarations::default())
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    matches!(result.shown, Shown::Finding(_))
}

/// The machine that a case names, as it is today. Paths in committed cases start at the root of the repository.
fn machine_of(case: &CaseFile) -> Machine {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&case.definition.path);
    let found = definitions(&path, &LoadOptions::default()).expect("the definition loads");
    let named = found.iter().find(|definition| definition.name == case.machine);
    compile(named.expect("the machine is there")).machine.expect("the definition is valid")
}
