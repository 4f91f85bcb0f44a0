//! When things happen, in virtual time.

use super::phrase::{ending, time};
use crate::asl::Kind;
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::{Place, Span};
use crate::bdd::stage::{Expectation, Met};
use crate::bdd::step::{Arguments, Step};
use crate::bdd::{Section, Stage};
use crate::history::Stay;

pub(super) const SECTION: Section = Section {
    name: "Time",
    about: "When things happen, in virtual time from the start of the execution, to the millisecond. An attempt takes \
            100 ms unless something else is said.",
    steps: &[
        Step::then(
            "the execution takes {duration}",
            "From its start to its end, exactly.",
            "the execution takes 12.5 seconds",
            |stage, arguments| takes(stage, arguments, "takes", |found, wanted| found == wanted),
        ),
        Step::then(
            "the execution takes at most {duration}",
            "From its start to its end.",
            "the execution takes at most 5 minutes",
            |stage, arguments| takes(stage, arguments, "takes at most", |found, wanted| found <= wanted),
        ),
        Step::then(
            "the execution takes at least {duration}",
            "From its start to its end.",
            "the execution takes at least 30 seconds",
            |stage, arguments| takes(stage, arguments, "takes at least", |found, wanted| found >= wanted),
        ),
        Step::then(
            "the execution ends within {duration}",
            "It has ended after this time, in whichever way.",
            "the execution ends within 1 hour",
            |stage, arguments| takes(stage, arguments, "ends within", |found, wanted| found <= wanted),
        ),
        Step::then(
            "after {duration} the execution is still running",
            "It ends later.",
            "after 2 hours the execution is still running",
            |stage, arguments| at_moment(stage, arguments, "the execution is still running", |ended| !ended),
        ),
        Step::then(
            "after {duration} the execution has ended",
            "It ends then or before, in whichever way.",
            "after 2 hours the execution has ended",
            |stage, arguments| at_moment(stage, arguments, "the execution has ended", |ended| ended),
        ),
        Step::then(
            "after {duration} {state} is still waiting",
            "The state was entered before, and is not left yet: it waits for an answer, a token, a time, a retry, or for \
             what runs within it.",
            "after 2 hours AwaitDispatch is still waiting",
            still_waiting,
        ),
        Step::then(
            "after {duration} {state} has been entered",
            "The state is entered then or before.",
            "after 2 hours NotifyOps has been entered",
            |stage, arguments| entered_by(stage, arguments, "has been entered", |entered| entered),
        ),
        Step::then(
            "after {duration} {state} has not been entered",
            "The state is entered later, or never.",
            "after 2 hours NotifyOps has not been entered",
            |stage, arguments| entered_by(stage, arguments, "has not been entered", |entered| !entered),
        ),
        Step::then(
            "{state} is entered after {duration}",
            "The first entry of the state comes exactly then.",
            "NotifyOps is entered after 4 hours",
            |stage, arguments| entered(stage, arguments, "after", |found, wanted| found == wanted),
        ),
        Step::then(
            "{state} is entered after at least {duration}",
            "The first entry of the state comes then or later.",
            "NotifyOps is entered after at least 1 hour",
            |stage, arguments| entered(stage, arguments, "after at least", |found, wanted| found >= wanted),
        ),
        Step::then(
            "{state} is entered within {duration}",
            "The first entry of the state comes then or before.",
            "NotifyOps is entered within 5 hours",
            |stage, arguments| entered(stage, arguments, "within", |found, wanted| found <= wanted),
        ),
    ],
};

fn takes(
    stage: &mut Stage,
    arguments: &Arguments<'_>,
    word: &str,
    is_right: impl Fn(u64, u64) -> bool,
) -> Result<(), Failed> {
    let wanted: Span = arguments.get(0)?;
    stage.expect(Expectation::that(format!("the execution {word} {}", arguments.said(0))), |asked| {
        let found = asked.history.duration;
        Met::when(is_right(found.0, wanted.ms), || {
            format!("it takes {}, and {}", time(found), ending(&asked.history.outcome))
        })
    })
}

fn at_moment(
    stage: &mut Stage,
    arguments: &Arguments<'_>,
    clause: &str,
    is_right: impl Fn(bool) -> bool,
) -> Result<(), Failed> {
    let moment: Span = arguments.get(0)?;
    stage.expect(Expectation::that(format!("after {} {clause}", arguments.said(0))), |asked| {
        let ended = asked.history.duration;
        Met::when(is_right(ended.0 <= moment.ms), || {
            format!("{} after {}", ending(&asked.history.outcome), time(ended))
        })
    })
}

fn still_waiting(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let (moment, place): (Span, Place) = (arguments.get(0)?, arguments.get(1)?);
    let visits = stage.visits(&place)?;
    let subject = stage.subject()?;
    let kind = &subject.model.machine.state(visits.state).kind;
    if matches!(kind, Kind::Pass { .. } | Kind::Choice(_) | Kind::Succeed | Kind::Fail { .. }) {
        let wrong =
            Wrong::new(format!("`{}` is a {} state; no time passes in it", place.0, kind.type_name()));
        return Err(wrong.help("ask for a Task, Wait, Parallel or Map state").into());
    }
    let clause = format!("after {} {} is still waiting", arguments.said(0), place.0);
    stage.expect(Expectation::that(clause).about(&visits), |asked| {
        let stays = asked.history.stays_in(&visits);
        let is_inside = |stay: &Stay| stay.entry.at.0 <= moment.ms && moment.ms < stay.until(asked.history).0;
        Met::when(stays.iter().any(is_inside), || {
            let before = |stay: &&Stay| stay.entry.at.0 <= moment.ms;
            match (stays.iter().rev().find(before), stays.first()) {
                (Some(stay), _) if stay.left.is_none() => {
                    format!("{} after {}", ending(&asked.history.outcome), time(asked.history.duration))
                }
                (Some(stay), _) => format!("it is left after {}", time(stay.until(asked.history))),
                (None, Some(first)) => format!("it is entered after {}", time(first.entry.at)),
                (None, None) => "it is never entered".to_owned(),
            }
        })
    })
}

fn entered_by(
    stage: &mut Stage,
    arguments: &Arguments<'_>,
    word: &str,
    is_right: impl Fn(bool) -> bool,
) -> Result<(), Failed> {
    let (moment, place): (Span, Place) = (arguments.get(0)?, arguments.get(1)?);
    let visits = stage.visits(&place)?;
    let clause = format!("after {} {} {word}", arguments.said(0), place.0);
    stage.expect(Expectation::that(clause).about(&visits), |asked| {
        let first = asked.history.entries_in(&visits).first().map(|entry| entry.at);
        Met::when(is_right(first.is_some_and(|at| at.0 <= moment.ms)), || match first {
            Some(at) => format!("it is entered after {}", time(at)),
            None => "it is never entered".to_owned(),
        })
    })
}

fn entered(
    stage: &mut Stage,
    arguments: &Arguments<'_>,
    word: &str,
    is_right: impl Fn(u64, u64) -> bool,
) -> Result<(), Failed> {
    let (place, span): (Place, Span) = (arguments.get(0)?, arguments.get(1)?);
    let visits = stage.visits(&place)?;
    let clause = format!("{} is entered {word} {}", place.0, arguments.said(1));
    stage.expect(Expectation::that(clause).about(&visits), |asked| {
        match asked.history.entries_in(&visits).first() {
            None => Met::No("it is never entered".to_owned()),
            Some(first) => {
                Met::when(is_right(first.at.0, span.ms), || format!("it is entered after {}", time(first.at)))
            }
        }
    })
}
