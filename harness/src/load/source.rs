//! A file as it was read, with an index of its lines.

use std::fmt;

/// A file as it was read.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The path as the user gave it.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// First byte of every line, so that a location costs a search and not a walk through the file.
    lines: Vec<usize>,
}

/// A range of bytes in the text of a [`SourceFile`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A place for people and editors: lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The path as the user gave it.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

impl SourceFile {
    /// Takes the text and finds its lines.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let (name, text) = (name.into(), text.into());
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(breaks).collect();
        Self { name, text, lines }
    }

    /// Line and column of the start of a span.
    pub fn location(&self, span: Span) -> Location {
        let start = span.start.min(self.text.len());
        let line = self.lines.partition_point(|first| *first <= start).max(1);
        let before = self.text.get(self.lines[line - 1]..start).unwrap_or("");
        Location { file: self.name.clone(), line, column: before.chars().count() + 1 }
    }

    /// The bytes of a line, counted from 1, without its line break.
    pub(super) fn line(&self, line: usize) -> Option<Span> {
        let start = *self.lines.get(line.checked_sub(1)?)?;
        let end = self.lines.get(line).map_or(self.text.len(), |next| next - 1);
        Some(Span { start, end })
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::start(0, 1, 1)]
    #[case::a_character_counts_once(5, 1, 4)]
    #[case::line_break_belongs_to_its_line(7, 1, 6)]
    #[case::next_line(8, 2, 1)]
    #[case::empty_last_line(11, 3, 1)]
    #[case::past_the_end(99, 3, 1)]
    fn lines_and_columns_count_from_one_in_characters(
        #[case] start: usize,
        #[case] line: usize,
        #[case] column: usize,
    ) {
        let file = SourceFile::new("f", "aéébc\ncd\n");
        let location = file.location(Span { start, end: start });
        assert_eq!((location.line, location.column), (line, column));
    }
}
