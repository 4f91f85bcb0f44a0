//! What goes wrong, as the sentences of a scenario say it.

use std::sync::Arc;

use crate::asl::{Machine, StateId};
use crate::bdd::failed::{Failed, Wrong};
use crate::fault::{Burst, Class, Fault, Incident};

/// What goes wrong, all of it in the same run; or else what is searched for.
#[derive(Clone, Debug, Default)]
pub(in crate::bdd) struct Trouble {
    strikes: Vec<Strike>,
    swollen: Vec<Swollen>,
    incidents: Vec<Incident>,
    quest: Option<Quest>,
    is_excluded: bool,
}

/// A fault as a feature says it. Which places of a run that is, may only show when it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::bdd) struct Strike {
    /// Where it begins, what it is, how long it lasts there.
    pub(in crate::bdd) fault: Fault,
    /// The path of its state: a feature may name another definition later.
    pub(in crate::bdd) path: Arc<str>,
    /// In which items.
    pub(in crate::bdd) items: Spread,
    /// How many calls it strikes.
    pub(in crate::bdd) calls: Calls,
    /// What it says as its Cause, where the feature says that.
    pub(in crate::bdd) cause: Option<Arc<str>>,
}

/// In which items of the Maps around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bdd) enum Spread {
    /// Those that its site names.
    Here,
    /// In all that the run comes to.
    EveryItem,
}

/// How many calls a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bdd) enum Calls {
    /// As many as its burst comes to.
    AsItComes,
    /// So many, all of the visit that its site names.
    OfVisit(u32),
    /// So many from there on, however often the state is entered for that.
    First(u32),
}

/// A task whose results are larger than usual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::bdd) struct Swollen {
    /// Path of the state.
    pub(in crate::bdd) path: Arc<str>,
    /// Its results have more bytes than this.
    pub(in crate::bdd) bytes: usize,
}

/// What is searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::bdd) enum Quest {
    /// Every single fault.
    Single,
    /// Every single fault at the state with this path, of this class, where they are named.
    Aimed { path: Option<Arc<str>>, class: Option<&'static str> },
    /// Every single fault, and every two that meet.
    Two,
    /// A whole campaign.
    Everything,
}

impl Trouble {
    /// The faults, in the order of the sentences.
    pub(in crate::bdd) fn strikes(&self) -> &[Strike] {
        &self.strikes
    }

    /// The tasks with large results.
    pub(in crate::bdd) fn swollen(&self) -> &[Swollen] {
        &self.swollen
    }

    /// What happens to the execution as a whole.
    pub(in crate::bdd) fn incidents(&self) -> &[Incident] {
        &self.incidents
    }

    /// Whether nothing is to go wrong.
    pub(super) fn is_excluded(&self) -> bool {
        self.is_excluded
    }

    /// What is searched for, if it is a search.
    pub(in crate::bdd) fn quest(&self) -> Option<&Quest> {
        self.quest.as_ref()
    }

    /// What faults say as their Cause, where the feature says that.
    pub(super) fn causes(&self) -> Arc<[(StateId, Class, Arc<str>)]> {
        let told = self.strikes.iter().filter_map(|strike| {
            Some((strike.fault.site.state, strike.fault.class.clone(), Arc::clone(strike.cause.as_ref()?)))
        });
        told.collect()
    }

    /// Faults are said of the states of one machine.
    pub(super) fn fits(&self, machine: &Machine) -> Result<(), Failed> {
        let is_there = |strike: &&Strike| {
            let found = machine.states.iter().find(|state| state.id == strike.fault.site.state);
            found.is_some_and(|state| state.path == strike.path)
        };
        match self.strikes.iter().find(|strike| !is_there(strike)) {
            None => Ok(()),
            Some(strike) => {
                let wrong = Wrong::new(format!("the fault at `{}` is of another state machine", strike.path));
                Err(wrong.help("name the state machine before the faults").into())
            }
        }
    }

    /// One fault more.
    pub(in crate::bdd) fn strike(&mut self, strike: Strike, machine: &Machine) -> Result<(), Failed> {
        self.may_name()?;
        let is_same = |known: &&Strike| {
            known.fault.site == strike.fault.site && known.fault.class == strike.fault.class
        };
        let single = |fault: &Fault| matches!(fault.burst, Burst::Attempts(1) | Burst::Attempt(_));
        if let Some(known) = self.strikes.iter().find(is_same)
            && (!single(&known.fault) || !single(&strike.fault) || known.fault == strike.fault)
        {
            let wrong = Wrong::new(format!("`{}` is said before", known.fault.display(machine)));
            return Err(wrong.help("say in one step how often it happens: `3 times`, `every time`").into());
        }
        self.strikes.push(strike);
        Ok(())
    }

    /// One task more whose results are large.
    pub(in crate::bdd) fn swell(&mut self, swollen: Swollen) -> Result<(), Failed> {
        self.may_name()?;
        if self.swollen.iter().any(|known| known.path == swollen.path) {
            return Err(
                Wrong::new(format!("the size of the result of `{}` is said before", swollen.path)).into()
            );
        }
        self.swollen.push(swollen);
        Ok(())
    }

    /// Something more that happens to the execution.
    pub(in crate::bdd) fn happen(&mut self, incident: Incident) -> Result<(), Failed> {
        self.may_name()?;
        let clashes = |known: &&Incident| {
            known.name() == incident.name() || (known.is_repetition() && incident.is_repetition())
        };
        if let Some(known) = self.incidents.iter().find(clashes) {
            return Err(
                Wrong::new(format!("`{known}` is said before, and an execution has one second run")).into()
            );
        }
        self.incidents.push(incident);
        Ok(())
    }

    /// Searches.
    pub(in crate::bdd) fn search(&mut self, quest: Quest) -> Result<(), Failed> {
        if self.names_something() || self.quest.is_some() || self.is_excluded {
            let wrong = Wrong::new("the scenario says already what goes wrong");
            return Err(wrong.help("a search stands alone; write a scenario of its own for it").into());
        }
        self.quest = Some(quest);
        Ok(())
    }

    /// Nothing goes wrong.
    pub(in crate::bdd) fn exclude(&mut self) -> Result<(), Failed> {
        if self.names_something() || self.quest.is_some() {
            let wrong = Wrong::new("the scenario says already what goes wrong");
            return Err(wrong.help("take this step out, or those that bring faults").into());
        }
        self.is_excluded = true;
        Ok(())
    }

    fn names_something(&self) -> bool {
        !(self.strikes.is_empty() && self.swollen.is_empty() && self.incidents.is_empty())
    }

    fn may_name(&self) -> Result<(), Failed> {
        if self.quest.is_some() {
            let wrong = Wrong::new("the scenario searches for faults already");
            return Err(wrong
                .help("a search stands alone; write a scenario of its own for this fault")
                .into());
        }
        if self.is_excluded {
            let wrong = Wrong::new("the scenario says that nothing goes wrong");
            return Err(wrong.help("take `nothing goes wrong` out, or this step").into());
        }
        Ok(())
    }
}
