//! The diagnosis for a ticket or a pull request.

use std::io::{self, Write};

use super::blocks::Block;

pub(super) fn write(blocks: &[Block], out: &mut dyn Write) -> io::Result<()> {
    for block in blocks {
        match block {
            Block::Title(text) => writeln!(out, "## {}\n", plain(text))?,
            Block::Section(None, text) => writeln!(out, "\n### {}\n", plain(text))?,
            Block::Section(Some(severity), text) => {
                writeln!(out, "\n### {}: {}\n", severity.name().to_uppercase(), plain(text))?;
            }
            Block::Words(text) => writeln!(out, "{text}\n")?,
            Block::Field(label, text) => writeln!(out, "- **{label}**: {text}")?,
            Block::Lines("", lines) => lines.iter().try_for_each(|line| writeln!(out, "- {line}"))?,
            Block::Lines(label, lines) => {
                writeln!(out, "- **{label}**:")?;
                lines.iter().try_for_each(|line| writeln!(out, "  - {line}"))?;
            }
            Block::Verbatim(label, text) => {
                writeln!(out, "- **{label}**:\n")?;
                fenced("", text, out)?;
            }
            Block::Patch(operations) => {
                let text = serde_json::to_string_pretty(operations).expect("a patch is JSON");
                writeln!(out)?;
                fenced("json", &text, out)?;
            }
            Block::Statement(value) => {
                let text = serde_json::to_string_pretty(value).expect("a JSON value is JSON");
                writeln!(out)?;
                fenced("json", &text, out)?;
            }
        }
    }
    writeln!(out)
}

/// A block of code inside a list; its fence is longer than any inside.
fn fenced(language: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut fence = "```".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    writeln!(out, "  {fence}{language}")?;
    text.lines().try_for_each(|line| writeln!(out, "  {line}"))?;
    writeln!(out, "  {fence}\n")
}

/// A heading is one line.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
