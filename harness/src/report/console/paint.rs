//! Emphasis on terminals. Every painted word says the same without its colour.

use std::fmt;

use anstyle::{AnsiColor, Style};

use super::Colour;
use crate::oracle::Severity;

#[derive(Clone, Copy)]
pub(crate) struct Painter(pub(crate) Colour);

impl Painter {
    pub(crate) fn heading(self, text: &str) -> String {
        self.paint(Style::new().bold(), text)
    }

    /// Words that matter less than what stands beside them.
    pub(crate) fn dim(self, text: &str) -> String {
        self.paint(Style::new().dimmed(), text)
    }

    pub(crate) fn severity(self, severity: Severity, text: &str) -> String {
        let colour = match severity {
            Severity::Critical | Severity::High => AnsiColor::Red,
            Severity::Medium => AnsiColor::Yellow,
            Severity::Low | Severity::Note => AnsiColor::Cyan,
        };
        self.paint(Style::new().bold().fg_color(Some(colour.into())), text)
    }

    pub(crate) fn good(self, text: &str) -> String {
        self.paint(Style::new().fg_color(Some(AnsiColor::Green.into())), text)
    }

    fn paint(self, style: Style, text: impl fmt::Display) -> String {
        match self.0 {
            Colour::Ansi => format!("{style}{text}{style:#}"),
            Colour::Plain => text.to_string(),
        }
    }
}
