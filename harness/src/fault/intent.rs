//! What the user declares that a fault is meant to do, and which faults that names.
//!
//! An intent names faults by state, class and duration. The search runs all of them, whatever it would leave out
//! otherwise; the judge of the property `intent` looks how they end.

use super::offer::{Consequence, Meeting, Moment};
use super::{Burst, Class, Fault, Injection, Lasting, classes, injection, offers};
use crate::asl::{State, StateId};
use crate::catalog::{Pattern, Service};
use crate::load::Location;
use crate::model::Model;
use crate::oracle::Severity;

/// One declaration: these faults are meant to end so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Where it is written.
    pub place: Location,
    /// The tasks as they are written: a name, a path or a pattern.
    pub at: String,
    /// These tasks.
    pub states: Vec<StateId>,
    /// The classes of the faults.
    pub faults: Vec<FaultName>,
    /// How long they last; without it as long as the meaning asks for.
    pub lasting: Option<Lasting>,
    /// All of it is meant to happen.
    pub is: Vec<Meant>,
    /// Of a finding.
    pub severity: Severity,
}

/// The class of a fault in an intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultName {
    /// Every failure of the call; answers that are odd but answers are named by themselves.
    Any,
    /// All classes of this name, whatever their argument.
    Named(&'static str),
    /// One class.
    One(Class),
}

/// Something that is meant to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meant {
    /// As it is written: `compensates:RefundPayment`.
    pub text: String,
    /// What it means.
    pub ending: MeantEnding,
}

/// How an execution is meant to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MeantEnding {
    /// As without the fault.
    NoImpact,
    /// As without the fault, and with the same output.
    SameOutput,
    /// FAILED, with this error where one is named.
    Propagates(Option<String>),
    /// Through this state.
    Ends(StateId),
    /// Any way, after this state has done its work.
    Compensates(StateId),
}

impl FaultName {
    /// As it is written.
    pub fn text(&self) -> String {
        match self {
            Self::Any => "any".to_owned(),
            Self::Named(name) => (*name).to_owned(),
            Self::One(class) => class.to_string(),
        }
    }

    /// Whether this is the class, or one of the classes, that is meant.
    fn names(&self, class: &Class, state: &State) -> bool {
        match self {
            Self::Any => fails(class, state),
            Self::Named(name) => class.name() == *name,
            Self::One(one) => one == class,
        }
    }

    /// The classes to run at a task. Of those that no name tells apart, one of a kind.
    pub(crate) fn at(&self, model: &Model, state: &State) -> Vec<Class> {
        match self {
            Self::Any => offers(model, state).into_iter().map(|offer| offer.class).collect(),
            Self::Named(name) => {
                let mut found = classes(model, state);
                let plain = Class::PLAIN.iter().filter(|class| can_happen(class, state));
                found.extend(plain.filter(|class| !found.contains(class)).cloned().collect::<Vec<_>>());
                found.retain(|class| class.name() == *name);
                found
            }
            Self::One(class) if can_happen(class, state) => vec![class.clone()],
            Self::One(class) => {
                classes(model, state).into_iter().filter(|offered| offered == class).collect()
            }
        }
    }
}

impl Intent {
    /// `lost-answer*exhausting at ChargePayment is compensates:RefundPayment`
    pub fn text(&self) -> String {
        let faults: Vec<_> = self.faults.iter().map(FaultName::text).collect();
        let lasting = self.lasting.map(|lasting| format!("*{}", lasting.name())).unwrap_or_default();
        format!("{}{lasting} at {} is {}", faults.join(","), self.at, self.said())
    }

    /// What is meant, as it is written.
    pub fn said(&self) -> String {
        let texts: Vec<_> = self.is.iter().map(|meant| meant.text.as_str()).collect();
        texts.join(", ")
    }

    /// The faults that it names at a task, each class with its bursts.
    pub fn faults_at(&self, model: &Model, state: &State) -> Vec<(Class, Burst)> {
        if !self.states.contains(&state.id) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for class in self.faults.iter().flat_map(|name| name.at(model, state)) {
            if !self.names(&class, state) {
                continue;
            }
            for burst in self.bursts(model, state, &class) {
                if !found.contains(&(class.clone(), burst)) {
                    found.push((class.clone(), burst));
                }
            }
        }
        found
    }

    /// Whether a fault of a run is one of those that it names.
    pub fn covers(&self, model: &Model, fault: &Fault) -> bool {
        let state = model.machine.state(fault.site.state);
        self.names(&fault.class, state) && self.bursts(model, state, &fault.class).contains(&fault.burst)
    }

    /// Whether a fault is of a class that it names, whatever its length, where it names the faults that last.
    pub fn covers_lasting(&self, model: &Model, fault: &Fault) -> bool {
        let state = model.machine.state(fault.site.state);
        let lasts = !matches!(self.lasting, Some(Lasting::Once | Lasting::LastSurvivable));
        (lasts && self.names(&fault.class, state)) || self.covers(model, fault)
    }

    fn names(&self, class: &Class, state: &State) -> bool {
        self.states.contains(&state.id) && self.faults.iter().any(|name| name.names(class, state))
    }

    fn bursts(&self, model: &Model, state: &State, class: &Class) -> Vec<Burst> {
        let Some(task) = state.task() else { return Vec::new() };
        let consequence = Consequence::of(class, task);
        if self.lasting.is_none() && consequence.moment == Moment::Normal {
            // The polled thing says what it says; everything else is told once.
            let stays = matches!(class, Class::Status(_));
            return vec![if stays { Burst::Forever } else { Burst::Attempts(1) }];
        }
        let meeting = Meeting::of(model, state, &consequence);
        let survives =
            |ending: &Meant| matches!(ending.ending, MeantEnding::NoImpact | MeantEnding::SameOutput);
        let lasting = match self.lasting {
            Some(lasting) => vec![lasting],
            None if self.is.iter().all(survives) => vec![Lasting::Once, Lasting::LastSurvivable],
            None => vec![Lasting::Exhausting],
        };
        let mut bursts: Vec<_> =
            lasting.into_iter().filter_map(|lasting| lasting.among(&meeting.retries)).collect();
        bursts.dedup();
        bursts
    }
}

/// Whether a class makes the call fail, or stay without an answer.
fn fails(class: &Class, state: &State) -> bool {
    state.task().is_some_and(|task| {
        !matches!(
            injection(class, task),
            Injection::Member { .. } | Injection::Without { .. } | Injection::PartlyDone { .. }
        )
    })
}

/// Whether the integration can do this at all, for a class that somebody names.
fn can_happen(class: &Class, state: &State) -> bool {
    let Some(task) = state.task() else { return false };
    let is_activity = task.integration.kind == Service::Activity;
    let has_token = task.integration.pattern == Pattern::Callback;
    match class {
        Class::Throttling | Class::ServiceError | Class::PermissionDenied | Class::LostAnswerAs(_) => {
            !is_activity
        }
        Class::ApplicationError(_) => !has_token,
        Class::CallbackLate | Class::CallbackDuplicate | Class::CallbackFailed(_) => has_token,
        Class::OversizedResult | Class::Status(_) | Class::MissingMember(_) | Class::PartialSuccess(_) => {
            true
        }
        // Where these can happen, they are offered.
        Class::Timeout
        | Class::LostAnswer
        | Class::LostHeartbeat
        | Class::CallbackMissing
        | Class::JobFails
        | Class::JobNeverEnds => false,
    }
}
