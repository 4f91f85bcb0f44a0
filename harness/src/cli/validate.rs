//! `validate`: every problem of every definition, and nothing else.

use serde::Serialize;

use super::args::{Format, ValidateArgs};
use super::failure::Failure;
use super::selection::folder_join;
use super::{ExitCode, Streams};
use crate::asl::{self, ProblemSeverity};
use crate::load::{self, Definition, LoadOptions};
use crate::report::{ProblemView, counted};

/// One definition, as `--format json` prints it: our problems, and the answer of `ValidateStateMachineDefinition`.
#[derive(Serialize)]
struct Checked {
    name: String,
    source: String,
    valid: bool,
    problems: Vec<ProblemView>,
    result: &'static str,
    diagnostics: Vec<DiagnosticView>,
    truncated: bool,
}

/// A diagnostic as AWS returns it.
#[derive(Serialize)]
struct DiagnosticView {
    severity: &'static str,
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
}

/// Docs, "ValidateStateMachineDefinition", `maxResults`.
const DIAGNOSTICS_MAX: usize = 100;

pub(super) fn validate(args: ValidateArgs, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    let options = LoadOptions { substitutions: args.substitutions.into_iter().collect() };
    let mut checked = Vec::new();
    for path in &args.paths {
        for mut definition in load::definitions(&folder_join(&streams.folder, path), &options)? {
            definition.declared_type = args.machine_type.or(definition.declared_type);
            let compiled = asl::compile(&definition);
            let source = definition.source.display().to_string();
            let checked_now = Checked::new(&definition, source, &compiled.problems);
            if args.format == Format::Human {
                write!(streams.out, "{}", asl::render(&compiled.problems, &definition.document))?;
                let verdict = summary(&compiled.problems, checked_now.valid);
                writeln!(streams.out, "{} ({}): {verdict}", definition.name, checked_now.source)?;
            }
            checked.push(checked_now);
        }
    }
    if args.format == Format::Json {
        let text = serde_json::to_string_pretty(&checked).expect("views have only text, numbers and lists");
        writeln!(streams.out, "{text}")?;
    }
    Ok(if checked.iter().all(|checked| checked.valid) { ExitCode::Clean } else { ExitCode::Usage })
}

impl Checked {
    fn new(definition: &Definition, source: String, problems: &[asl::Problem]) -> Self {
        let mut diagnostics = asl::verdict::diagnose(definition, problems);
        let valid = !problems.iter().any(|problem| problem.severity == ProblemSeverity::Error);
        let refused = diagnostics.iter().any(|diagnostic| diagnostic.severity == ProblemSeverity::Error);
        let truncated = diagnostics.len() > DIAGNOSTICS_MAX;
        diagnostics.truncate(DIAGNOSTICS_MAX);
        Self {
            name: definition.name.clone(),
            source,
            valid: valid && !refused,
            problems: problems.iter().map(ProblemView::new).collect(),
            result: if refused { "FAIL" } else { "OK" },
            diagnostics: diagnostics.into_iter().map(DiagnosticView::new).collect(),
            truncated,
        }
    }
}

impl DiagnosticView {
    fn new(diagnostic: asl::verdict::Diagnostic) -> Self {
        let is_error = diagnostic.severity == ProblemSeverity::Error;
        Self {
            severity: if is_error { "ERROR" } else { "WARNING" },
            code: diagnostic.code,
            message: diagnostic.message,
            location: diagnostic.location,
        }
    }
}

/// `valid`, `valid, 2 warnings`, `1 error, 2 warnings`, `refused by AWS, 1 warning`
fn summary(problems: &[asl::Problem], valid: bool) -> String {
    let count = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
    let (errors, warnings) = (count(ProblemSeverity::Error), count(ProblemSeverity::Warning));
    let mut parts = Vec::new();
    parts.push(match (errors, valid) {
        (0, true) => "valid".to_owned(),
        (0, false) => "refused by AWS".to_owned(),
        _ => counted(errors as u64, "error"),
    });
    if warnings > 0 {
        parts.push(counted(warnings as u64, "warning"));
    }
    parts.join(", ")
}
