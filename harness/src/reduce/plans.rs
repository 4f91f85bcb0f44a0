//! Plans that are a little smaller than a given one.

use crate::fault::{Burst, Class, Fault, Plan};
use crate::history::{Iteration, Site};

/// Plans with one fault less, then with one fault smaller: the boldest first.
pub(super) fn smaller(plan: &Plan) -> Vec<Plan> {
    let faults = plan.faults();
    let without = (0..faults.len()).map(|at| {
        let rest = faults.iter().enumerate().filter(|(other, _)| *other != at);
        plan.with_faults(rest.map(|(_, fault)| fault.clone()).collect())
    });
    let weaker = faults.iter().enumerate().flat_map(|(at, fault)| {
        weaker(fault).into_iter().map(move |fault| {
            let mut faults = faults.to_vec();
            faults[at] = fault;
            plan.with_faults(faults)
        })
    });
    without.chain(weaker).collect()
}

fn weaker(fault: &Fault) -> Vec<Fault> {
    let bursts = match (fault.burst, &fault.class) {
        // A status that is an end does not change any more; one that does would be another story.
        (_, Class::Status(_)) | (Burst::Attempts(0 | 1), _) => vec![],
        (Burst::Attempts(count), _) => vec![1, count / 2, count - 1],
        (Burst::Forever | Burst::Attempt(_), _) => vec![1],
    };
    let mut faults: Vec<_> = bursts
        .into_iter()
        .filter(|count| *count > 0)
        .map(|count| Fault { burst: Burst::Attempts(count), ..fault.clone() })
        .collect();
    if fault.site.visit > 1 {
        faults.push(Fault { site: Site { visit: 1, ..fault.site.clone() }, ..fault.clone() });
    }
    if fault.site.iteration.0.iter().any(|item| *item > 0) {
        let iteration = Iteration(vec![0; fault.site.iteration.0.len()]);
        faults.push(Fault { site: Site { iteration, ..fault.site.clone() }, ..fault.clone() });
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::StateId;

    fn fault(state: u32, burst: Burst) -> Fault {
        let site = Site { state: StateId(state), iteration: Iteration::default(), visit: 1 };
        Fault { site, class: Class::Throttling, burst }
    }

    #[test]
    fn a_fault_is_dropped_before_it_is_weakened() {
        let (one, two) = (fault(0, Burst::Attempts(4)), fault(1, Burst::Forever));
        let expected = [
            vec![two.clone()],
            vec![one.clone()],
            vec![fault(0, Burst::Attempts(1)), two.clone()],
            vec![fault(0, Burst::Attempts(2)), two.clone()],
            vec![fault(0, Burst::Attempts(3)), two.clone()],
            vec![one.clone(), fault(1, Burst::Attempts(1))],
        ];
        assert_eq!(smaller(&Plan::new(vec![one, two])), expected.map(Plan::new));
    }

    #[test]
    fn a_later_attempt_becomes_the_first() {
        let plan = Plan::new(vec![fault(0, Burst::Attempt(3))]);
        let first = Plan::new(vec![fault(0, Burst::Attempts(1))]);
        assert_eq!(smaller(&plan), [Plan::default(), first]);
    }

    #[test]
    fn a_final_status_stays_for_ever() {
        let ended = Fault { class: Class::Status("FAILED".into()), ..fault(0, Burst::Forever) };
        assert_eq!(smaller(&Plan::new(vec![ended])), [Plan::default()]);
    }

    #[test]
    fn the_smallest_plan_has_nothing_but_the_empty_one_below_it() {
        assert_eq!(smaller(&Plan::new(vec![fault(0, Burst::Attempts(1))])), [Plan::default()]);
        assert_eq!(smaller(&Plan::default()), []);
    }
}
