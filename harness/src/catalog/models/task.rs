//! The result of a task by its resource.

use super::service::Operation;
use super::shape::Shape;
use crate::catalog::integration::{Integration, Pattern, Service};
use crate::catalog::status;

/// What is known of a task's result.
#[derive(Clone, Copy, Debug)]
pub enum ResultShape {
    /// The answer of an API call.
    Modelled(Shape),
    /// It follows no API model: a function, a worker, a holder of the token or a third party gives it.
    Free,
    /// It follows an API model that is not here: the service or the operation is newer, or mistyped.
    Unknown,
}

impl ResultShape {
    /// The shape, where there is one.
    pub fn shape(self) -> Option<Shape> {
        match self {
            Self::Modelled(shape) => Some(shape),
            Self::Free | Self::Unknown => None,
        }
    }
}

/// What the API models say about the result of a task.
///
/// A task that waits for a job has the answer of the call that polls the job, which is what AWS holds a mocked result
/// against. Some optimized integrations take one object out of that answer.
pub fn result_shape(integration: &Integration) -> ResultShape {
    match (integration.kind, integration.pattern) {
        (Service::LambdaArn | Service::Activity | Service::Http | Service::Unresolved, _)
        | (_, Pattern::Callback) => ResultShape::Free,
        (Service::Sdk, _) => {
            let operation = operation(&integration.service, &integration.action);
            operation.map_or(ResultShape::Unknown, |operation| ResultShape::Modelled(operation.output()))
        }
        (Service::Optimized, pattern) => optimized(&integration.service, &integration.action, pattern),
    }
}

/// The API call that a task makes first, whatever it waits for afterwards.
///
/// `None` where no API of AWS is called, or where the models do not know the operation.
pub fn call(integration: &Integration) -> Option<Operation> {
    let (service, action) = (&*integration.service, &*integration.action);
    match integration.kind {
        Service::LambdaArn | Service::Unresolved => operation("lambda", "invoke"),
        Service::Sdk => operation(service, action),
        Service::Optimized if is_free(service, action) => None,
        Service::Optimized => operation(api(service, action), called(service, action)),
        Service::Activity | Service::Http => None,
    }
}

fn operation(service: &str, action: &str) -> Option<Operation> {
    super::service(service)?.operation(action)
}

fn optimized(service: &str, action: &str, pattern: Pattern) -> ResultShape {
    if is_free(service, action) {
        return ResultShape::Free;
    }
    let call = match pattern {
        Pattern::RequestResponse | Pattern::Callback => Some(called(service, action)),
        Pattern::Sync | Pattern::Sync2 => polled(service, action),
    };
    let Some(operation) = call.and_then(|call| operation(api(service, action), call)) else {
        return ResultShape::Unknown;
    };
    ResultShape::Modelled(operation.optimized_output().with_decoded(decoded(service, action, pattern)))
}

/// The service that an optimized integration calls, by its name after `aws-sdk:`.
fn api<'a>(service: &'a str, action: &str) -> &'a str {
    if (service, action) == ("bedrock", "invokeModel") {
        "bedrockruntime"
    } else {
        status::sdk_service(service)
    }
}

/// Integrations without an API model behind them.
fn is_free(service: &str, action: &str) -> bool {
    matches!((service, action), ("apigateway" | "http", _) | ("eks", "call" | "runJob"))
}

/// The operation behind an optimized integration; EMR has names of its own.
fn called<'a>(service: &str, action: &'a str) -> &'a str {
    match (service, action) {
        ("elasticmapreduce", "createCluster") => "runJobFlow",
        ("elasticmapreduce", "setClusterTerminationProtection") => "setTerminationProtection",
        ("elasticmapreduce", "terminateCluster") => "terminateJobFlows",
        ("elasticmapreduce", "addStep") => "addJobFlowSteps",
        ("elasticmapreduce", "cancelStep") => "cancelSteps",
        ("elasticmapreduce", "modifyInstanceFleetByName") => "modifyInstanceFleet",
        ("elasticmapreduce", "modifyInstanceGroupByName") => "modifyInstanceGroups",
        _ => action,
    }
}

/// The operation that Step Functions calls until the job has ended.
///
/// Docs, the role policies of each `.sync` integration. `None` where they do not tell: DataBrew's names the list of
/// all runs, which is nothing that a result could look like.
fn polled(service: &str, action: &str) -> Option<&'static str> {
    Some(match (service, action) {
        ("states", "startExecution") => "describeExecution",
        ("ecs", "runTask") => "describeTasks",
        ("batch", "submitJob") => "describeJobs",
        ("glue" | "emr-serverless", "startJobRun") | ("emr-serverless", "cancelJobRun") => "getJobRun",
        ("athena", "startQueryExecution") => "getQueryExecution",
        ("codebuild", "startBuild") => "batchGetBuilds",
        ("codebuild", "startBuildBatch" | "retryBuildBatch") => "batchGetBuildBatches",
        ("elasticmapreduce", "createCluster" | "terminateCluster")
        | ("eks", "createCluster" | "deleteCluster") => "describeCluster",
        ("elasticmapreduce", "addStep") => "describeStep",
        ("emr-containers", "deleteVirtualCluster") => "describeVirtualCluster",
        ("emr-containers", "startJobRun") => "describeJobRun",
        (
            "emr-serverless",
            "createApplication" | "startApplication" | "stopApplication" | "deleteApplication",
        ) => "getApplication",
        ("eks", "createNodegroup" | "deleteNodegroup") => "describeNodegroup",
        ("eks", "createFargateProfile" | "deleteFargateProfile") => "describeFargateProfile",
        ("mediaconvert", "createJob") => "getJob",
        ("bedrock", "createModelCustomizationJob") => "getModelCustomizationJob",
        ("sagemaker", "createTrainingJob") => "describeTrainingJob",
        ("sagemaker", "createTransformJob") => "describeTransformJob",
        ("sagemaker", "createProcessingJob") => "describeProcessingJob",
        ("sagemaker", "createHyperParameterTuningJob") => "describeHyperParameterTuningJob",
        ("sagemaker", "createLabelingJob") => "describeLabelingJob",
        _ => return None,
    })
}

/// Members that are texts in the API and JSON in the result.
fn decoded(service: &str, action: &str, pattern: Pattern) -> &'static [&'static str] {
    match (service, action, pattern) {
        // Docs, "Invoke Lambda": the payload is parsed.
        ("lambda", "invoke", _) => &["Payload"],
        ("bedrock", "invokeModel", _) => &["Body"],
        // Docs, "Start a new execution": with `.sync:2` input and output are JSON.
        ("states", "startExecution", Pattern::Sync2) => &["Input", "Output"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::catalog::models::Kind;
    use crate::catalog::table::{self, Wait};

    fn of(resource: &str) -> ResultShape {
        result_shape(&Integration::parse(resource).unwrap())
    }

    #[rstest]
    #[case::an_sdk_call("arn:aws:states:::aws-sdk:sqs:sendMessage", "Md5OfMessageBody")]
    #[case::the_same_call_optimized("arn:aws:states:::sqs:sendMessage", "MD5OfMessageBody")]
    #[case::an_optimized_service_with_another_name("arn:aws:states:::events:putEvents", "FailedEntryCount")]
    #[case::a_call_with_small_first_letters("arn:aws:states:::ecs:runTask", "Tasks")]
    #[case::a_job_not_waited_for("arn:aws:states:::batch:submitJob", "JobId")]
    #[case::the_call_that_polls("arn:aws:states:::states:startExecution.sync", "StopDate")]
    #[case::a_call_of_another_service("arn:aws:states:::bedrock:invokeModel", "ContentType")]
    #[case::another_name_in_the_api("arn:aws:states:::elasticmapreduce:addStep", "StepIds")]
    fn the_result_of_a_call_has_members(#[case] resource: &str, #[case] member: &str) {
        let shape = of(resource).shape().unwrap();
        assert!(shape.member(member).is_some(), "{:?}", shape.members().collect::<Vec<_>>());
    }

    #[rstest]
    #[case::a_payload("arn:aws:states:::lambda:invoke", "Payload", true)]
    #[case::a_payload_by_the_sdk("arn:aws:states:::aws-sdk:lambda:invoke", "Payload", false)]
    #[case::the_output_of_a_child("arn:aws:states:::states:startExecution.sync:2", "Output", true)]
    #[case::the_output_as_text("arn:aws:states:::states:startExecution.sync", "Output", false)]
    fn some_members_hold_json(#[case] resource: &str, #[case] member: &str, #[case] expected: bool) {
        let found = of(resource).shape().and_then(|shape| shape.member(member)).unwrap();
        assert_eq!(matches!(found.shape.kind(), Kind::Document), expected, "{found:?}");
    }

    #[rstest]
    #[case::a_holder_of_the_token("arn:aws:states:::sqs:sendMessage.waitForTaskToken")]
    #[case::a_function("arn:aws:lambda:us-east-1:1:function:f")]
    #[case::a_worker("arn:aws:states:us-east-1:1:activity:A")]
    #[case::a_third_party("arn:aws:states:::http:invoke")]
    #[case::an_api_of_the_users_own("arn:aws:states:::apigateway:invoke")]
    #[case::kubernetes("arn:aws:states:::eks:runJob.sync")]
    #[case::a_placeholder("${Task}")]
    fn some_results_follow_no_model(#[case] resource: &str) {
        assert!(matches!(of(resource), ResultShape::Free));
    }

    #[rstest]
    #[case::a_service("arn:aws:states:::quantumledger:commit")]
    #[case::an_sdk_service("arn:aws:states:::aws-sdk:quantumledger:commit")]
    #[case::a_service_whose_model_is_gone("arn:aws:states:::aws-sdk:qldb:listLedgers")]
    #[case::an_operation("arn:aws:states:::aws-sdk:s3:teleportObject")]
    #[case::no_operation("arn:aws:states:::aws-sdk:s3:listBuckets2")]
    fn what_is_newer_than_the_models_is_unknown(#[case] resource: &str) {
        assert!(matches!(of(resource), ResultShape::Unknown));
    }

    #[test]
    fn every_optimized_integration_has_a_known_result_in_every_pattern() {
        for (service, entry) in table::optimized() {
            for (action, facts) in &entry.actions {
                let waits = facts.waits.iter().map(|wait| match wait {
                    Wait::Sync => Pattern::Sync,
                    Wait::Sync2 => Pattern::Sync2,
                    Wait::Callback => Pattern::Callback,
                });
                for pattern in waits.chain([Pattern::RequestResponse]) {
                    let found = optimized(service, action, pattern);
                    let name = format!("{service}:{action}{}", pattern.suffix());
                    let known = !matches!(found, ResultShape::Unknown);
                    assert_eq!(known, name != "databrew:startJobRun.sync", "{name}");
                }
            }
        }
    }
}
