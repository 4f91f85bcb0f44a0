//! What a role lacks for a machine, what cannot be decided, and what it has more than the machine needs.

use super::excess::{self, Excess};
use super::{Context, Decision, Grants, Pattern, Refusal, Request};
use crate::asl::StateId;
use crate::iam::{Condition, Need, Resource, Role, Standing, Survey};
use crate::model::Denied;
use crate::value::{ObjectBuilder, Value};

/// What policies say to the needs of a machine.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Audit {
    /// What they do not allow.
    pub missing: Vec<Gap>,
    /// What they may allow or not, with the reason why nobody can tell.
    pub undecided: Vec<Gap>,
    /// What they allow and no state needs.
    pub excess: Vec<Excess>,
    /// How many permissions they allow: pairs of an action and a resource.
    pub allowed: usize,
    /// Calls that are made with a role of their own, which these policies are not about.
    pub elsewhere: usize,
}

/// Actions on resources that are not clearly allowed.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    /// The state that needs them; none for the machine as a whole.
    pub state: Option<StateId>,
    /// The actions.
    pub actions: Vec<String>,
    /// The resources.
    pub resources: Vec<Resource>,
    /// What the state does with them.
    pub because: String,
    /// Why they are refused, or cannot be decided.
    pub reason: String,
    /// Whether the state fails without them whenever it runs.
    pub certain: bool,
    /// The statement to add; none where adding one does not help.
    pub statement: Option<Value>,
}

/// Holds policies against needs.
pub fn audit(survey: &Survey, grants: &Grants) -> Audit {
    let mut audit = Audit::default();
    for need in survey.needs.iter().filter(|need| need.standing == Standing::Granted) {
        if need.role == Role::Execution {
            audit.take(need, grants);
        } else {
            audit.elsewhere += 1;
        }
    }
    audit.excess = excess::find(survey, grants);
    audit
}

impl Audit {
    fn take(&mut self, need: &Need, grants: &Grants) {
        let context = context(need);
        // By the answer; of each action the resources that it is given for.
        let mut answers: Vec<(Answer, Vec<ActionOn<'_>>)> = Vec::new();
        for action in &need.actions {
            for resource in &need.resources {
                let pattern = Pattern::new(&resource.to_string());
                let request = Request { action, resource: &pattern, context: &context };
                let Some(answer) = Answer::of(grants.decide(request)) else {
                    self.allowed += 1;
                    continue;
                };
                let at = answers.iter().position(|(known, _)| *known == answer).unwrap_or_else(|| {
                    answers.push((answer, Vec::new()));
                    answers.len() - 1
                });
                let actions = &mut answers[at].1;
                match actions.iter_mut().find(|(name, _)| name == action) {
                    Some((_, resources)) => resources.push(resource),
                    None => actions.push((action, vec![resource])),
                }
            }
        }
        for (answer, mut actions) in answers {
            while let Some((_, resources)) = actions.first().cloned() {
                let same: Vec<String> = actions
                    .iter()
                    .filter(|(_, own)| *own == resources)
                    .map(|(name, _)| (*name).to_owned())
                    .collect();
                actions.retain(|(_, own)| *own != resources);
                self.add(need, &answer, same, resources.into_iter().cloned().collect());
            }
        }
    }

    fn add(&mut self, need: &Need, answer: &Answer, actions: Vec<String>, resources: Vec<Resource>) {
        let helps = !matches!(answer, Answer::Refused(_));
        let gap = Gap {
            state: need.state,
            statement: helps.then(|| statement(&actions, &resources, &need.condition)),
            actions,
            resources,
            because: need.because.clone(),
            reason: answer.reason(),
            certain: need.certain,
        };
        match answer {
            Answer::Missing(_) | Answer::Refused(_) => self.missing.push(gap),
            Answer::Open(_) => self.undecided.push(gap),
        }
    }

    /// What is missing, as a campaign takes it.
    pub fn denied(&self) -> Vec<Denied> {
        let denied = |gap: &Gap| Denied {
            state: gap.state,
            actions: gap.actions.clone(),
            resources: gap.resources.iter().map(ToString::to_string).collect(),
            because: gap.because.clone(),
            refusal: gap.reason.clone(),
            statement: gap.statement.clone(),
            certain: gap.certain,
        };
        self.missing.iter().map(denied).collect()
    }
}

/// An action and the resources that the same answer is given for.
type ActionOn<'n> = (&'n str, Vec<&'n Resource>);

/// A decision that is no plain yes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
    /// A statement would help.
    Missing(String),
    /// It is denied, whatever is allowed.
    Refused(String),
    /// Only AWS can tell.
    Open(String),
}

impl Answer {
    fn of(decision: Decision) -> Option<Self> {
        Some(match decision {
            Decision::Allowed => return None,
            Decision::Denied(Refusal::NoStatement) => {
                Self::Missing("no statement of the role's policies allows it".to_owned())
            }
            Decision::Denied(Refusal::Boundary) => {
                Self::Missing("the permission boundary of the role does not allow it".to_owned())
            }
            Decision::Denied(Refusal::Statement(place)) => Self::Refused(format!("{place} denies it")),
            Decision::Conditional(why) | Decision::Unknown(why) => Self::Open(why),
        })
    }

    fn reason(&self) -> String {
        let (Self::Missing(reason) | Self::Refused(reason) | Self::Open(reason)) = self;
        reason.clone()
    }
}

/// What the request says of itself, by the conditions that a narrow statement would have.
fn context(need: &Need) -> Context {
    let known = need.condition.iter().filter(|test| test.values.len() == 1);
    known.fold(Context::new(), |context, test| {
        context.with(&test.key, test.values.iter().map(ToString::to_string).collect())
    })
}

fn statement(actions: &[String], resources: &[Resource], condition: &[Condition]) -> Value {
    let texts = |items: &mut dyn Iterator<Item = String>| Value::array(items.map(Value::from).collect());
    let mut object = ObjectBuilder::with_capacity(4);
    object.push("Effect", Value::from("Allow"));
    object.push("Action", texts(&mut actions.iter().cloned()));
    object.push("Resource", texts(&mut resources.iter().map(ToString::to_string)));
    if !condition.is_empty() {
        object.push("Condition", conditions(condition));
    }
    object.finish().into()
}

fn conditions(tests: &[Condition]) -> Value {
    let mut operators: Vec<(&str, ObjectBuilder)> = Vec::new();
    for test in tests {
        let values = Value::array(test.values.iter().map(|value| Value::from(value.to_string())).collect());
        let at = operators.iter().position(|(name, _)| *name == test.operator).unwrap_or_else(|| {
            operators.push((&test.operator, ObjectBuilder::with_capacity(1)));
            operators.len() - 1
        });
        operators[at].1.push(test.key.as_str(), values);
    }
    let mut object = ObjectBuilder::with_capacity(operators.len());
    for (name, keys) in operators {
        object.push(name, keys.finish().into());
    }
    object.finish().into()
}
