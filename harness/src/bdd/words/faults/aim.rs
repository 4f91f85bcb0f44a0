//! From the words of a sentence to a fault: where it begins, in which items, for how many calls.

use std::sync::Arc;

use super::sense;
use crate::asl::{Kind, Machine, State, Task};
use crate::bdd::Stage;
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::{Extent, Items, Lasts, Parameter as _, Place};
use crate::bdd::stage::{Calls, Spread, Strike, Subject};
use crate::bdd::step::Arguments;
use crate::error::ErrorName;
use crate::fault::{Burst, Class, Fault, Lasting, NoLength};
use crate::history::Site;
use crate::model::Model;

/// Writes a fault down whose class is known: the first parameter of the sentence is the state, the last the extent.
pub(super) fn inject(stage: &mut Stage, arguments: &Arguments<'_>, class: Class) -> Result<(), Failed> {
    let aim = Aim::of(stage, arguments)?;
    aim.strike(stage, class)
}

/// The same for what lasts: where the sentence does not say how often, it strikes every call.
pub(super) fn inject_for_good(
    stage: &mut Stage,
    arguments: &Arguments<'_>,
    class: Class,
) -> Result<(), Failed> {
    let mut aim = Aim::of(stage, arguments)?;
    if aim.extent.lasts == Lasts::Unsaid {
        aim.extent.lasts = Lasts::Forever;
    }
    aim.strike(stage, class)
}

/// Where a sentence aims.
pub(super) struct Aim {
    pub(super) subject: Arc<Subject>,
    site: Site,
    place: Place,
    extent: Extent,
}

impl Aim {
    /// The place and the extent of a sentence.
    pub(super) fn of(stage: &Stage, arguments: &Arguments<'_>) -> Result<Self, Failed> {
        let place: Place = arguments.get(0)?;
        let last = arguments.captures.last().copied().unwrap_or_default();
        let extent = Extent::read(last).map_err(Wrong::new)?;
        let subject = stage.subject()?;
        let site = subject.site(&place.0, &extent)?;
        Ok(Self { subject, site, place, extent })
    }

    /// What is known of the machine.
    pub(super) fn model(&self) -> &Model {
        &self.subject.model
    }

    /// The task.
    pub(super) fn state(&self) -> &State {
        self.subject.model.machine.state(self.site.state)
    }

    /// What it calls.
    pub(super) fn task(&self) -> Result<&Task, Failed> {
        let state = self.state();
        state.task().ok_or_else(|| Wrong::new(format!("`{}` is no task", state.path)).into())
    }

    /// What the sentence says of where and for how long.
    pub(super) fn extent(&self) -> &Extent {
        &self.extent
    }

    /// Writes a fault of this class down.
    pub(super) fn strike(self, stage: &mut Stage, class: Class) -> Result<(), Failed> {
        self.strike_because(stage, class, None)
    }

    /// The same with a Cause.
    pub(super) fn strike_because(
        self,
        stage: &mut Stage,
        class: Class,
        cause: Option<Arc<str>>,
    ) -> Result<(), Failed> {
        sense::check(stage, &self.subject, self.state(), &class)?;
        let (burst, calls) = self.length(&class)?;
        let items = self.items()?;
        let path = Arc::clone(&self.state().path);
        let fault = Fault { site: self.site, class, burst };
        let strike = Strike { fault, path, items, calls, cause };
        stage.change().trouble.strike(strike, &self.subject.model.machine)
    }

    fn items(&self) -> Result<Spread, Failed> {
        let machine = &self.subject.model.machine;
        let is_in_map = is_in_map(machine, self.state());
        let names_item =
            self.place.0.split('/').any(|step| step.contains('[') && !step.starts_with("branch["));
        let is_always = self.extent.lasts == Lasts::Forever;
        match self.extent.items {
            Items::Every if !is_in_map => {
                Err(Wrong::new(format!("`{}` is in no Map, so it has no items", self.state().path)).into())
            }
            Items::Every if names_item => {
                let wrong =
                    Wrong::new(format!("`{}` names an item, and the step says every item", self.place.0));
                Err(wrong.help("leave one of the two out").into())
            }
            Items::Every => Ok(Spread::EveryItem),
            Items::Unsaid if is_in_map && !names_item && is_always => Ok(Spread::EveryItem),
            Items::Unsaid | Items::One(_) => Ok(Spread::Here),
        }
    }

    fn length(&self, class: &Class) -> Result<(Burst, Calls), Failed> {
        let state = self.state();
        let is_polled =
            matches!(class, Class::Status(_)) && state.task().is_some_and(|task| !task.integration.is_job());
        let names_visit = self.extent.visit.is_some() || self.place.0.contains('#');
        Ok(match self.extent.lasts {
            // What a polled thing says of itself it goes on to say.
            Lasts::Unsaid if is_polled => (Burst::Forever, Calls::AsItComes),
            Lasts::Unsaid => (Burst::Attempts(1), Calls::AsItComes),
            Lasts::Attempts(count) if names_visit => (Burst::Attempts(count), Calls::OfVisit(count)),
            Lasts::Attempts(count) => (Burst::Attempts(count), Calls::First(count)),
            Lasts::Forever => (Burst::Forever, Calls::AsItComes),
            Lasts::Attempt(number) => (Burst::at_attempt(number), Calls::AsItComes),
            Lasts::Survivable => (self.by_retries(Lasting::LastSurvivable, class)?, Calls::AsItComes),
            Lasts::Exhausting => (self.by_retries(Lasting::Exhausting, class)?, Calls::AsItComes),
        })
    }

    /// A length that goes by the retrier that takes what the fault is reported as.
    fn by_retries(&self, lasting: Lasting, class: &Class) -> Result<Burst, Failed> {
        let state = self.state();
        let path = &state.path;
        lasting.of(self.model(), state, class).map_err(|why| {
            let wrong = match why {
                NoLength::Answered => {
                    Wrong::new(format!("`{path}` answers all the same, so nothing is retried"))
                        .help("say how often: `3 times`, `every time`")
                }
                NoLength::NeverEnds => {
                    Wrong::new(format!("nothing ends the wait of `{path}`, so nothing is retried"))
                        .help("it has neither TimeoutSeconds nor HeartbeatSeconds that would")
                }
                NoLength::NotRetried(error) => {
                    let listed =
                        state.retry.iter().flat_map(|retrier| &retrier.errors).map(ErrorName::as_str);
                    let listed: Vec<&str> = listed.collect();
                    let has = if listed.is_empty() {
                        "it has no Retry".to_owned()
                    } else {
                        format!("they list {}", listed.join(", "))
                    };
                    Wrong::new(format!("no retrier of `{path}` takes {error}, so none survives it")).help(has)
                }
            };
            wrong.into()
        })
    }
}

fn is_in_map(machine: &Machine, state: &State) -> bool {
    machine.enclosing(state.id).any(|outer| matches!(outer.kind, Kind::Map(_)))
}
