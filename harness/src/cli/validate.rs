//! `validate`: every problem of every definition, and nothing else.

use serde::Serialize;

use super::args::{Format, ValidateArgs};
use super::failure::Failure;
use super::selection::folder_join;
use super::{ExitCode, Streams};
use crate::asl::{self, ProblemSeverity};
use crate::load::{self, LoadOptions};
use crate::report::{ProblemView, counted};

/// One definition, as `--format json` prints it.
#[derive(Serialize)]
struct Checked {
    name: String,
    source: String,
    valid: bool,
    problems: Vec<ProblemView>,
}

pub(super) fn validate(args: ValidateArgs, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    let options = LoadOptions { substitutions: args.substitutions.into_iter().collect() };
    let mut checked = Vec::new();
    for path in &args.paths {
        for definition in load::definitions(&folder_join(&streams.folder, path), &options)? {
            let compiled = asl::compile(&definition);
            let source = definition.source.display().to_string();
            if args.format == Format::Human {
                write!(streams.out, "{}", asl::render(&compiled.problems, &definition.document))?;
                let verdict = summary(&compiled.problems);
                writeln!(streams.out, "{} ({source}): {verdict}", definition.name)?;
            }
            checked.push(Checked {
                name: definition.name,
                source,
                valid: !compiled.problems.iter().any(|problem| problem.severity == ProblemSeverity::Error),
                problems: compiled.problems.iter().map(ProblemView::new).collect(),
            });
        }
    }
    if args.format == Format::Json {
        let text = serde_json::to_string_pretty(&checked).expect("views have only text, numbers and lists");
        writeln!(streams.out, "{text}")?;
    }
    Ok(if checked.iter().all(|checked| checked.valid) { ExitCode::Clean } else { ExitCode::Usage })
}

/// `valid`, `valid, 2 warnings`, `1 error, 2 warnings`
fn summary(problems: &[asl::Problem]) -> String {
    let count = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
    let (errors, warnings) = (count(ProblemSeverity::Error), count(ProblemSeverity::Warning));
    let mut parts = Vec::new();
    parts.push(if errors == 0 { "valid".to_owned() } else { counted(errors as u64, "error") });
    if warnings > 0 {
        parts.push(counted(warnings as u64, "warning"));
    }
    parts.join(", ")
}
