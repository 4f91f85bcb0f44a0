//! Threads that run trials, and results in the order of the trials.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Arena, Ground, Judged, Trial};

/// Runs all trials; the results stand in the order of the trials, whatever thread made them.
pub(super) fn run_all(
    arena: &Arena,
    grounds: &[Ground],
    trials: Vec<Trial>,
    threads: NonZeroUsize,
) -> Vec<Judged> {
    if threads.get() == 1 || trials.len() < 2 {
        return trials.into_iter().map(|trial| arena.judge(grounds, trial)).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((at, trial)) = claim(&next, &trials) {
            done.push((at, arena.judge(grounds, trial)));
        }
        done
    };
    let mut results: Vec<(usize, Judged)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.get().min(trials.len())).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, judged)| judged).collect()
}

fn claim(next: &AtomicUsize, trials: &[Trial]) -> Option<(usize, Trial)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    trials.get(at).map(|trial| (at, trial.clone()))
}
