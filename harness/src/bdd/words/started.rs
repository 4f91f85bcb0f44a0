//! Executions that tasks start.

use super::often::{self, Limit, Often};
use super::{
    answers, attempts, definition, effects, events, faults, handlers, objects, outcome, output, payload,
    route, time, tokens, work,
};
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::{Parameter as _, Place, Sentence, Text};
use crate::bdd::stage::{Expectation, Met};
use crate::bdd::step::{Arguments, Keyword, Step, Takes};
use crate::bdd::{Section, Stage, Vocabulary};

pub(super) const SECTION: Section = Section {
    name: "Started executions",
    about: "Executions that tasks of the execution start, by `states:startExecution`, its `.sync` forms or \
            `aws-sdk:sfn:startSyncExecution`. Without these sentences such a task takes its answer like any other. A machine \
            is called by its name in the request of the task, or else by that of its definition. They need the simulator, \
            and no search runs them.",
    steps: &[
        Step {
            keyword: Keyword::Given,
            expression: "{state} runs the state machine {text}",
            about: "Each call of the task starts an execution of this machine, in the same virtual time, and answers what \
                    becomes of it, whatever the mocks say of the task. The definition is named as in `the state machine`; \
                    its tasks answer as `chaos.toml` or the mock file beside it says, and else what they read.",
            example: "Fulfil runs the state machine \"fulfil.asl.json\"",
            takes: Takes::Nothing,
            covers: &[],
            run: runs,
        },
        Step::then(
            "in the state machine {text} {sentence}",
            "What follows is said of the machine that tasks start. `Given`: its placeholders and type, what its tasks answer \
             and do, what they start in turn. `When`: what goes wrong at its tasks, in each of its executions. `Then`: what \
             holds in each of its executions, of which there must be one; any sentence about its ending, its route, its \
             attempts, its catchers, its values, its effects, its tokens, its payloads, its time or its events.",
            "in the state machine \"fulfil\" the execution fails with OutOfStock",
            in_machine,
        ),
        Step::then(
            "the state machine {text} is executed {times}",
            "So many of its executions are started, over all tasks and their retries. Calls that are refused start none.",
            "the state machine \"fulfil\" is executed twice",
            |stage, arguments| executed(stage, arguments, Limit::Exactly),
        ),
        Step::then(
            "the state machine {text} is executed at most {times}",
            "So many of its executions are started or fewer, but at least one in one of the runs.",
            "the state machine \"fulfil\" is executed at most once",
            |stage, arguments| executed(stage, arguments, Limit::AtMost),
        ),
        Step::then(
            "the state machine {text} is executed at least {times}",
            "So many of its executions are started or more.",
            "the state machine \"fulfil\" is executed at least once",
            |stage, arguments| executed(stage, arguments, Limit::AtLeast),
        ),
        Step::then(
            "the state machine {text} is never executed",
            "None of its executions is started.",
            "the state machine \"refund\" is never executed",
            never_executed,
        ),
    ],
};

/// What a sentence about a started machine begins with, before its name.
const IN: &str = "in the state machine ";

/// The sentence that a line says of whatever it speaks of.
pub(in crate::bdd) fn innermost(line: &str) -> &str {
    let mut rest = line;
    while let Some(said) = rest.strip_prefix(IN) {
        let name =
            regex::Regex::new(&format!("^(?:{}) ", Text::TYPE.pattern)).expect("a constant expression");
        let Some(found) = name.find(said) else { break };
        rest = &said[found.end()..];
    }
    rest.strip_prefix(super::executions::FIRST).unwrap_or(rest)
}

/// Sentences that ask about one execution.
const ASKING: &[&Section] = &[
    &outcome::SECTION,
    &output::SECTION,
    &route::SECTION,
    &attempts::SECTION,
    &handlers::SECTION,
    &work::SECTION,
    &tokens::SECTION,
    &payload::SECTION,
    &time::SECTION,
    &events::SECTION,
    &SECTION,
];

/// Sentences that set up what is in a machine.
const SETTING_UP: &[&Section] = &[&answers::SECTION, &objects::SECTION, &effects::SECTION, &SECTION];

/// Of the other sections these.
const SINGLE: [&str; 3] =
    ["the placeholder {text} is {json}", "the workflow is Standard", "the workflow is Express"];

/// What cannot be asked: the execution starts from what the other one gives it.
const AS_WITHOUT: &str = "the execution ends as without the fault(s)";

fn is_in(sections: &[&Section], step: &Step) -> bool {
    sections.iter().any(|section| section.steps.iter().any(|known| known.expression == step.expression))
}

fn runs(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let (place, Text(text)) = (arguments.get::<Place>(0)?, arguments.get(1)?);
    let wanted = definition::wanted(stage, &text)?;
    stage.start(&place, wanted)
}

fn in_machine(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let (Text(name), Sentence(sentence)) = (arguments.get(0)?, arguments.get(1)?);
    let (step, captures) = Vocabulary::get().find(&sentence)?;
    let (meant, _) = Vocabulary::get().find(innermost(&sentence))?;
    let arguments = Arguments { captures, ..*arguments };
    let asks = meant.keyword == Keyword::Then;
    let is_known = if asks {
        is_in(ASKING, step) && meant.expression != AS_WITHOUT
    } else {
        is_in(SETTING_UP, step) || is_in(&faults::SECTIONS, step) || SINGLE.contains(&step.expression)
    };
    if !is_known {
        let wrong = Wrong::new(format!("`{}` cannot be said of a machine that tasks start", step.expression));
        return Err(wrong.help("write a scenario of its own for that machine").into());
    }
    if asks {
        asked(stage, &name, step, &arguments)
    } else {
        stage.within(&name, |stage| (step.run)(stage, &arguments))
    }
}

fn asked(stage: &mut Stage, name: &str, step: &Step, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let mut executions = stage.of_executions(name)?;
    if !executions.has_runs()? {
        let clause = format!("an execution of `{name}` is started, of which something can be asked");
        let happened = || format!("no task starts `{name}`");
        return stage.expect(Expectation::that(clause).of_some_run(), |_| Met::No(happened()));
    }
    (step.run)(&mut executions, arguments).map_err(|failed| match failed {
        Failed::Unmet(mut unmet) => {
            unmet.expected = format!("in the state machine \"{name}\" {}", unmet.expected);
            Failed::Unmet(unmet)
        }
        other => other,
    })
}

fn executed(stage: &mut Stage, arguments: &Arguments<'_>, limit: Limit) -> Result<(), Failed> {
    let (Text(name), often) = (arguments.get(0)?, Often::of(arguments, 1, limit)?);
    let known = stage.startable(&name)?.name.clone();
    let clause = format!("the state machine \"{name}\" is executed {}", often.said);
    stage.expect(Expectation::that(clause), |asked| {
        let found = asked.results.executions(asked.run, &known);
        often.met(found, || format!("it is {}", often::told("executed", found)))
    })
}

fn never_executed(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Text(name) = arguments.get(0)?;
    let known = stage.startable(&name)?.name.clone();
    let clause = format!("the state machine \"{name}\" is never executed");
    stage.expect(Expectation::that(clause), |asked| {
        let found = asked.results.executions(asked.run, &known);
        Met::when(found == 0, || format!("it is {}", often::told("executed", found)))
    })
}
