//! Where to look next: the commands that show what the history does not, with the names that it does hold.

use super::timeline::{Timeline, VisitId};
use crate::catalog::Integration;
use crate::history::import::Payload;
use crate::value::Value;

/// The commands for a call that failed, or that has no answer.
pub(super) fn commands(timeline: &Timeline<'_>, visit: VisitId, cause: Option<&str>) -> Vec<String> {
    let Some(integration) = timeline.integration(visit) else { return Vec::new() };
    let attempt = timeline.visits[visit].last_attempt();
    let submitted = attempt.and_then(|attempt| timeline.event(attempt.submitted?).output.as_ref()?.value());
    let described = cause.and_then(|cause| Value::parse(cause).ok());
    let request = timeline.request(visit);
    let known = Known { sources: [described, submitted, request] };
    if integration.is_lambda() {
        return function(timeline, visit, &known).into_iter().collect();
    }
    job(&integration, &known).into_iter().flatten().collect()
}

/// The child executions of a distributed Map that failed, and how many there are.
pub(super) fn map_run(timeline: &Timeline<'_>, arn: &str) -> Vec<String> {
    let described = timeline.recording.map_runs.iter().any(|run| *run.arn == *arn);
    let describe = format!("aws stepfunctions describe-map-run --map-run-arn {arn}");
    let list = format!("aws stepfunctions list-executions --map-run-arn {arn} --status-filter FAILED");
    Some(describe).filter(|_| !described).into_iter().chain([list]).collect()
}

/// What is known of a job, the surest source first.
struct Known {
    /// The description in the cause, the answer of the submission, the request.
    sources: [Option<Value>; 3],
}

impl Known {
    /// The text at a path of any source that has it.
    fn text(&self, path: &[&str]) -> Option<String> {
        let at = |source: &Value| {
            let mut value = source.clone();
            for step in path {
                value = match step.parse::<usize>() {
                    Ok(index) => value.as_array()?.get(index)?.clone(),
                    Err(_) => value.get(step)?.clone(),
                };
            }
            value.as_str().map(str::to_owned)
        };
        // What comes from outside is put on a command line: only what names are made of.
        let is_name = |text: &String| {
            !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:/+=@".contains(c))
        };
        self.sources.iter().flatten().find_map(at).filter(is_name)
    }
}

/// The log of the function, from the time of the call.
fn function(timeline: &Timeline<'_>, visit: VisitId, known: &Known) -> Option<String> {
    let arn = timeline.function_name(visit).or_else(|| known.text(&["FunctionName"]))?;
    let name = arn.split(":function:").last()?.split(':').next()?.to_owned();
    let attempt = timeline.visits[visit].attempts.first()?;
    let from = attempt.scheduled.and_then(|at| timeline.event(at).at_ms);
    let from = from.map(|ms| format!(" --start-time {ms}")).unwrap_or_default();
    let request = known.text(&["requestId"]);
    let request = request.map(|id| format!(" --filter-pattern '\"{id}\"'")).unwrap_or_default();
    Some(format!("aws logs filter-log-events --log-group-name /aws/lambda/{name}{from}{request}"))
}

/// The description of a job, and its log.
fn job(integration: &Integration, known: &Known) -> [Option<String>; 2] {
    let text = |path: &[&str]| known.text(path);
    match &*integration.service {
        "states" => {
            let arn = text(&["ExecutionArn"]).or_else(|| text(&["executionArn"]));
            [arn.map(|arn| format!("aws stepfunctions get-execution-history --execution-arn {arn}")), None]
        }
        "ecs" => {
            let task = text(&["TaskArn"]).or_else(|| text(&["Tasks", "0", "TaskArn"]));
            let cluster = text(&["ClusterArn"]).or_else(|| text(&["Cluster"]));
            let cluster = cluster.map(|cluster| format!(" --cluster {cluster}")).unwrap_or_default();
            [task.map(|task| format!("aws ecs describe-tasks{cluster} --tasks {task}")), None]
        }
        "batch" => {
            let log = text(&["Container", "LogStreamName"]).map(|stream| {
                format!("aws logs get-log-events --log-group-name /aws/batch/job --log-stream-name {stream}")
            });
            [text(&["JobId"]).map(|id| format!("aws batch describe-jobs --jobs {id}")), log]
        }
        "glue" => {
            let (name, run) = (text(&["JobName"]), text(&["Id"]).or_else(|| text(&["JobRunId"])));
            let (Some(name), Some(run)) = (name, run) else { return [None, None] };
            let log = "aws logs get-log-events --log-group-name /aws-glue/jobs/error --log-stream-name";
            [
                Some(format!("aws glue get-job-run --job-name {name} --run-id {run}")),
                Some(format!("{log} {run}")),
            ]
        }
        "codebuild" => {
            let id = text(&["Build", "Id"]);
            [id.map(|id| format!("aws codebuild batch-get-builds --ids {id}")), None]
        }
        "athena" => {
            let id = text(&["QueryExecution", "QueryExecutionId"]).or_else(|| text(&["QueryExecutionId"]));
            [id.map(|id| format!("aws athena get-query-execution --query-execution-id {id}")), None]
        }
        "elasticmapreduce" => {
            let (cluster, step) = (text(&["ClusterId"]), text(&["Step", "Id"]).or_else(|| text(&["StepId"])));
            let cluster = cluster.map(|cluster| match step {
                Some(step) => format!("aws emr describe-step --cluster-id {cluster} --step-id {step}"),
                None => format!("aws emr describe-cluster --cluster-id {cluster}"),
            });
            [cluster, None]
        }
        "sagemaker" => {
            let kinds = [
                ("TrainingJobName", "training-job"),
                ("TransformJobName", "transform-job"),
                ("ProcessingJobName", "processing-job"),
            ];
            let found = kinds.into_iter().find_map(|(member, kind)| {
                text(&[member]).map(|name| format!("aws sagemaker describe-{kind} --{kind}-name {name}"))
            });
            [found, None]
        }
        _ => [None, None],
    }
}

impl Timeline<'_> {
    /// The function that a task calls by its ARN.
    fn function_name(&self, visit: VisitId) -> Option<String> {
        let scheduled = self.visits[visit].attempts.iter().find_map(|attempt| attempt.scheduled)?;
        let event = self.event(scheduled);
        let name = event.parameters.as_ref().and_then(Payload::value);
        let name = name.as_ref().and_then(|request| request.get("FunctionName")?.as_str().map(str::to_owned));
        name.or_else(|| event.resource.as_deref().filter(|arn| arn.contains(":function:")).map(str::to_owned))
    }
}
