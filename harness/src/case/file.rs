//! A case file in memory, and between memory and disk.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::{redact, wire};
use crate::asl::{Machine, MachineType};
use crate::campaign::Finding;
use crate::contested::Rules;
use crate::diagnose::history::Recast;
use crate::fault::{ParseError, Plan};
use crate::generate::Scenario;
use crate::oracle::RuleId;
use crate::sim::{Case, Given, Identity, Limits, StartedBy, Stop};

/// The version that is written, and the only one that is read.
pub const VERSION: u32 = 1;

/// One run with everything it needs, and what it is expected to show.
#[derive(Clone, Debug)]
pub struct CaseFile {
    /// Name of the machine.
    pub machine: String,
    /// Where its definition was, and what it was.
    pub definition: Definition,
    /// Standard or Express.
    pub machine_type: MachineType,
    /// Input and answers.
    pub scenario: Scenario,
    /// The faults, as text: `Charge:throttling*4`.
    pub plan: String,
    /// Seed of jitter and of the random functions.
    pub seed: u64,
    /// Wall-clock time of the virtual start, in milliseconds since 1970.
    pub epoch_ms: i64,
    /// Name of the execution.
    pub execution_name: String,
    /// The contested rules that it follows.
    pub rules: Rules,
    /// Parts of the context object that are given.
    pub given: Given,
    /// `StopExecution`, if somebody calls it.
    pub stop: Option<Stop>,
    /// Redrives, so many milliseconds after each unsuccessful end.
    pub redrives_after_ms: Vec<u64>,
    /// What the run is expected to show.
    pub expected: Expected,
}

/// The definition that a case was found in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// As the user gave it; relative to where the case file is read from.
    pub path: String,
    /// SHA-256 of the definition, see [`definition_hash`].
    pub sha256: String,
}

/// What a case is expected to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A finding of a search.
    Finding {
        /// Its id.
        finding: String,
        /// Its rule.
        rule: RuleId,
        /// Path of the state to change; none for the machine as a whole.
        state: Option<String>,
    },
    /// The failure of a real execution.
    Failure {
        /// How the simulated execution ends: `FAILED`, or `SUCCEEDED` where it hides the failure.
        status: String,
        /// Path of the state that failed first.
        state: Option<String>,
        /// Its error.
        error: Option<String>,
        /// The error that the execution ends with, which a Fail state may name otherwise.
        ended_with: Option<String>,
    },
}

/// Why a case file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The file cannot be read or written.
    #[error("failed to {what} the file: {source}")]
    File {
        /// `read` or `write`
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is no case file.
    #[error("this is no case file: {0}")]
    Syntax(String),
    /// It was written by another version.
    #[error(
        "the case has version {found}, this program reads version {VERSION}; write it again with `chaos --save-cases`"
    )]
    Version {
        /// As the file says.
        found: String,
    },
    /// Its faults do not fit the machine.
    #[error("the faults `{plan}` of the case do not fit the machine: {reason}")]
    Plan {
        /// As the file says.
        plan: String,
        /// Why.
        reason: ParseError,
    },
}

impl CaseFile {
    /// The case that proves a finding. `source` is the file of the definition.
    pub fn of(finding: &Finding, machine: &Machine, source: &str) -> Self {
        let Finding { case, violation, .. } = finding;
        Self {
            machine: machine.name.to_string(),
            definition: Definition { path: source.to_owned(), sha256: definition_hash(machine) },
            machine_type: case.machine_type,
            scenario: finding.scenario.clone(),
            plan: case.plan.display(machine).to_string(),
            seed: case.seed,
            epoch_ms: case.epoch_ms,
            execution_name: case.execution_name.to_string(),
            rules: case.rules,
            given: case.given.clone(),
            stop: case.stop.clone(),
            redrives_after_ms: case.redrives_after_ms.clone(),
            expected: Expected::Finding {
                finding: finding.id.clone(),
                rule: violation.rule,
                state: violation.state.map(|state| machine.state(state).path.to_string()),
            },
        }
    }

    /// The case of a real execution. `source` is the file of the definition.
    pub fn recorded(recast: &Recast, machine: &Machine, source: &str, expected: Expected) -> Self {
        Self {
            machine: machine.name.to_string(),
            definition: Definition { path: source.to_owned(), sha256: definition_hash(machine) },
            machine_type: recast.machine_type,
            scenario: recast.scenario.clone(),
            plan: String::new(),
            seed: 0,
            epoch_ms: recast.epoch_ms,
            execution_name: recast.execution_name.clone(),
            rules: Rules::default(),
            given: Given::default(),
            stop: recast.stop.clone(),
            redrives_after_ms: recast.redrives_after_ms.clone(),
            expected,
        }
    }

    /// The same case without the texts of the user's data; see [`redact::redacted`] for what stays.
    #[must_use]
    pub fn redacted(mut self, machine: &Machine) -> Self {
        redact::scenario(&mut self.scenario, machine);
        redact::context(&mut self.given, machine);
        self
    }

    /// The run that it describes.
    pub fn case(&self, machine: &Machine) -> Result<Case, CaseError> {
        let plan = Plan::parse(&self.plan, machine)
            .map_err(|reason| CaseError::Plan { plan: self.plan.clone(), reason })?;
        Ok(Case {
            denials: Arc::from([]),
            causes: Arc::from([]),
            input: self.scenario.input.clone(),
            machine_type: self.machine_type,
            plan,
            seed: self.seed,
            execution_name: Arc::from(&*self.execution_name),
            identity: Identity::default(),
            epoch_ms: self.epoch_ms,
            task_ms: Case::TASK_MS,
            limits: Limits::default(),
            given: self.given.clone(),
            stop: self.stop.clone(),
            redrives_after_ms: self.redrives_after_ms.clone(),
            rules: self.rules,
            started_by: StartedBy::default(),
        })
    }

    /// Whether the definition is still the one that the case was found in.
    pub fn is_current(&self, machine: &Machine) -> bool {
        self.definition.sha256 == definition_hash(machine)
    }

    /// Reads the text of a case file.
    pub fn parse(text: &str) -> Result<Self, CaseError> {
        wire::read(text)
    }

    /// The text of the case file.
    pub fn to_json(&self) -> String {
        wire::write(self)
    }

    /// Reads a case file.
    pub fn load(path: &Path) -> Result<Self, CaseError> {
        let text = std::fs::read_to_string(path).map_err(|source| CaseError::File {
            what: "read",
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text)
    }

    /// Writes a case file.
    pub fn save(&self, path: &Path) -> Result<(), CaseError> {
        std::fs::write(path, self.to_json()).map_err(|source| CaseError::File {
            what: "write",
            path: path.to_owned(),
            source,
        })
    }
}

/// SHA-256 of the text of a definition without what surrounds it in its file, in hexadecimal.
pub fn definition_hash(machine: &Machine) -> String {
    let document = &machine.document;
    let span = document.root.span;
    let text = document.file.text.get(span.start..span.end).unwrap_or(&document.file.text);
    let mut hexadecimal = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(hexadecimal, "{byte:02x}");
    }
    hexadecimal
}
