//! The vocabulary itself, for people and for editors: every sentence with its parameters and an example.

mod coverage;
mod glue;
mod json;
mod markdown;
mod text;

/// How the vocabulary is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepsFormat {
    /// For a terminal.
    Text,
    /// docs/steps.md
    Markdown,
    /// For programs: expressions, regular expressions, texts to insert.
    Json,
    /// JavaScript that the Cucumber extensions of editors read; nothing runs it.
    Glue,
}

/// All sentences.
pub fn steps(format: StepsFormat) -> String {
    match format {
        StepsFormat::Text => text::text(),
        StepsFormat::Markdown => markdown::markdown(),
        StepsFormat::Json => json::json(),
        StepsFormat::Glue => glue::glue(),
    }
}
