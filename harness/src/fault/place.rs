//! Where a fault is, as text: `Charge`, `ShipAll[3]/Ship`, `Fulfil/branch[1]/"odd name"#2`.

use std::fmt;

use super::text::{ParseError, Reader, write_name};
use crate::asl::{Kind, Machine, ScopeId, State};
use crate::history::{Iteration, Site};
use crate::spelling;

/// One step of a place: a name, and the item or branch it goes into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    name: String,
    index: Option<u32>,
}

/// Writes a site: the enclosing Maps with their items, the branches, the state, and the visit unless it is the first.
pub(super) fn write_site(site: &Site, machine: &Machine, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut items = site.iteration.0.iter();
    for (at, part) in parts(machine, machine.state(site.state)).iter().enumerate() {
        if at > 0 {
            f.write_str("/")?;
        }
        match part {
            Part::State(name) => write_name(name, f)?,
            Part::Map(name) => {
                write_name(name, f)?;
                write!(f, "[{}]", items.next().copied().unwrap_or(0))?;
            }
            Part::Branch(branch) => write!(f, "branch[{branch}]")?,
        }
    }
    if site.visit == 1 { Ok(()) } else { write!(f, "#{}", site.visit) }
}

/// Reads a site. The name of the state is enough where it is unique; items that are left out are the first ones.
pub(super) fn read_site(reader: &mut Reader<'_>, machine: &Machine) -> Result<Site, ParseError> {
    let from = reader.offset();
    let mut steps = vec![read_step(reader)?];
    while reader.take('/') {
        steps.push(read_step(reader)?);
    }
    let (state, iteration) =
        resolve(&steps, machine).map_err(|message| ParseError { offset: from, message })?;
    if state.task().is_none() {
        let message =
            format!("`{}` is a {}; faults are injected at tasks", state.path, state.kind.type_name());
        return Err(ParseError { offset: from, message });
    }
    let visit = if reader.take('#') { reader.number("the visit")?.max(1) } else { 1 };
    Ok(Site { state: state.id, iteration, visit })
}

fn read_step(reader: &mut Reader<'_>) -> Result<Step, ParseError> {
    let name = reader.name("the name of a state")?;
    let index = if reader.take('[') {
        let index = reader.number("the index")?;
        reader.expect(']')?;
        Some(index)
    } else {
        None
    };
    Ok(Step { name, index })
}

/// What a full place of a state consists of, outermost first.
enum Part<'m> {
    Map(&'m str),
    Branch(u32),
    State(&'m str),
}

fn parts<'m>(machine: &'m Machine, state: &'m State) -> Vec<Part<'m>> {
    let mut parts = vec![Part::State(&state.name)];
    let mut scope = machine.scope(state.scope);
    while let Some(parent) = scope.parent {
        let parent = machine.state(parent);
        if let Kind::Map(_) = parent.kind {
            parts.push(Part::Map(&parent.name));
        } else {
            parts.push(Part::Branch(scope.branch));
            parts.push(Part::State(&parent.name));
        }
        scope = machine.scope(parent.scope);
    }
    parts.reverse();
    parts
}

fn resolve<'m>(steps: &[Step], machine: &'m Machine) -> Result<(&'m State, Iteration), String> {
    let full = machine.states.iter().find_map(|state| Some((state, items(steps, &parts(machine, state))?)));
    if let Some(found) = full {
        return Ok(found);
    }
    if let [Step { name, index: None }] = steps {
        let mut named = machine.states.iter().filter(|state| *state.name == **name);
        if let Some(state) = named.next() {
            return match named.next() {
                None => Ok((state, Iteration(vec![0; maps_around(machine, state.scope)]))),
                Some(other) => Err(format!(
                    "`{name}` is the name of several states; write the whole place, such as `{}` or `{}`",
                    state.path, other.path
                )),
            };
        }
    }
    Err(unknown_state(steps, machine))
}

fn items(steps: &[Step], parts: &[Part<'_>]) -> Option<Iteration> {
    let mut items = Vec::new();
    if steps.len() != parts.len() {
        return None;
    }
    for (step, part) in steps.iter().zip(parts) {
        let same = match part {
            Part::State(name) => step.name == **name && step.index.is_none(),
            Part::Map(name) => {
                items.push(step.index.unwrap_or(0));
                step.name == **name
            }
            Part::Branch(branch) => step.name == "branch" && step.index == Some(*branch),
        };
        if !same {
            return None;
        }
    }
    Some(Iteration(items))
}

fn maps_around(machine: &Machine, scope: ScopeId) -> usize {
    let parent = machine.scope(scope).parent.map(|parent| machine.state(parent));
    parent.map_or(0, |parent| {
        usize::from(matches!(parent.kind, Kind::Map(_))) + maps_around(machine, parent.scope)
    })
}

fn unknown_state(steps: &[Step], machine: &Machine) -> String {
    let wanted: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
    let last = wanted.last().copied().unwrap_or_default();
    let tasks = machine.states.iter().filter(|state| state.task().is_some());
    let nearest = spelling::nearest(last, tasks.map(|state| &*state.name));
    let hint = nearest.map(|name| {
        let path =
            machine.states.iter().find(|state| *state.name == *name).map_or(name, |state| &*state.path);
        format!("; did you mean `{path}`?")
    });
    format!("there is no state `{}`{}", wanted.join("/"), hint.unwrap_or_default())
}
