//! What a report says of a call that the catalogue does not know, or knows that no task can make.
//!
//! AWS adds services and operations every week, and Step Functions follows later. So a call that is not here is not
//! wrong; but its errors, its result and its effect are unknown, and nobody should take silence for knowledge.

use super::integration::{Integration, Service};
use super::{models, table};
use crate::spelling;

/// A remark, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What is unknown or not possible.
    pub message: String,
    /// A name that may have been meant, or what is done in place of knowledge.
    pub advice: String,
}

/// What is done where nothing is known.
const GENERIC: &str = "errors that any service can report are tried under assumed names, or under those that handlers \
                       name, and its result is invented from what is read; a mock file can give it";

/// What has to be said about a call; `None` if the catalogue knows it, or if it is none of its matter.
pub(super) fn remark(integration: &Integration) -> Option<Remark> {
    match integration.kind {
        Service::LambdaArn | Service::Activity | Service::Http | Service::Unresolved => None,
        Service::Optimized => optimized(&integration.service, &integration.action),
        Service::Sdk => sdk(&integration.service, &integration.action),
    }
}

fn optimized(service: &str, action: &str) -> Option<Remark> {
    if table::action(service, action).is_some() {
        return None;
    }
    let message = format!(
        "the catalogue does not know the optimized integration `{service}:{action}`: it is newer, or mistyped"
    );
    Some(Remark { message, advice: GENERIC.to_owned() })
}

fn sdk(service: &str, action: &str) -> Option<Remark> {
    let Some(model) = models::service(service) else {
        let message = if table::sdk().contains_key(service) {
            format!(
                "the catalogue has no API model of the service `{service}`: it is gone from {}",
                models::RELEASE
            )
        } else {
            format!(
                "the catalogue does not know the service `{service}`: it is newer than {}, or mistyped",
                models::RELEASE
            )
        };
        return Some(Remark { message, advice: GENERIC.to_owned() });
    };
    let Some(operation) = model.operation(action) else {
        let message = format!(
            "the catalogue does not know the operation `{action}` of the service `{service}`: it is newer than {}, \
             or mistyped",
            models::RELEASE
        );
        let names: Vec<String> = model.operations().map(models::Operation::action).collect();
        let near = spelling::slip(action, names.iter().map(String::as_str));
        let advice = match near {
            Some(near) => format!("did you mean `aws-sdk:{service}:{near}`?"),
            None => GENERIC.to_owned(),
        };
        return Some(Remark { message, advice });
    };
    // Docs, "Learning to use AWS service SDK integrations": unsupported API actions.
    let message = if operation.is_refused() {
        format!("AWS lists `aws-sdk:{service}:{action}` as not supported")
    } else if operation.is_event_stream() {
        format!("`aws-sdk:{service}:{action}` takes or answers a stream of events, which no task can")
    } else {
        return None;
    };
    Some(Remark { message, advice: "call it from a Lambda function".to_owned() })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn of(resource: &str) -> Option<Remark> {
        remark(&Integration::parse(resource).unwrap())
    }

    #[rstest]
    #[case::a_new_service(
        "arn:aws:states:::aws-sdk:brandnew:doThing",
        "does not know the service `brandnew`",
        "invented"
    )]
    #[case::a_service_whose_model_is_gone(
        "arn:aws:states:::aws-sdk:qldb:createLedger",
        "no API model of the service `qldb`",
        "invented"
    )]
    #[case::a_new_operation(
        "arn:aws:states:::aws-sdk:s3:teleportObject",
        "does not know the operation `teleportObject` of the service `s3`",
        "invented"
    )]
    #[case::a_slip_of_the_pen(
        "arn:aws:states:::aws-sdk:s3:getObjekt",
        "does not know the operation `getObjekt`",
        "did you mean `aws-sdk:s3:getObject`?"
    )]
    #[case::a_new_optimized_integration(
        "arn:aws:states:::quantumledger:commit",
        "does not know the optimized integration `quantumledger:commit`",
        "invented"
    )]
    #[case::not_supported("arn:aws:states:::aws-sdk:sts:assumeRole", "lists", "from a Lambda function")]
    #[case::a_stream(
        "arn:aws:states:::aws-sdk:cloudwatchlogs:getLogObject",
        "stream",
        "from a Lambda function"
    )]
    fn what_is_not_known_is_said(#[case] resource: &str, #[case] message: &str, #[case] advice: &str) {
        let found = of(resource).unwrap();
        assert!(found.message.contains(message) && found.advice.contains(advice), "{found:?}");
    }

    #[rstest]
    #[case::an_operation("arn:aws:states:::aws-sdk:s3:getObject")]
    #[case::an_undocumented_service("arn:aws:states:::aws-sdk:account:listRegions")]
    #[case::an_optimized_integration("arn:aws:states:::lambda:invoke.waitForTaskToken")]
    #[case::a_function("arn:aws:lambda:us-east-1:1:function:f")]
    #[case::an_activity("arn:aws:states:us-east-1:1:activity:A")]
    #[case::a_third_party("arn:aws:states:::http:invoke")]
    #[case::a_placeholder("${Task}")]
    fn what_is_known_needs_no_remark(#[case] resource: &str) {
        assert_eq!(of(resource), None);
    }
}
