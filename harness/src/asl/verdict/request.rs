//! Requests that carry a definition or an input, and what AWS answers to them.
//!
//! What depends on an account (names that are taken, roles, machines that do not exist) is not judged.

use std::fmt;

use super::diagnostic::{Diagnostic, diagnose_text};
use super::{jackson, logging};
use crate::asl::{MachineType, ProblemSeverity};
use crate::value::Value;

/// An operation of the Step Functions API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Lists what is wrong with a definition.
    ValidateStateMachineDefinition,
    /// Makes a machine.
    CreateStateMachine,
    /// Changes a machine.
    UpdateStateMachine,
    /// Starts an execution.
    StartExecution,
    /// Runs an Express execution to its end.
    StartSyncExecution,
    /// Tells of a machine that exists.
    DescribeStateMachine,
}

impl Operation {
    const ALL: [Self; 6] = [
        Self::ValidateStateMachineDefinition,
        Self::CreateStateMachine,
        Self::UpdateStateMachine,
        Self::StartExecution,
        Self::StartSyncExecution,
        Self::DescribeStateMachine,
    ];

    /// The operation of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.to_string() == name)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A request.
#[derive(Clone, Debug)]
pub struct Request<'r> {
    /// Which one.
    pub operation: Operation,
    /// The type of the machine, given or of the one that exists.
    pub machine_type: MachineType,
    /// The text of the definition.
    pub definition: Option<&'r str>,
    /// The text of the input.
    pub input: Option<&'r str>,
    /// All other parameters.
    pub parameters: &'r Value,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether AWS does what is asked; for a validation, whether it finds no error.
    pub accepted: bool,
    /// Of the error that is answered: `InvalidDefinition`.
    pub code: Option<&'static str>,
    /// Of the same.
    pub message: Option<String>,
    /// What is wrong with the definition; of a validation, the answer.
    pub diagnostics: Vec<Diagnostic>,
}

impl Verdict {
    fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self { accepted: false, code: Some(code), message: Some(message.into()), diagnostics: Vec::new() }
    }

    /// `result` of a validation.
    pub fn result(&self) -> &'static str {
        if self.accepted { "OK" } else { "FAIL" }
    }
}

/// Docs, "Quotas": of a definition, in bytes.
const DEFINITION_BYTES_MAX: usize = 1_048_576;

/// Docs, "Quotas": of an input, in bytes.
const INPUT_BYTES_MAX: usize = 262_144;

/// Docs, "Quotas": of the names of machines and executions.
const NAME_MAX: usize = 80;

impl Request<'_> {
    /// What AWS answers, as far as the request alone decides it.
    pub fn judge(&self) -> Verdict {
        let accepted = Verdict { accepted: true, code: None, message: None, diagnostics: Vec::new() };
        if self.operation == Operation::DescribeStateMachine {
            return accepted;
        }
        if let Some(refusal) = self.limits().or_else(|| self.name()) {
            return refusal;
        }
        if self.operation == Operation::ValidateStateMachineDefinition {
            return self.validation();
        }
        let refusal = match self.operation {
            Operation::StartExecution | Operation::StartSyncExecution => self.start(),
            _ => self.machine(),
        };
        refusal.unwrap_or(accepted)
    }

    fn limits(&self) -> Option<Verdict> {
        let too_long = |text: &str, field: &str, max: usize| {
            let message = format!(
                "1 validation error detected: Value at '{field}' failed to satisfy constraint: Member must have \
                 length less than or equal to {max}"
            );
            (text.len() > max).then(|| Verdict::refused("ValidationException", message))
        };
        let definition = self.definition.and_then(|text| too_long(text, "definition", DEFINITION_BYTES_MAX));
        definition.or_else(|| self.input.and_then(|text| too_long(text, "input", INPUT_BYTES_MAX)))
    }

    /// Docs, "CreateStateMachine" and "StartExecution", `name`.
    fn name(&self) -> Option<Verdict> {
        let name = self.parameters.get("name")?.as_str()?;
        let forbidden = |character: char| {
            character.is_whitespace()
                || character.is_control()
                || "<>{}[]?*\"#%\\^|~`$&,;:/".contains(character)
                || matches!(character, '\u{fffe}' | '\u{ffff}')
        };
        let wrong = name.is_empty() || name.chars().count() > NAME_MAX || name.contains(forbidden);
        wrong.then(|| Verdict::refused("InvalidName", format!("Invalid Name: '{name}'")))
    }

    fn validation(&self) -> Verdict {
        let mut diagnostics = diagnose_text(self.definition.unwrap_or_default(), self.machine_type);
        let accepted = !diagnostics.iter().any(|diagnostic| diagnostic.severity == ProblemSeverity::Error);
        // Docs, "ValidateStateMachineDefinition": `severity` is ERROR unless it is given.
        let severity = self.parameters.get("severity").and_then(Value::as_str);
        if severity != Some("WARNING") {
            diagnostics.retain(|diagnostic| diagnostic.severity == ProblemSeverity::Error);
        }
        Verdict { accepted, code: None, message: None, diagnostics }
    }

    fn start(&self) -> Option<Verdict> {
        // Docs, "StartSyncExecution": Standard workflows have no synchronous executions.
        if self.operation == Operation::StartSyncExecution && self.machine_type == MachineType::Standard {
            let message = "This operation is not supported by this type of state machine";
            return Some(Verdict::refused("StateMachineTypeNotSupported", message));
        }
        let text = self.input?;
        let error = jackson::read(text).err()?;
        let message =
            format!("Invalid State Machine Execution Input: '{}\n at {}'", error.message, error.source(text));
        Some(Verdict::refused("InvalidExecutionInput", message))
    }

    fn machine(&self) -> Option<Verdict> {
        self.definition_refusal()
            .or_else(|| self.logging())
            .or_else(|| self.version())
            .or_else(|| self.nothing())
    }

    fn definition_refusal(&self) -> Option<Verdict> {
        let diagnostics = diagnose_text(self.definition?, self.machine_type);
        let errors: Vec<_> = diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == ProblemSeverity::Error)
            .map(Diagnostic::to_string)
            .collect();
        if errors.is_empty() {
            return None;
        }
        let message = format!("Invalid State Machine Definition: '{}'", errors.join(", "));
        Some(Verdict { diagnostics, ..Verdict::refused("InvalidDefinition", message) })
    }

    fn logging(&self) -> Option<Verdict> {
        let refusal = logging::refusal(self.parameters.get("loggingConfiguration")?)?;
        let message = format!("Invalid Logging Configuration: {refusal}");
        Some(Verdict::refused("InvalidLoggingConfiguration", message))
    }

    /// Recorded on AWS.
    fn version(&self) -> Option<Verdict> {
        self.parameters.get("versionDescription")?;
        let publish = self.parameters.get("publish").and_then(Value::as_bool) == Some(true);
        let message = "Version description can only be set when publish is true";
        (!publish).then(|| Verdict::refused("ValidationException", message))
    }

    /// Docs, "UpdateStateMachine": something has to be changed.
    fn nothing(&self) -> Option<Verdict> {
        if self.operation != Operation::UpdateStateMachine || self.definition.is_some() {
            return None;
        }
        let changes = ["roleArn", "loggingConfiguration", "tracingConfiguration", "encryptionConfiguration"];
        let publish = self.parameters.get("publish").and_then(Value::as_bool) == Some(true);
        if publish || changes.iter().any(|name| self.parameters.get(name).is_some()) {
            return None;
        }
        let message = "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration \
                       must be specified";
        Some(Verdict::refused("MissingRequiredParameter", message))
    }
}
