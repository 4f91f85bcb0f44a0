//! The shortest telling of a history: what a person needs to follow the failure, in a handful of lines.
//!
//! States that just succeed are named in passing, retries and rounds of a loop are folded, and iterations in which
//! nothing went wrong are left out. Values are left out too: a telling may go where the data may not.

use std::collections::BTreeSet;
use std::fmt;

use super::fold::fold;
use crate::asl::{Kind, Machine, StateId};
use crate::error::{ErrorName, Origin};
use crate::fault::Class;
use crate::history::{
    Attempt, Ending, Event, EventId, EventType, ExecutionTimer, FailureRecord, Handling, History, Outcome,
    StrandId, VirtualTime,
};

/// One line of a telling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When it begins.
    pub at: VirtualTime,
    /// The state's path with its iterations (`ShipAll/Ship[3]`); empty for the execution as a whole.
    pub place: String,
    /// What happens.
    pub text: String,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            write!(f, "{}: {}", self.at, self.text)
        } else {
            write!(f, "{}: {} {}", self.at, self.place, self.text)
        }
    }
}

/// More lines than this are no short telling; the middle is left out.
const LINES_MAX: usize = 14;
/// Longer causes are cut.
const CAUSE_MAX: usize = 80;

/// Tells a history, and before it the execution that came before; its times count from the start of that one.
pub fn tell(machine: &Machine, history: &History) -> Vec<Line> {
    let Some(before) = &history.before else { return tell_one(machine, history) };
    let starts_after = |at: VirtualTime| VirtualTime(at.0.saturating_add(before.starts_after_ms));
    let mut lines = tell_one(machine, &before.history);
    lines.push(Line {
        at: starts_after(VirtualTime::ZERO),
        place: String::new(),
        text: "a second execution starts with the same input".to_owned(),
    });
    lines.extend(
        tell_one(machine, history).into_iter().map(|line| Line { at: starts_after(line.at), ..line }),
    );
    lines
}

fn tell_one(machine: &Machine, history: &History) -> Vec<Line> {
    let teller = Teller { machine, history, told: strands_to_tell(history) };
    let mut lines = teller.lines();
    lines.push(teller.end());
    shorten(lines)
}

struct Teller<'a> {
    machine: &'a Machine,
    history: &'a History,
    told: BTreeSet<StrandId>,
}

/// What is worth a line, or a word in one.
enum Beat<'a> {
    /// A state was entered, and nothing went wrong in it.
    Passed(&'a Event, StateId),
    /// Failures in a row at one state of one strand.
    Trouble(Vec<&'a FailureRecord>),
    /// An attempt that nobody answered.
    Silent(&'a Attempt),
    /// An attempt whose answer tells in this member that part of the work was not done.
    PartlyDone(&'a Attempt, &'a str),
}

/// The strands in which something went wrong, those around them, and the top level.
fn strands_to_tell(history: &History) -> BTreeSet<StrandId> {
    let failed = history.failures.iter().map(|record| record.strand);
    let open = history.attempts.iter().filter(|attempt| attempt.ending == Ending::Open);
    let partly = partly_done(history).map(|(attempt, _)| attempt.strand);
    let mut told = BTreeSet::from([StrandId(0)]);
    for strand in failed.chain(open.map(|attempt| attempt.strand)).chain(partly) {
        let mut at = Some(strand);
        while let Some(strand) = at {
            told.insert(strand);
            at = history.strands.get(strand.0 as usize).and_then(|strand| strand.parent);
        }
    }
    told
}

/// The attempts whose answers were made to tell of undone work, each with the member that tells.
fn partly_done(history: &History) -> impl Iterator<Item = (&Attempt, &str)> {
    history.injected.iter().filter_map(|injected| match &injected.class {
        Class::PartialSuccess(member) => Some((&history.attempts[injected.attempt], &**member)),
        _ => None,
    })
}

impl<'a> Teller<'a> {
    fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut passed: Vec<(&Event, StateId)> = Vec::new();
        for beat in self.beats() {
            match beat {
                Beat::Passed(event, state) => passed.push((event, state)),
                Beat::Trouble(records) => {
                    self.flush(&mut passed, &mut lines);
                    lines.push(self.trouble(&records));
                }
                Beat::Silent(attempt) => {
                    self.flush(&mut passed, &mut lines);
                    lines.push(self.silent(attempt));
                }
                Beat::PartlyDone(attempt, member) => {
                    self.flush(&mut passed, &mut lines);
                    lines.push(self.partly_done(attempt, member));
                }
            }
        }
        self.flush(&mut passed, &mut lines);
        lines
    }

    /// Everything in order of time; failures stand after the entry of their state.
    fn beats(&self) -> Vec<Beat<'a>> {
        let mut timed: Vec<((VirtualTime, EventId), Beat<'a>)> = Vec::new();
        let troubles = self.troubles();
        let failed = troubles.iter().map(|records| (records[0].state, records[0].strand));
        let silent = self.silence().map(|attempt| (attempt.state, attempt.strand));
        let answered = || {
            let succeeded = |(attempt, _): &(&Attempt, _)| matches!(attempt.ending, Ending::Succeeded(_));
            partly_done(self.history).filter(succeeded)
        };
        let partly = answered().map(|(attempt, _)| (attempt.state, attempt.strand));
        let told_apart: BTreeSet<(StateId, StrandId)> = failed.chain(silent).chain(partly).collect();
        for event in self.history.events.iter().chain(&self.history.child_events) {
            let Some(state) = event.state.filter(|_| is_entry(event.kind)) else { continue };
            if self.told.contains(&event.strand) && !told_apart.contains(&(state, event.strand)) {
                timed.push(((event.at, event.id), Beat::Passed(event, state)));
            }
        }
        let moment = |records: &[&FailureRecord]| (records[0].at, records[0].event);
        timed.extend(troubles.into_iter().map(|records| (moment(&records), Beat::Trouble(records))));
        timed.extend(self.silence().map(|attempt| ((attempt.at, attempt.scheduled), Beat::Silent(attempt))));
        let beat = |(attempt, member): (&'a Attempt, &'a str)| {
            ((attempt.at, attempt.scheduled), Beat::PartlyDone(attempt, member))
        };
        timed.extend(answered().map(beat));
        // At one instant, the order of the events tells what came of what.
        timed.sort_by_key(|(moment, _)| *moment);
        timed.into_iter().map(|(_, beat)| beat).collect()
    }

    /// Failures, those of one state in a row with the same error together.
    fn troubles(&self) -> Vec<Vec<&'a FailureRecord>> {
        let mut groups: Vec<Vec<&FailureRecord>> = Vec::new();
        for record in &self.history.failures {
            let same = |group: &&mut Vec<&FailureRecord>| {
                let last = group[group.len() - 1];
                last.state == record.state
                    && last.strand == record.strand
                    && last.error == record.error
                    && matches!(last.handling, Handling::Retried { .. })
            };
            match groups.iter_mut().rev().find(same) {
                Some(group) => group.push(record),
                None => groups.push(vec![record]),
            }
        }
        groups
    }

    /// Attempts that were waited for until the end.
    fn silence(&self) -> impl Iterator<Item = &'a Attempt> {
        let waited = |attempt: &&Attempt| attempt.ending == Ending::Open && attempt.ended_at > attempt.at;
        self.history.attempts.iter().filter(waited)
    }

    /// The states that were passed since the last trouble, loops folded, in one line.
    fn flush(&self, passed: &mut Vec<(&'a Event, StateId)>, lines: &mut Vec<Line>) {
        let Some((first, _)) = passed.first() else { return };
        let states: Vec<StateId> = passed.iter().map(|(_, state)| *state).collect();
        let parts = fold(&states).into_iter().map(|part| {
            let names: Vec<&str> = part.items.iter().map(|id| &*self.machine.state(*id).name).collect();
            let names = shorten_names(&names);
            if part.times > 1 { format!("({names}) × {}", part.times) } else { names }
        });
        lines.push(Line {
            at: first.at,
            place: String::new(),
            text: format!("passes {}", parts.collect::<Vec<_>>().join(" → ")),
        });
        passed.clear();
    }

    fn trouble(&self, records: &[&FailureRecord]) -> Line {
        let (first, last) = (records[0], records[records.len() - 1]);
        let state = self.machine.state(first.state);
        let mut text = if matches!(state.kind, Kind::Fail { .. }) {
            format!("ends its scope with {}", named(&first.error))
        } else if first.echo_of.is_some() {
            format!("fails with the {} from inside", named(&first.error))
        } else if first.origin == Origin::Interpreter && *first.error != *ErrorName::DATA_LIMIT {
            format!("cannot be evaluated: {}", named(&first.error))
        } else {
            format!("fails with {}", named(&first.error))
        };
        if let Some(cause) = self.cause_of(first) {
            text = format!("{text} ({cause})");
        }
        let attempt = first.attempt.and_then(|attempt| self.history.attempts.get(attempt));
        text += attempt.map(|attempt| self.work(attempt)).unwrap_or_default();
        text += &self.handling(records, last);
        Line { at: first.at, place: self.place(first.state, first.strand), text }
    }

    /// What a failed attempt did all the same, or why nobody knows.
    fn work(&self, attempt: &Attempt) -> &'static str {
        if !attempt.applied {
            return "";
        }
        match attempt.injected.map(|at| &self.history.injected[at].class) {
            // The message went out, or the job was started; the work is another matter.
            Some(Class::CallbackMissing) => ", as nobody answers its task token",
            Some(Class::LostHeartbeat) => ", as no heartbeat comes",
            Some(Class::JobNeverEnds) => ", as its work never ends",
            // What whoever did it says of it is the error itself.
            Some(Class::CallbackFailed(_) | Class::JobFails | Class::Status(_)) => "",
            None
            | Some(
                Class::Throttling
                | Class::ServiceError
                | Class::Timeout
                | Class::LostAnswer
                | Class::LostAnswerAs(_)
                | Class::PermissionDenied
                | Class::ApplicationError(_)
                | Class::CallbackLate
                | Class::CallbackDuplicate
                | Class::OversizedResult
                | Class::MissingMember(_)
                | Class::PartialSuccess(_),
            ) => ", although the work was done",
        }
    }

    /// What became of failures in a row.
    fn handling(&self, records: &[&FailureRecord], last: &FailureRecord) -> String {
        let retries =
            records.iter().filter(|record| matches!(record.handling, Handling::Retried { .. })).count();
        let mut text = match (retries, last.handling) {
            (0, _) => String::new(),
            (1, Handling::Retried { delay_ms, .. }) => format!("; retried after {}", VirtualTime(delay_ms)),
            (1, _) => "; retried once".to_owned(),
            (count, _) => {
                let span = VirtualTime(last.at.0.saturating_sub(records[0].at.0));
                format!("; retried {count} times over {span}")
            }
        };
        match last.handling {
            Handling::Retried { .. } if self.succeeds_later(last) => text += ", then succeeds",
            Handling::Caught { catcher, .. } => {
                let next = self.machine.state(last.state).catch[catcher].next;
                text = format!("{text}; Catch[{catcher}] → {}", self.machine.state(next).name);
            }
            Handling::Uncaught { .. } if !self.machine.state(last.state).catch.is_empty() => {
                text += "; no catcher takes it";
            }
            Handling::Tolerated => text += "; tolerated",
            Handling::Retried { .. } | Handling::Uncaught { .. } => {}
        }
        text
    }

    fn succeeds_later(&self, record: &FailureRecord) -> bool {
        let first = record.attempt.map_or(usize::MAX, |attempt| attempt + 1);
        let same = |attempt: &&Attempt| attempt.state == record.state && attempt.strand == record.strand;
        let next = self.history.attempts.iter().skip(first).find(same);
        next.is_some_and(|attempt| matches!(attempt.ending, Ending::Succeeded(_)))
    }

    fn silent(&self, attempt: &Attempt) -> Line {
        Line {
            at: attempt.at,
            place: self.place(attempt.state, attempt.strand),
            text: "waits for an answer that does not come".to_owned(),
        }
    }

    fn partly_done(&self, attempt: &Attempt, member: &str) -> Line {
        Line {
            at: attempt.at,
            place: self.place(attempt.state, attempt.strand),
            text: format!("answers, but part of the work is not done (`{member}`)"),
        }
    }

    fn end(&self) -> Line {
        let history = self.history;
        let text = match &history.outcome {
            Outcome::Failed { error, .. } => {
                format!("the execution ends as FAILED with {}", named(error.as_deref().unwrap_or("")))
            }
            Outcome::TimedOut { by: ExecutionTimer::Declared } => {
                "the execution's own timer ends it as TIMED_OUT".to_owned()
            }
            Outcome::TimedOut { by: ExecutionTimer::Longest } => {
                "the execution ends as TIMED_OUT, it may not last longer".to_owned()
            }
            Outcome::Unknown(unknown) => format!("the simulation stops: {unknown}"),
            Outcome::Succeeded { .. } | Outcome::Aborted { .. } => {
                format!("the execution ends as {}", history.outcome.status())
            }
        };
        Line { at: history.duration, place: String::new(), text }
    }

    fn place(&self, state: StateId, strand: StrandId) -> String {
        format!("{}{}", self.machine.state(state).path, self.history.iteration(strand))
    }

    /// The cause, where it is ours and not the user's data: that of an injected fault, or of an evaluation without
    /// the input that AWS quotes.
    fn cause_of(&self, record: &FailureRecord) -> Option<String> {
        let cause = record.cause.as_deref().filter(|cause| !cause.is_empty())?;
        let injected =
            record.attempt.is_some_and(|attempt| self.history.attempts[attempt].injected.is_some());
        if injected && !cause.starts_with('{') {
            return Some(cut(gist(cause)));
        }
        if record.origin == Origin::Interpreter {
            let plain = cause.split(" could not be found in the input").next().unwrap_or(cause);
            let plain = plain.split_once("). ").map_or(plain, |(_, rest)| rest);
            return Some(cut(plain));
        }
        None
    }
}

/// What a cause says, without the details of the call; of a denial, what is denied.
fn gist(cause: &str) -> &str {
    // IAM guide, "Troubleshoot access denied error messages": the user stands first and says least.
    let denied = cause.find("not authorized to perform: ").map(|at| &cause[at..]);
    denied.unwrap_or(cause).split(" (Service:").next().unwrap_or(cause)
}

fn is_entry(kind: EventType) -> bool {
    kind.name().ends_with("StateEntered")
}

fn named(error: &str) -> &str {
    if error.is_empty() { "an error without a name" } else { error }
}

fn cut(text: &str) -> String {
    let mut cut: String = text.chars().take(CAUSE_MAX).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

/// `A → B → C`, the middle left out of long rows.
fn shorten_names(names: &[&str]) -> String {
    match names {
        [first, second, .., last] if names.len() > 6 => {
            format!("{first} → {second} → … ({} more) → {last}", names.len() - 3)
        }
        _ => names.join(" → "),
    }
}

fn shorten(mut lines: Vec<Line>) -> Vec<Line> {
    if lines.len() > LINES_MAX {
        let (head, tail) = (LINES_MAX / 2, LINES_MAX - LINES_MAX / 2 - 1);
        let hidden = lines.len() - head - tail;
        let at = lines[head].at;
        let text = format!("… and {hidden} more");
        lines.splice(head..lines.len() - tail, [Line { at, place: String::new(), text }]);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::compile_text;
    use crate::fault::Plan;
    use crate::mock::{Answer, Call};
    use crate::sim::{Case, run};
    use crate::value::Value;

    const MACHINE: &str = r#"{"StartAt":"Price","States":{
      "Price":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"p"},
        "Next":"Charge"},
      "Charge":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"c"},
        "Retry":[{"ErrorEquals":["Lambda.TooManyRequestsException"],"IntervalSeconds":2}],
        "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Refund"}],"Next":"Done"},
      "Refund":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"r"},
        "Next":"Failed"},
      "Failed":{"Type":"Fail","Error":"NotCharged"},
      "Done":{"Type":"Succeed"}}}"#;

    fn told(plan: &str) -> Vec<String> {
        let machine = compile_text("order", MACHINE).unwrap();
        let plan = Plan::parse(plan, &machine).unwrap();
        let case = Case { plan, ..Case::new(Value::empty_object()) };
        let mut responder = |_: Call<'_>| Answer::of(Value::empty_object());
        tell(&machine, &run(&machine, &case, &mut responder)).iter().map(Line::to_string).collect()
    }

    #[test]
    fn retries_are_one_line_with_the_handler_behind_them() {
        assert_eq!(
            told("Charge:throttling*4"),
            [
                "0 ms: passes Price",
                "150 ms: Charge fails with Lambda.TooManyRequestsException (Rate exceeded); retried 3 times over \
                 14.2 s; Catch[0] → Refund",
                "14.3 s: passes Refund",
                "14.4 s: Failed ends its scope with NotCharged",
                "14.4 s: the execution ends as FAILED with NotCharged",
            ]
        );
    }

    #[test]
    fn the_failure_stands_before_what_came_of_it_at_the_same_instant() {
        assert_eq!(
            told("Charge:permission-denied"),
            [
                "0 ms: passes Price",
                "150 ms: Charge fails with Lambda.AWSLambdaException (not authorized to perform: \
                 lambda:InvokeFunction on resource: arn:aws:lambda:us-…); Catch[0] → Refund",
                "150 ms: passes Refund",
                "250 ms: Failed ends its scope with NotCharged",
                "250 ms: the execution ends as FAILED with NotCharged",
            ]
        );
    }
}
