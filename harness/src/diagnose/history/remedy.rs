//! What to change, by the class of the failure. Always a proposal: with a definition a patch where one is clear, and
//! words where only the author knows.

use super::diagnosis::RootCause;
use super::failure::FailureKind;
use super::handling::{Answer, Consulted};
use super::permission::{self, Account};
use super::safety::Safety;
use super::said;
use super::shape::StateKind;
use super::timeline::Timeline;
use super::{analyse::Roots, kept, managed_rule, timer_fix};
use crate::asl::{Machine, State};
use crate::catalog::{ErrorClass, Integration, Pattern};
use crate::diagnose::fix::{add, add_retrier, patch, replace, words};
use crate::error::ErrorName;
use crate::history::EventType;
use crate::iam::policy::Grants;
use crate::model::{HandlerKind, Model};
use crate::oracle::Fix;
use crate::value::Value;

/// What a proposal is made from.
pub(super) struct Facts<'a> {
    pub(super) timeline: &'a Timeline<'a>,
    pub(super) roots: &'a Roots,
    pub(super) root: &'a RootCause,
    pub(super) integration: Option<&'a Integration>,
    pub(super) request: Option<&'a Value>,
    pub(super) safety: Option<&'a Safety>,
    pub(super) model: Option<&'a Model>,
    pub(super) handling: &'a [Consulted],
    pub(super) policy: Option<&'a Grants>,
}

impl Facts<'_> {
    /// The state in the definition.
    pub(super) fn state(&self) -> Option<&State> {
        self.timeline.state(self.roots.first.visit?, self.machine())
    }

    /// The definition.
    pub(super) fn machine(&self) -> Option<&Machine> {
        self.model.map(|model| &*model.machine)
    }

    pub(super) fn name(&self) -> &str {
        self.root.state.as_deref().unwrap_or("the task")
    }

    fn cause(&self) -> &str {
        self.root.cause.as_deref().unwrap_or_default()
    }
}

/// The proposals, the one to start with first.
pub(super) fn remedies(facts: &Facts<'_>) -> Vec<Fix> {
    if facts.root.nested.is_some() {
        return vec![words(
            "Export the history of the child execution and diagnose it: what is wrong is there.",
        )];
    }
    let Some(class) = facts.root.class else {
        return vec![words("Nothing in the definition has to change for it.")];
    };
    if facts.roots.first.kind == FailureKind::Map && facts.root.error.as_deref() == Some(ErrorName::THRESHOLD)
    {
        return vec![threshold(facts)];
    }
    let first = match class {
        ErrorClass::Permission => denied(facts),
        ErrorClass::Throttling | ErrorClass::Transient => retried(facts),
        ErrorClass::Timeout => return timer_fix::timeout(facts),
        ErrorClass::Quota => quota(facts),
        ErrorClass::DataLimit => words(
            "Keep the large data out of the states: store it in S3, pass on bucket and key, and let the next task read \
             it; or take only the fields that are read with `ResultSelector` (in JSONata with `Output`). A payload may \
             have 262,144 bytes.",
        ),
        ErrorClass::NotFound if is_job(facts) => {
            words("Create what the cause names, or let the job look in the right place.")
        }
        ErrorClass::NotFound => words(
            "Create what the cause names, or correct its name in the request. Where it may rightly be missing, catch \
             this error by name.",
        ),
        ErrorClass::Validation => words("Correct the request; the cause says what is wrong with it."),
        ErrorClass::Conflict => conflict(facts),
        ErrorClass::Runtime | ErrorClass::Logic | ErrorClass::Unknown => {
            let kept = kept::keep(facts.timeline, facts.roots, facts.model);
            return kept.into_iter().chain([own_error(facts)]).collect();
        }
    };
    vec![first]
}

/// The failure is that of a job that ran.
fn is_job(facts: &Facts<'_>) -> bool {
    facts.integration.is_some_and(Integration::is_job)
        && facts.root.error.as_deref() == Some(ErrorName::TASK_FAILED)
}

/// More items failed than may: what is wrong is in the child executions.
fn threshold(facts: &Facts<'_>) -> Fix {
    let name = facts.name();
    words(format!(
        "Export the history of a child execution that failed and diagnose it: what is wrong is there. A redrive of this \
         execution runs the items that failed once more. Raise the tolerated share of `{name}` only if the rest is of use \
         without them."
    ))
}

/// Whoever is called by HTTP refuses the credentials, not IAM.
fn refused(facts: &Facts<'_>) -> Option<Fix> {
    facts.integration.filter(|integration| &*integration.service == "http")?;
    let connection =
        facts.request.and_then(|request| request.get("Authentication")?.get("ConnectionArn")?.as_str());
    let connection =
        connection.map_or_else(|| "the connection".to_owned(), |arn| format!("the connection `{arn}`"));
    Some(words(format!(
        "The endpoint refuses the credentials, not IAM. Look at the authorization of {connection} in EventBridge: has its \
         secret changed or expired, and may it do this?"
    )))
}

fn denied(facts: &Facts<'_>) -> Fix {
    if let Some(fix) = refused(facts) {
        return fix;
    }
    let events = &facts.timeline.recording.events;
    let role = events.iter().find(|event| event.known() == Some(EventType::ExecutionStarted));
    let role = role.and_then(|event| event.role_arn.as_deref());
    let denial = permission::denial(facts.cause()).or_else(|| {
        let scheduled = facts.timeline.visits[facts.roots.first.visit?].last_attempt()?.scheduled?;
        let account = Account::of(role, facts.timeline.event(scheduled).region.as_deref());
        managed_rule::needed(facts.cause(), facts.integration?, &account)
            .or_else(|| permission::needed(facts.integration?, facts.request, &account))
    });
    match denial {
        Some(denial) => match facts.policy {
            Some(policy) => denial.held_against(policy, role, denial.fix(role)),
            None => denial.fix(role),
        },
        None => words(
            "Give the role that makes the call the permission that is missing; `sfn-chaos iam DEF` lists what each state \
             needs.",
        ),
    }
}

/// A retrier, or more of one: unless a second call may do the work twice.
fn retried(facts: &Facts<'_>) -> Fix {
    let error = facts.root.error.as_deref().unwrap_or_default();
    if let Some(Safety::Unsafe { guard, .. }) = facts.safety {
        return words(match guard {
            Some(guard) => format!("Do not retry this call as it is. First {guard}; then retry `{error}`."),
            None => format!(
                "Do not retry this call blindly: the API has no member that prevents a second effect. Catch `{error}`, \
                 find out whether the work was done, and go on from there."
            ),
        });
    }
    let (Some(state), Some(task)) = (facts.state(), facts.state().and_then(State::task)) else {
        return words(format!(
            "Retry `{error}` with growing and random delays: `IntervalSeconds` 2, `BackoffRate` 2, `MaxDelaySeconds` \
             and `\"JitterStrategy\": \"FULL\"`, with enough `MaxAttempts` to outlast the trouble."
        ));
    };
    let own = |asked: &&Consulted| asked.kind == HandlerKind::Retrier && asked.answer != Answer::NoMatch;
    match facts.handling.iter().find(own).map(|asked| (asked.index, &asked.answer)) {
        Some((index, Answer::Spent { max, .. })) if *max > 0 => more_retries(facts, state, index, *max),
        Some((index, Answer::Spent { .. })) => words(format!(
            "`Retry[{index}]` excludes `{error}` from retries with `MaxAttempts` 0; let it retry if that is not meant."
        )),
        _ => add_retrier(state, &task.integration, error, crate::diagnose::fix::Safety::Safe),
    }
}

/// Longer retries: the trouble outlasted those that were made.
fn more_retries(facts: &Facts<'_>, state: &State, index: usize, max: u32) -> Fix {
    let retrier = &state.retry[index];
    let set = |field: &str, value: Value| {
        let path = format!("{}/Retry/{index}/{field}", state.pointer);
        let is_there = facts.machine().is_some_and(|machine| machine.document.node(&path).is_some());
        if is_there { replace(path, value) } else { add(path, value) }
    };
    let mut operations = vec![set("MaxAttempts", Value::from(i64::from(max) + 3))];
    if retrier.backoff_rate < 2.0 {
        operations.push(set("BackoffRate", Value::from(2)));
    }
    if retrier.delay_max_seconds.is_none() {
        operations.push(set("MaxDelaySeconds", Value::from(60)));
    }
    if retrier.jitter == crate::asl::Jitter::None {
        operations.push(set("JitterStrategy", Value::from("FULL")));
    }
    patch(
        format!(
            "Retry longer: {max} retries did not outlast the trouble. If it comes from many executions at once, make \
             fewer calls at a time, too."
        ),
        operations,
    )
}

fn quota(facts: &Facts<'_>) -> Fix {
    if facts.cause().contains("maximum number of history events") {
        return words(
            "Do the rounds of the loop in child executions, or the items in a distributed Map: each has a history of \
             its own.",
        );
    }
    words(
        "Raise the limit that the cause names, or make fewer calls at a time (`MaxConcurrency`). Retries help only if \
         others give room meanwhile.",
    )
}

fn conflict(facts: &Facts<'_>) -> Fix {
    let error = facts.root.error.as_deref().unwrap_or("the error");
    if error.ends_with("ExecutionAlreadyExistsException") || error.ends_with("ExecutionAlreadyExists") {
        return words(format!(
            "An execution of this name has run already. If the name is meant to keep it from running twice, catch \
             `{error}` and go on; else make the name from something that is new each time."
        ));
    }
    words(format!(
        "Something is in the way: a condition, or another writer. If that is a result and no accident, catch `{error}` \
         by name and go on from there; a retry helps only where the other one finishes."
    ))
}

fn own_error(facts: &Facts<'_>) -> Fix {
    match facts.roots.first.kind {
        FailureKind::FailState => fail_state(facts),
        FailureKind::Evaluation => {
            let field = facts.timeline.event(facts.roots.first.at).location.as_deref();
            let field = field.map_or_else(|| "the field".to_owned(), |field| format!("`{field}`"));
            words(format!(
                "Let {field} of `{}` cope with the data that came: `$exists(…) ? … : …` where a member may be missing, \
                 a conversion where its type differs.",
                facts.name()
            ))
        }
        FailureKind::Interpreter | FailureKind::Map => interpreter(facts),
        FailureKind::Call | FailureKind::ExecutionTimer | FailureKind::Stopped => work(facts),
    }
}

/// What led to a Fail state: mostly a decision.
fn fail_state(facts: &Facts<'_>) -> Fix {
    let before = facts.roots.first.visit.and_then(|visit| facts.timeline.before(visit));
    let text = match before {
        Some(before) if facts.timeline.visits[before].kind == StateKind::Choice => {
            let choice = facts.timeline.name(before);
            let event = facts.timeline.visits[before].entered.map_or(0, |at| facts.timeline.event(at).id);
            format!(
                "Look at what `{choice}` decided (event {event}): its input says why it led to `{}`. The definition \
                 works as written.",
                facts.name()
            )
        }
        _ => format!("`{}` ends the execution on purpose; look at what leads there.", facts.name()),
    };
    words(text)
}

fn interpreter(facts: &Facts<'_>) -> Fix {
    let cause = facts.cause();
    if cause.contains("does not point to a next state") {
        return words(format!(
            "Give the Choice `{}` a `Default`, or a rule for the value that came; a `Default` that ends in a Fail state \
             says what was not expected.",
            facts.name()
        ));
    }
    let path =
        quoted_path(cause).map_or_else(|| "what the cause names".to_owned(), |path| format!("`{path}`"));
    words(format!(
        "Make sure that {path} is there when `{}` starts, and of the right kind: keep it with `ResultPath` in the states \
         before, or test for it in a Choice.",
        facts.name()
    ))
}

/// The first path that a cause quotes.
fn quoted_path(cause: &str) -> Option<&str> {
    let at = cause.find("'$")?;
    let path = &cause[at + 1..];
    Some(&path[..path.find('\'')?])
}

/// The work itself failed: a function, a worker, a job.
fn work(facts: &Facts<'_>) -> Fix {
    let place = said::frame(facts.cause()).map(|frame| format!(" at {frame}")).unwrap_or_default();
    let who = match facts.integration {
        Some(integration) if integration.is_answered_by_worker() => "the worker that answers the task",
        Some(integration) if integration.is_lambda() => "the function",
        Some(integration) if integration.is_job() => "the job",
        Some(_) => "the called service",
        None => "the called code",
    };
    if said::is_out_of_memory(facts.cause()) {
        return words(format!(
            "Give {who} more memory, or less work at a time: it was killed for its memory."
        ));
    }
    let error = facts.root.error.as_deref().filter(|error| *error != ErrorName::TASK_FAILED);
    if let (Some(error), Some(Pattern::Callback)) =
        (error, facts.integration.map(|integration| integration.pattern))
    {
        return words(format!(
            "`SendTaskFailure` reported it. Where `{error}` is a result and no accident, catch it by name; else mend what \
             reports it, or the data it was given."
        ));
    }
    let catch =
        error.map(|error| format!(" Where the error is a result and no accident, catch `{error}` by name."));
    words(format!("Mend {who}{place}, or the data it was given.{}", catch.unwrap_or_default()))
}
