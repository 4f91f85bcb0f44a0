//! A definition that stands as one text inside a template (`DefinitionString`), with spans into the template.

use super::substitution::place;
use super::{Node, NodeKind, SourceFile, Span, SyntaxProblem, json};

/// Reads the definition in `text`, which is the value of the node at `span` of `file`.
pub(super) fn parse(file: &SourceFile, span: Span, text: &str) -> Result<Node, SyntaxProblem> {
    let lines = Lines::find(file, span, text);
    match json::parse(text) {
        Ok(mut root) => {
            match &lines {
                Some(lines) => lines.shift(&mut root),
                None => place(&mut root, span),
            }
            Ok(root)
        }
        Err(mut problem) => {
            problem.span = lines.map_or(span, |lines| lines.span(problem.span));
            Err(problem)
        }
    }
}

/// Where each line of a text stands in the file: a block scalar is its lines, each behind the same indentation.
struct Lines {
    /// First byte of the line in the text, and in the file.
    starts: Vec<(usize, usize)>,
}

impl Lines {
    /// None where the text is not written line by line, as in a quoted scalar or a joined list.
    fn find(file: &SourceFile, span: Span, text: &str) -> Option<Self> {
        let first = file.location(span).line;
        let shown =
            |line: usize| file.line(line).map(|span| (span, file.text[span.start..span.end].trim_end()));
        // `DefinitionString: |` starts a block on the next line; a span may begin at either.
        let offset = (first..first + 3).find(|line| {
            let head = text.lines().next().unwrap_or_default();
            shown(*line).is_some_and(|(_, shown)| !head.is_empty() && shown.ends_with(head.trim_end()))
        })?;
        let (mut starts, mut start) = (Vec::new(), 0);
        for (at, line) in text.split_inclusive('\n').enumerate() {
            let (at_file, shown) = shown(offset + at)?;
            let content = line.trim_end();
            if !shown.ends_with(content) {
                return None;
            }
            starts.push((start, at_file.start + shown.len() - content.len()));
            start += line.len();
        }
        Some(Self { starts })
    }

    fn byte(&self, at: usize) -> usize {
        let line = self.starts.partition_point(|(start, _)| *start <= at).max(1) - 1;
        let (start, in_file) = self.starts[line];
        in_file + (at - start)
    }

    fn span(&self, span: Span) -> Span {
        let start = self.byte(span.start);
        // An end is one past a byte that belongs to the value, which may be the last of its line.
        let end = if span.end > span.start { self.byte(span.end - 1) + 1 } else { start };
        Span { start, end }
    }

    fn shift(&self, node: &mut Node) {
        node.span = self.span(node.span);
        match &mut node.kind {
            NodeKind::Array(items) => items.iter_mut().for_each(|item| self.shift(item)),
            NodeKind::Object(members) => {
                for member in members {
                    member.key_span = self.span(member.key_span);
                    self.shift(&mut member.value);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::yaml;

    #[test]
    fn a_block_scalar_keeps_its_place_in_the_template() {
        let text =
            "a: 1\nDefinitionString: |\n    {\n      \"StartAt\": \"Ü\",\n      \"x\": 1\n    }\nb: 2\n";
        let file = SourceFile::new("t", text);
        let root = yaml::parse(text).unwrap();
        let node = root.get("DefinitionString").unwrap();
        let definition = parse(&file, node.span, node.as_str().unwrap()).unwrap();
        let span = definition.get("x").unwrap().span;
        assert_eq!(&text[span.start..span.end], "1");
        assert_eq!(file.location(span).line, 5);
    }

    #[test]
    fn a_quoted_text_is_placed_as_a_whole() {
        let text = r#"{"DefinitionString": "{\"StartAt\": \"A\"}"}"#;
        let file = SourceFile::new("t", text);
        let root = json::parse(text).unwrap();
        let node = root.get("DefinitionString").unwrap();
        let definition = parse(&file, node.span, node.as_str().unwrap()).unwrap();
        assert_eq!(definition.get("StartAt").unwrap().span, node.span);
    }
}
