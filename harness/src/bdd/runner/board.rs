//! Where scenarios under way write what happens to them, and in which order it is told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::told::{Fate, ToldFeature, Verdict};
use crate::bdd::stage::Tally;

/// A scenario: the position of its feature, and its own in it.
pub(super) type Seat = (usize, usize);

/// What happened so far.
#[derive(Debug)]
pub(super) struct Board {
    features: Vec<ToldFeature>,
    /// By the file of the feature and the line of the scenario.
    seats: BTreeMap<(PathBuf, usize), Seat>,
    /// Scenarios of each feature that have yet to end.
    open: Vec<usize>,
    /// Features that were told.
    told: usize,
    /// The first scenario that failed, in the order of the files, where the rest is not wanted then.
    stop: Option<Seat>,
    fail_fast: bool,
}

impl Board {
    /// For features that are laid out; `seats` are the scenarios that run.
    pub(super) fn new(
        features: Vec<ToldFeature>,
        seats: BTreeMap<(PathBuf, usize), Seat>,
        fail_fast: bool,
    ) -> Self {
        let mut open = vec![0; features.len()];
        for (feature, _) in seats.values() {
            open[*feature] += 1;
        }
        let mut board = Self { features, seats, open, told: 0, stop: None, fail_fast };
        let failing = board.all_seats().find(|seat| board.verdict(*seat).is_failure());
        board.stop = failing.filter(|_| fail_fast);
        board
    }

    fn all_seats(&self) -> impl Iterator<Item = Seat> {
        let scenarios =
            |(at, feature): (usize, &ToldFeature)| (0..feature.scenarios.len()).map(move |n| (at, n));
        self.features.iter().enumerate().flat_map(scenarios)
    }

    fn verdict(&self, (feature, scenario): Seat) -> Verdict {
        self.features[feature].scenarios[scenario].verdict()
    }

    /// Where a scenario writes.
    pub(super) fn seat(&self, file: &Path, line: usize) -> Option<Seat> {
        self.seats.get(&(file.to_owned(), line)).copied()
    }

    /// Whether a scenario is wanted, after what failed so far.
    pub(super) fn is_wanted(&self, seat: Seat) -> bool {
        self.stop.is_none_or(|stop| seat <= stop)
    }

    /// A step ended.
    pub(super) fn step(&mut self, (feature, scenario): Seat, at: usize, fate: Fate) {
        if let Some(step) = self.features[feature].scenarios[scenario].steps.get_mut(at) {
            step.fate = fate;
        }
    }

    /// What a scenario has run so far, and how long it took.
    pub(super) fn so_far(&mut self, (feature, scenario): Seat, tally: Tally, took: Duration) {
        let scenario = &mut self.features[feature].scenarios[scenario];
        (scenario.tally, scenario.took) = (tally, took);
    }

    /// A scenario ended.
    pub(super) fn ended(&mut self, seat: Seat) {
        self.open[seat.0] = self.open[seat.0].saturating_sub(1);
        if self.fail_fast && self.verdict(seat).is_failure() && self.is_wanted(seat) {
            self.stop = Some(seat);
        }
    }

    /// The next feature in the order of the files, once all its scenarios have ended.
    ///
    /// Scenarios start in this order. So when a feature has ended, everything that comes before its first failure has
    /// ended too, however many run at once, and the scenarios after it are left out whether they ran or not.
    pub(super) fn next(&mut self) -> Option<&ToldFeature> {
        let at = self.told;
        if *self.open.get(at)? > 0 {
            return None;
        }
        self.told += 1;
        let stop = self.stop;
        let feature = &mut self.features[at];
        for (n, scenario) in feature.scenarios.iter_mut().enumerate() {
            if stop.is_some_and(|stop| (at, n) > stop) {
                scenario.leave_out();
            }
        }
        Some(feature)
    }

    /// Everything that happened.
    pub(super) fn take(&mut self) -> Vec<ToldFeature> {
        std::mem::take(&mut self.features)
    }
}
