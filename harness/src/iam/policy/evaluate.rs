//! Whether a role may make a call, as IAM decides it: an explicit denial wins, then an allowance is needed, and a
//! permission boundary has to allow it as well. Docs, "Policy evaluation logic". Policies of resources and of the
//! organization are not asked: nobody gave them.

use super::condition::{self, Truth};
use super::document::Reach;
use super::{Context, Effect, Grants, Pattern, Policy, Statement};

/// A call: one action on one resource.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// `dynamodb:PutItem`
    pub action: &'r str,
    /// The ARN, `*` for actions without resources; parts may be unknown.
    pub resource: &'r Pattern,
    /// What else is known of the call.
    pub context: &'r Context,
}

/// What IAM would say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Yes, whatever the unknown parts are.
    Allowed,
    /// No, whatever they are.
    Denied(Refusal),
    /// Yes, if this holds, which only AWS can say.
    Conditional(String),
    /// It depends on parts that are not known.
    Unknown(String),
}

/// Why it is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing allows it.
    NoStatement,
    /// A statement denies it.
    Statement(String),
    /// The permission boundary does not allow it.
    Boundary,
}

impl Grants {
    /// Whether the call is allowed.
    pub fn decide(&self, request: Request<'_>) -> Decision {
        let own = decide(&self.policies, request);
        if self.boundary.is_empty() || matches!(own, Decision::Denied(_)) {
            return own;
        }
        match (own, decide(&self.boundary, request)) {
            (_, Decision::Denied(Refusal::Statement(label))) => Decision::Denied(Refusal::Statement(label)),
            (_, Decision::Denied(_)) => Decision::Denied(Refusal::Boundary),
            (Decision::Allowed, boundary) => boundary,
            (own, _) => own,
        }
    }
}

fn decide(policies: &[Policy], request: Request<'_>) -> Decision {
    let action = Pattern::action(request.action);
    let mut conditions: Option<String> = None;
    let mut some: Option<String> = None;
    let mut allowed = false;
    let mut perhaps_denied: Option<String> = None;
    for statement in policies.iter().flat_map(|policy| policy.statements.iter().flatten()) {
        let reach = statement.actions.reach(&action).min(statement.resources.reach(request.resource));
        let (truth, open) = condition::all_hold(&statement.conditions, request.context);
        if reach == Reach::Nothing || truth == Truth::No {
            continue;
        }
        let applies = reach == Reach::All && truth == Truth::Yes;
        match statement.effect {
            Effect::Deny if applies => {
                return Decision::Denied(Refusal::Statement(place(statement)));
            }
            Effect::Deny => {
                perhaps_denied.get_or_insert_with(|| {
                    let texts: Vec<_> = open.iter().map(|condition| condition.text()).collect();
                    let when =
                        if texts.is_empty() { "some resources".to_owned() } else { texts.join(" and ") };
                    format!("{} denies it for {when}", place(statement))
                });
            }
            Effect::Allow if applies => allowed = true,
            Effect::Allow if reach == Reach::All => {
                conditions.get_or_insert_with(|| {
                    let texts: Vec<_> = open.iter().map(|condition| condition.text()).collect();
                    format!("{} allows it under the condition {}", place(statement), texts.join(" and "))
                });
            }
            Effect::Allow => {
                some.get_or_insert_with(|| format!("{} allows it for some resources", place(statement)));
            }
        }
    }
    let hidden = policies.iter().find(|policy| policy.statements.is_none());
    match (allowed, perhaps_denied) {
        (true, None) => Decision::Allowed,
        (true, Some(denied)) => Decision::Unknown(denied),
        (false, _) => match (conditions, some, hidden) {
            (Some(condition), ..) => Decision::Conditional(condition),
            (None, Some(some), _) => Decision::Unknown(some),
            (None, None, Some(policy)) => {
                Decision::Unknown(format!("the text of the attached policy `{}` is not at hand", policy.name))
            }
            (None, None, None) => Decision::Denied(Refusal::NoStatement),
        },
    }
}

/// `Write (role.json:3:5)`
pub(super) fn place(statement: &Statement) -> String {
    format!("{} ({})", statement.label, statement.location)
}
