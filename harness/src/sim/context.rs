//! The context object (`$$`), built in parts and only when it is asked for.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::asl::{Kind, Machine};
use crate::catalog::{Pattern, Service};
use crate::contested::Contested;
use crate::expr::ContextObject;
use crate::history::{StrandId, VirtualTime, rfc3339};
use crate::value::{Key, Object, ObjectBuilder, Value};

use super::distributed::Child;
use super::engine::Engine;
use super::strand::{Item, at};
use super::{Case, StartedBy};

/// What is the same for the whole execution, made when it is first asked for.
#[derive(Debug)]
pub(super) struct ContextParts<'a> {
    machine: &'a Machine,
    case: &'a Case,
    /// How often it was redriven, and when last.
    redriven: Option<(u32, VirtualTime)>,
    execution: OnceCell<Value>,
    state_machine: OnceCell<Value>,
    names: OnceCell<Names>,
}

/// Member names, made once.
#[derive(Debug)]
struct Names {
    entered_time: Key,
    name: Key,
    retry_count: Key,
    token: Key,
    item: Key,
    index: Key,
    value: Key,
}

impl<'a> ContextParts<'a> {
    pub(super) fn new(machine: &'a Machine, case: &'a Case) -> Self {
        let (execution, state_machine, names) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { machine, case, redriven: None, execution, state_machine, names }
    }

    /// The same after a redrive.
    pub(super) fn redriven(machine: &'a Machine, case: &'a Case, count: u32, at: VirtualTime) -> Self {
        Self { redriven: Some((count, at)), ..Self::new(machine, case) }
    }

    fn execution(&self) -> &Value {
        self.execution.get_or_init(|| {
            let (machine, name) = (&self.machine.name, &self.case.execution_name);
            let identity = &self.case.identity;
            let arn = identity.execution_arn(self.case.machine_type, machine, name);
            let members = [
                ("Id", Value::from(arn)),
                ("Input", self.case.input.clone()),
                ("StartTime", Value::from(rfc3339(self.case.epoch_ms))),
                ("Name", Value::from(name.clone())),
                ("RoleArn", Value::from(identity.role_arn(machine))),
            ];
            // Recorded on AWS: an execution that somebody waits for has none; it cannot be redriven.
            let counts = self.case.started_by != StartedBy::StartSyncExecution
                && !self.case.rules.departs(Contested::RedriveCount);
            let redrives = self.redriven.map_or(0, |(count, _)| i64::from(count));
            let redrives = counts.then(|| ("RedriveCount", Value::from(redrives)));
            let mut execution: Object = members.into_iter().chain(redrives).collect();
            if let Some((_, at)) = self.redriven {
                execution.insert("RedriveTime", Value::from(self.case.time(at)));
            }
            self.case.given.over_execution(execution).into()
        })
    }

    fn state_machine(&self) -> &Value {
        self.state_machine.get_or_init(|| {
            let name = &self.machine.name;
            let arn = self.case.identity.machine_arn(name);
            let computed = Object::from_iter([("Id", Value::from(arn)), ("Name", Value::from(name.clone()))]);
            self.case.given.over_state_machine(computed).into()
        })
    }

    fn names(&self) -> &Names {
        self.names.get_or_init(|| Names {
            entered_time: Arc::from("EnteredTime"),
            name: Arc::from("Name"),
            retry_count: Arc::from("RetryCount"),
            token: Arc::from("Token"),
            item: Arc::from("Item"),
            index: Arc::from("Index"),
            value: Arc::from("Value"),
        })
    }
}

/// The context object as one strand sees it.
pub(super) struct StrandContext<'a, 'm> {
    pub(super) engine: &'a Engine<'m>,
    pub(super) strand: StrandId,
    /// The item it works on, or the one that is about to start.
    pub(super) item: Option<&'a Item>,
}

impl StrandContext<'_, '_> {
    fn state(&self) -> Value {
        let (parts, strand) = (&self.engine.context, &self.engine.strands[at(self.strand)]);
        let names = parts.names();
        let entered = parts.case.time(strand.entered_at);
        let here = self.engine.state(self.strand);
        let mut state = ObjectBuilder::with_capacity(3);
        state.push(names.entered_time.clone(), Value::from(entered));
        state.push(names.name.clone(), Value::from(here.name.clone()));
        // Recorded on AWS: a task has it, from 0 on; a Pass state has none. It is there where there can be retries.
        if matches!(here.kind, Kind::Task(_) | Kind::Parallel { .. } | Kind::Map(_)) {
            state.push(names.retry_count.clone(), Value::from(i64::from(strand.retry_count())));
        }
        state.finish().into()
    }

    /// Docs, "Context object": a token exists in callback and activity tasks; TestState's rules give one to `.sync`
    /// tasks as well, and published workflows read it there. Every attempt has a new one.
    fn task(&self) -> Option<Value> {
        let task = self.engine.state(self.strand).task()?;
        if task.integration.pattern == Pattern::RequestResponse && task.integration.kind != Service::Activity
        {
            return None;
        }
        let token =
            format!("token-{}-{}", self.engine.case.execution_name, self.engine.history.attempts.len() + 1);
        Some(Object::from_iter([(self.engine.context.names().token.clone(), Value::from(token))]).into())
    }

    /// The child execution of a distributed Map that the strand belongs to.
    fn child(&self) -> Option<&Child> {
        let child = self.engine.strands[at(self.strand)].child?;
        Some(&self.engine.children[child.0])
    }

    /// Docs, "Distributed mode": a child is an execution of its own, of a state machine named after the Map's label.
    fn execution(&self) -> Value {
        let whole = self.engine.context.execution().clone();
        let (Some(child), Value::Object(mut execution)) = (self.child(), whole.clone()) else { return whole };
        let case = self.engine.case;
        let (machine, name) = (format!("{}/{}", self.engine.machine.name, child.label), child.name());
        let arn = case.identity.execution_arn(child.machine_type, &machine, &name);
        execution.insert("Id", Value::from(arn));
        execution.insert("Input", child.input.clone());
        execution.insert("StartTime", Value::from(case.time(child.started)));
        execution.insert("Name", Value::from(name));
        execution.into()
    }

    fn state_machine(&self) -> Value {
        let Some(child) = self.child() else { return self.engine.context.state_machine().clone() };
        let name = format!("{}/{}", self.engine.machine.name, child.label);
        let arn = self.engine.case.identity.machine_arn(&name);
        Object::from_iter([("Id", Value::from(arn)), ("Name", Value::from(name))]).into()
    }

    fn map(&self) -> Option<Value> {
        let names = self.engine.context.names();
        let item = self.item?;
        let mut inner = ObjectBuilder::with_capacity(4);
        inner.push(names.index.clone(), Value::from(i64::from(item.index)));
        if let Some(key) = &item.key {
            inner.push("Key", Value::from(key.clone()));
        }
        inner.push(names.value.clone(), item.value.clone());
        if let Some(source) = &item.source {
            inner.push("Source", Value::from(source.clone()));
        }
        Some(Object::from_iter([(names.item.clone(), Value::from(inner.finish()))]).into())
    }
}

impl ContextObject for StrandContext<'_, '_> {
    fn value(&self) -> Value {
        let mut context = ObjectBuilder::with_capacity(5);
        for name in ["Execution", "StateMachine", "State", "Task", "Map"] {
            if let Some(member) = self.member(name) {
                context.push(name, member);
            }
        }
        context.finish().into()
    }

    fn member(&self, name: &str) -> Option<Value> {
        if let Some(probing) = &self.engine.probe
            && !(name == "Map" && self.item.is_some())
        {
            return probing.given.context.get(name).cloned();
        }
        match name {
            "Execution" => Some(self.execution()),
            "StateMachine" => Some(self.state_machine()),
            "State" => Some(self.state()),
            "Task" => self.task(),
            "Map" => self.map(),
            _ => None,
        }
    }
}
