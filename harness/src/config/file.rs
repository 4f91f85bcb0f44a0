//! The file: where it is found, and what its tables mean.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::accepted;
use super::declared::{self, Declared, OfMachines};
use super::profile::Profiles;
use super::table::{Entry, Table, invalid};
use super::{Aws, ConfigError, Intents, MocksRef, Profile};
use crate::asl::MachineType;
use crate::campaign::Acceptance;
use crate::contested::Rules;
use crate::iam::policy::PolicyRef;
use crate::load::SourceFile;
use crate::model::Target;

/// The name of the file.
pub const FILE_NAME: &str = "chaos.toml";

/// What a `chaos.toml` says.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The file; none: there is none.
    pub path: Option<PathBuf>,
    /// The machines it lists, in order.
    pub machines: Vec<MachineEntry>,
    /// The contested rules of `[rules]`.
    pub rules: Rules,
    pub(super) declared: Vec<Declared>,
    pub(super) intents: Vec<(String, Intents)>,
    /// The findings that are accepted.
    pub accepted: Vec<Acceptance>,
    /// What `[aws]` says; none: it is not there. Denials of folders above are in [`Upward`](super::Upward).
    pub aws: Option<Aws>,
    profiles: Profiles,
}

/// The tables of a file.
const KEYS: [&str; 8] =
    ["profile", "machine", "rules", "machines", "functions", "endpoints", "accepted", "aws"];

/// One `[[machine]]`. Paths are resolved against the folder of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineEntry {
    /// The definition or template.
    pub definition: PathBuf,
    /// Which state machine of a template; none: all of them.
    pub name: Option<String>,
    /// Inputs, tried in this order.
    pub inputs: Vec<PathBuf>,
    /// What tasks answer.
    pub mocks: Option<MocksRef>,
    /// Standard or Express, whatever the packaging says.
    pub machine_type: Option<MachineType>,
    /// Policies of the execution role.
    pub policies: Vec<PolicyRef>,
    /// The permission boundary of the execution role.
    pub boundary: Option<PolicyRef>,
    /// Values of placeholders.
    pub substitutions: BTreeMap<String, String>,
    /// How faults are meant to end.
    pub intents: Intents,
}

const MACHINE_KEYS: [&str; 9] =
    ["definition", "name", "inputs", "mocks", "type", "policies", "boundary", "substitutions", "intents"];

impl Config {
    /// The file of the folder, or of the nearest folder above it; an empty configuration if there is none.
    pub fn find(folder: &Path) -> Result<Self, ConfigError> {
        let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        // The name that a user sees stays relative where it can.
        let mut shown = folder.strip_prefix(".").unwrap_or(folder).to_owned();
        for _ in absolute.ancestors() {
            let path = shown.join(FILE_NAME);
            if path.is_file() {
                return Self::load(&path);
            }
            shown.push("..");
        }
        Ok(Self::default())
    }

    /// Reads a file.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::Read { path: path.to_owned(), error })?;
        Self::parse(path, &text)
    }

    /// Reads a text that stands, or could stand, in a file.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let file = SourceFile::new(path.display().to_string(), text);
        let parsed = DeTable::parse(text).map_err(|error| {
            let at = error.span().unwrap_or_default();
            invalid(&file, at, error.message().to_lowercase())
        })?;
        let table = Table::checked(&file, parsed.get_ref(), FILE_NAME, &KEYS)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let profiles = table.get("profile").map(|entry| Profiles::read(&file, &entry)).transpose()?;
        let rules =
            table.get("rules").map(|entry| read_rules(&file, &entry)).transpose()?.unwrap_or_default();
        let mut machines = Vec::new();
        if let Some(entry) = table.get("machine") {
            for entry in entry.items("a list of tables, each written as [[machine]]")? {
                machines.push(read_machine(&file, folder, &entry)?);
            }
        }
        let mut declared = Vec::new();
        if let Some(entry) = table.get("functions") {
            declared.extend(declared::targets(&file, &entry, Target::Function)?);
        }
        if let Some(entry) = table.get("endpoints") {
            declared.extend(declared::targets(&file, &entry, Target::Endpoint)?);
        }
        let of_machines = table.get("machines").map(|entry| declared::machines(&file, &entry)).transpose()?;
        let OfMachines { states, intents } = of_machines.unwrap_or_default();
        declared.extend(states);
        let accepted =
            table.get("accepted").map(|entry| accepted::read(&file, folder, &entry)).transpose()?;
        let accepted = accepted.unwrap_or_default();
        let aws = table.get("aws").map(|entry| Aws::read(&file, folder, &entry)).transpose()?;
        let (path, profiles) = (Some(path.to_owned()), profiles.unwrap_or_default());
        Ok(Self { path, machines, rules, declared, intents, accepted, aws, profiles })
    }

    /// What it says of a machine in a file.
    pub fn machine(&self, path: &Path, name: &str) -> Option<&MachineEntry> {
        let is_named = |entry: &&MachineEntry| entry.name.as_deref().is_none_or(|own| own == name);
        self.machines.iter().filter(is_named).find(|entry| same_file(&entry.definition, path))
    }

    /// A profile with everything it inherits; `default` without a name.
    pub fn profile(&self, name: Option<&str>) -> Result<Profile, ConfigError> {
        self.profiles.resolve(name)
    }
}

/// `NAME = "CHOICE"` for each rule that is not as by default.
fn read_rules(file: &SourceFile, entry: &Entry<'_>) -> Result<Rules, ConfigError> {
    let entries = Table::entries(file, entry.table()?);
    entries
        .iter()
        .try_fold(Rules::default(), |rules, entry| entry.word(|choice| rules.with(entry.key(), choice)))
}

fn read_machine(file: &SourceFile, folder: &Path, entry: &Entry<'_>) -> Result<MachineEntry, ConfigError> {
    let table = Table::checked(file, entry.table()?, "[[machine]]", &MACHINE_KEYS)?;
    let mut substitutions = BTreeMap::new();
    if let Some(entry) = table.get("substitutions") {
        for value in Table::entries(file, entry.table()?) {
            substitutions.insert(value.key().to_owned(), value.string()?.to_owned());
        }
    }
    let mut inputs = Vec::new();
    if let Some(entry) = table.get("inputs") {
        for item in entry.strings()? {
            inputs.push(folder.join(item.string()?));
        }
    }
    let policy = |text: &str| -> Result<PolicyRef, String> {
        let named = PolicyRef::new(text);
        Ok(PolicyRef { file: folder.join(&named.file), ..named })
    };
    let policies = table.get("policies").map(|entry| -> Result<Vec<PolicyRef>, ConfigError> {
        entry.strings()?.iter().map(|item| item.word(policy)).collect()
    });
    let mocks = table.get("mocks").map(|entry| entry.word(str::parse::<MocksRef>)).transpose()?;
    Ok(MachineEntry {
        definition: folder.join(table.required("definition", entry.span())?.string()?),
        name: table.get("name").map(|entry| entry.string().map(str::to_owned)).transpose()?,
        inputs,
        mocks: mocks.map(|mocks| MocksRef { file: folder.join(&mocks.file), ..mocks }),
        machine_type: table.get("type").map(|entry| entry.word(machine_type)).transpose()?,
        policies: policies.transpose()?.unwrap_or_default(),
        boundary: table.get("boundary").map(|entry| entry.word(policy)).transpose()?,
        substitutions,
        intents: table
            .get("intents")
            .map(|entry| Intents::read(file, &entry))
            .transpose()?
            .unwrap_or_default(),
    })
}

/// Whether two paths lead to one file.
pub(crate) fn same_file(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}

fn machine_type(text: &str) -> Result<MachineType, String> {
    match text {
        "STANDARD" => Ok(MachineType::Standard),
        "EXPRESS" => Ok(MachineType::Express),
        _ => Err("`type` is STANDARD or EXPRESS".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::oracle::{RuleId, Severity};
    use crate::search::Phase;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(Path::new("etc/chaos.toml"), text).map_err(|error| error.to_string())
    }

    #[rstest]
    #[case::a_key(
        "budgt = 3",
        "etc/chaos.toml:1:1: unknown key in chaos.toml: `budgt`; there is profile, machine, rules, machines, functions, endpoints, accepted, aws"
    )]
    #[case::a_key_of_a_profile(
        "[profile.ci]\nbudgt = 3",
        "etc/chaos.toml:2:1: unknown key in profile `ci`: `budgt`; did you mean `budget`?"
    )]
    #[case::a_type(
        "[profile.ci]\nbudget = \"3\"",
        "etc/chaos.toml:2:10: `budget` is a number from 0 on, not a string"
    )]
    #[case::a_word(
        "[profile.ci]\nfail-on = \"hihg\"",
        "etc/chaos.toml:2:11: unknown severity `hihg`; did you mean `high`?"
    )]
    #[case::a_parent(
        "[profile.ci]\ninherits = \"nighly\"",
        "etc/chaos.toml:1:1: unknown profile `nighly`; did you mean `nightly`?"
    )]
    #[case::a_circle(
        "[profile.a]\ninherits = \"b\"\n[profile.b]\ninherits = \"a\"",
        "etc/chaos.toml:1:1: profile `a` inherits itself"
    )]
    #[case::a_choice(
        "[rules]\nmap-exit = \"newer\"",
        "etc/chaos.toml:2:12: `map-exit` is `recorded` or `older`, not `newer`"
    )]
    #[case::what_is_needed("[[machine]]\nname = \"x\"", "etc/chaos.toml:1:1: [[machine]] needs `definition`")]
    fn what_is_wrong_is_told_with_its_place(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(parse(text).unwrap_err(), expected);
    }

    #[test]
    fn a_profile_fills_what_it_leaves_open_from_the_ones_it_inherits() {
        let config = parse(
            "[profile.default]\nseed = 7\nbudget = 10\n\
             [profile.deep]\ninherits = \"nightly\"\nfail-on = \"low\"\nskip-rules = [\"retry-budget\"]\n",
        )
        .unwrap();
        let expected = Profile {
            seed: Some(7),
            budget: Some(200_000),
            phases: Some(Phase::ALL.to_vec()),
            fail_on: Some(Severity::Low),
            skip_rules: Some(vec![RuleId::RetryBudget]),
            ..Profile::default()
        };
        assert_eq!(config.profile(Some("deep")).unwrap(), expected);
        assert_eq!(config.profile(None).unwrap().budget, Some(10));
    }

    #[test]
    fn contested_rules_are_chosen_by_name() {
        let config = parse("[rules]\ndata-limit = \"documented\"\nmap-exit = \"recorded\"\n").unwrap();
        assert_eq!(config.rules.to_string(), "data-limit=documented");
    }

    #[test]
    fn paths_of_a_machine_are_relative_to_the_file() {
        let config = parse(
            "[[machine]]\ndefinition = \"a.asl.json\"\ninputs = [\"i.json\"]\nmocks = \"m.json#Happy\"\n\
             type = \"EXPRESS\"\npolicies = [\"role.json#Order\"]\nboundary = \"limits.json\"\nsubstitutions = { Fn = \"arn\" }\n",
        )
        .unwrap();
        let expected = MachineEntry {
            definition: "etc/a.asl.json".into(),
            name: None,
            inputs: vec!["etc/i.json".into()],
            mocks: Some(MocksRef { file: "etc/m.json".into(), test_case: Some("Happy".to_owned()) }),
            machine_type: Some(MachineType::Express),
            policies: vec![PolicyRef { file: "etc/role.json".into(), role: Some("Order".to_owned()) }],
            boundary: Some(PolicyRef { file: "etc/limits.json".into(), role: None }),
            substitutions: BTreeMap::from([("Fn".to_owned(), "arn".to_owned())]),
            intents: Intents::default(),
        };
        assert_eq!(config.machines, [expected]);
    }
}
