//! One sentence of the vocabulary, and what a feature gives it.

use super::Stage;
use super::failed::{Failed, Wrong};
use super::parameter::Parameter;
use crate::load::Location;
use crate::oracle::RuleId;
use crate::value::Value;

/// One sentence.
#[derive(Debug)]
pub struct Step {
    /// Where it stands in a scenario. A feature may say it under any keyword, as in every Cucumber.
    pub keyword: Keyword,
    /// The sentence, as a Cucumber expression with the parameters of [`super::PARAMETERS`].
    pub expression: &'static str,
    /// What it means, in a sentence or two.
    pub about: &'static str,
    /// How it looks in a feature, without the keyword; lines after the first are its table or text.
    pub example: &'static str,
    /// What follows it.
    pub takes: Takes,
    /// The faults that it injects, and the rules that it asks for.
    pub covers: &'static [Covers],
    /// Carries it out.
    pub run: fn(&mut Stage, &Arguments<'_>) -> Result<(), Failed>,
}

/// The keyword that a sentence is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keyword {
    /// What there is.
    Given,
    /// What goes wrong, and when.
    When,
    /// What must hold then.
    Then,
}

/// What follows a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// A text between `"""`.
    Text,
    /// A table.
    Table,
}

/// What a sentence makes sayable, for the table of faults and rules in the docs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Covers {
    /// Faults of the class with this name.
    Class(&'static str),
    /// What happens to the execution as a whole, by its name in plans.
    Incident(&'static str),
    /// What this rule judges.
    Rule(RuleId),
    /// Every class of faults.
    EveryClass,
    /// Every rule.
    EveryRule,
}

/// What a feature gives a sentence.
#[derive(Debug)]
pub struct Arguments<'a> {
    pub(super) captures: Vec<&'a str>,
    pub(super) text: Option<&'a str>,
    pub(super) table: Option<&'a [Vec<String>]>,
    /// The feature, and the line of the step in it, from 1.
    pub(super) place: (&'a std::path::Path, usize),
}

impl Keyword {
    /// `Given`, `When`, `Then`
    pub fn name(self) -> &'static str {
        match self {
            Self::Given => "Given",
            Self::When => "When",
            Self::Then => "Then",
        }
    }
}

impl Step {
    /// A sentence that asks for something, followed by nothing.
    pub(super) const fn then(
        expression: &'static str,
        about: &'static str,
        example: &'static str,
        run: fn(&mut Stage, &Arguments<'_>) -> Result<(), Failed>,
    ) -> Self {
        let takes = Takes::Nothing;
        Self { keyword: Keyword::Then, expression, about, example, takes, covers: &[], run }
    }

    /// The same, followed by something.
    pub(super) const fn followed_by(self, takes: Takes) -> Self {
        Self { takes, ..self }
    }
}

impl Arguments<'_> {
    /// What the line says for the parameter at a position.
    pub(super) fn said(&self, at: usize) -> &str {
        self.captures.get(at).copied().unwrap_or_default()
    }

    /// The parameter at a position, from 0.
    pub(super) fn get<P: Parameter>(&self, at: usize) -> Result<P, Failed> {
        let text = self.captures.get(at).copied().unwrap_or_default();
        P::read(text).map_err(|message| Wrong::new(message).into())
    }

    /// The text between `"""`.
    pub(super) fn text(&self) -> Result<&str, Failed> {
        let Some(text) = self.text else {
            let wrong = Wrong::new("this step needs a text");
            return Err(wrong.help("write it on the next lines, between two lines of \"\"\"").into());
        };
        Ok(text)
    }

    /// The line of the feature in which that text begins.
    pub(super) fn text_line(&self) -> usize {
        self.place.1 + 2
    }

    /// The text between `"""`, as JSON.
    pub(super) fn json(&self) -> Result<Value, Failed> {
        Value::parse(self.text()?).map_err(|error| {
            let (feature, line) = (self.place.0.display().to_string(), self.text_line() + error.line - 1);
            let place = Location { file: feature, line, column: error.column.max(1) };
            let wrong = Wrong::new(format!("the text between \"\"\" is no JSON: {}", error.message));
            Wrong { place: Some(place), ..wrong }.into()
        })
    }

    /// The rows of the table, with its heading if it has one.
    pub(super) fn rows(&self) -> Result<&[Vec<String>], Failed> {
        self.table.ok_or_else(|| {
            Wrong::new("this step needs a table").help("write it on the next lines: | a | b |").into()
        })
    }
}
