//! What the states of a machine need, one after the other.

use super::bind::Binder;
use super::form::{Form, Reader};
use super::glob::{Glob, Piece};
use super::need::{Need, Resource, Role, Standing};
use super::settings::Settings;
use super::table::{self, Action, Mark, Row, When};
use super::{extras, map, sdk};
use crate::asl::{Kind, Machine, MapMode, State, StateId, Task};
use crate::catalog::{Integration, Service};

/// Everything that is known of the permissions of a machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// In the order of the states.
    pub needs: Vec<Need>,
    /// Calls whose permissions are not known.
    pub unknown: Vec<Unknown>,
    /// Calls that no policy has to allow.
    pub nothing: Vec<Nothing>,
}

/// A call whose permissions are not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The state.
    pub state: StateId,
    /// The call, or the resource as written.
    pub integration: String,
    /// Why, and what to do about it.
    pub why: String,
}

/// A call that no policy has to allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nothing {
    /// The state.
    pub state: StateId,
    /// The call.
    pub integration: String,
    /// Why.
    pub why: String,
}

/// What a machine needs: [`survey`] without what is unknown.
pub fn needs(machine: &Machine, settings: &Settings) -> Vec<Need> {
    survey(machine, settings).needs
}

/// What each state of a machine needs, and what the machine as a whole does.
pub fn survey(machine: &Machine, settings: &Settings) -> Survey {
    let mut survey = Survey::default();
    for state in &machine.states {
        let mut surveyor = Surveyor { reader: Reader { machine, settings }, state, survey: &mut survey };
        match &state.kind {
            Kind::Task(task) => surveyor.task(task),
            Kind::Map(map) if matches!(map.mode, MapMode::Distributed(_)) => map::needs(&mut surveyor, map),
            _ => {}
        }
    }
    extras::needs(settings, &mut survey.needs);
    survey
}

/// Looks at one state.
pub(super) struct Surveyor<'s> {
    pub(super) reader: Reader<'s>,
    pub(super) state: &'s State,
    pub(super) survey: &'s mut Survey,
}

/// A call and the roles that it is made with.
pub(super) struct Call {
    pub(super) integration: String,
    pub(super) request: Form,
    pub(super) roles: Vec<Role>,
    pub(super) waits: bool,
}

impl Surveyor<'_> {
    fn task(&mut self, task: &Task) {
        let integration = &task.integration;
        let call = Call {
            integration: integration.to_string(),
            request: self.reader.request(self.state.flow.parameters.as_ref()),
            roles: self.roles(task),
            waits: integration.is_job(),
        };
        match integration.kind {
            Service::LambdaArn => self.function(task, &call),
            Service::Activity => {
                self.nothing(&call.integration, "a worker asks for the work, with permissions of its own");
            }
            Service::Http | Service::Optimized => self.optimized(integration, &call),
            Service::Sdk => sdk::needs(self, integration, &call),
            Service::Unresolved => self.unresolved(task, &call),
        }
    }

    /// The roles of a task, with the right to assume each.
    fn roles(&mut self, task: &Task) -> Vec<Role> {
        let Some(credentials) = &task.credentials else { return vec![Role::Execution] };
        let credentials = self.reader.request(Some(credentials));
        let call = Call {
            integration: "Credentials".to_owned(),
            request: credentials,
            roles: vec![Role::Execution],
            waits: false,
        };
        let row = table::row(ASSUME);
        let at = self.survey.needs.len();
        self.row(&row, &call);
        let roles = self.survey.needs[at..].iter().flat_map(|need| &need.resources);
        roles.filter_map(Resource::arn).map(|arn| Role::Assumed(arn.clone())).collect()
    }

    fn function(&mut self, task: &Task, call: &Call) {
        let resource = Form::Text(Glob::parse(&task.resource));
        let request = Form::Object(vec![("FunctionName".to_owned(), resource)]);
        let call =
            Call { request, integration: call.integration.clone(), roles: call.roles.clone(), ..*call };
        let rows = table::rows("lambda:invoke").expect("the table has the most used call of all");
        self.rows(rows, &call);
    }

    fn optimized(&mut self, integration: &Integration, call: &Call) {
        let name = format!("{}:{}", integration.service, integration.action);
        match table::rows(&name) {
            Some(rows) => self.rows(rows, call),
            None => self.unknown(
                &call.integration,
                "this integration is not in the catalogue; look its permissions up in the developer guide",
            ),
        }
    }

    /// A resource behind a placeholder: what is needed is not known, unless it is the function that its name says.
    fn unresolved(&mut self, task: &Task, call: &Call) {
        let resource = Glob::parse(&task.resource);
        let [Piece::Placeholder(name)] = resource.pieces() else {
            let why =
                "the resource is no ARN that is known; give its placeholders values with --set NAME=VALUE";
            return self.unknown(&task.resource, why);
        };
        let why = format!("the resource is a placeholder without a value; give it one with --set {name}=ARN");
        self.unknown(&task.resource, &why);
        let plain = name.to_ascii_lowercase();
        if ["lambda", "function", "arn"].iter().any(|word| plain.contains(word)) {
            let at = self.survey.needs.len();
            self.function(task, call);
            for need in &mut self.survey.needs[at..] {
                need.standing = Standing::Mentioned;
                need.certain = false;
                need.remarks = vec![format!("needed only if `${{{name}}}` is a Lambda function")];
            }
        }
    }

    pub(super) fn rows(&mut self, rows: &[Row], call: &Call) {
        for row in rows {
            self.row(row, call);
        }
    }

    /// One row of the table for one call.
    pub(super) fn row(&mut self, row: &Row, call: &Call) {
        let fits = match row.when {
            When::Every => true,
            When::Waiting => call.waits,
            When::Calling => !call.waits,
        };
        let state = self.state.name.clone();
        let binder = Binder { settings: self.reader.settings, request: &call.request, state: &state };
        let Some(terms) = Terms::of(&row.marks, &binder).filter(|_| fits) else { return };
        if row.actions.is_empty() {
            return self.nothing(&call.integration, row.because);
        }
        let why = format!("{} cannot be restricted to a resource", listed(&row.actions));
        let mut bound = binder.resources(&row.resources, &why);
        if bound.resources.is_empty() {
            return;
        }
        terms.remarks.iter().for_each(|remark| bound.remark(remark.clone()));
        for stops in [false, true] {
            let actions = row.actions.iter().filter(|action| action.stops == stops);
            let actions: Vec<String> = actions.map(|action| action.name.to_owned()).collect();
            if actions.is_empty() {
                continue;
            }
            let because = if stops { "stops the work when the execution is stopped" } else { row.because };
            for role in &call.roles {
                self.survey.needs.push(Need {
                    state: Some(self.state.id),
                    role: role.clone(),
                    actions: actions.clone(),
                    resources: bound.resources.clone(),
                    condition: terms.condition.clone(),
                    because: because.to_owned(),
                    integration: call.integration.clone(),
                    certain: terms.certain && !stops,
                    standing: terms.standing,
                    remarks: bound.remarks.clone(),
                });
            }
        }
    }

    pub(super) fn nothing(&mut self, integration: &str, why: &str) {
        let (state, integration) = (self.state.id, integration.to_owned());
        self.survey.nothing.push(Nothing { state, integration, why: why.to_owned() });
    }

    pub(super) fn unknown(&mut self, integration: &str, why: &str) {
        let (state, integration) = (self.state.id, integration.to_owned());
        self.survey.unknown.push(Unknown { state, integration, why: why.to_owned() });
    }
}

/// Docs, "Accessing resources in other AWS accounts": the task's calls are made as the role in its credentials.
const ASSUME: &str = "* | sts:AssumeRole | iam::A:role/{!RoleArn} | | assumes the role of the task";

/// What the marks of a row mean for one request.
struct Terms {
    certain: bool,
    standing: Standing,
    condition: Vec<super::need::Condition>,
    remarks: Vec<String>,
}

impl Terms {
    /// `None`: the row is not about this request.
    fn of(marks: &[Mark], binder: &Binder<'_>) -> Option<Self> {
        let mut terms =
            Self { certain: true, standing: Standing::Granted, condition: Vec::new(), remarks: Vec::new() };
        for mark in marks {
            match mark {
                Mark::Given(ways) => match binder.given(ways) {
                    Some(true) => {}
                    Some(false) => return None,
                    None => terms.mention("the request, which is made at run time, asks for it"),
                },
                Mark::Unless(ways) => {
                    if binder.given(ways) == Some(true) {
                        return None;
                    }
                }
                Mark::Equals(way, texts) => match binder.equals(way, texts) {
                    Some(true) => {}
                    Some(false) => return None,
                    None => terms.depends("the request, which is made at run time, asks for it"),
                },
                Mark::If(what) => terms.depends(what),
                Mark::Perhaps(what) => terms.mention(what),
                Mark::Where { narrowing, operator, key, values } => {
                    terms.condition.extend(binder.condition(*narrowing, operator, key, values));
                }
                Mark::Medium => terms.certain = false,
                Mark::Low => {
                    terms.certain = false;
                    terms.standing = Standing::Mentioned;
                }
                Mark::Note(note) => terms.remarks.push((*note).to_owned()),
            }
        }
        Some(terms)
    }

    /// Granted, but it may not be needed.
    fn depends(&mut self, what: &str) {
        self.certain = false;
        self.remarks.push(format!("needed only if {what}"));
    }

    /// Not granted, but it may be needed.
    fn mention(&mut self, what: &str) {
        self.certain = false;
        self.standing = Standing::Mentioned;
        self.remarks.push(format!("needed only if {what}"));
    }
}

/// `a`, `a and b`, `a, b and c`
fn listed(actions: &[Action]) -> String {
    let names: Vec<&str> = actions.iter().map(|action| action.name).collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}
