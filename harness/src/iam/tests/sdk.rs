//! Calls of the SDK, by the table and by the models.

use rstest::rstest;

use super::{call, granted, surveyed};

#[rstest]
#[case::the_same_call_as_an_optimized_one(
    "sqs:sendMessage", r#"{"QueueUrl":"https://sqs.r.amazonaws.com/1/q","MessageBody":"a"}"#,
    &["sqs:SendMessage on arn:aws:sqs:r:1:q"]
)]
#[case::a_queue("sqs:receiveMessage", r#"{"QueueUrl":"https://sqs.r.amazonaws.com/1/q"}"#, &["sqs:ReceiveMessage on arn:aws:sqs:r:1:q"])]
#[case::a_function("lambda:getFunction", r#"{"FunctionName":"f"}"#, &["lambda:GetFunction on arn:aws:lambda:r:1:function:f"])]
#[case::a_job("glue:getJobRun", r#"{"JobName":"j","RunId.$":"$.id"}"#, &["glue:GetJobRun on arn:aws:glue:r:1:job/j"])]
#[case::a_plain_name("glue:startCrawler", r#"{"Name":"c"}"#, &["glue:StartCrawler on arn:aws:glue:r:1:crawler/c"])]
#[case::a_table_in_a_database(
    "glue:getPartition", r#"{"DatabaseName":"d","TableName":"t","PartitionValues":[]}"#,
    &["glue:GetPartition on arn:aws:glue:r:1:database/d, arn:aws:glue:r:1:catalog, arn:aws:glue:r:1:table/d/t"]
)]
#[case::a_job_of_another_name(
    "transcribe:getTranscriptionJob", r#"{"TranscriptionJobName.$":"$.job"}"#,
    &["transcribe:GetTranscriptionJob on arn:aws:transcribe:r:1:transcription-job/<supply job: the transcription job of state Work>"]
)]
#[case::no_resource("rekognition:detectLabels", r#"{"Image":{}}"#, &["rekognition:DetectLabels on *"])]
#[case::an_object_of_another_service(
    "rekognition:detectLabels",
    r#"{"Image":{"S3Object":{"Bucket":"b","Name.$":"$.key"}}}"#,
    &["rekognition:DetectLabels on *", "s3:GetObject on arn:aws:s3:::b/<supply key: the s3 object of state Work>"]
)]
#[case::a_list_of_all("rds:describeDBInstances", "{}", &["rds:DescribeDBInstances on arn:aws:rds:r:1:db:*"])]
#[case::one_of_a_list("rds:describeDBInstances", r#"{"DbInstanceIdentifier":"d"}"#, &["rds:DescribeDBInstances on arn:aws:rds:r:1:db:d"])]
#[case::what_is_made("fis:startExperiment", r#"{"ExperimentTemplateId":"e","ClientToken":"c"}"#,
    &["fis:StartExperiment on arn:aws:fis:r:1:experiment/*, arn:aws:fis:r:1:experiment-template/e"]
)]
#[case::several("ec2:stopInstances", r#"{"InstanceIds":["i-1","i-2"]}"#,
    &["ec2:StopInstances on arn:aws:ec2:r:1:instance/i-1, arn:aws:ec2:r:1:instance/i-2"]
)]
#[case::a_secret("secretsmanager:getSecretValue", r#"{"SecretId":"s"}"#, &["secretsmanager:GetSecretValue on arn:aws:secretsmanager:r:1:secret:s-??????"])]
#[case::a_secret_by_its_arn("secretsmanager:getSecretValue", r#"{"SecretId":"arn:aws:secretsmanager:r:1:secret:s-abcdef"}"#,
    &["secretsmanager:GetSecretValue on arn:aws:secretsmanager:r:1:secret:s-abcdef"]
)]
#[case::a_parameter("ssm:getParameter", r#"{"Name":"/a/b"}"#, &["ssm:GetParameter on arn:aws:ssm:r:1:parameter/a/b"])]
#[case::an_id_behind_a_name("redshiftdata:executeStatement", r#"{"WorkgroupName":"w","Sql":"a"}"#,
    &[
        "redshift-data:ExecuteStatement on arn:aws:redshift-serverless:r:1:workgroup/<supply workgroupId: the id of the workgroup named w>",
        "redshift-serverless:GetCredentials on arn:aws:redshift-serverless:r:1:workgroup/<supply workgroupId: the id of the workgroup of state Work>"
    ]
)]
#[case::its_own_executions("sfn:listExecutions", r#"{"StateMachineArn.$":"$$.StateMachine.Id"}"#,
    &["states:ListExecutions on arn:aws:states:r:1:stateMachine:own"]
)]
#[case::an_arn_with_placeholders(
    "sfn:listExecutions",
    r#"{"StateMachineArn":"arn:${P}:states:${R}:${A}:stateMachine:m"}"#,
    &["states:ListExecutions on arn:${P}:states:${R}:${A}:stateMachine:m"]
)]
#[case::one_type_of_several("bedrock:createProvisionedModelThroughput",
    r#"{"ModelId":"arn:aws:bedrock:r:1:custom-model/m","ModelUnits":1,"ProvisionedModelName":"p"}"#,
    &["bedrock:CreateProvisionedModelThroughput on arn:aws:bedrock:r:1:custom-model/m"]
)]
#[case::an_index("dynamodb:query", r#"{"TableName":"t","IndexName":"i"}"#, &["dynamodb:Query on arn:aws:dynamodb:r:1:table/t/index/i"])]
#[case::tables_by_their_names("dynamodb:batchWriteItem", r#"{"RequestItems":{"a":[],"b":[]}}"#,
    &["dynamodb:BatchWriteItem on arn:aws:dynamodb:r:1:table/a, arn:aws:dynamodb:r:1:table/b"]
)]
#[case::what_a_transaction_does("dynamodb:transactWriteItems",
    r#"{"TransactItems":[{"Put":{"TableName":"a","Item":{}}},{"Delete":{"TableName":"b","Key":{}}}]}"#,
    &["dynamodb:PutItem on arn:aws:dynamodb:r:1:table/a", "dynamodb:DeleteItem on arn:aws:dynamodb:r:1:table/b"]
)]
#[case::a_copy("s3:copyObject", r#"{"Bucket":"b","Key":"k","CopySource":"a/j"}"#,
    &["s3:GetObject on arn:aws:s3:::a/j", "s3:PutObject on arn:aws:s3:::b/k"]
)]
#[case::a_role_that_is_passed("scheduler:createSchedule",
    r#"{"Name":"n","ScheduleExpression":"rate(1 day)","FlexibleTimeWindow":{},"Target":{"Arn":"arn:aws:sqs:r:1:q","RoleArn":"arn:aws:iam::1:role/s"}}"#,
    &["scheduler:CreateSchedule on arn:aws:scheduler:r:1:schedule/default/n", "iam:PassRole on arn:aws:iam::1:role/s"]
)]
fn a_call_of_the_sdk_needs(#[case] name: &str, #[case] parameters: &str, #[case] expected: &[&str]) {
    let found = surveyed(&call(&format!("aws-sdk:{name}"), parameters));
    assert!(found.unknown.is_empty(), "{:?}", found.unknown);
    assert_eq!(granted(&found), expected);
}

#[rstest]
#[case::an_operation("s3:teleportObject", "the catalogue does not know this operation")]
#[case::a_service_without_a_model("quantumledger:commit", "the catalogue does not know this operation")]
fn an_operation_that_is_not_known_is_said(#[case] name: &str, #[case] why: &str) {
    let found = surveyed(&call(&format!("aws-sdk:{name}"), "{}"));
    assert!(found.needs.is_empty() && found.unknown[0].why.contains(why), "{found:?}");
}
