//! Permissions that the machine needs and its role does not have.

use crate::asl::StateId;
use crate::value::Value;

/// A permission that is missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Denied {
    /// The state that needs it; none where the machine as a whole does.
    pub state: Option<StateId>,
    /// `dynamodb:PutItem`
    pub actions: Vec<String>,
    /// ARNs, as far as they are known.
    pub resources: Vec<String>,
    /// What the state does with it: `writes the item`.
    pub because: String,
    /// Why it is refused: `no statement of the role's policies allows it`.
    pub refusal: String,
    /// The statement to add to the role's policy; none where adding one does not help.
    pub statement: Option<Value>,
    /// Whether the state fails without it whenever it runs.
    pub certain: bool,
}
