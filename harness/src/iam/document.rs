//! Policies made of needs: statements with equal resources are one, and each says which states it is for.

use std::collections::BTreeSet;

use super::need::{Condition, Need, Resource, Role, Standing};
use super::survey::Survey;
use crate::asl::{Machine, StateId};

/// The policy of one role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Whose policy it is.
    pub role: Role,
    /// In the order of the states.
    pub statements: Vec<Statement>,
    /// What may be needed but is not granted, as statements that could be added.
    pub mentioned: Vec<Statement>,
}

/// Actions on resources, and what they are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Letters and digits, unique in the policy.
    pub sid: String,
    /// In the order in which they are used.
    pub actions: Vec<String>,
    /// What they are done to.
    pub resources: Vec<Resource>,
    /// What must be true of the request besides.
    pub condition: Vec<Condition>,
    /// The states that need it.
    pub uses: Vec<Use>,
    /// What the owner should know.
    pub remarks: Vec<String>,
}

/// What one state does with a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The state; none for the machine as a whole.
    pub state: Option<StateId>,
    /// The call.
    pub integration: String,
    /// What it is for.
    pub because: String,
}

/// The policies that a machine needs: that of its execution role first, then those of roles that tasks assume.
pub fn documents(machine: &Machine, survey: &Survey) -> Vec<Document> {
    let mut roles: Vec<&Role> = vec![&Role::Execution];
    for need in &survey.needs {
        if !roles.contains(&&need.role) {
            roles.push(&need.role);
        }
    }
    roles.into_iter().map(|role| document(machine, survey, role)).collect()
}

fn document(machine: &Machine, survey: &Survey, role: &Role) -> Document {
    let own = |standing: Standing| {
        let needs = survey.needs.iter().filter(|need| need.role == *role && need.standing == standing);
        statements(machine, needs)
    };
    Document { role: role.clone(), statements: own(Standing::Granted), mentioned: own(Standing::Mentioned) }
}

fn statements<'n>(machine: &Machine, needs: impl Iterator<Item = &'n Need>) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();
    for need in needs {
        let same = |statement: &&mut Statement| {
            same_resources(&statement.resources, &need.resources) && statement.condition == need.condition
        };
        if let Some(statement) = statements.iter_mut().find(same) {
            statement.add(need);
            continue;
        }
        let mut statement = Statement {
            sid: String::new(),
            actions: Vec::new(),
            resources: need.resources.clone(),
            condition: need.condition.clone(),
            uses: Vec::new(),
            remarks: Vec::new(),
        };
        statement.add(need);
        statements.push(statement);
    }
    let mut taken = BTreeSet::new();
    for statement in &mut statements {
        statement.sid = sid(machine, statement, &taken);
        taken.insert(statement.sid.clone());
    }
    statements
}

/// Actions that know no resource are kept apart by why they do not, so that each reason stands with its actions.
fn same_resources(a: &[Resource], b: &[Resource]) -> bool {
    a.len() == b.len() && a.iter().all(|resource| b.contains(resource))
}

impl Statement {
    fn add(&mut self, need: &Need) {
        let Need { state, actions, because, integration, remarks, .. } = need;
        for action in actions {
            if !self.actions.contains(action) {
                self.actions.push(action.clone());
            }
        }
        let own = Use { state: *state, integration: integration.clone(), because: because.clone() };
        if !self.uses.contains(&own) {
            self.uses.push(own);
        }
        for remark in remarks {
            if !self.remarks.contains(remark) {
                self.remarks.push(remark.clone());
            }
        }
    }

    /// Whether nothing has to be supplied by a person.
    pub fn is_bound(&self) -> bool {
        let values = self.condition.iter().flat_map(|condition| &condition.values);
        self.resources.iter().all(Resource::is_bound) && values.into_iter().all(super::Glob::is_bound)
    }
}

/// IAM guide, "Policy element: Sid": letters and digits. `PutItemBook`: the first action and the first state.
fn sid(machine: &Machine, statement: &Statement, taken: &BTreeSet<String>) -> String {
    let action = statement.actions.first().map_or("", |action| action.rsplit(':').next().unwrap_or(action));
    let state = statement.uses.iter().find_map(|one| one.state);
    let state = state.map_or("", |state| &*machine.state(state).name);
    let mut name: String = action.to_owned();
    for word in state.split(|letter: char| !letter.is_ascii_alphanumeric()) {
        let mut letters = word.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    let numbered = (2..).map(|number| format!("{name}{number}"));
    let mut names = std::iter::once(name.clone()).chain(numbered);
    names.find(|name| !taken.contains(name)).expect("there are more numbers than statements")
}
