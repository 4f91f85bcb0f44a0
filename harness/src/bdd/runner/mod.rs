//! Runs features: all steps are checked, then the Cucumber crate schedules scenarios, worker threads carry their steps
//! out, a board keeps what happened, and reporters tell it.

mod actor;
mod board;
mod check;
mod gherkin;
mod hook;
mod json;
mod junit;
mod pretty;
mod sources;
mod suite;
mod tags;
mod told;
mod writer;

use std::cell::RefCell;
use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use cucumber::gherkin::Feature;
use cucumber::{Cucumber, WriterExt as _, cli, parser, step};
use futures::{FutureExt as _, stream};

use super::stage::{Shelf, Terms};
use crate::walk::{Backend, Executors};
use actor::Actor;
#[cfg(test)]
pub(super) use actor::on_stage;
use board::Board;
pub use json::json;
pub use junit::junit;
pub use pretty::Pretty;
pub use sources::{Place, Unreadable};
pub use suite::Selection;
use suite::{Suite, Wanted};
pub use tags::Tags;
pub use told::{Fate, Told, ToldFeature, ToldScenario, ToldStep, Verdict};
use writer::Writer;

/// What to run, and how.
#[derive(Clone, Debug)]
pub struct Order {
    /// Feature files, or folders with such.
    pub places: Vec<Place>,
    /// Where their paths begin.
    pub folder: PathBuf,
    /// Which scenarios of them.
    pub selection: Selection,
    /// Scenarios that run at the same time.
    pub concurrency: NonZeroUsize,
    /// Whether everything after the first scenario that fails is left out.
    pub fail_fast: bool,
    /// The backend that was asked for; without one, tags decide.
    pub backend: Option<Backend>,
    /// Who executes what, of those that may be asked.
    pub executors: Executors,
    /// What all scenarios share.
    pub terms: Terms,
}

/// The features, as the Cucumber crate wants them.
struct Parsed(Vec<Feature>);

impl parser::Parser<()> for Parsed {
    type Cli = cli::Empty;
    type Output = stream::Iter<std::vec::IntoIter<parser::Result<Feature>>>;

    fn parse(self, (): (), _: cli::Empty) -> Self::Output {
        stream::iter(self.0.into_iter().map(Ok).collect::<Vec<_>>())
    }
}

/// Runs features and gives back what happened, in the order of the files. `tell` gets every feature when it and all
/// before it have ended.
pub fn run(order: &Order, tell: &mut dyn FnMut(&ToldFeature) -> io::Result<()>) -> io::Result<Told> {
    let (sources, unreadable) = sources::read(&order.places, &order.folder);
    let wanted = Wanted { backend: order.backend, executors: &order.executors };
    let Suite { told, features, seats, executors } = Suite::new(sources, &order.selection, wanted);
    let board = Rc::new(RefCell::new(Board::new(told, seats, order.fail_fast)));
    let (terms, shelf, seats) = (order.terms.clone(), Arc::new(Shelf::default()), Rc::clone(&board));
    let kept = Arc::clone(&shelf);
    let begin = Rc::new(move |actor: &mut Actor, feature: &Feature, line: usize| {
        let path = feature.path.clone().unwrap_or_default();
        hook::restore();
        let seat = seats.borrow().seat(&path, line).filter(|seat| seats.borrow().is_wanted(*seat));
        if let Some(seat) = seat {
            let executor = executors.get(&seat).cloned().unwrap_or_default();
            let terms = Arc::new(Terms { executor, ..terms.clone() });
            actor.begin(&path, terms, Arc::clone(&shelf), (Rc::clone(&seats), seat));
        }
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
        .before(move |feature, _, scenario, actor| {
            begin(actor, feature, scenario.position.line);
            futures::future::ready(()).boxed_local()
        });
    let writer = Writer::new(Rc::clone(&board), tell);
    if !features.is_empty() {
        let _kept = hook::keep();
        let cucumber =
            Cucumber::<Actor, _, (), _, _>::custom(Parsed(features), runner, writer.assert_normalized());
        let threads = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(order.concurrency.get())
            .build()?;
        threads.block_on(cucumber.with_default_cli().run(())).done()?;
    }
    let features = board.borrow_mut().take();
    let paths: Vec<PathBuf> = features.iter().map(|feature| feature.path.clone()).collect();
    let (snapshots, unreferenced) = (kept.album.kept(), kept.album.unreferenced(&paths));
    Ok(Told { features, unreadable, snapshots, unreferenced })
}

/// The steps of a feature with one scenario, for tests of sentences.
#[cfg(test)]
pub(super) fn steps_of(text: &str) -> Vec<cucumber::gherkin::Step> {
    let read = gherkin::read(text).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
    read.feature.scenarios.into_iter().flat_map(|scenario| scenario.steps).collect()
}
