//! Which visits of a state a sentence speaks of: `Ship` all, `ShipAll[3]/Ship` those in item 3, `Poll#2` the second one.

use super::{Stage, Subject};
use crate::asl::{Kind, Machine, State};
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::Place;
use crate::history::Visits;

impl Stage {
    /// The visits that a place stands for; items and visits that are left out are all of them.
    pub(in crate::bdd) fn visits(&self, place: &Place) -> Result<Visits, Failed> {
        self.subject()?.visits(&place.0)
    }

    /// The same, of a state that must be a task, because only tasks do this.
    pub(in crate::bdd) fn visits_of_task(&self, place: &Place, only: &str) -> Result<Visits, Failed> {
        self.visits_of_kind(place, only, |state| state.task().is_some())
    }

    /// The same, of a state that may have `Retry` and `Catch`.
    pub(in crate::bdd) fn visits_of_handler(&self, place: &Place, only: &str) -> Result<Visits, Failed> {
        let handles =
            |state: &State| matches!(state.kind, Kind::Task(_) | Kind::Parallel { .. } | Kind::Map(_));
        self.visits_of_kind(place, only, handles)
    }

    fn visits_of_kind(
        &self,
        place: &Place,
        only: &str,
        is_right: impl Fn(&State) -> bool,
    ) -> Result<Visits, Failed> {
        let subject = self.subject()?;
        let visits = subject.visits(&place.0)?;
        let machine = &subject.model.machine;
        let state = machine.state(visits.state);
        if is_right(state) {
            return Ok(visits);
        }
        let right = machine.states.iter().filter(|state| is_right(state)).map(|state| &*state.path);
        let wrong = Wrong::new(format!("`{}` is a {} state; {only}", state.path, state.kind.type_name()));
        let known: Vec<&str> = right.take(SHOWN_MAX).collect();
        let wrong =
            if known.is_empty() { wrong } else { wrong.help(format!("such as {}", known.join(", "))) };
        Err(wrong.into())
    }
}

/// States that are named as examples.
const SHOWN_MAX: usize = 4;

impl Subject {
    /// The visits that a place stands for.
    pub(in crate::bdd) fn visits(&self, place: &str) -> Result<Visits, Failed> {
        let machine = &self.model.machine;
        if let Ok(state) = self.state(place) {
            return Ok(Visits::all(state));
        }
        let (name, visit) = visit(place)?;
        let whole = |state: &State| Some((state.id, items(name, machine, state)?));
        if let Some((state, items)) = machine.states.iter().find_map(whole) {
            return Ok(Visits { state, items, visit });
        }
        let plain = regex::Regex::new(r"\[\d+\]$").expect("a constant expression").replace(name, "");
        if plain != name && machine.find(&plain).is_some_and(|state| matches!(state.kind, Kind::Map(_))) {
            let wrong = Wrong::new(format!("`{name}` is an item, and no state"));
            return Err(wrong.help(format!("write `{name}/STATE` with a state of the Map")).into());
        }
        let bare =
            regex::Regex::new(r"(^|[^h])\[\d+\]").expect("a constant expression").replace_all(name, "$1");
        let state = self.state(if machine.find(&bare).is_some() { name } else { &bare })?;
        Ok(Visits { state, items: Vec::new(), visit })
    }
}

/// The place without `#2`, and which visit that is.
fn visit(place: &str) -> Result<(&str, Option<u32>), Failed> {
    let Some((name, number)) = place.rsplit_once('#') else { return Ok((place, None)) };
    match number.parse() {
        Ok(0) => Err(Wrong::new(format!("`{place}` is no visit")).help("visits count from 1").into()),
        Ok(number) => Ok((name, Some(number))),
        Err(_) => Ok((place, None)),
    }
}

/// The items that a place names, if it is one of a state: its path, or its name alone.
fn items(place: &str, machine: &Machine, state: &State) -> Option<Vec<Option<u32>>> {
    let has_name = |other: &&State| other.name == state.name;
    if place == &*state.name && machine.states.iter().filter(has_name).count() == 1 {
        return Some(Vec::new());
    }
    let mut around: Vec<&State> = machine.enclosing(state.id).collect();
    around.reverse();
    let (mut rest, mut items) = (place, Vec::new());
    for (at, outer) in around.iter().enumerate() {
        rest = rest.strip_prefix(&*outer.name)?;
        if let Kind::Map(_) = outer.kind {
            let item = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
            let item = item.and_then(|(number, after)| Some((number.parse().ok()?, after)));
            items.push(item.map(|(number, _)| number));
            rest = item.map_or(rest, |(_, after)| after);
        } else {
            let inner = around.get(at + 1).copied().unwrap_or(state);
            let branch = machine.scope(inner.scope).branch;
            rest = rest.strip_prefix(&format!("/branch[{branch}]"))?;
        }
        rest = rest.strip_prefix('/')?;
    }
    (rest == &*state.name).then_some(items)
}
