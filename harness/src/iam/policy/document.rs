//! What a role may do: its policies, statement by statement, with their places in the user's files.

use super::Pattern;
use crate::load::Location;

/// Everything that is known of the permissions of one role.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    /// The policies of the role, inline and managed.
    pub policies: Vec<Policy>,
    /// The permission boundary; empty: the role has none.
    pub boundary: Vec<Policy>,
}

/// One policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its name, or the file it stands in.
    pub name: String,
    /// What it says; none: it is attached to the role, but its text is not at hand.
    pub statements: Option<Vec<Statement>>,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// `Sid`, or its number: `Statement[2]`.
    pub label: String,
    /// `Allow` or `Deny`.
    pub effect: Effect,
    /// `Action` or `NotAction`.
    pub actions: Selection,
    /// `Resource` or `NotResource`.
    pub resources: Selection,
    /// `Condition`: all have to hold.
    pub conditions: Vec<Condition>,
    /// Where it stands.
    pub location: Location,
}

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It gives.
    Allow,
    /// It takes away, whatever gives.
    Deny,
}

/// Names of actions or resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// These.
    Only(Vec<Pattern>),
    /// All but these: `NotAction`, `NotResource`.
    AllBut(Vec<Pattern>),
}

/// One test of a `Condition`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// `StringEquals`, with its set operator and `IfExists`, as it is written.
    pub operator: String,
    /// The key of the request.
    pub key: String,
    /// The values; one has to fit, or with a negated operator none may.
    pub values: Vec<String>,
}

/// How far a selection reaches over what is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// Over nothing of it.
    Nothing,
    /// Over some values that it can have, or nobody knows.
    Some,
    /// Over every value.
    All,
}

impl Selection {
    /// How far it reaches.
    pub(super) fn reach(&self, wanted: &Pattern) -> Reach {
        let (patterns, is_negated) = match self {
            Self::Only(patterns) => (patterns, false),
            Self::AllBut(patterns) => (patterns, true),
        };
        if patterns.iter().any(|pattern| pattern.covers(wanted)) {
            return if is_negated { Reach::Nothing } else { Reach::All };
        }
        match patterns.iter().any(|pattern| pattern.meets(wanted)) {
            true => Reach::Some,
            false if is_negated => Reach::All,
            false => Reach::Nothing,
        }
    }

    /// The patterns that are listed.
    pub fn patterns(&self) -> &[Pattern] {
        let (Self::Only(patterns) | Self::AllBut(patterns)) = self;
        patterns
    }
}

impl Condition {
    /// For people: `StringEquals aws:SourceVpc is vpc-1`.
    pub(super) fn text(&self) -> String {
        format!("{} {} {}", self.operator, self.key, self.values.join(" or "))
    }
}
