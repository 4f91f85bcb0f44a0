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
    /// This attempt of the visit, from 2, and no other.
    Attempt(u32),
}

impl Burst {
    /// Only this attempt of the visit, from 1.
    pub fn at_attempt(number: u32) -> Self {
        if number > 1 { Self::Attempt(number) } else { Self::Attempts(1) }
    }

    /// Whether it lasts, from the first attempt of a visit, over all that another one strikes.
    fn covers(self, other: Self) -> bool {
        match (self, other) {
            (Self::Attempts(count), Self::Attempts(other) | Self::Attempt(other)) => other <= count,
            (Self::Attempt(own), Self::Attempt(other)) => own == other,
            (Self::Forever, _) => true,
            (Self::Attempt(_), Self::Attempts(_)) | (Self::Attempts(_) | Self::Attempt(_), Self::Forever) => {
                false
            }
        }
    }
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
        faults.dedup_by(|next, kept| {
            let same = next.site == kept.site && next.class == kept.class;
            let is_longer = same && next.burst.covers(kept.burst);
            if is_longer {
                kept.burst = next.burst;
            }
            is_longer || (same && kept.burst.covers(next.burst))
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
            Burst::Attempt(number) => self.site.visit == site.visit && attempt == number,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::asl::StateId;
    use crate::history::Iteration;

    fn fault(burst: Burst) -> Fault {
        let site = Site { state: StateId(0), iteration: Iteration::default(), visit: 1 };
        Fault { site, class: Class::Throttling, burst }
    }

    #[rstest]
    #[case::a_longer_one(&[Burst::Attempts(4), Burst::Attempts(1)], &[Burst::Attempts(4)])]
    #[case::for_ever(&[Burst::Attempt(9), Burst::Attempts(4), Burst::Forever], &[Burst::Forever])]
    #[case::an_attempt_in_between(&[Burst::Attempt(3), Burst::Attempts(4)], &[Burst::Attempts(4)])]
    #[case::attempts_apart(
        &[Burst::Attempt(6), Burst::Attempts(1), Burst::Attempt(4), Burst::Attempt(4)],
        &[Burst::Attempts(1), Burst::Attempt(4), Burst::Attempt(6)]
    )]
    fn a_burst_of_the_same_fault_is_covered_by_a_longer_one(
        #[case] bursts: &[Burst],
        #[case] left: &[Burst],
    ) {
        let faults = |bursts: &[Burst]| bursts.iter().copied().map(fault).collect::<Vec<_>>();
        assert_eq!(Plan::new(faults(bursts)).faults(), faults(left));
    }

    #[rstest]
    #[case::the_first(Burst::Attempts(1), &[1])]
    #[case::two(Burst::Attempts(2), &[1, 2])]
    #[case::only_the_third(Burst::Attempt(3), &[3])]
    #[case::all(Burst::Forever, &[1, 2, 3, 4])]
    fn a_burst_strikes_these_attempts(#[case] burst: Burst, #[case] expected: &[u32]) {
        let (plan, site) = (Plan::new(vec![fault(burst)]), fault(burst).site);
        let struck: Vec<u32> = (1..=4).filter(|attempt| plan.fault_at(&site, *attempt).is_some()).collect();
        assert_eq!(struck, expected);
    }
}
