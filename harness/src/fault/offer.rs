//! What can be injected at one task: the classes that apply to it, those with the same consequences once.

use std::sync::Arc;

use super::injection::REFUSAL_MS;
use super::{Burst, Class, Injection, classes, injection};
use crate::asl::{Kind, MapMode, State, StateId, Task};
use crate::catalog::{self, Effect, ErrorClass};
use crate::error::{ErrorName, Failure, Origin, first_catcher, first_retrier};
use crate::model::{Idle, Model, Source, Step};

/// Classes of faults at one task that meet the same handlers and have the same kind of consequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The one to inject.
    pub class: Class,
    /// The others, which would show the same.
    pub same: Vec<Class>,
    /// How long it can last in ways that differ, the shortest first.
    pub bursts: Vec<Burst>,
}

/// Everything worth injecting at a task; nothing for other states.
///
/// Two classes are one if every retrier and catcher on the way up treats them alike, and if they agree on when the
/// task ends and whether the work was done. Where a retrier takes them, errors that pass and errors that stay are
/// kept apart, and errors of the work by their kind, for only then does it matter whether trying again can help.
pub fn offers(model: &Model, state: &State) -> Vec<Offer> {
    let Some(task) = state.task() else { return Vec::new() };
    let mut known: Vec<(Key, Offer)> = Vec::new();
    for class in classes(model, state) {
        let consequence = Consequence::of(&class, task);
        let meeting = Meeting::of(model, state, &consequence);
        let trouble = if meeting.is_retried() { trouble(&class, task) } else { Trouble::Any };
        let answers = consequence.error.is_none() && consequence.moment == Moment::Normal;
        let own =
            answers || is_apart(model, state, &class) || is_denial_of_its_own(model, state, &class, &meeting);
        let apart = own.then(|| class.clone());
        let key = Key { levels: meeting.levels.clone(), moment: consequence.moment, trouble, apart };
        if let Some((_, offer)) = known.iter_mut().find(|(other, _)| *other == key) {
            offer.same.push(class);
            continue;
        }
        let first_of_its_route = known.iter().all(|(other, _)| other.levels != key.levels);
        let bursts = bursts(model, state, &class, &meeting, first_of_its_route);
        known.push((key, Offer { class, same: Vec::new(), bursts }));
    }
    known.into_iter().map(|(_, offer)| offer).collect()
}

/// What tells two offers of a site apart.
#[derive(PartialEq)]
struct Key {
    levels: Vec<Level>,
    moment: Moment,
    trouble: Trouble,
    apart: Option<Class>,
}

/// Whether a class is injected by itself: an error that a handler lists in vain, because only that error proves it, or
/// the end of a job, where the machine looks into the Cause that tells it.
fn is_apart(model: &Model, state: &State, class: &Class) -> bool {
    match class {
        Class::Status(_) => is_cause_read(model, state),
        // Only a late answer shows for certain that the work was done.
        Class::MissingMember(_) | Class::LostAnswerAs(_) | Class::CallbackLate => true,
        Class::ApplicationError(error) | Class::CallbackFailed(error) => model
            .idle_names(state.id)
            .iter()
            .any(|idle| idle.name == *error && matches!(idle.idle, Idle::Shadowed { .. })),
        _ => false,
    }
}

/// Whether a denial that a catcher takes is worth a run of its own, although faults that pass go the same way: where the
/// work may be done another way, or a message may be lost, it matters that a denial does not pass.
fn is_denial_of_its_own(model: &Model, state: &State, class: &Class, meeting: &Meeting) -> bool {
    let Some(next) = meeting.caught_to.filter(|_| *class == Class::PermissionDenied) else { return false };
    *model.effect(state.id) == Effect::Notification
        || (model.graph.is_failure_only(next) && model.graph.can_end_well(next))
}

/// Whether the machine reads something in the Cause that a catcher of the state, or of one around it, passes on, or
/// compares it.
fn is_cause_read(model: &Model, state: &State) -> bool {
    let demands = model.demands();
    std::iter::once(state).chain(model.machine.enclosing(state.id)).any(|level| {
        let root = demands.root(Source::Failure(level.id)).map(|root| demands.place(root));
        let cause = root.and_then(|root| root.children.get(&Step::Field("Cause".into())));
        cause.is_some_and(|cause| {
            let cause = demands.place(*cause);
            !cause.children.is_empty() || !cause.literals.is_empty()
        })
    })
}

/// Whether trying again can help.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// No retrier asks.
    Any,
    Passes,
    Denied,
    OfTheWork(ErrorClass),
}

fn trouble(class: &Class, task: &Task) -> Trouble {
    match class {
        // A job that ended badly, whatever the end is called.
        Class::Status(_) if task.integration.is_job() => Trouble::OfTheWork(ErrorClass::Unknown),
        Class::Throttling
        | Class::ServiceError
        | Class::Timeout
        | Class::LostAnswer
        | Class::LostAnswerAs(_)
        | Class::LostHeartbeat
        | Class::CallbackMissing
        | Class::CallbackLate
        | Class::CallbackDuplicate
        | Class::JobNeverEnds
        | Class::Status(_)
        | Class::PartialSuccess(_)
        | Class::MissingMember(_) => Trouble::Passes,
        Class::PermissionDenied => Trouble::Denied,
        Class::ApplicationError(error) | Class::CallbackFailed(error) => {
            Trouble::OfTheWork(catalog::class_of(error.as_str()))
        }
        Class::JobFails | Class::OversizedResult => Trouble::OfTheWork(ErrorClass::Unknown),
    }
}

/// When an attempt ends, and whether the work was done by then.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// The attempt answers.
    Normal,
    AtOnce {
        applied: bool,
    },
    Late {
        applied: bool,
    },
    Never,
}

/// What a fault does to one attempt, as far as handlers are concerned.
pub(super) struct Consequence {
    pub(super) moment: Moment,
    pub(super) error: Option<(Arc<str>, Origin)>,
}

impl Consequence {
    pub(super) fn of(class: &Class, task: &Task) -> Self {
        let timeout = || Some((Arc::from(ErrorName::TIMEOUT), Origin::Reported));
        match injection(class, task) {
            Injection::Fail { error, after_ms, applied, .. } => {
                let moment = if after_ms <= REFUSAL_MS {
                    Moment::AtOnce { applied }
                } else {
                    Moment::Late { applied }
                };
                Self { moment, error: Some((error, Origin::Reported)) }
            }
            Injection::Silence { applied, heartbeats: false } if task.heartbeat.is_some() => {
                let error = Some((Arc::from(ErrorName::TIMEOUT), Origin::Heartbeat));
                Self { moment: Moment::Late { applied }, error }
            }
            Injection::Silence { applied, .. } if task.timeout.is_some() => {
                Self { moment: Moment::Late { applied }, error: timeout() }
            }
            Injection::Late if task.timeout.is_some() || task.heartbeat.is_some() => {
                Self { moment: Moment::Late { applied: true }, error: timeout() }
            }
            Injection::Silence { .. } | Injection::Late => Self { moment: Moment::Never, error: None },
            Injection::Oversized => Self {
                moment: Moment::AtOnce { applied: true },
                error: Some((Arc::from(ErrorName::DATA_LIMIT), Origin::Reported)),
            },
            Injection::Twice
            | Injection::Member { .. }
            | Injection::Without { .. }
            | Injection::PartlyDone { .. } => Self { moment: Moment::Normal, error: None },
        }
    }
}

/// The handlers of one state that list an error: the first retrier, the first catcher.
type Level = (Option<usize>, Option<usize>);

/// The handlers that a failure meets on its way up, from the task itself to the state that catches it.
pub(super) struct Meeting {
    levels: Vec<Level>,
    /// `MaxAttempts` of the retriers at these levels; 0 where there is none.
    pub(super) retries: Vec<u32>,
    /// Where the task's own catcher leads.
    caught_to: Option<StateId>,
}

impl Meeting {
    pub(super) fn of(model: &Model, state: &State, consequence: &Consequence) -> Self {
        let (machine, rules) = (&model.machine, model.rules);
        let mut meeting = Self { levels: Vec::new(), retries: Vec::new(), caught_to: None };
        let Some((mut error, mut origin)) = consequence.error.clone() else { return meeting };
        for level in std::iter::once(state).chain(machine.enclosing(state.id)) {
            // Docs, "Distributed Map": a failed item counts against the tolerance; past it, the Map itself fails.
            if matches!(&level.kind, Kind::Map(map) if matches!(map.mode, MapMode::Distributed(_))) {
                (error, origin) = (Arc::from("States.ExceedToleratedFailureThreshold"), Origin::Reported);
            }
            let failure = Failure { error: &error, origin };
            let retrier = first_retrier(&level.retry, failure, rules);
            let catcher = first_catcher(&level.catch, failure, rules);
            meeting.levels.push((retrier, catcher));
            meeting.retries.push(retrier.map_or(0, |at| level.retry[at].attempts_max));
            if let Some(catcher) = catcher {
                if level.id == state.id {
                    meeting.caught_to = Some(level.catch[catcher].next);
                }
                break;
            }
        }
        meeting
    }

    fn is_retried(&self) -> bool {
        self.retries.iter().any(|retries| *retries > 0)
    }
}

/// Once, the last survivable count, the exhausting one; for ever where a retry further up, or a loop, tries again.
fn bursts(
    model: &Model,
    state: &State,
    class: &Class,
    meeting: &Meeting,
    first_of_its_route: bool,
) -> Vec<Burst> {
    let Some(task) = state.task() else { return Vec::new() };
    if matches!(class, Class::Status(_)) && !task.integration.is_job() {
        return vec![Burst::Forever];
    }
    // One answer that was lost shows whether the work is done twice.
    if matches!(class, Class::LostAnswerAs(_)) {
        return vec![Burst::Attempts(1)];
    }
    let own = meeting.retries.first().copied().unwrap_or(0);
    // A denial stays. That it is retried, and what becomes of it in the end, only shows if it does.
    let is_denial =
        matches!(trouble(class, task), Trouble::Denied | Trouble::OfTheWork(ErrorClass::Permission));
    if is_denial && meeting.is_retried() {
        return vec![Burst::Forever];
    }
    let mut bursts = vec![Burst::Attempts(1)];
    // What another class has shown of this route need not be shown again: whether it is retried, and how the
    // effect fares when it is; the work's own errors are only asked whether they are retried at all.
    let asks_all = first_of_its_route || matches!(trouble(class, task), Trouble::Passes);
    if own > 0 && asks_all {
        if own > 1 && first_of_its_route {
            bursts.push(Burst::Attempts(own));
        }
        bursts.push(Burst::Attempts(own.saturating_add(1)));
    }
    let retried_above = meeting.retries.iter().skip(1).any(|retries| *retries > 0);
    let loops_back = meeting
        .caught_to
        .is_some_and(|next| model.graph.loop_of(state.id).is_some_and(|found| found.contains(next)));
    if asks_all && (retried_above || loops_back) {
        bursts.push(Burst::Forever);
    }
    bursts
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::fault::fixture::compiled;

    /// The offers at `Work`, one a line: bursts, class, and in parentheses what is like it.
    fn offered(definition: &str) -> Vec<String> {
        let model = Model::new(Arc::new(compiled(definition)));
        let offers = offers(&model, model.machine.find("Work").unwrap());
        let line = |offer: Offer| {
            let bursts = offer.bursts.iter().map(|burst| match burst {
                Burst::Attempts(count) => count.to_string(),
                Burst::Forever => "forever".to_owned(),
                Burst::Attempt(number) => format!("#{number}"),
            });
            let same: Vec<_> = offer.same.iter().map(ToString::to_string).collect();
            format!("{} * {} ({})", offer.class, bursts.collect::<Vec<_>>().join("/"), same.join(" "))
        };
        offers.into_iter().map(line).collect()
    }

    fn task(fields: &str) -> String {
        let definition = r#"{"StartAt": "Work", "States": {
            "Work": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", FIELDS "Next": "Done"},
            "Done": {"Type": "Succeed"}}}"#;
        definition.replace("FIELDS", fields)
    }

    #[rstest]
    #[case::without_handlers_only_time_and_work_differ("", &[
        "throttling * 1 (service-error permission-denied error(Chaos.UnexpectedError))",
        "timeout * 1 ()",
        "lost-answer * 1 ()",
    ])]
    #[case::a_retrier_asks_whether_an_error_passes(
        r#""Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}],"#, &[
        "throttling * 1/2/3 (service-error)",
        "permission-denied * forever ()",
        "timeout * 1/3 ()",
        "lost-answer * 1/3 ()",
        "error(Chaos.UnexpectedError) * 1 ()",
    ])]
    #[case::a_retrier_asks_what_kind_of_error_it_is(
        r#""Retry": [{"ErrorEquals": ["Lambda.ResourceNotFoundException", "Busy", "Late"], "MaxAttempts": 1}],"#, &[
        "throttling * 1 (service-error permission-denied error(Chaos.UnexpectedError))",
        "timeout * 1 ()",
        "lost-answer * 1 ()",
        "error(Lambda.ResourceNotFoundException) * 1/2 ()",
        "error(Busy) * 1 (error(Late))",
    ])]
    #[case::a_named_error_is_tried(
        r#""Catch": [{"ErrorEquals": ["Declined"], "Next": "Done"}],"#, &[
        "throttling * 1 (service-error permission-denied error(Chaos.UnexpectedError))",
        "timeout * 1 ()",
        "lost-answer * 1 ()",
        "error(Declined) * 1 ()",
    ])]
    #[case::a_timer_makes_a_timeout_of_it(
        r#""TimeoutSeconds": 5, "Retry": [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 1}],"#, &[
        "throttling * 1 (service-error permission-denied error(Chaos.UnexpectedError))",
        "timeout * 1/2 ()",
        "lost-answer * 1/2 ()",
    ])]
    fn equal_consequences_are_offered_once(#[case] fields: &str, #[case] expected: &[&str]) {
        assert_eq!(offered(&task(fields)), expected);
    }

    #[test]
    fn a_callback_is_missed_or_refused() {
        let definition = task(r#""TimeoutSeconds": 5,"#)
            .replace("lambda:invoke", "sqs:sendMessage.waitForTaskToken")
            .replace(
                r#""TimeoutSeconds""#,
                r#""Parameters": {"QueueUrl": "u", "MessageBody.$": "$$.Task.Token"},
                "TimeoutSeconds""#,
            );
        assert_eq!(
            offered(&definition),
            [
                "throttling * 1 (service-error permission-denied)",
                "callback-missing * 1 ()",
                "callback-failed(Chaos.UnexpectedError) * 1 ()",
            ]
        );
    }

    #[test]
    fn a_retrier_around_the_task_is_only_spent_by_a_fault_that_stays() {
        let definition = r#"{"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "End": true,
            "Retry": [{"ErrorEquals": ["States.ALL"]}],
            "Branches": [{"StartAt": "Work", "States": {
                "Work": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}}}]}}}"#;
        assert_eq!(offered(definition)[0], "throttling * 1/forever (service-error)");
    }

    #[test]
    fn every_end_of_a_polled_thing_is_tried_and_one_that_is_none() {
        let definition = r#"{"StartAt": "Work", "States": {
            "Work": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:redshiftdata:describeStatement",
                     "Parameters": {"Id": "1"}, "Next": "Ready?"},
            "Ready?": {"Type": "Choice", "Default": "Pause",
                       "Choices": [{"Variable": "$.Status", "StringEquals": "FINISHED", "Next": "Done"}]},
            "Pause": {"Type": "Wait", "Seconds": 5, "Next": "Work"},
            "Done": {"Type": "Succeed"}}}"#;
        assert_eq!(
            offered(definition)[3..],
            [
                "status(FINISHED) * forever ()",
                "status(FAILED) * forever ()",
                "status(ABORTED) * forever ()",
                "status(STARTED) * forever ()",
            ]
        );
    }

    #[test]
    fn a_function_that_is_polled_says_what_the_choice_knows_and_something_else() {
        let definition = r#"{"StartAt": "Work", "States": {
            "Work": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "OutputPath": "$.Payload",
                     "Next": "Ready?"},
            "Ready?": {"Type": "Choice", "Default": "Pause", "Choices": [
                {"Variable": "$.state", "StringEquals": "DONE", "Next": "Done"},
                {"Variable": "$.ok", "BooleanEquals": true, "Next": "Done"}]},
            "Pause": {"Type": "Wait", "Seconds": 5, "Next": "Work"},
            "Done": {"Type": "Succeed"}}}"#;
        assert_eq!(
            offered(definition)[3..],
            [
                "status(Payload.state=DONE) * forever ()",
                "status(Payload.state=IN_PROGRESS) * forever ()",
                "status(Payload.ok=true) * forever ()",
                "status(Payload.ok=false) * forever ()",
            ]
        );
    }

    /// The statuses among the offers at `Work`, with what is like them.
    fn statuses(resource: &str, fields: &str, choice: &str) -> Vec<String> {
        let definition = r#"{"StartAt": "Work", "States": {
            "Work": {"Type": "Task", "Resource": "arn:aws:states:::RESOURCE", FIELDS "Next": "Ready?"},
            "Ready?": {"Type": "Choice", "Default": "Done", "Choices": [CHOICE]},
            "Done": {"Type": "Succeed"}, "Bad": {"Type": "Fail"}}}"#;
        let definition =
            definition.replace("RESOURCE", resource).replace("FIELDS", fields).replace("CHOICE", choice);
        offered(&definition).into_iter().filter(|offer| offer.starts_with("status")).collect()
    }

    #[rstest]
    #[case::the_place_of_the_table(
        "aws-sdk:batch:describeJobs", r#""Parameters": {"Jobs": ["j"]},"#,
        r#"{"Variable": "$.Jobs[0].Status", "StringEquals": "FAILED", "Next": "Bad"}"#,
        &["status(SUCCEEDED) * forever ()", "status(FAILED) * forever ()", "status(RUNNING) * forever ()"]
    )]
    #[case::another_item_of_the_list(
        "aws-sdk:batch:describeJobs", r#""Parameters": {"Jobs": ["j"]},"#,
        r#"{"Variable": "$.Jobs[1].Status", "StringEquals": "FAILED", "Next": "Bad"}"#,
        &["status(Jobs.1.Status=SUCCEEDED) * forever ()", "status(Jobs.1.Status=FAILED) * forever ()",
          "status(Jobs.1.Status=RUNNING) * forever ()"]
    )]
    #[case::another_place_by_its_words(
        "aws-sdk:glue:getCrawler", r#""Parameters": {"Name": "c"}, "ResultPath": "$.crawl","#,
        r#"{"Variable": "$.crawl.Crawler.LastCrawl.Status", "StringEquals": "FAILED", "Next": "Bad"}"#,
        &["status(Crawler.LastCrawl.Status=SUCCEEDED) * forever ()",
          "status(Crawler.LastCrawl.Status=CANCELLED) * forever ()",
          "status(Crawler.LastCrawl.Status=FAILED) * forever ()"]
    )]
    #[case::through_a_selector(
        "aws-sdk:kinesisanalyticsv2:describeApplicationSnapshot",
        r#""Parameters": {"ApplicationName": "a", "SnapshotName": "s"},
           "ResultSelector": {"state.$": "$.SnapshotDetails.SnapshotStatus"}, "ResultPath": "$.snapshot","#,
        r#"{"Variable": "$.snapshot.state", "StringEquals": "READY", "Next": "Done"},
           {"Variable": "$.snapshot.late", "IsPresent": true, "Next": "Bad"}"#,
        &["status(SnapshotDetails.SnapshotStatus=READY) * forever ()",
          "status(SnapshotDetails.SnapshotStatus=FAILED) * forever ()",
          "status(SnapshotDetails.SnapshotStatus=DELETING) * forever ()"]
    )]
    #[case::through_a_variable_in_jsonata(
        "aws-sdk:batch:describeJobs",
        r#""QueryLanguage": "JSONata", "Arguments": {"Jobs": ["j"]}, "Assign": {"job": "{% $states.result.Jobs[0] %}"},"#,
        r#"{"Variable": "$job.Status", "StringEquals": "FAILED", "Next": "Bad"}"#,
        &["status(SUCCEEDED) * forever ()", "status(FAILED) * forever ()", "status(RUNNING) * forever ()"]
    )]
    #[case::a_word_of_another_kind(
        "aws-sdk:glue:getCrawler", r#""Parameters": {"Name": "c"},"#,
        r#"{"Variable": "$.Crawler.Name", "StringEquals": "FAILED", "Next": "Bad"}"#,
        &[]
    )]
    #[case::a_job_fails_in_several_ways_that_no_handler_tells_apart(
        "glue:startJobRun.sync", r#""Parameters": {"JobName": "j"},"#,
        r#"{"Variable": "$.Attempt", "NumericEquals": 1, "Next": "Bad"}"#, &[]
    )]
    #[case::what_nobody_knows_of_a_job(
        "glue:startJobRun.sync", r#""Parameters": {"JobName": "j"},"#,
        r#"{"Variable": "$.JobRunState", "StringEquals": "STOPPED", "Next": "Bad"}"#,
        &["status(STOPPED) * 1 ()"]
    )]
    #[case::the_cause_tells_them_apart(
        "glue:startJobRun.sync",
        r#""Parameters": {"JobName": "j"}, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Look"}],
           "Comment": "","#,
        r#"{"Variable": "$.x", "IsPresent": true, "Next": "Bad"}]},
            "Look": {"Type": "Pass", "Parameters": {"job.$": "States.StringToJson($.Cause)"}, "Next": "Why?"},
            "Why?": {"Type": "Choice", "Default": "Bad", "Choices": [
              {"Variable": "$.job.JobRunState", "StringEquals": "TIMEOUT", "Next": "Done"}"#,
        &["status(TIMEOUT) * 1 ()", "status(ERROR) * 1 ()", "status(EXPIRED) * 1 ()"]
    )]
    fn statuses_are_tried_where_a_choice_looks(
        #[case] resource: &str,
        #[case] fields: &str,
        #[case] choice: &str,
        #[case] expected: &[&str],
    ) {
        assert_eq!(statuses(resource, fields, choice), expected);
    }

    #[test]
    fn every_bad_end_of_a_job_is_named() {
        let definition = r#"{"StartAt": "Work", "States": {"Work": {"Type": "Task", "End": true,
            "Resource": "arn:aws:states:::glue:startJobRun.sync", "Parameters": {"JobName": "j"}}}}"#;
        let jobs: Vec<_> =
            offered(definition).into_iter().filter(|offer| offer.contains("job-fails")).collect();
        assert_eq!(jobs, ["job-fails * 1 (status(TIMEOUT) status(ERROR) status(EXPIRED))"]);
    }
}
