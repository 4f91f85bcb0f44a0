//! The client of TestState against a Step Functions API on loopback, whose address `SFN_CHAOS_ENDPOINT` gives: the
//! scenario library is walked over it, and a second walk asks nothing.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_types,
    reason = "a test that reports how long a server took"
)]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use sfn_chaos::aws::{Counts, Keeping, Pace, Patience, Quota, Service};
use sfn_chaos::generate::baselines;
use sfn_chaos::model::Model;
use sfn_chaos::sim::Case;
use sfn_chaos::value::Value;
use sfn_chaos::walk::walk;
use sfn_chaos_tests::scenario::{self, Version};

#[test]
fn a_second_walk_over_the_library_asks_nothing() {
    let Some(url) = std::env::var_os("SFN_CHAOS_ENDPOINT") else {
        println!("skipped: no endpoint; SFN_CHAOS_ENDPOINT is not set");
        return;
    };
    let url = url.to_string_lossy().into_owned();
    let folder = tempfile::tempdir().unwrap();
    let first = Walks::over(&url, folder.path());
    first.print("first walk");
    let second = Walks::over(&url, folder.path());
    second.print("second walk, with the answers of the first");
    assert!(first.counts.sent > 0 && first.histories.iter().any(Option::is_some), "nothing was walked");
    // What had no answer is asked again; everything else is kept.
    assert!(second.counts.kept >= first.counts.answered, "{:?} after {:?}", second.counts, first.counts);
    if first.counts.unanswered == 0 {
        assert_eq!(second.counts.sent, 0);
        assert_eq!(second.histories, first.histories);
    }
}

/// The baselines of the scenario library, walked.
struct Walks {
    /// What happened in each; none where the endpoint answers what cannot be, or not at all.
    histories: Vec<Option<String>>,
    counts: Counts,
    seconds: f64,
}

impl Walks {
    fn over(url: &str, kept: &Path) -> Self {
        // An endpoint on this computer has no quota.
        let quota = Quota { burst: 10_000, per_second: 10_000.0 };
        let pace = Pace { quota, keeping: Keeping::In(kept.to_owned()), ..Pace::default() };
        let service =
            Service::on_loopback(&url.parse().unwrap(), "us-east-1", &Patience::default(), pace).unwrap();
        let start = Instant::now();
        let mut histories = Vec::new();
        for folder in scenario::names() {
            let definition = scenario::definition(&folder, Version::Repaired);
            let machine = Arc::new(scenario::machine(&folder, Version::Repaired));
            let model = Model::new(Arc::clone(&machine));
            let machine_type = definition.declared_type.unwrap_or_default();
            let start = Case { machine_type, ..Case::new(Value::Null) };
            let found = baselines(&model, &scenario::examples(&folder, Version::Repaired), start.clone());
            for (scenario, _) in found.scenarios {
                let case = Case { input: scenario.input.clone(), ..start.clone() };
                let walked = walk(&machine, &case, &scenario.script, &service);
                histories.push(walked.ok().map(|walked| format!("{:?}", walked.history)));
            }
        }
        assert_eq!(service.ended(), None);
        assert_eq!(service.notes(), Vec::<String>::new());
        Self { histories, counts: service.counts(), seconds: start.elapsed().as_secs_f64() }
    }

    fn print(&self, what: &str) {
        let Counts { asked, repeated, kept, answered, sent, .. } = self.counts;
        let walked = self.histories.iter().flatten().count();
        println!(
            "{what}: {walked} of {} executions, {asked} requests, {repeated} repeated, {kept} kept, {answered} \
             answered, {sent} calls, {:.1} s, {:.0} requests a second",
            self.histories.len(),
            self.seconds,
            asked as f64 / self.seconds
        );
    }
}
