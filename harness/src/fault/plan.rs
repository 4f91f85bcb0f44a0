//! Plans: which faults one run injects, in an order that does not depend on how they were found.

use crate::history::Site;

use super::Class;

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

/// The faults of one run, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Plan(Vec<Fault>);

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
        Self(faults)
    }

    /// The faults in order.
    pub fn faults(&self) -> &[Fault] {
        &self.0
    }

    /// Whether nothing is injected.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The fault in force for an attempt (from 1) at a site.
    pub fn fault_at(&self, site: &Site, attempt: u32) -> Option<(usize, &Fault)> {
        self.0.iter().enumerate().find(|(_, fault)| fault.covers(site, attempt))
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
