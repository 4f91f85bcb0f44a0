//! Parity for programs, in a form with a version. docs/aws.md describes it; both change together.

use std::io::{self, Write};

use serde::Serialize;

use super::ParityReport;
use super::parity_call::{call, redacted};
use super::redact::Redactor;
use crate::parity::{Disagreement, Kind, MachineParity, Place};
use crate::value::Value;

/// It grows when a program that reads the report would have to change.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct ReportView {
    version: u32,
    theirs: String,
    machines: Vec<MachineView>,
}

#[derive(Serialize)]
struct MachineView {
    name: String,
    source: String,
    cases: usize,
    cases_all: usize,
    states: usize,
    requests: usize,
    agreeing: usize,
    differing: usize,
    otherwise: usize,
    unanswered: usize,
    unanswered_because: Option<String>,
    disagreements: Vec<DisagreementView>,
    not_compared: Vec<NotComparedView>,
}

#[derive(Serialize)]
struct DisagreementView {
    state: Option<String>,
    location: Option<String>,
    field: String,
    kind: &'static str,
    places: Vec<PlaceView>,
    with_it: Vec<String>,
    cases: usize,
    scenario: String,
    faults: String,
    request: Option<Value>,
    call: Option<String>,
}

#[derive(Serialize)]
struct PlaceView {
    path: String,
    ours: Option<Value>,
    theirs: Option<Value>,
}

#[derive(Serialize)]
struct NotComparedView {
    what: String,
    cases: usize,
}

impl ParityReport {
    /// Writes one JSON document.
    pub fn json(&self, machines: &[MachineParity], out: &mut dyn Write) -> io::Result<()> {
        let view = ReportView {
            version: VERSION,
            theirs: self.theirs.clone(),
            machines: machines.iter().map(|parity| self.machine(parity)).collect(),
        };
        let text = serde_json::to_string_pretty(&view).expect("views have only text, numbers and lists");
        writeln!(out, "{text}")
    }

    fn machine(&self, parity: &MachineParity) -> MachineView {
        let not_compared = parity.not_compared.iter();
        MachineView {
            name: parity.machine.name.to_string(),
            source: parity.machine.document.file.name.clone(),
            cases: parity.cases,
            cases_all: parity.cases_all,
            states: parity.states,
            requests: parity.requests,
            agreeing: parity.agreeing,
            differing: parity.differing,
            otherwise: parity.otherwise,
            unanswered: parity.unanswered,
            unanswered_because: parity.unanswered_because.as_ref().map(ToString::to_string),
            disagreements: parity.disagreements.iter().map(|it| self.view(it, parity)).collect(),
            not_compared: not_compared
                .map(|part| NotComparedView { what: part.what.clone(), cases: part.cases })
                .collect(),
        }
    }

    fn view(&self, disagreement: &Disagreement, parity: &MachineParity) -> DisagreementView {
        let machine = &parity.machine;
        let difference = &disagreement.difference;
        let redactor = Redactor::new(Some(machine), &disagreement.scenario, self.values);
        let state = disagreement.state.map(|state| machine.state(state));
        let shown = disagreement.shown.as_ref();
        DisagreementView {
            state: state.map(|state| state.path.to_string()),
            location: state.map(|state| machine.locate(&state.pointer).to_string()),
            field: difference.field.clone(),
            kind: difference.kind.name(),
            places: difference.places.iter().map(|it| place(it, difference.kind, &redactor)).collect(),
            with_it: difference.follow.clone(),
            cases: disagreement.cases,
            scenario: disagreement.scenario.name.clone(),
            faults: disagreement.plan.clone(),
            request: shown.map(|it| redacted(&it.request, disagreement, machine, self.values)),
            call: shown.map(|it| call(it, disagreement, machine, self.values)),
        }
    }
}

fn place(place: &Place, kind: Kind, redactor: &Redactor<'_>) -> PlaceView {
    let told = |value: &Value| match (kind, value) {
        (Kind::Output | Kind::DataFlow | Kind::History, value) => redactor.value(value),
        (_, Value::String(text)) => Value::from(redactor.text(text)),
        (_, value) => value.clone(),
    };
    PlaceView {
        path: place.path.clone(),
        ours: place.ours.as_ref().map(told),
        theirs: place.theirs.as_ref().map(told),
    }
}
