//! The diagnosis on a terminal.

use std::io::{self, Write};

use super::blocks::Block;
use crate::report::Colour;
use crate::report::console::WIDTH;
use crate::report::console::paint::Painter;
use crate::report::console::patch;
use crate::report::text::wrapped;

/// Columns of the words on the left.
const LABEL: usize = 8;

pub(super) fn write(blocks: &[Block], colour: Colour, out: &mut dyn Write) -> io::Result<()> {
    let painter = Painter(colour);
    for block in blocks {
        match block {
            Block::Title(text) => writeln!(out, "{}", painter.heading(&printable(text)))?,
            Block::Section(severity, text) => {
                let severity = severity
                    .map(|severity| painter.severity(severity, &severity.name().to_uppercase()) + " ")
                    .unwrap_or_default();
                writeln!(out, "\n  {severity}{}", painter.heading(&printable(text)))?;
            }
            Block::Words(text) => {
                for line in wrapped(&printable(text), WIDTH - 4) {
                    writeln!(out, "    {line}")?;
                }
            }
            Block::Field(label, text) => {
                field(painter, label, &wrapped(&printable(text), WIDTH - 4 - LABEL), out)?;
            }
            Block::Lines(label, lines) => {
                let width = WIDTH - 6 - if label.is_empty() { 0 } else { LABEL };
                let lines: Vec<_> = lines.iter().flat_map(|line| hanging(&printable(line), width)).collect();
                field(painter, label, &lines, out)?;
            }
            Block::Verbatim(label, text) => {
                field(painter, label, &text.lines().map(printable).collect::<Vec<_>>(), out)?;
            }
            Block::Patch(operations) => field(painter, " ", &patch::lines(operations), out)?,
            Block::Statement(value) => {
                let text = serde_json::to_string_pretty(value).expect("a JSON value is JSON");
                field(painter, " ", &text.lines().map(str::to_owned).collect::<Vec<_>>(), out)?;
            }
        }
    }
    writeln!(out)
}

/// A label in front of the first line; none leaves no room for it.
fn field(painter: Painter, label: &str, lines: &[String], out: &mut dyn Write) -> io::Result<()> {
    for (at, line) in lines.iter().enumerate() {
        let label = match label {
            "" => String::new(),
            label => painter.dim(&format!("{:LABEL$}", if at == 0 { label } else { "" })),
        };
        writeln!(out, "    {label}{line}")?;
    }
    Ok(())
}

/// Lines that are too long go on under their text.
fn hanging(line: &str, width: usize) -> Vec<String> {
    let lines = wrapped(line, width).into_iter().enumerate();
    lines.map(|(at, line)| if at == 0 { line } else { format!("  {line}") }).collect()
}

/// A text from outside without what a terminal would act on.
fn printable(text: &str) -> String {
    let shown = |c: char| {
        if c.is_control() && c != '\n' && c != '\t' { c.escape_debug().collect() } else { String::from(c) }
    };
    text.chars().map(shown).collect()
}
