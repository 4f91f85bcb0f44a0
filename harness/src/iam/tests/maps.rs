//! Distributed Map states, their readers and writers.

use rstest::rstest;

use super::{granted, mentioned, surveyed};

fn map(members: &str) -> String {
    format!(
        r#"{{"StartAt":"All","States":{{"All":{{"Type":"Map","End":true,"Label":"Items",{members}
            "ItemProcessor":{{"ProcessorConfig":{{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"}},
                "StartAt":"One","States":{{"One":{{"Type":"Pass","End":true}}}}}}}}}}}}"#
    )
}

const CHILDREN: [&str; 3] = [
    "states:StartExecution on arn:aws:states:r:1:stateMachine:own",
    "states:DescribeExecution on arn:aws:states:r:1:execution:own:*",
    "states:StopExecution on arn:aws:states:r:1:execution:own:*",
];

#[test]
fn a_distributed_map_starts_executions_of_its_own_machine() {
    let found = surveyed(&map(""));
    assert_eq!(granted(&found), CHILDREN);
    assert_eq!(mentioned(&found), ["states:RedriveExecution on arn:aws:states:r:1:execution:own/Items:*"]);
}

#[rstest]
#[case::an_object(
    r#""ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{"InputType":"JSON"},
        "Parameters":{"Bucket":"b","Key":"k.json"}},"#,
    &["s3:GetObject on arn:aws:s3:::b/k.json"]
)]
#[case::an_inventory(
    r#""ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{"InputType":"MANIFEST"},
        "Parameters":{"Bucket":"b","Key":"src/daily/2026-01-01T00-00Z/manifest.json"}},"#,
    &[
        "s3:GetObject on arn:aws:s3:::b/src/daily/2026-01-01T00-00Z/manifest.json",
        "s3:GetObject on arn:aws:s3:::b/src/daily/data/*"
    ]
)]
#[case::a_listing(
    r#""ItemReader":{"Resource":"arn:aws:states:::s3:listObjectsV2","Parameters":{"Bucket":"b","Prefix":"in/"}},"#,
    &["s3:ListBucket on arn:aws:s3:::b if StringLike s3:prefix in/"]
)]
#[case::a_listing_of_everything(
    r#""ItemReader":{"Resource":"arn:aws:states:::s3:listObjectsV2","Parameters":{"Bucket.$":"$.bucket"}},"#,
    &["s3:ListBucket on arn:aws:s3:::<supply bucket: the bucket of state All>"]
)]
fn items_are_read_from_s3(#[case] members: &str, #[case] expected: &[&str]) {
    assert_eq!(granted(&surveyed(&map(members)))[3..], *expected);
}

#[rstest]
#[case::a_folder(r#"{"Bucket":"b","Prefix":"out"}"#, "b/out/*")]
#[case::a_folder_with_a_slash(r#"{"Bucket":"b","Prefix":"out/"}"#, "b/out/*")]
#[case::no_folder(r#"{"Bucket":"b"}"#, "b/*")]
fn results_are_written_to_s3(#[case] parameters: &str, #[case] place: &str) {
    let found = surveyed(&map(&format!(
        r#""ResultWriter":{{"Resource":"arn:aws:states:::s3:putObject","Parameters":{parameters}}},"#
    )));
    let expected = format!(
        "s3:PutObject s3:GetObject s3:ListMultipartUploadParts s3:AbortMultipartUpload on arn:aws:s3:::{place}"
    );
    assert_eq!(granted(&found)[3..], [expected]);
}
