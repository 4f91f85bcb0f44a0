//! The exceptions that the call behind a task can raise, spelled as the SDK spells them that Step Functions calls with.
//!
//! Recorded on AWS: optimized integrations name the classes of the AWS SDK for Java 1.x, SDK integrations those of 2.x.
//! Both look an error code up among all exceptions of the service; a code without a class there becomes the base
//! exception of the service.

use std::borrow::Cow;

use super::integration::{Integration, Service};
use super::models::{self, DeclaredError, Operation};
use super::table::{self, Evidence};

/// What Step Functions calls a service with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Client {
    /// What error names start with: `DynamoDB`.
    pub(super) prefix: &'static str,
    /// How well the prefix is known.
    pub(super) evidence: Evidence,
    /// The base exception without `Exception`: `AmazonDynamoDB`; `None` where errors are HTTP statuses.
    pub(super) base: Option<&'static str>,
    acronyms: &'static [String],
    operation: Option<Operation>,
    service: Option<&'static models::Service>,
}

/// One exception of a service.
#[derive(Clone, Debug)]
pub(super) struct Exception {
    /// `KMSNotFoundException`
    pub(super) name: Cow<'static, str>,
    /// What the model says of it.
    pub(super) model: DeclaredError,
}

impl Client {
    /// The client of a task that calls an API; of an unresolved one, that of a Lambda function.
    pub(super) fn of(integration: &Integration) -> Option<Self> {
        let service = match integration.kind {
            Service::Sdk => return Self::sdk(integration),
            Service::Optimized => &*integration.service,
            Service::LambdaArn | Service::Unresolved => "lambda",
            Service::Activity | Service::Http => return None,
        };
        let known = table::optimized().get(service)?;
        let operation = models::call(integration);
        Some(Self {
            prefix: &known.prefix,
            evidence: known.prefix_from,
            base: known.base.as_deref().filter(|_| operation.is_some()),
            acronyms: &known.acronyms,
            operation,
            service: operation.map(Operation::service),
        })
    }

    fn sdk(integration: &Integration) -> Option<Self> {
        let known = table::sdk().get(&*integration.service)?;
        let prefix = known.prefix?;
        Some(Self {
            prefix,
            evidence: known.prefix_from,
            base: Some(prefix),
            acronyms: &[],
            operation: models::call(integration),
            service: models::service(&integration.service),
        })
    }

    /// The exceptions that the operation declares.
    pub(super) fn declared(self) -> impl Iterator<Item = Exception> {
        self.operation.into_iter().flat_map(Operation::errors).map(move |model| self.spelled(model))
    }

    /// The exceptions of all operations of the service.
    pub(super) fn of_service(self) -> impl Iterator<Item = Exception> {
        self.service.into_iter().flat_map(models::Service::errors).map(move |model| self.spelled(model))
    }

    /// Whether errors of the service without a status of their own are answered with 400.
    ///
    /// The protocols with JSON over one address have no other status for the caller's mistakes, and their models none.
    pub(super) fn has_plain_statuses(self) -> bool {
        let mut errors = self.service.into_iter().flat_map(models::Service::errors).peekable();
        errors.peek().is_some() && errors.all(|error| error.status().is_none())
    }

    /// The name in `Error`: `DynamoDB.ThrottlingException`.
    pub(super) fn full(self, name: &str) -> String {
        format!("{}.{name}", self.prefix)
    }

    fn spelled(self, model: DeclaredError) -> Exception {
        Exception { name: with_acronyms(model.name(), self.acronyms), model }
    }
}

impl Exception {
    /// The name without `Exception`.
    pub(super) fn stem(&self) -> &str {
        self.name.strip_suffix("Exception").unwrap_or(&self.name)
    }
}

/// `EfsMountTimeoutException` with the acronym `EFS` is `EFSMountTimeoutException`.
fn with_acronyms(name: &'static str, acronyms: &[String]) -> Cow<'static, str> {
    let is_acronym = |word: &str| acronyms.iter().any(|acronym| acronym.eq_ignore_ascii_case(word));
    if acronyms.is_empty() || !words(name).any(is_acronym) {
        return Cow::Borrowed(name);
    }
    let spelled =
        words(name).map(|word| if is_acronym(word) { word.to_ascii_uppercase() } else { word.to_owned() });
    Cow::Owned(spelled.collect())
}

/// The words of a name, each with its capital.
pub(super) fn words(name: &str) -> impl Iterator<Item = &str> {
    let mut rest = name;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?.len_utf8();
        let end = rest[first..].find(|letter: char| letter.is_ascii_uppercase());
        let (word, after) = rest.split_at(end.map_or(rest.len(), |end| first + end));
        rest = after;
        Some(word)
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn names(resource: &str) -> Vec<String> {
        let client = Client::of(&Integration::parse(resource).unwrap()).unwrap();
        client.declared().map(|exception| client.full(&exception.name)).collect()
    }

    // Names of the AWS SDK for Java 1.x and 2.x, looked up by hand.
    #[rstest]
    #[case::acronyms_stay("arn:aws:states:::lambda:invoke", "Lambda.EC2AccessDeniedException")]
    #[case::acronyms_stay("arn:aws:states:::lambda:invoke", "Lambda.EFSIOException")]
    #[case::acronyms_stay("arn:aws:states:::lambda:invoke", "Lambda.InvalidSecurityGroupIDException")]
    #[case::acronyms_stay("arn:aws:states:::lambda:invoke", "Lambda.SubnetIPAddressLimitReachedException")]
    #[case::acronyms_stay("arn:aws:states:::sns:publish", "SNS.KMSThrottlingException")]
    #[case::as_the_api_has_them("arn:aws:states:::sqs:sendMessage", "SQS.KmsThrottledException")]
    #[case::completed(
        "arn:aws:states:::states:startExecution",
        "StepFunctions.ExecutionAlreadyExistsException"
    )]
    #[case::a_job("arn:aws:states:::glue:startJobRun.sync", "Glue.ConcurrentRunsExceededException")]
    #[case::another_name_in_the_api(
        "arn:aws:states:::elasticmapreduce:cancelStep",
        "ElasticMapReduce.InvalidRequestException"
    )]
    #[case::another_service("arn:aws:states:::bedrock:invokeModel", "Bedrock.ModelNotReadyException")]
    #[case::acronyms_fold("arn:aws:states:::aws-sdk:lambda:invoke", "Lambda.Ec2AccessDeniedException")]
    #[case::a_fault("arn:aws:states:::aws-sdk:rds:startDBInstance", "Rds.DbInstanceNotFoundException")]
    fn a_declared_exception_has_a_name(#[case] resource: &str, #[case] expected: &str) {
        let names = names(resource);
        assert!(names.iter().any(|name| name == expected), "{names:?}");
    }

    #[test]
    fn an_operation_has_its_own_exceptions_and_the_service_more() {
        let get = Client::of(&Integration::parse("arn:aws:states:::dynamodb:getItem").unwrap()).unwrap();
        let is_condition = |exception: Exception| exception.stem() == "ConditionalCheckFailed";
        assert!(!get.declared().any(is_condition));
        assert!(get.of_service().any(is_condition));
    }

    #[rstest]
    #[case("EFSIOTimeoutException", &["E", "F", "S", "I", "O", "Timeout", "Exception"])]
    #[case("S3FilesMount", &["S3", "Files", "Mount"])]
    #[case("", &[])]
    fn a_name_has_words(#[case] name: &str, #[case] expected: &[&str]) {
        assert_eq!(words(name).collect::<Vec<_>>(), expected);
    }

    #[rstest]
    #[case::json("arn:aws:states:::dynamodb:putItem", true)]
    #[case::rest("arn:aws:states:::lambda:invoke", false)]
    #[case::query("arn:aws:states:::sns:publish", false)]
    #[case::no_exceptions_at_all("arn:aws:states:::aws-sdk:ec2:runInstances", false)]
    fn some_services_have_one_status_for_all_mistakes(#[case] resource: &str, #[case] expected: bool) {
        let client = Client::of(&Integration::parse(resource).unwrap()).unwrap();
        assert_eq!(client.has_plain_statuses(), expected);
    }
}
