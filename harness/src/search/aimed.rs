//! Single faults at one state, or of one class, where somebody asks for no others.

use super::frontier::sites_from;
use super::{Arena, Ground, Trial};
use crate::asl::{State, StateId};
use crate::fault::{Burst, Class, Fault, FaultName, Lasting, Plan, offers};
use crate::model::Model;

/// Which single faults are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Aim {
    /// At this state; else at every one.
    pub(crate) state: Option<StateId>,
    /// Of the classes with this name; else of every kind.
    pub(crate) class: Option<&'static str>,
}

/// A trial for each of these faults, in every length that the retriers tell apart, at each place that a ground comes
/// to: of the items of a Map the first, of the rounds of a loop the first two.
pub(crate) fn aimed(arena: &Arena, grounds: &[Ground], aim: Aim) -> Vec<Trial> {
    let machine = &arena.model.machine;
    let mut trials = Vec::new();
    for (ground, Ground { history, .. }) in grounds.iter().enumerate() {
        for (_, site) in sites_from(history, 0) {
            if aim.state.is_some_and(|state| state != site.state) {
                continue;
            }
            for (class, burst) in faults(&arena.model, machine.state(site.state), aim.class) {
                let fault = Fault { site: site.clone(), class, burst };
                trials.push(Trial { ground, plan: Plan::new(vec![fault]) });
            }
        }
    }
    trials
}

fn faults(model: &Model, state: &State, name: Option<&'static str>) -> Vec<(Class, Burst)> {
    let Some(name) = name else {
        let offers = offers(model, state).into_iter();
        return offers
            .flat_map(|offer| offer.bursts.into_iter().map(move |burst| (offer.class.clone(), burst)))
            .collect();
    };
    let mut faults = Vec::new();
    for class in FaultName::Named(name).at(model, state) {
        let lengths = Lasting::ALL.into_iter().filter_map(|lasting| lasting.of(model, state, &class).ok());
        let mut bursts: Vec<Burst> = lengths.collect();
        bursts.dedup();
        faults.extend(bursts.into_iter().map(|burst| (class.clone(), burst)));
    }
    faults
}
