//! What a second call of the same task does, and whether a call tells somebody.
//!
//! What is known of a call comes from the table of the optimized integrations, a list of operations that their names
//! do not tell, and the API model of all others; what is known of a request, from its content. What none of them tells
//! is [`Effect::Unknown`].

mod expression;
mod listed;
mod operation;
mod request;
mod signal;
mod statement;

pub(crate) use expression::tokens as expression_tokens;
pub use expression::{is_same_condition, update_is_repeatable};
pub use request::effect_of_request;
pub use signal::is_signal;

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
    /// each time.
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
    if mails(service, action) {
        return Effect::Notification;
    }
    // The same API has the same effect, whichever way it is called.
    let optimized = table::optimized().iter().find(|(other, _)| sdk_service(other) == service);
    match optimized.map(|(other, _)| of_optimized(other, action)) {
        Some(effect) if effect != Effect::Unknown => effect,
        _ => operation::effect(service, action),
    }
}

/// Whether the call sends a mail.
fn mails(service: &str, action: &str) -> bool {
    matches!(service, "ses" | "sesv2" | "pinpointemail") && action.to_ascii_lowercase().starts_with("send")
}

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
}
