//! How much a search may do. Limits count runs and events, never seconds: a slow computer finds the same.

/// Limits of the search of one machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Runs of all phases together; baselines and reductions are not counted.
    pub runs_max: u64,
    /// Events of all runs together, so that a few endless loops do not eat the time of all the rest.
    pub events_max: u64,
    /// Runs of pairs in which the second fault hits a place that the baseline reaches too.
    pub rejoined_max: u64,
    /// Random cases of the last phase.
    pub explore_cases: u32,
    /// Runs to make one finding smaller.
    pub reduce_runs_max: u64,
    /// Events of these runs.
    pub reduce_events_max: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            runs_max: 2_000,
            events_max: 1_500_000,
            rejoined_max: 32,
            explore_cases: 64,
            reduce_runs_max: 200,
            reduce_events_max: 200_000,
        }
    }
}

impl Budget {
    /// For a run over night.
    pub fn nightly() -> Self {
        Self {
            runs_max: 200_000,
            events_max: 200_000_000,
            rejoined_max: 10_000,
            explore_cases: 10_000,
            reduce_runs_max: 1_000,
            reduce_events_max: 5_000_000,
        }
    }
}

/// What has been spent of a budget.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spent {
    pub(super) runs: u64,
    pub(super) events: u64,
}

impl Spent {
    /// Counts a run; `Err` says which limit it reached.
    pub(super) fn add(&mut self, events: usize, budget: &Budget) -> Result<(), String> {
        self.runs += 1;
        self.events += events as u64;
        if self.runs >= budget.runs_max {
            return Err(format!("the budget of {} was spent", count(budget.runs_max, "run")));
        }
        if self.events >= budget.events_max {
            return Err(format!("the budget of {} was spent", count(budget.events_max, "event")));
        }
        Ok(())
    }
}

/// `1 run`, `2,000 runs`
fn count(number: u64, what: &str) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    let plural = if number == 1 { "" } else { "s" };
    format!("{text} {what}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_limit_that_is_reached_is_named() {
        let budget = Budget { runs_max: 2, events_max: 1_500, ..Budget::default() };
        let mut spent = Spent::default();
        assert_eq!(spent.add(10, &budget), Ok(()));
        assert_eq!(spent.add(10, &budget), Err("the budget of 2 runs was spent".to_owned()));
        let mut spent = Spent::default();
        assert_eq!(spent.add(1_500, &budget), Err("the budget of 1,500 events was spent".to_owned()));
    }
}
