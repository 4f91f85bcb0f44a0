//! JSON text to a tree with spans. Strict, as Step Functions is; bare `${Name}` placeholders are the exception,
//! because templates put numbers and objects in their place before Step Functions sees them.

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::{DEPTH_MAX, Member, Node, NodeKind, Span, SyntaxProblem};

/// Reads one JSON text.
pub(crate) fn parse(text: &str) -> Result<Node, SyntaxProblem> {
    let outline = Outline::of(text)?;
    let masked = outline.mask(text);
    let parsed = parse_to_ast(&masked, &CollectOptions::default(), &strict()).map_err(|error| {
        let (message, help) = explain(error.kind());
        SyntaxProblem { message, help, span: span_of(error.range()) }
    })?;
    let Some(value) = parsed.value else {
        return Err(SyntaxProblem::new("the text is empty", Span { start: 0, end: text.len() }));
    };
    Ok(Builder { text, placeholders: &outline.placeholders }.node(value))
}

fn strict() -> ParseOptions {
    ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

/// The parser's finding in our words, and what to do about the common ones.
fn explain(kind: &ParseErrorKind) -> (String, Option<&'static str>) {
    let text = kind.to_string();
    let mut chars = text.chars();
    let lower = chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default();
    let help = match kind {
        ParseErrorKind::CommentsNotAllowed => Some("JSON has no comments; use a `Comment` field instead"),
        ParseErrorKind::TrailingCommasNotAllowed => Some("remove the comma after the last element"),
        ParseErrorKind::SingleQuotedStringsNotAllowed => Some("JSON strings stand in double quotes"),
        ParseErrorKind::ExpectedStringObjectProperty => Some("write the name in double quotes"),
        _ => None,
    };
    (lower, help)
}

fn span_of(range: Range) -> Span {
    Span { start: range.start, end: range.end.max(range.start) }
}

/// What a walk over the bytes shows before parsing: bare placeholders, and that the nesting is bearable.
struct Outline {
    placeholders: Vec<Span>,
}

impl Outline {
    fn of(text: &str) -> Result<Self, SyntaxProblem> {
        let bytes = text.as_bytes();
        let (mut placeholders, mut depth, mut at) = (Vec::new(), 0_usize, 0);
        while at < bytes.len() {
            match bytes[at] {
                b'"' => at = string_end(bytes, at),
                b'{' | b'[' => {
                    depth += 1;
                    if depth > DEPTH_MAX {
                        return Err(SyntaxProblem::too_deep(Span { start: at, end: at + 1 }));
                    }
                }
                b'}' | b']' => depth = depth.saturating_sub(1),
                b'$' => {
                    if let Some(end) = placeholder_end(text, at) {
                        placeholders.push(Span { start: at, end });
                        at = end - 1;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        Ok(Self { placeholders })
    }

    /// The text with every bare placeholder replaced by a string of the same length, so that spans stay true.
    fn mask(&self, text: &str) -> String {
        let mut masked = String::with_capacity(text.len());
        let mut copied = 0;
        for span in &self.placeholders {
            masked.push_str(&text[copied..span.start]);
            masked.push('"');
            masked.extend(std::iter::repeat_n('_', span.end - span.start - 2));
            masked.push('"');
            copied = span.end;
        }
        masked.push_str(&text[copied..]);
        masked
    }
}

/// Position of the quote that closes the string opened at `start`, or of the last byte.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'"' => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len() - 1
}

/// One past the `}` of a `${Name}` that starts at `start`.
fn placeholder_end(text: &str, start: usize) -> Option<usize> {
    let name = text[start..].strip_prefix("${")?;
    let length = name.find(|c: char| !(c.is_alphanumeric() || "_.-:".contains(c)))?;
    (length > 0 && name[length..].starts_with('}')).then_some(start + 2 + length + 1)
}

struct Builder<'t> {
    text: &'t str,
    placeholders: &'t [Span],
}

impl Builder<'_> {
    fn node(&self, value: Value<'_>) -> Node {
        let span = span_of(value.range());
        let kind = match value {
            Value::NullKeyword(_) => NodeKind::Null,
            Value::BooleanLit(literal) => NodeKind::Bool(literal.value),
            Value::NumberLit(literal) => NodeKind::Number(literal.value.to_owned()),
            Value::StringLit(literal) => match self.placeholders.binary_search(&span) {
                Ok(_) => NodeKind::Placeholder(self.text[span.start..span.end].to_owned()),
                Err(_) => NodeKind::String(literal.value.into_owned()),
            },
            Value::Array(array) => {
                NodeKind::Array(array.elements.into_iter().map(|element| self.node(element)).collect())
            }
            Value::Object(object) => NodeKind::Object(
                object
                    .properties
                    .into_iter()
                    .map(|property| Member {
                        key_span: span_of(property.name.range()),
                        key: self.key(property.name),
                        value: self.node(property.value),
                    })
                    .collect(),
            ),
        };
        Node { span, kind }
    }

    fn key(&self, name: ObjectPropName<'_>) -> String {
        let span = span_of(name.range());
        match self.placeholders.binary_search(&span) {
            Ok(_) => self.text[span.start..span.end].to_owned(),
            Err(_) => name.into_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::comment("{\n  // note\n}", "comments are not allowed")]
    #[case::trailing_comma("{\"a\": [1,]}", "trailing commas are not allowed")]
    #[case::missing_comma("{\"a\": 1 \"b\": 2}", "expected comma")]
    #[case::bare_name("{a: 1}", "expected string for object property")]
    #[case::empty("", "the text is empty")]
    #[case::unterminated("{\"a\": {", "unterminated object")]
    #[case::two_values("{} {}", "text cannot contain more than one JSON value")]
    fn what_is_no_json_is_refused_with_a_reason(#[case] text: &str, #[case] message: &str) {
        let problem = parse(text).unwrap_err();
        assert_eq!(problem.message, message);
        assert!(problem.span.end <= text.len());
    }

    #[test]
    fn duplicate_members_and_the_text_of_numbers_are_kept() {
        let root = parse(r#"{"a": 1.0, "a": 1E2}"#).unwrap();
        let numbers: Vec<_> = root.members().unwrap().iter().map(|member| &member.value.kind).collect();
        assert!(
            matches!(&numbers[..], [NodeKind::Number(a), NodeKind::Number(b)] if a == "1.0" && b == "1E2")
        );
    }

    #[test]
    fn a_bare_placeholder_is_a_value_of_unknown_type() {
        let text = r#"{"Seconds": ${Pause}, "text": "${Pause}"}"#;
        let root = parse(text).unwrap();
        let seconds = root.get("Seconds").unwrap();
        assert!(matches!(&seconds.kind, NodeKind::Placeholder(name) if name == "${Pause}"));
        assert_eq!(&text[seconds.span.start..seconds.span.end], "${Pause}");
        assert!(matches!(&root.get("text").unwrap().kind, NodeKind::String(_)));
    }

    #[test]
    fn nesting_without_end_is_refused_not_overflowed() {
        let problem = parse(&"[".repeat(1_000_000)).unwrap_err();
        assert!(problem.message.contains("nested"), "{}", problem.message);
    }
}
