//! One permission that a state machine needs, and what it is about.

use std::fmt;

use super::glob::{Cover, Glob};
use crate::asl::StateId;

/// Actions on resources that a role must be allowed, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The state that needs it; none where the machine as a whole does.
    pub state: Option<StateId>,
    /// Whose policy must allow it.
    pub role: Role,
    /// `dynamodb:PutItem`
    pub actions: Vec<String>,
    /// What they are done to.
    pub resources: Vec<Resource>,
    /// What must be true of the request besides; empty where there is nothing to say.
    pub condition: Vec<Condition>,
    /// What the state does with it, in the present tense: `writes the item`.
    pub because: String,
    /// How the call is made: `dynamodb:putItem`, `states:startExecution.sync:2`, `Distributed Map`.
    pub integration: String,
    /// Whether the state fails without it, whenever it runs.
    pub certain: bool,
    /// Whether the policy should grant it.
    pub standing: Standing,
    /// What the owner should know: on what it depends, why it cannot be narrower.
    pub remarks: Vec<String>,
}

/// The role that a call is made with.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The execution role of the state machine.
    #[default]
    Execution,
    /// The role in `Credentials`, assumed by the execution role.
    Assumed(Glob),
}

/// Whether a permission belongs into the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It does.
    Granted,
    /// Only if something is the case that a definition does not show.
    Mentioned,
}

/// What an action is done to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// An ARN, as far as it is known.
    Arn(Glob),
    /// `*`: AWS knows no resource for these actions.
    Any {
        /// Why, for the reader.
        why: String,
    },
}

/// One test of a `Condition` block.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    /// `StringEquals`
    pub operator: String,
    /// `iam:PassedToService`
    pub key: String,
    /// Any of these.
    pub values: Vec<Glob>,
}

impl Resource {
    /// The ARN, if there is one.
    pub fn arn(&self) -> Option<&Glob> {
        match self {
            Self::Arn(arn) => Some(arn),
            Self::Any { .. } => None,
        }
    }

    /// Whether nothing has to be supplied by a person.
    pub fn is_bound(&self) -> bool {
        self.arn().is_none_or(Glob::is_bound)
    }

    /// Whether a `Resource` pattern of a policy takes this in. An action without resources is allowed by `*` alone.
    pub fn covered_by(&self, pattern: &str) -> Cover {
        match self {
            Self::Arn(arn) => arn.covered_by(pattern),
            Self::Any { .. } if !pattern.is_empty() && pattern.chars().all(|letter| letter == '*') => {
                Cover::All
            }
            Self::Any { .. } => Cover::None,
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arn(arn) => arn.fmt(f),
            Self::Any { .. } => f.write_str("*"),
        }
    }
}
