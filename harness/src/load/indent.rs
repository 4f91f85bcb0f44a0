//! Brackets and quoted texts that go on at the wrong indentation. YAML forbids it, but CloudFormation's parser
//! does not mind, and templates with it are in production. Inside brackets and quotes the blanks at the start
//! of a line mean nothing, so they may be added.

use std::collections::BTreeSet;

use saphyr_parser::ScanError;

/// Blanks that are put before a line; deeper than any indentation that people write.
const PAD: usize = 120;

/// A text with blanks before some of its lines.
pub(super) struct Padded<'t> {
    original: &'t str,
    /// Lines, from 1.
    lines: BTreeSet<usize>,
    /// The text with the blanks.
    pub(super) text: String,
    /// First byte of each padded line, in the padded text.
    pads: Vec<usize>,
}

impl<'t> Padded<'t> {
    /// The text as it is.
    pub(super) fn new(original: &'t str) -> Self {
        Self { original, lines: BTreeSet::new(), text: original.to_owned(), pads: Vec::new() }
    }

    /// Pads the lines that the parser objects to. False if that is not what is wrong.
    pub(super) fn repair(&mut self, error: &ScanError) -> bool {
        let line = error.marker().line();
        let count = self.lines.len();
        match error.info() {
            "invalid indentation" | "invalid indentation in flow construct" => {
                self.lines.insert(line);
            }
            // The marker is at the opening quote.
            "invalid indentation in quoted scalar" => {
                let column = error.marker().col();
                let padding = if self.lines.contains(&line) { PAD } else { 0 };
                let last = self.last_line_of_quoted(line, column.saturating_sub(padding));
                self.lines.extend(line + 1..=last);
            }
            _ => return false,
        }
        self.write();
        self.lines.len() > count
    }

    /// The byte of the original text that a byte of the padded text stands for.
    pub(super) fn original_byte(&self, byte: usize) -> usize {
        let before = self.pads.partition_point(|pad| *pad < byte);
        let Some(last) = before.checked_sub(1) else { return byte };
        // Inside the blanks themselves: the start of the line.
        byte - last * PAD - PAD.min(byte - self.pads[last])
    }

    fn last_line_of_quoted(&self, line: usize, column: usize) -> usize {
        let lines: Vec<&str> = self.original.split('\n').skip(line - 1).collect();
        let Some(quote) = lines.first().and_then(|first| first.chars().nth(column)) else { return line };
        let mut escaped = false;
        for (at, text) in lines.iter().enumerate() {
            for c in text.chars().skip(if at == 0 { column + 1 } else { 0 }) {
                if escaped {
                    escaped = false;
                } else if c == '\\' && quote == '"' {
                    escaped = true;
                } else if c == quote {
                    return line + at;
                }
            }
            escaped = false;
        }
        line
    }

    fn write(&mut self) {
        self.text.clear();
        self.pads.clear();
        for (at, line) in self.original.split_inclusive('\n').enumerate() {
            if self.lines.contains(&(at + 1)) {
                self.pads.push(self.text.len());
                self.text.extend(std::iter::repeat_n(' ', PAD));
            }
            self.text.push_str(line);
        }
    }
}
