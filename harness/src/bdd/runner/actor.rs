//! What the Cucumber crate calls its world: the stage of one scenario, and how a step is carried out on it.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

use cucumber::{World, step};
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;

use crate::bdd::failed::Failed;
use crate::bdd::stage::{Shelf, Stage, Terms};
use crate::bdd::step::Arguments;
use crate::bdd::vocabulary::Vocabulary;

/// A scenario under way.
#[derive(Debug, Default)]
pub(super) struct Actor {
    /// None before the scenario begins, and while a thread works on it.
    stage: Option<Stage>,
}

impl World for Actor {
    type Error = Infallible;

    async fn new() -> Result<Self, Infallible> {
        Ok(Self::default())
    }
}

impl Actor {
    /// Begins a scenario of a feature file.
    pub(super) fn begin(&mut self, feature: &Path, terms: Arc<Terms>, shelf: Arc<Shelf>) {
        self.stage = Some(Stage::new(feature, terms, shelf));
    }
}

/// Carries a step out on a worker thread: steps run executions, and other scenarios go on meanwhile.
pub(super) fn carry_out(actor: &mut Actor, context: step::Context) -> LocalBoxFuture<'_, ()> {
    async move {
        let mut stage = actor.stage.take().expect("a scenario begins before its first step");
        let work = tokio::task::spawn_blocking(move || {
            let done = on_stage(&mut stage, &context.step);
            (stage, done)
        });
        let done = match work.await {
            Ok((stage, done)) => {
                actor.stage = Some(stage);
                done
            }
            Err(error) => Err(Failed::Defect(error.to_string())),
        };
        // The crate learns of failures by panics. This one bears a value, and calls no panic hook.
        if let Err(failed) = done {
            std::panic::resume_unwind(Box::new(failed));
        }
    }
    .boxed_local()
}

/// Carries a step out: finds its sentence, and hands it what the feature says.
pub(in crate::bdd) fn on_stage(stage: &mut Stage, line: &cucumber::gherkin::Step) -> Result<(), Failed> {
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
