//! `--format json`: the contract with programs. The same outcome gives the same bytes.

use std::io::{self, Write};

use super::redact::{Redactor, Values};
use super::view::{
    ADVICE, AcceptedView, BaselineView, CoverageView, EventView, FaultView, FindingView, FixVerdictView,
    IntentView, LocationView, MachineView, PhaseView, ProblemView, ReportView, RuleView, StaleView,
    UnknownView, VERSION, verdict_name,
};
use super::{Replay, Reporter};
use crate::advice::Advice;
use crate::asl::{Machine, StateId};
use crate::campaign::{Finding, MachineOutcome, Outcome};
use crate::catalog::ErrorClass;
use crate::diagnose::diff;
use crate::fault::{Burst, Plan};
use crate::history::{EventId, History, Outcome as Ended};
use crate::oracle::Verdict;
use crate::value::Value;

/// The program in commands; a report is the same bytes however the program was called.
const PROGRAM: &str = "sfn-chaos";

/// Writes one JSON document.
pub struct Json {
    /// Whether values are shown.
    pub values: Values,
    /// How a finding is shown again.
    pub replay: Replay,
}

impl Reporter for Json {
    fn report(&self, outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
        let view = ReportView {
            version: VERSION,
            seed: outcome.seed,
            machines: outcome.machines.iter().map(|machine| self.machine(machine)).collect(),
            stale: outcome
                .stale
                .iter()
                .map(|stale| StaleView {
                    accepted: stale.text.clone(),
                    location: LocationView::new(&stale.place),
                })
                .collect(),
            stopped_because: outcome.stopped_because.clone(),
        };
        let text = serde_json::to_string_pretty(&view).expect("views have only text, numbers and lists");
        writeln!(out, "{text}")
    }
}

impl Json {
    fn machine(&self, outcome: &MachineOutcome) -> MachineView {
        let findings = |findings: &[Finding]| {
            findings.iter().map(|finding| self.finding(outcome, finding)).collect::<Vec<_>>()
        };
        MachineView {
            name: outcome.name.clone(),
            source: outcome.source.clone(),
            definition_pointer: outcome.machine.as_ref().map(|machine| machine.document.pointer.clone()),
            verdict: verdict_name(outcome.verdict),
            runs: outcome.phases.iter().map(|phase| phase.runs).sum(),
            coverage: CoverageView::new(&outcome.coverage),
            problems: outcome.problems.iter().map(ProblemView::new).collect(),
            findings: findings(&outcome.findings),
            warnings: [findings(&outcome.warnings), advice(outcome)].concat(),
            phases: outcome
                .phases
                .iter()
                .map(|phase| PhaseView { phase: phase.phase, runs: phase.runs })
                .collect(),
            baselines: outcome
                .baselines
                .iter()
                .map(|(scenario, history)| baseline(&scenario.name, history))
                .collect(),
            rules: outcome
                .rules
                .iter()
                .map(|summary| RuleView { rule: summary.rule.name(), verdict: rule_verdict(summary.verdict) })
                .collect(),
            intents: outcome
                .intents
                .iter()
                .map(|intent| IntentView {
                    intent: intent.text.clone(),
                    verdict: rule_verdict(intent.verdict),
                    because: intent.because.clone(),
                    location: LocationView::new(&intent.place),
                })
                .collect(),
            unknowns: outcome
                .unknowns
                .iter()
                .map(|unknown| UnknownView {
                    construct: unknown.construct.clone(),
                    detail: unknown.detail.clone(),
                    location: locate(outcome.machine.as_deref(), &unknown.pointer),
                })
                .collect(),
            assumptions: outcome.assumptions.clone(),
            stopped_because: outcome.stopped_because.clone(),
        }
    }

    fn finding(&self, outcome: &MachineOutcome, finding: &Finding) -> FindingView {
        let machine = outcome.machine.as_deref();
        let violation = &finding.violation;
        let redactor = Redactor::new(machine, &finding.scenario, self.values);
        let state = violation.state.and_then(|id| Some(machine?.state(id)));
        let path = |id| machine.map(|machine| machine.state(id).path.to_string());
        FindingView {
            id: finding.id.clone(),
            property: violation.rule.property().name(),
            rule: violation.rule.name(),
            severity: violation.severity.name(),
            class: violation.class.name(),
            state: state.map(|state| state.name.to_string()),
            path: state.map(|state| state.path.to_string()),
            site: violation.site.as_ref().and_then(|site| Some(site.display(machine?).to_string())),
            states: violation.states.iter().filter_map(|id| path(*id)).collect(),
            title: redactor.text(&violation.title),
            error: violation.error.as_ref().map(ToString::to_string),
            cause: violation.cause.as_ref().map(|cause| redactor.text(cause)),
            plan: machine.map(|machine| plan(&finding.case.plan, machine)).unwrap_or_default(),
            input: redactor.value(&finding.case.input),
            events: events(finding, machine),
            why: redactor.text(&violation.why),
            fix: violation.fix.clone(),
            fix_diff: machine.and_then(|machine| diff(machine, &violation.fix.asl_patch)),
            fix_verdict: finding.fix_verdict.as_ref().map(FixVerdictView::new),
            location: locate(machine, &violation.pointer),
            accepted: finding.accepted.as_ref().map(|accepted| AcceptedView {
                reason: accepted.reason.clone(),
                expires: accepted.until.to_string(),
                expired: accepted.is_over,
                location: LocationView::new(&accepted.place),
            }),
            count: finding.count,
            replay: self.replay.command(PROGRAM, outcome, finding),
        }
    }
}

/// Advice in the shape of findings: no plan, no input, no events.
fn advice(outcome: &MachineOutcome) -> Vec<FindingView> {
    let Some(machine) = outcome.machine.as_deref() else { return Vec::new() };
    let view = |advice: &Advice| {
        let path = |id: &StateId| machine.state(*id).path.to_string();
        let first = advice.states.first();
        FindingView {
            id: format!("{}@{}", advice.id, first.map_or_else(|| "machine".to_owned(), path)),
            property: ADVICE,
            rule: advice.id.name(),
            severity: advice.severity.name(),
            class: ErrorClass::Unknown.name(),
            state: first.map(|id| machine.state(*id).name.to_string()),
            path: first.map(path),
            site: None,
            states: advice.states.iter().skip(1).map(path).collect(),
            title: advice.title.clone(),
            error: None,
            cause: None,
            plan: Vec::new(),
            input: Value::Null,
            events: Vec::new(),
            why: advice.why.clone(),
            fix: advice.fix.clone(),
            fix_diff: diff(machine, &advice.fix.asl_patch),
            fix_verdict: None,
            location: locate(Some(machine), &advice.pointer),
            accepted: None,
            count: 0,
            replay: None,
        }
    };
    outcome.advice.iter().map(view).collect()
}

fn plan(plan: &Plan, machine: &Machine) -> Vec<FaultView> {
    let faults = plan.faults().iter().map(|fault| FaultView {
        site: fault.site.display(machine).to_string(),
        class: fault.class.to_string(),
        burst: match fault.burst {
            Burst::Attempts(count) => Some(count),
            Burst::Forever => None,
            Burst::Attempt(_) => Some(1),
        },
        text: fault.display(machine).to_string(),
    });
    let incidents = plan.incidents().iter().map(|incident| FaultView {
        site: "@execution".to_owned(),
        class: incident.name().to_owned(),
        burst: Some(1),
        text: incident.to_string(),
    });
    faults.chain(incidents).collect()
}

fn events(finding: &Finding, machine: Option<&Machine>) -> Vec<EventView> {
    let Some(history) = &finding.history else { return Vec::new() };
    let view = |id: &EventId| {
        let event = history.event(*id)?;
        let state = event.state.and_then(|id| Some(machine?.state(id).path.to_string()));
        Some(EventView { id: event.id.0, kind: event.kind.name(), state, at: event.at.0 })
    };
    finding.violation.events.iter().filter_map(view).collect()
}

fn baseline(scenario: &str, history: &History) -> BaselineView {
    let error = match &history.outcome {
        Ended::Failed { error, .. } | Ended::Aborted { error, .. } => error.as_ref().map(ToString::to_string),
        Ended::Succeeded { .. } | Ended::TimedOut { .. } | Ended::Unknown(_) => None,
    };
    BaselineView { scenario: scenario.to_owned(), status: history.outcome.status(), error }
}

fn locate(machine: Option<&Machine>, pointer: &str) -> Option<LocationView> {
    machine.map(|machine| LocationView::new(&machine.locate(pointer)))
}

/// The word for what is known of a rule.
pub(super) fn rule_verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Vacuous => "vacuous",
        Verdict::Holds => "holds",
        Verdict::Unknown => "unknown",
        Verdict::Violated => "violated",
    }
}
