//! SAM's policy templates that state machines use. SAM reference, "AWS SAM policy templates". Others are policies whose
//! text is not at hand.

use super::read::Reader;
use super::{Effect, Pattern, Policy, PolicyError, Selection, Statement};
use crate::load::Node;

/// A template: its name, its parameter, the actions, and resources in which `{}` is the parameter's value.
type Known = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const KNOWN: [Known; 10] = [
    ("LambdaInvokePolicy", "FunctionName", &["lambda:InvokeFunction"], &["lambda:function:{}*"]),
    (
        "StepFunctionsExecutionPolicy",
        "StateMachineName",
        &["states:StartExecution"],
        &["states:stateMachine:{}"],
    ),
    ("SQSSendMessagePolicy", "QueueName", &["sqs:SendMessage*"], &["sqs:{}"]),
    ("SNSPublishMessagePolicy", "TopicName", &["sns:Publish"], &["sns:{}"]),
    ("EventBridgePutEventsPolicy", "EventBusName", &["events:PutEvents"], &["events:event-bus/{}"]),
    (
        "DynamoDBReadPolicy",
        "TableName",
        &[
            "dynamodb:GetItem",
            "dynamodb:Scan",
            "dynamodb:Query",
            "dynamodb:BatchGetItem",
            "dynamodb:DescribeTable",
        ],
        TABLE,
    ),
    (
        "DynamoDBWritePolicy",
        "TableName",
        &["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"],
        TABLE,
    ),
    (
        "DynamoDBCrudPolicy",
        "TableName",
        &[
            "dynamodb:GetItem",
            "dynamodb:DeleteItem",
            "dynamodb:PutItem",
            "dynamodb:Scan",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:BatchGetItem",
            "dynamodb:DescribeTable",
            "dynamodb:ConditionCheckItem",
        ],
        TABLE,
    ),
    (
        "S3ReadPolicy",
        "BucketName",
        &[
            "s3:GetObject",
            "s3:ListBucket",
            "s3:GetBucketLocation",
            "s3:GetObjectVersion",
            "s3:GetLifecycleConfiguration",
        ],
        BUCKET,
    ),
    (
        "S3CrudPolicy",
        "BucketName",
        &[
            "s3:GetObject",
            "s3:ListBucket",
            "s3:GetBucketLocation",
            "s3:GetObjectVersion",
            "s3:PutObject",
            "s3:PutObjectAcl",
            "s3:GetLifecycleConfiguration",
            "s3:PutLifecycleConfiguration",
            "s3:DeleteObject",
        ],
        BUCKET,
    ),
];

const TABLE: &[&str] = &["dynamodb:table/{}", "dynamodb:table/{}/index/*"];
const BUCKET: &[&str] = &["s3:{}", "s3:{}/*"];

/// What a policy template stands for.
pub(super) fn policy(reader: &mut Reader<'_>, name: &str, parameters: &Node) -> Result<Policy, PolicyError> {
    let Some((_, parameter, actions, resources)) = KNOWN.iter().find(|(known, ..)| *known == name) else {
        return Ok(Policy { name: name.to_owned(), statements: None });
    };
    let Some(value) = parameters.get(parameter) else {
        let message = format!("`{name}` has no `{parameter}`");
        return Err(reader.wrong(parameters.span, &message, "SAM needs it to make the policy"));
    };
    let value = reader.texts(value)?.concat();
    let arn = |resource: &&str| {
        let (service, rest) = resource.split_once(':').unwrap_or((resource, ""));
        let own = if service == "s3" { ":" } else { "${AWS::Region}:${AWS::AccountId}" };
        Pattern::new(&format!("arn:${{AWS::Partition}}:{service}:{own}:{}", rest.replace("{}", &value)))
    };
    let statement = Statement {
        label: name.to_owned(),
        effect: Effect::Allow,
        actions: Selection::Only(actions.iter().map(|action| Pattern::action(action)).collect()),
        resources: Selection::Only(resources.iter().map(arn).collect()),
        conditions: Vec::new(),
        location: reader.file.location(parameters.span),
    };
    Ok(Policy { name: name.to_owned(), statements: Some(vec![statement]) })
}
