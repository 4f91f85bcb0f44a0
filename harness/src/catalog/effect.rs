//! What a second call of the same task does, and whether a call tells somebody.
//!
//! Both are rules with exceptions: the table of the optimized integrations, a short list of SDK operations, and the
//! verb of the operation for all others. What the verb does not tell is [`Effect::Unknown`].

use super::integration::{Integration, Service};
use super::status::sdk_service;
use super::table::{self, EffectKind};

/// What repeating a call with the same parameters does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The call only reads or computes.
    None,
    /// The call changes something, but a second one leaves it as the first did: a put, a delete, a tag. It may fail,
    /// because there is nothing left to do.
    Repeatable,
    /// The call changes something once more, unless one of these members is given in the request with the same value
    /// each time. (`UpdateExpression`s that only set constants are repeatable without: [`update_is_repeatable`].)
    Guarded {
        /// Members of Parameters or Arguments.
        by: Vec<&'static str>,
    },
    /// The call tells somebody; a second one tells it twice.
    Notification,
    /// The call changes something once more each time, and nothing in the request can prevent it.
    Unguarded,
    /// It depends on code or a service that the catalogue does not know: functions, endpoints, workers, other calls.
    Unknown,
}

/// What repeating the integration's call does.
///
/// ```
/// use sfn_chaos::catalog::{Effect, Integration, effect};
///
/// let start = Integration::parse("arn:aws:states:::states:startExecution")?;
/// assert_eq!(effect(&start), Effect::Guarded { by: vec!["Name"] });
/// # Ok::<(), String>(())
/// ```
pub fn effect(integration: &Integration) -> Effect {
    let (service, action) = (&*integration.service, &*integration.action);
    match integration.kind {
        Service::Optimized => of_optimized(service, action),
        Service::Sdk => of_sdk(service, action),
        Service::LambdaArn | Service::Activity | Service::Http | Service::Unresolved => Effect::Unknown,
    }
}

/// Whether the call tells a person or another system, so that a failure it announces is not swallowed.
///
/// Messages, events, metrics that can alarm, failed tokens, incidents. Functions and endpoints may do so too, which
/// only the user can declare.
pub fn is_signal(integration: &Integration) -> bool {
    if !matches!(integration.kind, Service::Optimized | Service::Sdk) {
        return false;
    }
    let service = sdk_service(&integration.service);
    let name = format!("{service}:{}", integration.action);
    let mails =
        matches!(service, "ses" | "sesv2" | "pinpointemail") && integration.action.starts_with("send");
    mails || SIGNALS.split_whitespace().any(|signal| signal == name)
}

/// Whether applying an `UpdateExpression` of DynamoDB twice leaves the item as applying it once does.
///
/// `ADD`, `DELETE` from a number, `list_append` and arithmetic are the ones that do not.
pub fn update_is_repeatable(expression: &str) -> bool {
    let upper = expression.to_ascii_uppercase();
    let adds = upper.split_whitespace().any(|word| word == "ADD");
    // `#a-b` is no subtraction: names with a dash must be given as placeholders.
    !adds && !upper.contains("LIST_APPEND") && !upper.contains('+') && !upper.contains('-')
}

fn of_optimized(service: &str, action: &str) -> Effect {
    let Some(facts) = table::action(service, action) else { return Effect::Unknown };
    match facts.effect {
        EffectKind::None => Effect::None,
        EffectKind::Repeatable => Effect::Repeatable,
        EffectKind::Guarded => Effect::Guarded { by: facts.guarded_by.iter().map(String::as_str).collect() },
        EffectKind::Notification => Effect::Notification,
        EffectKind::Unguarded => Effect::Unguarded,
        EffectKind::Unknown => Effect::Unknown,
    }
}

fn of_sdk(service: &str, action: &str) -> Effect {
    let name = format!("{service}:{action}");
    let listed = |names: &str| names.split_whitespace().any(|listed| listed == name);
    if let Some((_, member)) = GUARDED.iter().find(|(names, _)| listed(names)) {
        return Effect::Guarded { by: vec![member] };
    }
    if listed(UNGUARDED) {
        return Effect::Unguarded;
    }
    if listed(REPEATABLE) {
        return Effect::Repeatable;
    }
    if listed(READS) {
        return Effect::None;
    }
    let mails = matches!(service, "ses" | "sesv2" | "pinpointemail") && action.starts_with("send");
    if mails || listed(NOTIFICATIONS) {
        return Effect::Notification;
    }
    // The same API has the same effect, whichever way it is called.
    let optimized = table::optimized().iter().find(|(other, _)| sdk_service(other) == service);
    match optimized.map(|(other, _)| of_optimized(other, action)) {
        Some(effect) if effect != Effect::Unknown => effect,
        _ => by_verb(service, action),
    }
}

/// What the first word of an operation tells.
fn by_verb(service: &str, action: &str) -> Effect {
    let end = action.find(|c: char| c.is_ascii_uppercase()).unwrap_or(action.len());
    let verb = if action.starts_with("batchGet") { "batchGet" } else { &action[..end] };
    let one_of = |verbs: &str| verbs.split_whitespace().any(|known| known == verb);
    if one_of(READING_VERBS) || COMPUTING_SERVICES.split_whitespace().any(|name| name == service) {
        Effect::None
    } else if one_of(REPEATABLE_VERBS) {
        Effect::Repeatable
    } else {
        Effect::Unknown
    }
}

const READING_VERBS: &str = "get list describe head query scan search lookup select batchGet detect recognize \
                             translate classify check validate estimate preview count simulate analyze";

/// A second call finds its work done.
const REPEATABLE_VERBS: &str = "put delete update set tag untag enable disable attach detach associate disassociate \
                                stop cancel terminate deregister remove revoke pause resume";

/// Services whose calls compute an answer and keep nothing; their jobs begin with `start` and are listed.
const COMPUTING_SERVICES: &str = "translate bedrockruntime sagemakerruntime personalizeruntime";

/// Verbs that lie.
const READS: &str = "kms:decrypt kms:encrypt kms:generateDataKey kms:verify bedrockagentruntime:retrieve \
                     comprehend:batchDetectSentiment sts:assumeRole";

const REPEATABLE: &str = "dynamodb:batchWriteItem s3:copyObject glue:startCrawler glue:createDatabase \
                          glue:createPartition glue:createTable glue:batchCreatePartition sfn:sendTaskSuccess \
                          sfn:sendTaskFailure sfn:sendTaskHeartbeat ec2:startInstances ec2:stopInstances \
                          rds:startDBInstance rds:startDBCluster rds:modifyDBInstance \
                          rds:modifyDBCluster redshift:resumeCluster";

const UNGUARDED: &str = "glue:startWorkflowRun kinesis:putRecord kinesis:putRecords firehose:putRecord \
                         firehose:putRecordBatch sqs:sendMessageBatch emr:addJobFlowSteps emr:runJobFlow \
                         support:createCase rdsdata:batchExecuteStatement ssm:sendCommand rds:copyDBSnapshot";

/// Telling it twice is the worst that happens.
const NOTIFICATIONS: &str = "sns:publishBatch pinpoint:sendMessages pinpoint:sendUsersMessages iotdataplane:publish \
                             cloudwatch:putMetricData cloudwatchlogs:putLogEvents securityhub:batchImportFindings \
                             connect:startOutboundVoiceContact ssmcontacts:startEngagement";

/// Operations with the member that makes a repetition harmless: a token, or a name that can be taken only once.
const GUARDED: [(&str, &str); 19] = [
    ("dynamodb:transactWriteItems", "ClientRequestToken"),
    ("redshiftdata:executeStatement redshiftdata:batchExecuteStatement", "ClientToken"),
    (
        "rekognition:startContentModeration rekognition:startLabelDetection rekognition:startSegmentDetection \
         rekognition:startFaceDetection rekognition:startFaceSearch rekognition:startPersonTracking \
         rekognition:startTextDetection rekognition:startCelebrityRecognition textract:startDocumentTextDetection \
         textract:startDocumentAnalysis textract:startExpenseAnalysis textract:startLendingAnalysis",
        "ClientRequestToken",
    ),
    (
        "comprehend:startDocumentClassificationJob comprehend:startEntitiesDetectionJob \
         comprehend:startSentimentDetectionJob comprehend:startKeyPhrasesDetectionJob \
         comprehend:startPiiEntitiesDetectionJob comprehend:startTopicsDetectionJob",
        "ClientRequestToken",
    ),
    ("transcribe:startTranscriptionJob", "TranscriptionJobName"),
    ("transcribe:startCallAnalyticsJob", "CallAnalyticsJobName"),
    ("transcribe:startMedicalTranscriptionJob", "MedicalTranscriptionJobName"),
    ("transcribe:createVocabularyFilter", "VocabularyFilterName"),
    ("translate:startTextTranslationJob", "ClientToken"),
    ("fis:startExperiment fis:createExperimentTemplate", "ClientToken"),
    ("rds:createDBInstance", "DbInstanceIdentifier"),
    ("rds:createDBSnapshot", "DbSnapshotIdentifier"),
    ("rds:createDBCluster rds:restoreDBClusterFromSnapshot", "DbClusterIdentifier"),
    ("rds:startExportTask", "ExportTaskIdentifier"),
    ("scheduler:createSchedule", "Name"),
    ("bedrock:createProvisionedModelThroughput bedrock:createModelInvocationJob", "ClientRequestToken"),
    (
        "bedrockagent:startIngestionJob ec2:runInstances ssm:startAutomationExecution dynamodb:exportTableToPointInTime",
        "ClientToken",
    ),
    ("cloudformation:createStack cloudformation:updateStack", "ClientRequestToken"),
    ("secretsmanager:createSecret", "ClientRequestToken"),
];

const SIGNALS: &str = "sns:publish sns:publishBatch sqs:sendMessage sqs:sendMessageBatch eventbridge:putEvents \
                       pinpoint:sendMessages pinpoint:sendUsersMessages iotdataplane:publish \
                       cloudwatch:putMetricData cloudwatch:setAlarmState sfn:sendTaskFailure ssm:createOpsItem \
                       ssmincidents:startIncident ssmcontacts:startEngagement support:createCase \
                       securityhub:batchImportFindings codepipeline:putJobFailureResult \
                       connect:startOutboundVoiceContact";

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn call(resource: &str) -> Integration {
        Integration::parse(&format!("arn:aws:states:::{resource}")).unwrap()
    }

    fn guarded(member: &'static str) -> Effect {
        Effect::Guarded { by: vec![member] }
    }

    #[rstest]
    #[case::a_read("dynamodb:getItem", Effect::None)]
    #[case::a_read_by_its_verb("aws-sdk:s3:listObjectsV2", Effect::None)]
    #[case::a_batch_of_reads("aws-sdk:dynamodb:batchGetItem", Effect::None)]
    #[case::a_computation("aws-sdk:translate:translateText", Effect::None)]
    #[case::a_model("bedrock:invokeModel", Effect::None)]
    #[case::the_same_item_again("dynamodb:putItem", Effect::Repeatable)]
    #[case::the_same_item_by_the_sdk("aws-sdk:dynamodb:putItem", Effect::Repeatable)]
    #[case::the_same_object_again("aws-sdk:s3:putObject", Effect::Repeatable)]
    #[case::a_delete("aws-sdk:s3:deleteObject", Effect::Repeatable)]
    #[case::an_update("dynamodb:updateItem", guarded("ConditionExpression"))]
    #[case::an_update_by_the_sdk("aws-sdk:dynamodb:updateItem", guarded("ConditionExpression"))]
    #[case::a_message("sqs:sendMessage", guarded("MessageDeduplicationId"))]
    #[case::a_message_by_the_sdk("aws-sdk:sqs:sendMessage", guarded("MessageDeduplicationId"))]
    #[case::an_execution("states:startExecution.sync:2", guarded("Name"))]
    #[case::an_execution_by_the_sdk("aws-sdk:sfn:startExecution", guarded("Name"))]
    #[case::a_statement("aws-sdk:redshiftdata:executeStatement", guarded("ClientToken"))]
    #[case::a_job_with_a_name("aws-sdk:transcribe:startTranscriptionJob", guarded("TranscriptionJobName"))]
    #[case::a_job_without_a_key("glue:startJobRun.sync", Effect::Unguarded)]
    #[case::a_record("aws-sdk:kinesis:putRecord", Effect::Unguarded)]
    #[case::an_alert("sns:publish", Effect::Notification)]
    #[case::a_mail("aws-sdk:sesv2:sendEmail", Effect::Notification)]
    #[case::a_function("lambda:invoke", Effect::Unknown)]
    #[case::a_function_by_the_sdk("aws-sdk:lambda:invoke", Effect::Unknown)]
    #[case::an_endpoint("http:invoke", Effect::Unknown)]
    #[case::an_unlisted_write("aws-sdk:workspaces:createWorkspaces", Effect::Unknown)]
    fn a_second_call_has_an_effect(#[case] resource: &str, #[case] expected: Effect) {
        assert_eq!(effect(&call(resource)), expected);
    }

    #[rstest]
    #[case::a_topic("sns:publish", true)]
    #[case::a_queue("sqs:sendMessage.waitForTaskToken", true)]
    #[case::a_bus("events:putEvents", true)]
    #[case::a_bus_by_the_sdk("aws-sdk:eventbridge:putEvents", true)]
    #[case::a_mail("aws-sdk:ses:sendTemplatedEmail", true)]
    #[case::a_metric("aws-sdk:cloudwatch:putMetricData", true)]
    #[case::an_alarm_to_be("aws-sdk:cloudwatch:putMetricAlarm", false)]
    #[case::a_failed_token("aws-sdk:sfn:sendTaskFailure", true)]
    #[case::a_returned_token("aws-sdk:sfn:sendTaskSuccess", false)]
    #[case::a_ticket("aws-sdk:ssm:createOpsItem", true)]
    #[case::a_schedule("aws-sdk:scheduler:createSchedule", false)]
    #[case::a_table("dynamodb:putItem", false)]
    #[case::a_function("lambda:invoke", false)]
    fn a_signal_tells_somebody(#[case] resource: &str, #[case] expected: bool) {
        assert_eq!(is_signal(&call(resource)), expected);
    }

    #[rstest]
    #[case::a_constant("SET #s = :s, updated = :now REMOVE lock", true)]
    #[case::a_counter("SET stock = stock - :n", false)]
    #[case::a_sum("ADD stock :n", false)]
    #[case::a_list("SET history = list_append(history, :entry)", false)]
    #[case::an_address("SET address = :address", true)]
    fn setting_constants_is_repeatable(#[case] expression: &str, #[case] expected: bool) {
        assert_eq!(update_is_repeatable(expression), expected);
    }
}
