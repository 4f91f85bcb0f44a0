//! Which of the two notations a text is in, and what is wrong with it if it is neither.

use super::{Node, Span, json, yaml};

/// Levels of nesting a file may have. Forty nested Map states need half of it, and it keeps every recursive
/// walk within the smallest stack.
pub(super) const DEPTH_MAX: usize = 200;

/// A text that cannot be read.
#[derive(Clone, Debug)]
pub(crate) struct SyntaxProblem {
    /// What is wrong, lower case.
    pub(crate) message: String,
    /// What to write instead, where that is known.
    pub(crate) help: Option<&'static str>,
    /// Where.
    pub(crate) span: Span,
}

impl SyntaxProblem {
    pub(super) fn new(message: impl Into<String>, span: Span) -> Self {
        Self { message: message.into(), help: None, span }
    }

    pub(super) fn too_deep(span: Span) -> Self {
        Self::new(format!("nested more than {DEPTH_MAX} levels deep"), span)
    }
}

/// Reads JSON or YAML. The content decides; the file's name only breaks the tie that YAML, too, may start with
/// a brace.
pub(crate) fn parse(file_name: &str, text: &str) -> Result<Node, SyntaxProblem> {
    let extension = file_name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let named_yaml = matches!(extension.as_str(), "yaml" | "yml");
    let braced = text.trim_start().starts_with(['{', '[']);
    if !braced && extension != "json" {
        return yaml::parse(text);
    }
    match json::parse(text) {
        Err(problem) if named_yaml => yaml::parse(text).map_err(|_| problem),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::json("a.json", r#"{"a": 1}"#)]
    #[case::yaml("a.yaml", "a: 1")]
    #[case::yaml_without_a_name_for_it("definition", "a: 1")]
    #[case::json_in_a_yaml_file("a.yml", r#"{"a": 1}"#)]
    #[case::yaml_with_braces("a.yml", "{a: 1}")]
    fn the_content_decides(#[case] name: &str, #[case] text: &str) {
        assert_eq!(parse(name, text).unwrap().to_value().to_json(), r#"{"a":1}"#);
    }
}
