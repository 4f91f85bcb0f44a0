//! The policies that state machines need, for people and for programs.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::counted;
use crate::asl::Machine;
use crate::iam::{Condition, Document, Nothing, Resource, Role, Statement, Survey, Unknown, Use};

/// What one machine needs.
#[derive(Debug)]
pub struct Permissions<'p> {
    /// The machine.
    pub machine: &'p Machine,
    /// Its name, as the user knows it.
    pub name: &'p str,
    /// The file it came from.
    pub source: String,
    /// What its states need.
    pub survey: &'p Survey,
    /// The policies made of it, that of the execution role first.
    pub documents: &'p [Document],
}

/// The policy as IAM takes it.
pub fn policy(document: &Document) -> Value {
    let statements: Vec<Value> = document.statements.iter().map(statement).collect();
    json!({ "Version": "2012-10-17", "Statement": statements })
}

fn statement(statement: &Statement) -> Value {
    let resources: Vec<String> = statement.resources.iter().map(ToString::to_string).collect();
    let mut object = json!({
        "Sid": statement.sid,
        "Effect": "Allow",
        "Action": statement.actions,
        "Resource": resources,
    });
    if !statement.condition.is_empty() {
        object["Condition"] = condition(&statement.condition);
    }
    object
}

fn condition(tests: &[Condition]) -> Value {
    let mut operators = Map::new();
    for test in tests {
        let values: Vec<String> = test.values.iter().map(ToString::to_string).collect();
        let values = match &values[..] {
            [only] => json!(only),
            _ => json!(values),
        };
        let keys = operators.entry(test.operator.clone()).or_insert_with(|| json!({}));
        keys[&test.key] = values;
    }
    Value::Object(operators)
}

/// One machine, as `--format json` prints it.
#[derive(Serialize)]
struct MachineView<'p> {
    name: &'p str,
    source: &'p str,
    policy: Value,
    statements: Vec<StatementView<'p>>,
    not_granted: Vec<StatementView<'p>>,
    assumed_roles: Vec<RoleView<'p>>,
    unknown: Vec<CallView<'p>>,
    nothing_needed: Vec<CallView<'p>>,
}

#[derive(Serialize)]
struct RoleView<'p> {
    role: String,
    policy: Value,
    statements: Vec<StatementView<'p>>,
    not_granted: Vec<StatementView<'p>>,
}

#[derive(Serialize)]
struct StatementView<'p> {
    sid: &'p str,
    actions: &'p [String],
    resources: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Value>,
    /// Whether nothing has to be supplied.
    bound: bool,
    states: Vec<UseView<'p>>,
    remarks: Vec<&'p str>,
}

#[derive(Serialize)]
struct UseView<'p> {
    state: Option<&'p str>,
    integration: &'p str,
    because: &'p str,
}

#[derive(Serialize)]
struct CallView<'p> {
    state: &'p str,
    integration: &'p str,
    why: &'p str,
}

/// All machines of a call as JSON, with a version.
pub fn permissions_json(machines: &[Permissions<'_>]) -> String {
    let machines: Vec<MachineView<'_>> = machines.iter().map(Permissions::view).collect();
    let all = json!({ "version": 1, "machines": machines });
    serde_json::to_string_pretty(&all).expect("views have only text, numbers and lists")
}

impl Permissions<'_> {
    fn view(&self) -> MachineView<'_> {
        let (execution, assumed) = self.documents.split_first().expect("the execution role is always there");
        MachineView {
            name: self.name,
            source: &self.source,
            policy: policy(execution),
            statements: self.statements(&execution.statements),
            not_granted: self.statements(&execution.mentioned),
            assumed_roles: assumed
                .iter()
                .map(|document| RoleView {
                    role: role(&document.role),
                    policy: policy(document),
                    statements: self.statements(&document.statements),
                    not_granted: self.statements(&document.mentioned),
                })
                .collect(),
            unknown: self.survey.unknown.iter().map(|call| self.unknown(call)).collect(),
            nothing_needed: self.survey.nothing.iter().map(|call| self.nothing(call)).collect(),
        }
    }

    fn statements<'p>(&'p self, statements: &'p [Statement]) -> Vec<StatementView<'p>> {
        let view = |statement: &'p Statement| StatementView {
            sid: &statement.sid,
            actions: &statement.actions,
            resources: statement.resources.iter().map(ToString::to_string).collect(),
            condition: Some(condition(&statement.condition)).filter(|_| !statement.condition.is_empty()),
            bound: statement.is_bound(),
            states: statement.uses.iter().map(|one| self.used(one)).collect(),
            remarks: remarks(statement),
        };
        statements.iter().map(view).collect()
    }

    fn used<'p>(&'p self, one: &'p Use) -> UseView<'p> {
        let state = one.state.map(|state| &*self.machine.state(state).path);
        UseView { state, integration: &one.integration, because: &one.because }
    }

    fn unknown<'p>(&'p self, call: &'p Unknown) -> CallView<'p> {
        let state = &self.machine.state(call.state).path;
        CallView { state, integration: &call.integration, why: &call.why }
    }

    fn nothing<'p>(&'p self, call: &'p Nothing) -> CallView<'p> {
        let state = &self.machine.state(call.state).path;
        CallView { state, integration: &call.integration, why: &call.why }
    }

    /// The machine for a person.
    pub fn text(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "{} ({})", self.name, self.source)?;
        for document in self.documents {
            let count = counted(document.statements.len() as u64, "statement");
            let whose = match &document.role {
                Role::Execution => "execution role".to_owned(),
                Role::Assumed(_) => format!("{}, which tasks assume", role(&document.role)),
            };
            match document.statements.len() {
                0 => writeln!(out, "\n{whose}: no permission is needed")?,
                _ => writeln!(out, "\n{whose}: {count}")?,
            }
            for statement in &document.statements {
                self.statement(statement, out)?;
            }
            if !document.mentioned.is_empty() {
                writeln!(out, "\nNot granted, but perhaps needed:")?;
            }
            for statement in &document.mentioned {
                self.statement(statement, out)?;
            }
        }
        if !self.survey.unknown.is_empty() {
            writeln!(out, "\nNot known:")?;
        }
        for call in &self.survey.unknown {
            let CallView { state, integration, why } = self.unknown(call);
            writeln!(out, "  {state} ({integration}): {why}")?;
        }
        if !self.survey.nothing.is_empty() {
            writeln!(out, "\nNothing needed:")?;
        }
        for call in &self.survey.nothing {
            let CallView { state, integration, why } = self.nothing(call);
            writeln!(out, "  {state} ({integration}): {why}")?;
        }
        Ok(())
    }

    fn statement(&self, statement: &Statement, out: &mut String) -> std::fmt::Result {
        writeln!(out, "\n  {}", statement.sid)?;
        let mut label = "allow";
        for action in &statement.actions {
            writeln!(out, "    {label:<6} {action}")?;
            label = "";
        }
        label = "on";
        for resource in &statement.resources {
            writeln!(out, "    {label:<6} {resource}")?;
            label = "";
        }
        label = "if";
        for Condition { operator, key, values } in &statement.condition {
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            writeln!(out, "    {label:<6} {operator} {key} {}", values.join(" or "))?;
            label = "";
        }
        label = "for";
        for (one, reasons) in by_state(&statement.uses) {
            let UseView { state, integration, .. } = self.used(one);
            let state = state.unwrap_or("the machine");
            writeln!(out, "    {label:<6} {state} ({integration}): {}", reasons.join(", "))?;
            label = "";
        }
        label = "note";
        for remark in remarks(statement) {
            writeln!(out, "    {label:<6} {remark}")?;
            label = "";
        }
        Ok(())
    }
}

/// Each call of a state once, with all that it does.
fn by_state(uses: &[Use]) -> Vec<(&Use, Vec<&str>)> {
    let mut calls: Vec<(&Use, Vec<&str>)> = Vec::new();
    for one in uses {
        let same = |call: &&mut (&Use, Vec<&str>)| {
            call.0.state == one.state && call.0.integration == one.integration
        };
        match calls.iter_mut().find(same) {
            Some((_, reasons)) => reasons.push(&one.because),
            None => calls.push((one, vec![&one.because])),
        }
    }
    calls
}

/// Remarks, and why a resource is `*`.
fn remarks(statement: &Statement) -> Vec<&str> {
    let whys = statement.resources.iter().filter_map(|resource| match resource {
        Resource::Any { why } => Some(why.as_str()),
        Resource::Arn(_) => None,
    });
    whys.chain(statement.remarks.iter().map(String::as_str)).collect()
}

fn role(role: &Role) -> String {
    match role {
        Role::Execution => "execution role".to_owned(),
        Role::Assumed(arn) => arn.to_string(),
    }
}
