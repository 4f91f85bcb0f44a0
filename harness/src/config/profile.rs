//! Profiles: named sets of settings that build on each other.

use std::collections::BTreeMap;

use super::ConfigError;
use super::table::{Entry, Table, invalid};
use super::words::{self, unknown};
use crate::advice::AdviceId;
use crate::catalog::conform::Mode;
use crate::load::SourceFile;
use crate::oracle::{RuleId, Severity};
use crate::search::Phase;

/// What a profile says; what it leaves open comes from the profile it inherits, and at last from the built-in values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Where everything random comes from.
    pub seed: Option<u64>,
    /// Worker threads.
    pub threads: Option<u64>,
    /// Simulated executions for each machine.
    pub budget: Option<u64>,
    /// Which phases follow the baseline.
    pub phases: Option<Vec<Phase>>,
    /// The mildest finding that gives exit code 1.
    pub fail_on: Option<Severity>,
    /// Rules that are not judged.
    pub skip_rules: Option<Vec<RuleId>>,
    /// Whether advice is given.
    pub advice: Option<bool>,
    /// Advice that is not given.
    pub skip_advice: Option<Vec<AdviceId>>,
    /// Whether reports show values of inputs and results.
    pub show_values: Option<bool>,
    /// How strictly mocked results must fit the APIs that they stand in for.
    pub mock_validation: Option<Mode>,
}

/// The profile that is used when none is named.
const DEFAULT: &str = "default";

/// The profiles that exist without a file.
const BUILT_IN: [&str; 3] = [DEFAULT, "ci", "nightly"];

const KEYS: [&str; 11] = [
    "inherits",
    "seed",
    "threads",
    "budget",
    "phases",
    "fail-on",
    "skip-rules",
    "advice",
    "skip-advice",
    "show-values",
    "mock-validation",
];

/// The profiles of a file, as they are written.
#[derive(Clone, Debug, Default)]
pub(super) struct Profiles {
    written: BTreeMap<String, Written>,
}

#[derive(Clone, Debug)]
struct Written {
    inherits: Option<String>,
    profile: Profile,
}

impl Profile {
    /// What comes with the program. `nightly` looks longer, with the same seed: its report can be compared.
    fn built_in(name: &str) -> Self {
        match name {
            "nightly" => Self { budget: Some(200_000), phases: Some(Phase::ALL.to_vec()), ..Self::default() },
            _ => Self::default(),
        }
    }

    /// This profile, with what it leaves open taken from another.
    #[must_use]
    pub fn over(self, base: Self) -> Self {
        Self {
            seed: self.seed.or(base.seed),
            threads: self.threads.or(base.threads),
            budget: self.budget.or(base.budget),
            phases: self.phases.or(base.phases),
            fail_on: self.fail_on.or(base.fail_on),
            skip_rules: self.skip_rules.or(base.skip_rules),
            advice: self.advice.or(base.advice),
            skip_advice: self.skip_advice.or(base.skip_advice),
            show_values: self.show_values.or(base.show_values),
            mock_validation: self.mock_validation.or(base.mock_validation),
        }
    }
}

impl Profiles {
    pub(super) fn read(file: &SourceFile, entry: &Entry<'_>) -> Result<Self, ConfigError> {
        let mut profiles = Self::default();
        let entries = Table::entries(file, entry.table()?);
        for entry in &entries {
            profiles.written.insert(entry.key().to_owned(), read_profile(file, entry)?);
        }
        for entry in &entries {
            profiles.check_parents(file, entry)?;
        }
        Ok(profiles)
    }

    /// A profile with everything that it inherits; every profile inherits `default` in the end.
    pub(super) fn resolve(&self, name: Option<&str>) -> Result<Profile, ConfigError> {
        let name = name.unwrap_or(DEFAULT);
        if !self.knows(name) {
            let names = self.names();
            return Err(ConfigError::NoProfile { message: unknown("profile", name, names.iter().copied()) });
        }
        let mut resolved = Profile::default();
        let mut at = Some(name);
        while let Some(name) = at {
            if let Some(written) = self.written.get(name) {
                resolved = resolved.over(written.profile.clone());
            }
            resolved = resolved.over(Profile::built_in(name));
            at = self.parent(name);
        }
        Ok(resolved)
    }

    fn parent<'p>(&'p self, name: &str) -> Option<&'p str> {
        match self.written.get(name).and_then(|written| written.inherits.as_deref()) {
            Some(parent) => Some(parent),
            None => (name != DEFAULT).then_some(DEFAULT),
        }
    }

    fn knows(&self, name: &str) -> bool {
        BUILT_IN.contains(&name) || self.written.contains_key(name)
    }

    fn names(&self) -> Vec<&str> {
        let own = self.written.keys().map(String::as_str).filter(|name| !BUILT_IN.contains(name));
        BUILT_IN.into_iter().chain(own).collect()
    }

    /// Every profile that is inherited exists, and none inherits itself.
    fn check_parents(&self, file: &SourceFile, entry: &Entry<'_>) -> Result<(), ConfigError> {
        let mut seen = vec![entry.key()];
        while let Some(parent) = self.parent(seen[seen.len() - 1]) {
            if !self.knows(parent) {
                let message = unknown("profile", parent, self.names());
                return Err(invalid(file, entry.span(), message));
            }
            if seen.contains(&parent) {
                let message = format!("profile `{}` inherits itself", entry.key());
                return Err(invalid(file, entry.span(), message));
            }
            seen.push(parent);
        }
        Ok(())
    }
}

fn read_profile(file: &SourceFile, entry: &Entry<'_>) -> Result<Written, ConfigError> {
    let what = format!("profile `{}`", entry.key());
    let table = Table::checked(file, entry.table()?, &what, &KEYS)?;
    let count = |key| table.get(key).map(|entry| entry.count()).transpose();
    let threads = count("threads")?;
    if let (Some(0), Some(entry)) = (threads, table.get("threads")) {
        return Err(entry.invalid("`threads` is at least 1".to_owned()));
    }
    let phases = table.get("phases").map(|entry| -> Result<Vec<Phase>, ConfigError> {
        entry.strings()?.iter().map(|item| item.word(words::phase)).collect()
    });
    let skip_rules = table.get("skip-rules").map(|entry| -> Result<Vec<RuleId>, ConfigError> {
        let rules: Result<Vec<_>, _> = entry.strings()?.iter().map(|item| item.word(words::rules)).collect();
        Ok(rules?.concat())
    });
    let skip_advice = table.get("skip-advice").map(|entry| -> Result<Vec<AdviceId>, ConfigError> {
        entry.strings()?.iter().map(|item| item.word(words::advice)).collect()
    });
    Ok(Written {
        inherits: table.get("inherits").map(|entry| entry.string().map(str::to_owned)).transpose()?,
        profile: Profile {
            seed: count("seed")?,
            threads,
            budget: count("budget")?,
            phases: phases.transpose()?,
            fail_on: table.get("fail-on").map(|entry| entry.word(words::severity)).transpose()?,
            skip_rules: skip_rules.transpose()?,
            advice: table.get("advice").map(|entry| entry.flag()).transpose()?,
            skip_advice: skip_advice.transpose()?,
            show_values: table.get("show-values").map(|entry| entry.flag()).transpose()?,
            mock_validation: table
                .get("mock-validation")
                .map(|entry| entry.word(words::mock_validation))
                .transpose()?,
        },
    })
}
