//! Random plans over everything that was discovered, drawn by proptest.
//!
//! Input and plan are a tuple of independent strategies: nothing is filtered, nothing depends on what was drawn
//! before, so a case can be made smaller in every part. proptest draws; [`crate::reduce`] shrinks.

use proptest::collection::vec;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::Trial;
use crate::fault::{Burst, Fault, Offer, Plan};
use crate::history::Site;

/// What the random phase draws.
pub(super) struct Random {
    pub(super) seed: u64,
    pub(super) cases: u32,
    /// To choose from, by position.
    pub(super) grounds: Vec<usize>,
}

/// The faults of one plan; two faults show most of it, so more are rare.
const FAULTS_MAX: usize = 4;

/// The random trials, in the order they were drawn.
pub(super) fn trials(random: &Random, places: &[(usize, Site)], offers: &[Vec<Offer>]) -> Vec<Trial> {
    let places: Vec<_> =
        places.iter().filter(|(_, site)| !offers[site.state.0 as usize].is_empty()).collect();
    if places.is_empty() || random.grounds.is_empty() {
        return Vec::new();
    }
    let config = Config { max_shrink_iters: 0, failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &wide_seed(random.seed));
    let mut runner = TestRunner::new_with_rng(config, rng);
    let draws = (0..random.grounds.len(), swarm(), vec(pick(), 2..=FAULTS_MAX));
    let mut trials = Vec::new();
    for _ in 0..random.cases {
        // A tuple of ranges never rejects what it draws.
        let Ok(tree) = draws.new_tree(&mut runner) else { continue };
        let (ground, swarm, picks) = tree.current();
        let faults = picks.into_iter().map(|pick| fault(pick, swarm, &places, offers)).collect();
        trials.push(Trial { ground: random.grounds[ground], plan: Plan::new(faults) });
    }
    trials.sort();
    trials.dedup();
    trials
}

/// Which kinds of faults this case has at all: plans of few kinds go deeper than plans of all kinds
/// (Groce et al., "Swarm Testing", ISSTA 2012).
fn swarm() -> impl Strategy<Value = u16> {
    proptest::num::u16::ANY
}

/// Which place, which offer there, which burst of it; each taken modulo what there is.
type Pick = (u16, u16, u16);

fn pick() -> impl Strategy<Value = Pick> {
    (proptest::num::u16::ANY, proptest::num::u16::ANY, proptest::num::u16::ANY)
}

fn fault(pick: Pick, swarm: u16, places: &[&(usize, Site)], offers: &[Vec<Offer>]) -> Fault {
    let (place, offer, burst) = pick;
    let (_, site) = places[usize::from(place) % places.len()];
    let offers = &offers[site.state.0 as usize];
    let first = usize::from(offer) % offers.len();
    // The drawn offer, or the next one whose kind takes part.
    let chosen = (0..offers.len()).map(|step| (first + step) % offers.len());
    let at = chosen.into_iter().find(|at| swarm >> (at % 16) & 1 == 1).unwrap_or(first);
    let bursts = &offers[at].bursts;
    let burst = bursts.get(usize::from(burst) % bursts.len().max(1)).copied().unwrap_or(Burst::Attempts(1));
    Fault { site: site.clone(), class: offers[at].class.clone(), burst }
}

fn wide_seed(seed: u64) -> [u8; 32] {
    let mut wide = [0; 32];
    wide[..8].copy_from_slice(&seed.to_le_bytes());
    wide
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::StateId;
    use crate::fault::Class;
    use crate::history::Iteration;

    fn drawn(seed: u64) -> Vec<Trial> {
        let site = |state| (0, Site { state: StateId(state), iteration: Iteration::default(), visit: 1 });
        let offer = |class| Offer { class, same: vec![], bursts: vec![Burst::Attempts(1), Burst::Forever] };
        let offers = vec![
            vec![offer(Class::Throttling), offer(Class::Timeout)],
            vec![],
            vec![offer(Class::LostAnswer)],
        ];
        trials(&Random { seed, cases: 64, grounds: vec![0, 2] }, &[site(0), site(1), site(2)], &offers)
    }

    #[test]
    fn the_seed_decides() {
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
    }

    #[test]
    fn only_what_a_place_offers_is_injected() {
        let faults: Vec<_> = drawn(7).into_iter().flat_map(|trial| trial.plan.faults().to_vec()).collect();
        assert!(faults.iter().all(|fault| match fault.site.state.0 {
            0 => fault.class != Class::LostAnswer,
            2 => fault.class == Class::LostAnswer,
            _ => false,
        }));
    }

    #[test]
    fn without_places_there_is_nothing_to_draw() {
        assert_eq!(trials(&Random { seed: 1, cases: 64, grounds: vec![0] }, &[], &[]), []);
    }
}
