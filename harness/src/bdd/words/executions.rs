//! Which of several executions a sentence speaks of.

use super::{attempts, events, handlers, outcome, output, payload, route, time, tokens};
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::Sentence;
use crate::bdd::stage::Which;
use crate::bdd::step::{Arguments, Step};
use crate::bdd::{Section, Stage, Vocabulary};

pub(super) const SECTION: Section = Section {
    name: "Several executions",
    about: "Where the execution is started again or delivered twice, a sentence speaks of the last execution, unless it \
            begins with these words. A redrive goes on with the same execution.",
    steps: &[Step::then(
        "in the first execution {sentence}",
        "What follows is asked of the first execution of each run: any sentence about its ending, its route, its \
         attempts, its catchers, its values, its tokens, its payloads, its time or its events.",
        "in the first execution ChargePayment is attempted 4 times",
        in_the_first,
    )],
};

/// What a sentence about the first execution begins with.
pub(super) const FIRST: &str = "in the first execution ";

/// Sentences that speak of one execution.
const OF_ONE: &[&Section] = &[
    &outcome::SECTION,
    &output::SECTION,
    &route::SECTION,
    &attempts::SECTION,
    &handlers::SECTION,
    &tokens::SECTION,
    &payload::SECTION,
    &time::SECTION,
    &events::SECTION,
];

fn in_the_first(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Sentence(sentence) = arguments.get(0)?;
    let (step, captures) = Vocabulary::get().find(&sentence)?;
    let is_of_one =
        |section: &&Section| section.steps.iter().any(|known| known.expression == step.expression);
    if !OF_ONE.iter().any(is_of_one) {
        let wrong = Wrong::new(format!("`{}` does not speak of one execution", step.expression));
        return Err(wrong.help("write it without `in the first execution`").into());
    }
    let results = stage.results()?;
    if results.runs.iter().any(|run| run.history.before.is_none()) {
        let wrong = Wrong::new("there is only one execution");
        return Err(wrong.help("write the step without `in the first execution`").into());
    }
    stage.speaks_of = Which::First;
    let done = (step.run)(stage, &Arguments { captures, ..*arguments });
    stage.speaks_of = Which::default();
    done
}
