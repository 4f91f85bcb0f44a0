//! What no plan says: all items at once, and more in the input than usual.

use super::Campaign;
use super::record::Watched;
use crate::fault::Plan;
use crate::oracle::{self, RuleId};
use crate::search::{Arena, Ground, Phase, Trial, loads, stampedes};

impl Campaign {
    /// Runs in which all items of a Map are throttled at once; says how many there were.
    pub(super) fn stampedes(
        &self,
        arena: &Arena,
        grounds: &mut Vec<Ground>,
        record: &mut Watched<'_>,
    ) -> u64 {
        if !self.rules.contains(&RuleId::RetryBudget) || !self.phases.contains(&Phase::Singles) {
            return 0;
        }
        let usual = grounds.len();
        let found = stampedes(arena, &grounds[..usual]);
        let runs = 2 * found.len() as u64;
        for (wide, plan) in found {
            let ground = grounds.len();
            grounds.push(wide);
            let judged = arena.judge(grounds, Trial { ground, plan });
            record.take(arena, grounds, &judged);
        }
        runs
    }

    /// Runs that carry more than usual, without faults; adds those that show something, and says how many there were.
    pub(super) fn loads(&self, arena: &Arena, grounds: &mut Vec<Ground>, record: &mut Watched<'_>) -> u64 {
        if !self.rules.contains(&RuleId::PayloadExceedsLimit) {
            return 0;
        }
        let loads = loads(arena, grounds);
        let under_load = Arena { oracles: oracle::of_loads().to_vec(), ..arena.clone() };
        for heavy in loads.grounds {
            let ground = grounds.len();
            grounds.push(heavy);
            let judged = under_load.judge(grounds, Trial { ground, plan: Plan::default() });
            record.take(arena, grounds, &judged);
        }
        loads.runs
    }
}
