//! What a sentence expects of the runs, and how it is asked of each.

use super::{Results, Run, Stage, witness};
use crate::asl::Machine;
use crate::bdd::failed::{Failed, Unmet, Wrong};
use crate::history::{History, Visits};
use crate::report::{Redactor, Values};
use crate::value::Value;

/// What a sentence expects.
#[derive(Clone, Debug)]
pub(in crate::bdd) struct Expectation {
    expected: String,
    about: Vec<Visits>,
    of: Quantity,
}

/// Of how many runs it is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantity {
    Each,
    Some,
}

/// What a run answers to an expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::bdd) enum Met {
    /// It is as expected.
    Yes,
    /// It is not; what happened instead.
    No(String),
    /// Nothing happened that the expectation is about: another run may show it, but if none does, it is not met.
    Idle(String),
}

/// Which execution of a run sentences speak of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::bdd) enum Which {
    /// The one that came last: the only one, unless the execution is started again or delivered twice.
    #[default]
    Last,
    /// The one that came first.
    First,
}

/// A run that is asked.
pub(in crate::bdd) struct Asked<'a> {
    /// All runs.
    pub(in crate::bdd) results: &'a Results,
    /// This run.
    pub(in crate::bdd) run: &'a Run,
    /// The execution that the sentence speaks of.
    pub(in crate::bdd) history: &'a History,
    redactor: Redactor<'a>,
}

/// Longer values are cut.
const VALUE_MAX: usize = 120;

impl Expectation {
    /// What is expected of each run, as a clause: `ChargePayment is attempted 4 times`.
    pub(in crate::bdd) fn that(expected: impl Into<String>) -> Self {
        Self { expected: expected.into(), about: Vec::new(), of: Quantity::Each }
    }

    /// A state that it is about.
    pub(in crate::bdd) fn about(mut self, visits: &Visits) -> Self {
        self.about.push(visits.clone());
        self
    }

    /// At least one run is enough.
    pub(in crate::bdd) fn of_some_run(self) -> Self {
        Self { of: Quantity::Some, ..self }
    }
}

impl Met {
    /// As expected if this holds; what happened otherwise.
    pub(in crate::bdd) fn when(holds: bool, happened: impl FnOnce() -> String) -> Self {
        if holds { Self::Yes } else { Self::No(happened()) }
    }

    fn unmet(&self) -> Option<&str> {
        match self {
            Self::Yes | Self::Idle(_) => None,
            Self::No(happened) => Some(happened),
        }
    }

    fn idle(&self) -> Option<&str> {
        match self {
            Self::Yes | Self::No(_) => None,
            Self::Idle(why) => Some(why),
        }
    }
}

impl<'a> Asked<'a> {
    /// To be asked about one of its executions.
    pub(in crate::bdd) fn new(results: &'a Results, run: &'a Run, which: Which, show_values: bool) -> Self {
        let history = match which {
            Which::Last => &run.history,
            Which::First => run.history.executions()[0],
        };
        let values = if show_values { Values::Shown } else { Values::Redacted };
        let redactor = Redactor::new(Some(&results.arena.model.machine), &run.scenario, values);
        Self { results, run, history, redactor }
    }

    /// The machine.
    pub(in crate::bdd) fn machine(&self) -> &'a Machine {
        &self.results.arena.model.machine
    }

    /// A text as a report may show it.
    pub(in crate::bdd) fn text(&self, text: &str) -> String {
        self.redactor.text(text)
    }

    /// A value as a report may show it, cut if it is long.
    pub(in crate::bdd) fn shown(&self, value: &Value) -> String {
        let text = self.redactor.value(value).to_json();
        match text.char_indices().nth(VALUE_MAX) {
            Some((cut, _)) => format!("{}… ({} bytes)", &text[..cut], text.len()),
            None => text,
        }
    }
}

impl Stage {
    /// Asks something of the runs: of each, or for one that meets it.
    pub(in crate::bdd) fn expect(
        &mut self,
        expectation: Expectation,
        check: impl Fn(&Asked<'_>) -> Met,
    ) -> Result<(), Failed> {
        let results = self.results()?;
        if results.runs.is_empty() {
            return Err(Wrong::new("there is no run that could meet it").into());
        }
        let (which, show_values) = (self.speaks_of, self.terms.show_values);
        let asked = |run| Asked::new(&results, run, which, show_values);
        let answers: Vec<(&Run, Met)> = results.runs.iter().map(|run| (run, check(&asked(run)))).collect();
        let Expectation { expected, about, of } = expectation;
        let found = match of {
            Quantity::Each => of_each(&answers),
            Quantity::Some => of_some(&answers),
        };
        let Some((run, happened, others)) = found else {
            return if of == Quantity::Each { results.sure() } else { Ok(()) };
        };
        if of == Quantity::Some || answers.iter().all(|(_, met)| met.unmet().is_none()) {
            // A run that could not be judged might have shown it.
            results.sure()?;
        }
        let asked = asked(run);
        let happened = asked.text(happened);
        let witness = witness::witness(&asked, &about, others);
        let expected = match which {
            Which::Last => expected,
            Which::First => format!("in the first execution {expected}"),
        };
        Err(Unmet { expected, happened, details: Vec::new(), findings: Vec::new(), witness: Some(witness) }
            .into())
    }
}

/// The run that shows best that something does not hold, what happened in it, and how many others show it, too.
type Counterexample<'a> = Option<(&'a Run, &'a str, usize)>;

fn of_each<'a>(answers: &'a [(&'a Run, Met)]) -> Counterexample<'a> {
    let unmet = smallest(answers, Met::unmet);
    if unmet.is_some() || answers.iter().any(|(_, met)| *met == Met::Yes) {
        return unmet;
    }
    smallest(answers, Met::idle)
}

fn of_some<'a>(answers: &'a [(&'a Run, Met)]) -> Counterexample<'a> {
    if answers.iter().any(|(_, met)| *met == Met::Yes) {
        return None;
    }
    smallest(answers, |met| met.unmet().or(met.idle()))
}

fn smallest<'a>(
    answers: &'a [(&'a Run, Met)],
    happened: impl Fn(&'a Met) -> Option<&'a str>,
) -> Counterexample<'a> {
    let found = || answers.iter().filter_map(|(run, met)| Some((*run, happened(met)?)));
    let size = |run: &Run| {
        let plan = &run.case.plan;
        (plan.faults().len() + plan.incidents().len(), run.scenario.input.json_len())
    };
    let (run, happened) = found().min_by_key(|(run, _)| size(run))?;
    Some((run, happened, found().count() - 1))
}
