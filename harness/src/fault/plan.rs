//! Plans: which faults one run injects, in an order that does not depend on how they were found.

use crate::history::Site;

use super::{Class, Incident};

/// How long a fault lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Burst {
    /// So many attempts from the first of the visit on.
    Attempts(u32),
    /// Every attempt of this visit and of all later ones.
    Forever,
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fault {
    /// Where.
    pub site: Site,
    /// What.
    pub class: Class,
    /// For how long.
    pub burst: Burst,
}

/// The faults of one run, and what happens to its execution as a whole; sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Plan {
    faults: Vec<Fault>,
    incidents: Vec<Incident>,
}

impl Plan {
    /// A plan of these faults; one that another covers is left out.
    pub fn new(mut faults: Vec<Fault>) -> Self {
        faults.sort();
        // Sorted by site, class and burst: of two that differ in length only, the longer covers the shorter.
        faults.dedup_by(|longer, kept| {
            let same = longer.site == kept.site && longer.class == kept.class;
            if same {
                kept.burst = longer.burst;
            }
            same
        });
        Self { faults, incidents: Vec::new() }
    }

    /// The same faults, and this happens to the execution; of one kind the last counts.
    #[must_use]
    pub fn with(mut self, incident: Incident) -> Self {
        let is_same_kind = |known: &Incident| {
            known.name() == incident.name() || (known.is_repetition() && incident.is_repetition())
        };
        self.incidents.retain(|known| !is_same_kind(known));
        self.incidents.push(incident);
        self.incidents.sort_unstable();
        self
    }

    /// Other faults, and the same happens to the execution.
    #[must_use]
    pub fn with_faults(&self, faults: Vec<Fault>) -> Self {
        Self { incidents: self.incidents.clone(), ..Self::new(faults) }
    }

    /// The faults in order.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// What happens to the execution as a whole, in order.
    pub fn incidents(&self) -> &[Incident] {
        &self.incidents
    }

    /// The second execution, if there is one.
    pub fn repetition(&self) -> Option<Incident> {
        self.incidents.iter().copied().find(|incident| incident.is_repetition())
    }

    /// When the execution is stopped, in virtual milliseconds from its start.
    pub fn aborted_after_ms(&self) -> Option<u64> {
        self.incidents.iter().find_map(|incident| match incident {
            Incident::Aborted { after_ms } => Some(*after_ms),
            Incident::Redriven | Incident::StartedAgain { .. } | Incident::DeliveredTwice => None,
        })
    }

    /// Whether the execution is redriven if it ends without success.
    pub fn is_redriven(&self) -> bool {
        self.incidents.contains(&Incident::Redriven)
    }

    /// Whether nothing is injected, and nothing happens.
    pub fn is_empty(&self) -> bool {
        self.faults.is_empty() && self.incidents.is_empty()
    }

    /// The fault in force for an attempt (from 1) at a site.
    pub fn fault_at(&self, site: &Site, attempt: u32) -> Option<(usize, &Fault)> {
        self.faults.iter().enumerate().find(|(_, fault)| fault.covers(site, attempt))
    }
}

impl Fault {
    /// Whether the fault is in force for an attempt (from 1) at a site.
    fn covers(&self, site: &Site, attempt: u32) -> bool {
        if self.site.state != site.state || self.site.iteration != site.iteration {
            return false;
        }
        match self.burst {
            Burst::Attempts(count) => self.site.visit == site.visit && attempt <= count,
            Burst::Forever => self.site.visit <= site.visit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::StateId;
    use crate::history::Iteration;

    #[test]
    fn a_shorter_burst_of_the_same_fault_is_covered_by_the_longer_one() {
        let site = Site { state: StateId(0), iteration: Iteration::default(), visit: 1 };
        let fault = |burst| Fault { site: site.clone(), class: Class::Throttling, burst };
        let plan = Plan::new(vec![fault(Burst::Attempts(4)), fault(Burst::Attempts(1))]);
        assert_eq!(plan.faults(), [fault(Burst::Attempts(4))]);
    }
}
