//! One line of a feature file, whatever its place.

use super::language::{Heading, Language, StepWord};

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line<'t> {
    /// Nothing, or a comment.
    Blank,
    /// `# language: de`
    Language(&'t str),
    /// `@payments @slow`
    Tags(&'t str),
    /// `Scenario: the card expires`
    Heading(Heading, &'static str, &'t str),
    /// `Given the state machine "order.asl.json"`
    Step(StepWord, &'static str, &'t str),
    /// `"""` and what follows on the line.
    Fence(&'static str, &'t str),
    /// `| a | b |`
    Row(&'t str),
    /// Anything else.
    Words(&'t str),
}

/// What opens and closes a text.
pub(super) const FENCES: [&str; 2] = ["\"\"\"", "```"];

impl<'t> Line<'t> {
    /// Of a line without its line break.
    pub(super) fn of(text: &'t str, language: &Language) -> Self {
        let text = text.trim();
        if let Some(comment) = text.strip_prefix('#') {
            let code = comment.trim_start().strip_prefix("language").map(str::trim_start);
            let code = code.and_then(|rest| rest.strip_prefix(':')).map(str::trim);
            return code.map_or(Self::Blank, Self::Language);
        }
        if text.is_empty() {
            return Self::Blank;
        }
        if text.starts_with('@') {
            return Self::Tags(text);
        }
        if text.starts_with('|') {
            return Self::Row(text);
        }
        if let Some(fence) = FENCES.into_iter().find(|fence| text.starts_with(fence)) {
            return Self::Fence(fence, text[fence.len()..].trim());
        }
        if let Some((heading, word, name)) = language.heading(text) {
            return Self::Heading(heading, word, name);
        }
        match language.step(text) {
            Some((word, keyword, rest)) => Self::Step(word, keyword, rest),
            None => Self::Words(text),
        }
    }
}

/// The cells of a row, without the blanks around them. `\|`, `\\` and `\n` are a bar, a backslash and a line break; any
/// other backslash stands for itself, so that `\d+` is what it looks like.
pub(super) fn cells(row: &str) -> Result<Vec<String>, &'static str> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut characters = row.trim().chars().skip(1).peekable();
    while let Some(character) = characters.next() {
        match character {
            '|' => cells.push(std::mem::take(&mut cell)),
            '\\' => match characters.next_if(|next| matches!(next, '|' | '\\' | 'n')) {
                Some('n') => cell.push('\n'),
                Some(escaped) => cell.push(escaped),
                None => cell.push('\\'),
            },
            other => cell.push(other),
        }
    }
    if !cell.trim().is_empty() || !row.trim().ends_with('|') {
        return Err("the row does not end with `|`");
    }
    Ok(cells.iter().map(|cell| cell.trim_matches([' ', '\t']).to_owned()).collect())
}

/// The tags of a line without `@`; else the word that is none. A comment may follow.
pub(super) fn tags(line: &str) -> Result<Vec<String>, &str> {
    let words = line.split_whitespace().take_while(|word| !word.starts_with('#'));
    let mut tags = Vec::new();
    for word in words {
        let names = word.strip_prefix('@').filter(|names| !names.is_empty()).ok_or(word)?;
        for name in names.split('@') {
            tags.push(Some(name).filter(|name| !name.is_empty()).ok_or(word)?.to_owned());
        }
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::blanks_around_cells_go("| a |  b c  |", Ok(vec!["a", "b c"]))]
    #[case::empty_cells_stay("| a || |", Ok(vec!["a", "", ""]))]
    #[case::escapes(r"| a \| b | \\ | x\ny |", Ok(vec!["a | b", r"\", "x\ny"]))]
    #[case::other_backslashes_stay(r#"| \d+ | {"a": "\"b\""} |"#, Ok(vec![r"\d+", r#"{"a": "\"b\""}"#]))]
    #[case::a_last_bar_that_is_escaped(r"| a \|", Err("the row does not end with `|`"))]
    #[case::no_last_bar("| a | b", Err("the row does not end with `|`"))]
    fn cells_of_a_row(#[case] row: &str, #[case] expected: Result<Vec<&str>, &'static str>) {
        assert_eq!(cells(row), expected.map(|cells| cells.into_iter().map(str::to_owned).collect()));
    }

    #[rstest]
    #[case::several("@a @b-c", Ok(vec!["a", "b-c"]))]
    #[case::without_a_blank("@a@b", Ok(vec!["a", "b"]))]
    #[case::a_comment("@a # why", Ok(vec!["a"]))]
    #[case::no_at("@a b", Err("b"))]
    #[case::no_name("@a @", Err("@"))]
    fn tags_of_a_line(#[case] line: &str, #[case] expected: Result<Vec<&str>, &str>) {
        assert_eq!(tags(line), expected.map(|tags| tags.into_iter().map(str::to_owned).collect()));
    }

    #[rstest]
    #[case::comment("  # x", Line::Blank)]
    #[case::language("#language:de", Line::Language("de"))]
    #[case::heading("Scenario Outline: a: b", Line::Heading(Heading::Outline, "Scenario Outline", "a: b"))]
    #[case::media_type("  \"\"\"json", Line::Fence("\"\"\"", "json"))]
    #[case::words("some words", Line::Words("some words"))]
    fn kinds_of_lines(#[case] text: &str, #[case] line: Line<'_>) {
        assert_eq!(Line::of(text, &Language::english()), line);
    }
}
