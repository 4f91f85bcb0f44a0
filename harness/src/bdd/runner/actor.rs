//! What the Cucumber crate calls its world: the stage of one scenario, and how a step is carried out on it.

use std::any::Any;
use std::cell::RefCell;
use std::convert::Infallible;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
#[expect(
    clippy::disallowed_types,
    reason = "JUnit wants to know how long a scenario takes by the clock"
)]
use std::time::Instant;

use cucumber::{World, gherkin, step};
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;

use super::board::{Board, Seat};
use super::told::Fate;
use crate::bdd::failed::Failed;
use crate::bdd::stage::{Shelf, Stage, Terms};
use crate::bdd::step::Arguments;
use crate::bdd::vocabulary::Vocabulary;

/// A scenario under way.
#[derive(Debug, Default)]
pub(super) struct Actor {
    /// None before the scenario begins, and where it is not wanted.
    role: Option<Role>,
}

/// What a scenario has once it has begun.
#[derive(Debug)]
struct Role {
    /// None while a thread works on it, and after a panic.
    stage: Option<Stage>,
    board: Rc<RefCell<Board>>,
    seat: Seat,
    /// Position of the next step.
    next: usize,
    #[expect(clippy::disallowed_types, reason = "see the import")]
    began: Instant,
}

impl World for Actor {
    type Error = Infallible;

    async fn new() -> Result<Self, Infallible> {
        Ok(Self::default())
    }
}

impl Actor {
    /// Begins a scenario of a feature file.
    #[expect(clippy::disallowed_types, reason = "see the import")]
    pub(super) fn begin(
        &mut self,
        feature: &Path,
        terms: Arc<Terms>,
        shelf: Arc<Shelf>,
        (board, seat): (Rc<RefCell<Board>>, Seat),
    ) {
        let stage = Some(Stage::new(feature, terms, shelf));
        self.role = Some(Role { stage, board, seat, next: 0, began: Instant::now() });
    }
}

/// Carries a step out on a worker thread: steps run executions, and other scenarios go on meanwhile.
pub(super) fn carry_out(actor: &mut Actor, context: step::Context) -> LocalBoxFuture<'_, ()> {
    async move {
        let has_passed = match &mut actor.role {
            Some(role) => role.play(context.step).await,
            None => false,
        };
        // The crate learns of failures by panics. This one calls no panic hook; the board has the reason.
        if !has_passed {
            std::panic::resume_unwind(Box::new("see the board"));
        }
    }
    .boxed_local()
}

impl Role {
    /// Whether the step passed.
    async fn play(&mut self, line: gherkin::Step) -> bool {
        let done = match self.stage.take() {
            Some(stage) => self.on_a_thread(stage, move |stage| on_stage(stage, &line)).await,
            None => Err(Failed::Defect("the scenario goes on after a panic".to_owned())),
        };
        let has_passed = done.is_ok();
        let mut board = self.board.borrow_mut();
        board.step(self.seat, self.next, done.map_or_else(Fate::Failed, |()| Fate::Passed));
        let tally = self.stage.as_ref().map(Stage::tally).unwrap_or_default();
        board.so_far(self.seat, tally, self.began.elapsed());
        self.next += 1;
        has_passed
    }

    async fn on_a_thread(
        &mut self,
        mut stage: Stage,
        step: impl FnOnce(&mut Stage) -> Result<(), Failed> + Send + 'static,
    ) -> Result<(), Failed> {
        let work = tokio::task::spawn_blocking(move || {
            let done = step(&mut stage);
            (stage, done)
        });
        match work.await {
            Ok((stage, done)) => {
                self.stage = Some(stage);
                done
            }
            Err(error) => Err(Failed::Defect(match error.try_into_panic() {
                Ok(panic) => message(&*panic),
                Err(error) => error.to_string(),
            })),
        }
    }
}

/// Carries a step out: finds its sentence, and hands it what the feature says.
pub(in crate::bdd) fn on_stage(stage: &mut Stage, line: &gherkin::Step) -> Result<(), Failed> {
    let (step, captures) = Vocabulary::get().find(&line.value)?;
    let feature = stage.feature.clone();
    let arguments = Arguments {
        captures,
        place: (&feature, line.position.line),
        text: line.docstring.as_deref(),
        table: line.table.as_ref().map(|table| &table.rows[..]),
    };
    (step.run)(stage, &arguments)
}

/// What a panic says.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "a panic without a message".to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::bdd::stage::Snapshots;
    use crate::walk::Executor;

    fn role() -> Role {
        Role {
            stage: None,
            board: Rc::new(RefCell::new(Board::new(Vec::new(), BTreeMap::new(), false))),
            seat: (0, 0),
            next: 0,
            #[expect(clippy::disallowed_types, reason = "see the import")]
            began: Instant::now(),
        }
    }

    fn stage() -> Stage {
        let terms = Terms {
            seed: 0,
            executor: Executor::simulator(),
            snapshots: Snapshots::Compare,
            show_values: false,
            today: jiff::civil::date(2026, 1, 1),
        };
        Stage::new(Path::new("a.feature"), Arc::new(terms), Arc::default())
    }

    #[test]
    fn a_panic_in_a_step_is_a_defect_with_its_message_and_ends_the_scenario() {
        let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let mut role = role();
        let panics = |_: &mut Stage| std::panic::resume_unwind(Box::new("no state 7".to_owned()));
        let done = threads.block_on(role.on_a_thread(stage(), panics));
        assert_eq!(done, Err(Failed::Defect("no state 7".to_owned())));
        assert!(role.stage.is_none());
    }

    #[test]
    fn a_step_gives_the_stage_back() {
        let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let mut role = role();
        assert_eq!(threads.block_on(role.on_a_thread(stage(), |_| Ok(()))), Ok(()));
        assert!(role.stage.is_some());
    }
}
