//! The folders of the scenario library: where things are, and what is expected of them.

use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sfn_chaos::asl::{Machine, compile};
use sfn_chaos::config::{Config, FILE_NAME, Intents};
use sfn_chaos::generate::Examples;
use sfn_chaos::iam::policy::{Grants, PolicyRef, audit};
use sfn_chaos::iam::{Settings, survey};
use sfn_chaos::load::{Definition, LoadOptions, definitions};
use sfn_chaos::mock::file::{Selection, Validation, load};
use sfn_chaos::model::{Declarations, Denied};
use sfn_chaos::oracle::{RuleId, Severity};
use sfn_chaos::value;

/// One of the two definitions of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// With the flaws that the folder is about.
    Flawed,
    /// As it should be.
    Repaired,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flawed => "flawed",
            Self::Repaired => "repaired",
        })
    }
}

/// What `expected.json` of a folder says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// What must be found in the flawed version.
    pub flawed: Vec<ExpectedFinding>,
    /// The most that may be found in the repaired one.
    pub repaired_severity_at_most: Severity,
}

/// One finding that must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedFinding {
    /// The rule.
    pub rule: RuleId,
    /// The name of the state to change; none: the machine as a whole.
    pub state: Option<String>,
    /// How severe it must be.
    pub severity_at_least: Severity,
}

/// The scenario library.
pub fn library() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

/// The folders of the library, sorted.
pub fn names() -> Vec<String> {
    let entries =
        library().read_dir().expect("the library is a folder").map(|entry| entry.expect("readable"));
    let folders = entries.filter(|entry| entry.path().join("expected.json").is_file());
    let mut names: Vec<_> = folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A definition as `cargo xtask chaos` loads it: out of the template, where there is one.
pub fn definition(folder: &str, version: Version) -> Definition {
    let found = definitions(&library().join(folder), &LoadOptions::default()).expect("the folder loads");
    let is_meant = |definition: &Definition| {
        let name = definition.source.file_name().expect("a file").to_string_lossy().into_owned();
        name.starts_with(&version.to_string())
    };
    found.into_iter().find(is_meant).expect("both versions are there")
}

/// The compiled definition.
pub fn machine(folder: &str, version: Version) -> Machine {
    let compiled = compile(&definition(folder, version));
    compiled.machine.unwrap_or_else(|| panic!("{folder}, {version}: {:#?}", compiled.problems))
}

/// What the `chaos.toml` of the repository declares about a machine, and the intents that lie beside the definition.
pub fn declarations(folder: &str, version: Version) -> Declarations {
    let machine = machine(folder, version);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE_NAME);
    let config = Config::load(&path).unwrap_or_else(|error| panic!("{error}"));
    let mut declarations = config.declarations(&machine).unwrap_or_else(|error| panic!("{error}"));
    let intents = library().join(folder).join(format!("{version}.intents.toml"));
    if intents.exists() {
        let intents = Intents::load(&intents).and_then(|intents| intents.of(&machine, false));
        declarations.intents.extend(intents.unwrap_or_else(|error| panic!("{error}")));
    }
    declarations
}

/// What lies beside the definition: inputs and the test cases of the mocks.
pub fn examples(folder: &str, version: Version) -> Examples {
    let root = library().join(folder);
    let mut paths = vec![root.join(format!("{version}.input.json"))];
    if let Ok(more) = root.join(format!("{version}.inputs")).read_dir() {
        paths.extend(more.map(|entry| entry.expect("readable").path()));
    }
    paths.sort();
    let input = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("inputs can be read");
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        (name, value::Value::parse(&text).expect("inputs are JSON"))
    };
    let mocks = root.join(format!("{version}.mocks.json"));
    let loaded = load(&mocks, &machine(folder, version), Selection::default(), Validation::default())
        .unwrap_or_else(|error| panic!("{folder}, {version}:\n{error}"));
    assert_eq!(loaded.remarks, [], "{folder}, {version}: results that their APIs could not have given");
    Examples { inputs: paths.into_iter().map(input).collect(), scripts: loaded.scripts }
}

/// What the role lacks by the policy that lies beside the definition; nothing where there is none.
pub fn denied(folder: &str, version: Version) -> Vec<Denied> {
    let file = library().join(folder).join(format!("{version}.policy.json"));
    if !file.exists() {
        return Vec::new();
    }
    let definition = definition(folder, version);
    let policy = [PolicyRef { file, role: None }];
    let grants = Grants::load(&policy, None, &definition.name).unwrap_or_else(|error| panic!("{error}"));
    audit(&survey(&machine(folder, version), &Settings::of(&definition)), &grants).denied()
}

/// The expectations of a folder.
pub fn expected(folder: &str) -> Expected {
    let path = library().join(folder).join("expected.json");
    let text = std::fs::read_to_string(&path).expect("every folder has expectations");
    let value: Value = serde_json::from_str(&text).expect("expectations are JSON");
    let findings = value["flawed"].as_array().expect("`flawed` is a list");
    Expected {
        flawed: findings.iter().map(finding).collect(),
        repaired_severity_at_most: severity(&value["repaired"]["severity_at_most"]),
    }
}

fn finding(value: &Value) -> ExpectedFinding {
    let rule = value["rule"].as_str().expect("`rule` is a text");
    let known = RuleId::ALL.iter().find(|known| known.name() == rule);
    ExpectedFinding {
        rule: *known.unwrap_or_else(|| panic!("there is no rule `{rule}`")),
        state: value["state"].as_str().map(str::to_owned),
        severity_at_least: severity(&value["severity_at_least"]),
    }
}

fn severity(value: &Value) -> Severity {
    let name = value.as_str().expect("a severity is a text");
    let known = Severity::ALL.into_iter().find(|known| known.name() == name);
    known.unwrap_or_else(|| panic!("there is no severity `{name}`"))
}
