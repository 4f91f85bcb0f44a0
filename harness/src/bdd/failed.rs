//! How a step can fail, as values; writers turn them into words, codes and reports.

use std::fmt;

use crate::load::Location;
use crate::report::Brief;

/// Why a step did not pass.
#[derive(Clone, Debug, PartialEq)]
pub enum Failed {
    /// What it asks for does not hold.
    Unmet(Box<Unmet>),
    /// It cannot be carried out as it is written.
    Wrong(Box<Wrong>),
    /// No sentence of the vocabulary, with the nearest ones.
    Undefined(Vec<String>),
    /// More than one sentence of the vocabulary.
    Ambiguous(Vec<String>),
    /// A run cannot be judged, because the simulator does not model something that it met.
    Inconclusive(String),
    /// The backend cannot do what the scenario asks for; the rest of it is skipped.
    Skipped(String),
    /// A defect of this program.
    Defect(String),
}

/// An expectation that a run does not meet.
#[derive(Clone, Debug, PartialEq)]
pub struct Unmet {
    /// What was expected, as a clause: `ChargePayment is attempted 4 times`.
    pub expected: String,
    /// What happened instead.
    pub happened: String,
    /// More about it, a line each: the findings that were not expected, a difference from a snapshot.
    pub details: Vec<String>,
    /// The findings that it is about: those that were not expected, or those that are there instead.
    pub findings: Vec<Brief>,
    /// The run that shows it; none where no single run does.
    pub witness: Option<Witness>,
}

/// The run that shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    /// The input as JSON; as its shape where values are not to be shown.
    pub input: String,
    /// Where the input comes from.
    pub origin: String,
    /// The faults, in the notation of plans; empty without any.
    pub plan: String,
    /// Other runs of the scenario that do not meet it either.
    pub others: usize,
    /// The telling part of the history, a line each.
    pub history: Vec<String>,
}

/// A step that cannot be carried out.
#[derive(Clone, Debug, PartialEq)]
pub struct Wrong {
    /// What is wrong, lower case, without a full stop.
    pub message: String,
    /// What to write instead, or the nearest name.
    pub help: Option<String>,
    /// Where in another file than the feature.
    pub place: Option<Location>,
}

impl Wrong {
    /// With a message only.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, place: None }
    }

    /// And what to do about it.
    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Asks whether another name was meant, where there is one that is near.
    pub(super) fn nearest(self, name: Option<&str>) -> Self {
        match name {
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None => self,
        }
    }
}

impl Failed {
    /// Why, in one line.
    pub fn in_a_line(&self) -> String {
        let text = match self {
            Self::Unmet(unmet) => unmet.happened.clone(),
            Self::Wrong(wrong) => wrong.to_string(),
            Self::Undefined(_) => "there is no such sentence".to_owned(),
            Self::Ambiguous(_) => "it can mean several sentences".to_owned(),
            Self::Inconclusive(why) | Self::Skipped(why) | Self::Defect(why) => why.clone(),
        };
        text.lines().next().unwrap_or_default().to_owned()
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.message)?;
        self.help.iter().try_for_each(|help| write!(f, "; {help}"))
    }
}

impl From<Wrong> for Failed {
    fn from(wrong: Wrong) -> Self {
        Self::Wrong(Box::new(wrong))
    }
}

impl From<Unmet> for Failed {
    fn from(unmet: Unmet) -> Self {
        Self::Unmet(Box::new(unmet))
    }
}
