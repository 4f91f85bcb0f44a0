//! Problems as text for people: the line of the file, a mark under what is wrong, what to write instead.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::load::{Document, Problem, ProblemSeverity};

/// Problems of one document, one below the other.
pub fn render(problems: &[Problem], document: &Document) -> String {
    let renderer = Renderer::plain();
    let mut out = String::new();
    for problem in problems {
        let _ = writeln!(out, "{}\n", one(problem, document, &renderer));
    }
    out
}

fn one(problem: &Problem, document: &Document, renderer: &Renderer) -> String {
    let level = match problem.severity {
        ProblemSeverity::Error => Level::ERROR,
        ProblemSeverity::Warning => Level::WARNING,
    };
    let title = level.primary_title(problem.message.as_str()).id(problem.code);
    let file = &document.file;
    // A problem of the template around the definition knows its line, but not the text of that line.
    let mut group = if problem.location.file == file.name {
        let end = problem.span.end.min(file.text.len());
        let start = problem.span.start.min(end);
        // Of an object only the first line; the reader knows where it ends.
        let shown = file.text.get(start..end).unwrap_or_default();
        let end = shown.find(['\n', '\r']).map_or(end, |length| start + length);
        let snippet = Snippet::source(file.text.as_str())
            .path(file.name.as_str())
            .annotation(AnnotationKind::Primary.span(start..end));
        Group::with_title(title).element(snippet)
    } else {
        Group::with_title(title).element(Level::NOTE.message(format!("at {}", problem.location)))
    };
    if let Some(suggestion) = &problem.suggestion {
        group = group.element(Level::HELP.message(suggestion.as_str()));
    }
    renderer.render(&[group])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::compile;
    use crate::load::Definition;

    #[test]
    fn a_problem_shows_its_line_and_what_to_write() {
        let text = "{\n  \"StartAt\": \"Pya\",\n  \"States\": {\"Pay\": {\"Type\": \"Succeed\"}}\n}";
        let definition = Definition::from_text("pay.asl.json", text);
        let problems = compile(&definition).problems;
        let expected = "\
error[unknown-target]: `StartAt` names no state of its scope: `Pya`
 --> pay.asl.json:2:14
  |
2 |   \"StartAt\": \"Pya\",
  |              ^^^^^
  |
  = help: did you mean `Pay`?
";
        assert_eq!(render(&problems, &definition.document).trim_end(), expected.trim_end());
    }
}
