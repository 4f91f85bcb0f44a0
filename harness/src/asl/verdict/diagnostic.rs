//! Diagnostics as `ValidateStateMachineDefinition` lists them.

use std::fmt;

use super::{graph, jackson, translate};
use crate::asl::{MachineType, Problem, ProblemSeverity, compile};
use crate::load::Definition;
use crate::value::{ObjectBuilder, Value};

/// One entry of AWS's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// An error refuses the definition.
    pub severity: ProblemSeverity,
    /// AWS's code: `SCHEMA_VALIDATION_FAILED`.
    pub code: &'static str,
    /// AWS's words.
    pub message: String,
    /// `/States/Pay/Next`; nothing where the definition as a whole is meant.
    pub location: Option<String>,
}

impl Diagnostic {
    pub(super) fn error(code: &'static str, message: impl Into<String>, location: impl Into<String>) -> Self {
        let location = Some(location.into());
        Self { severity: ProblemSeverity::Error, code, message: message.into(), location }
    }

    /// The form of the API.
    pub fn to_value(&self) -> Value {
        let severity = if self.severity == ProblemSeverity::Error { "ERROR" } else { "WARNING" };
        let mut object = ObjectBuilder::default();
        object.push("severity", Value::from(severity));
        object.push("code", Value::from(self.code));
        object.push("message", Value::from(self.message.as_str()));
        if let Some(location) = &self.location {
            object.push("location", Value::from(location.as_str()));
        }
        Value::Object(object.finish())
    }
}

impl fmt::Display for Diagnostic {
    /// As `CreateStateMachine` writes it into its message. Reported: what has no location is at `null`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let location = self.location.as_deref().unwrap_or("null");
        write!(f, "{}: {} at {location}", self.code, self.message)
    }
}

/// What AWS says of a text that is sent as a definition.
pub fn diagnose_text(text: &str, machine_type: MachineType) -> Vec<Diagnostic> {
    if text.trim_matches([' ', '\t', '\r', '\n']).is_empty() {
        return vec![no_object()];
    }
    if let Err(error) = jackson::read(text) {
        return vec![syntax(text, &error)];
    }
    let mut definition = Definition::from_text("definition.json", text);
    definition.declared_type = Some(machine_type);
    diagnose(&definition, &compile(&definition).problems)
}

/// What AWS says of a definition whose problems are known.
pub fn diagnose(definition: &Definition, problems: &[Problem]) -> Vec<Diagnostic> {
    if let Some(problem) = problems.iter().find(|problem| problem.code == "syntax") {
        let text = &definition.document.file.text;
        return vec![match jackson::read(text) {
            Err(error) => syntax(text, &error),
            // YAML, or a template: AWS never sees this text.
            Ok(()) => Diagnostic { location: None, ..schema(problem.message.clone(), "") },
        }];
    }
    let mut found: Vec<Diagnostic> = Vec::new();
    for problem in problems {
        for diagnostic in translate::translate(problem, &definition.document) {
            if !found.contains(&diagnostic) {
                found.push(diagnostic);
            }
        }
    }
    // Recorded on AWS: what is not in the schema is all that is reported; states are looked at when it fits.
    let fits = |diagnostic: &Diagnostic| {
        diagnostic.severity == ProblemSeverity::Warning || diagnostic.code != "SCHEMA_VALIDATION_FAILED"
    };
    if found.iter().all(fits) {
        found.extend(graph::diagnose(&definition.document));
    } else {
        found.retain(|diagnostic| diagnostic.code == "SCHEMA_VALIDATION_FAILED" || !fits(diagnostic));
    }
    found
}

pub(super) fn schema(message: impl Into<String>, location: impl Into<String>) -> Diagnostic {
    Diagnostic::error("SCHEMA_VALIDATION_FAILED", message, location)
}

/// Recorded on AWS for a blank text.
pub(super) fn no_object() -> Diagnostic {
    Diagnostic { location: None, ..schema("Definition must be a valid JSON object", "") }
}

/// Recorded on AWS: the parser's own words, with the place at the end and as the location.
fn syntax(text: &str, error: &jackson::SyntaxError) -> Diagnostic {
    let source = error.source(text);
    let message = format!("{}\n at {source}", error.message);
    Diagnostic::error("INVALID_JSON_DESCRIPTION", message, source)
}
