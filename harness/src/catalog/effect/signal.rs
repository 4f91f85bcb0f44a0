//! Whether a call tells somebody.

use super::mails;
use crate::catalog::integration::{Integration, Service};
use crate::catalog::status::sdk_service;

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
    mails(service, &integration.action) || SIGNALS.split_whitespace().any(|signal| signal == name)
}

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
        let call = Integration::parse(&format!("arn:aws:states:::{resource}")).unwrap();
        assert_eq!(is_signal(&call), expected);
    }
}
