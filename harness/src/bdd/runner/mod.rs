//! Runs features: the Cucumber crate schedules scenarios, worker threads carry their steps out, a writer keeps what
//! happened, and a reporter tells it.

mod actor;
mod pretty;
mod sources;
mod told;
mod writer;

use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use cucumber::{Cucumber, step};
use futures::FutureExt as _;

use super::stage::{Shelf, Terms};
use actor::Actor;
#[cfg(test)]
pub(super) use actor::on_stage;
pub use sources::Unreadable;
pub use told::{Told, ToldFeature, ToldScenario, ToldStep, Verdict};
use writer::Writer;

/// What to run, and how.
#[derive(Clone, Debug)]
pub struct Order {
    /// Feature files, or folders with such.
    pub paths: Vec<PathBuf>,
    /// Scenarios that run at the same time.
    pub concurrency: NonZeroUsize,
    /// What all scenarios share.
    pub terms: Terms,
}

/// Runs features and gives back what happened, in the order of the files.
pub fn run(order: &Order) -> io::Result<Told> {
    let (sources, unreadable) = sources::read(&order.paths);
    let (terms, shelf) = (Arc::new(order.terms.clone()), Arc::new(Shelf::default()));
    let begin = Rc::new(move |actor: &mut Actor, feature: &cucumber::gherkin::Feature| {
        let path = feature.path.clone().unwrap_or_default();
        actor.begin(&path, Arc::clone(&terms), Arc::clone(&shelf));
    });
    // Every line goes to the same function, which asks our own vocabulary: it knows what is near.
    let any = regex::Regex::new("^(?s:.*)$").expect("a constant expression");
    let steps = step::Collection::new()
        .given(None, any.clone(), actor::carry_out)
        .when(None, any.clone(), actor::carry_out)
        .then(None, any, actor::carry_out);
    let runner = cucumber::runner::Basic::default()
        .steps(steps)
        .max_concurrent_scenarios(order.concurrency.get())
        .before(move |feature, _, _, actor| {
            begin(actor, feature);
            futures::future::ready(()).boxed_local()
        });
    let cucumber = Cucumber::<Actor, _, (), _, _>::custom(sources, runner, Writer::ordered());
    let threads = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(order.concurrency.get())
        .build()?;
    let writer = threads.block_on(cucumber.with_default_cli().run(()));
    Ok(Told { features: writer.inner_writer().features().to_vec(), unreadable })
}

/// Tells what happened, for people.
pub fn pretty(told: &Told, out: &mut dyn io::Write) -> io::Result<()> {
    pretty::write(told, out)
}
