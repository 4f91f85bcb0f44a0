//! What an answer lacks though all went well: no such item, nothing found, no further page.
//!
//! The models of the APIs require next to nothing of an answer, so they cannot tell a member that is always there from
//! one that often is not. This is a table of the latter, and rules for names that mean the same everywhere.

use super::integration::{Integration, Pattern, Service};
use super::models::{Kind, Shape, result_shape};
use super::{is_continuation, status};

/// Why a member is not there, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absence {
    /// As a part of a sentence: `the table has no such item`.
    pub because: &'static str,
    /// How often.
    pub often: Often,
}

/// How often a member is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Often {
    /// It depends on the data.
    Sometimes,
    /// It belongs to the normal course: the last page, an empty queue.
    Always,
}

/// Operations, the path of the member and why it is not there. `[]` at the end: the list is too short for an index.
///
/// API reference of each operation: when the member is returned. That XML answers leave empty lists away: the same
/// for S3 and SQS.
const TABLE: [(&[&str], &str, &str, Often); 12] = [
    (&["dynamodb:getItem"], "Item", "the table has no item with this key", Often::Sometimes),
    (
        &["dynamodb:deleteItem", "dynamodb:putItem"],
        "Attributes",
        "the table had no item with this key",
        Often::Sometimes,
    ),
    (
        &["dynamodb:transactGetItems"],
        "Responses[].Item",
        "the table has no item with this key",
        Often::Sometimes,
    ),
    (&["dynamodb:query", "dynamodb:scan"], "Items[]", "no item matches", Often::Sometimes),
    (&["s3:listObjects", "s3:listObjectsV2"], "Contents", "no object has this prefix", Often::Sometimes),
    (&["s3:listObjects", "s3:listObjectsV2"], "CommonPrefixes", "no key goes on below", Often::Sometimes),
    (&["s3:listObjectVersions"], "Versions", "no object has this prefix", Often::Sometimes),
    (&["s3:listMultipartUploads"], "Uploads", "no upload is under way", Often::Sometimes),
    (&["sqs:receiveMessage"], "Messages", "the queue is empty", Often::Always),
    (&["athena:getQueryResults"], "ResultSet.Rows[]", "the query finds no row", Often::Sometimes),
    (
        &["redshiftdata:getStatementResult", "rdsdata:executeStatement"],
        "Records[]",
        "the statement finds no row",
        Often::Sometimes,
    ),
    (&["lambda:invoke"], "FunctionError", "the function succeeds", Often::Always),
];

/// Operations whose names start like this look for something, and may find nothing.
const SEARCHES: [&str; 7] = ["list", "search", "query", "scan", "filter", "lookup", "retrieve"];

/// Why a member of the answer may not be there; `None` if it always is, or nobody knows.
///
/// A path is `Item`, `ResultSet.Rows[1]`; an index at its end asks whether the list may be too short for it.
///
/// ```
/// use sfn_chaos::catalog::{Integration, absence};
///
/// let get = Integration::parse("arn:aws:states:::dynamodb:getItem").unwrap();
/// assert_eq!(absence(&get, "Item").unwrap().because, "the table has no item with this key");
/// assert_eq!(absence(&get, "ConsumedCapacity"), None);
/// ```
pub fn absence(integration: &Integration, path: &str) -> Option<Absence> {
    let service = match integration.kind {
        Service::Sdk | Service::Optimized => status::sdk_service(&integration.service),
        Service::LambdaArn | Service::Activity | Service::Http | Service::Unresolved => return None,
    };
    if integration.pattern != Pattern::RequestResponse {
        return None;
    }
    let (call, pattern) = (format!("{service}:{}", integration.action), without_indexes(path));
    let listed = TABLE.iter().find(|(calls, member, ..)| calls.contains(&&*call) && *member == pattern);
    if let Some((_, _, because, often)) = listed {
        return Some(Absence { because, often: *often });
    }
    let shape = result_shape(integration).shape()?;
    if shape.member(path).is_some_and(|member| !member.required) && is_continuation(path) {
        return Some(Absence { because: "there is no further page", often: Often::Always });
    }
    let list = pattern.strip_suffix("[]").filter(|_| is_search(&integration.action))?;
    is_list(shape, list).then_some(Absence { because: "nothing is found", often: Often::Sometimes })
}

fn is_search(action: &str) -> bool {
    SEARCHES.iter().any(|verb| action.starts_with(verb))
}

fn is_list(shape: Shape, name: &str) -> bool {
    shape.member(name).is_some_and(|member| matches!(member.shape.kind(), Kind::List(_)))
}

/// `Responses[3].Item` → `Responses[].Item`
fn without_indexes(path: &str) -> String {
    path.chars().filter(|c| !c.is_ascii_digit() || !path.contains('[')).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::no_such_item("aws-sdk:dynamodb:getItem", "Item", Some(Often::Sometimes))]
    #[case::always_there("aws-sdk:dynamodb:getItem", "ConsumedCapacity", None)]
    #[case::an_item_of_a_transaction(
        "aws-sdk:dynamodb:transactGetItems",
        "Responses[1].Item",
        Some(Often::Sometimes)
    )]
    #[case::an_empty_queue("aws-sdk:sqs:receiveMessage", "Messages", Some(Often::Always))]
    #[case::no_object("aws-sdk:s3:listObjectsV2", "Contents", Some(Often::Sometimes))]
    #[case::the_last_page("aws-sdk:s3:listObjectsV2", "NextContinuationToken", Some(Often::Always))]
    #[case::the_last_page_of_a_query("aws-sdk:dynamodb:query", "LastEvaluatedKey", Some(Often::Always))]
    #[case::a_list_that_may_be_short("aws-sdk:sfn:listExecutions", "Executions[0]", Some(Often::Sometimes))]
    #[case::a_list_itself_is_there("aws-sdk:sfn:listExecutions", "Executions", None)]
    #[case::what_is_named_is_there("aws-sdk:batch:describeJobs", "Jobs[0]", None)]
    #[case::rows("athena:getQueryResults", "ResultSet.Rows[1]", Some(Often::Sometimes))]
    #[case::a_submission("sqs:sendMessage.waitForTaskToken", "Messages", None)]
    #[case::no_member_at_all("aws-sdk:sqs:sendMessage", "NextToken", None)]
    fn a_member_may_not_be_there(
        #[case] resource: &str,
        #[case] path: &str,
        #[case] expected: Option<Often>,
    ) {
        let integration = Integration::parse(&format!("arn:aws:states:::{resource}")).unwrap();
        assert_eq!(absence(&integration, path).map(|absence| absence.often), expected);
    }

    #[test]
    fn every_listed_member_is_one_of_its_call() {
        for (calls, path, ..) in TABLE {
            for call in calls {
                let integration = Integration::parse(&format!("arn:aws:states:::aws-sdk:{call}")).unwrap();
                let shape = result_shape(&integration).shape().unwrap();
                let found = path.split('.').try_fold(shape, |shape, step| {
                    let name = step.trim_end_matches("[]");
                    let member = shape.member(name)?.shape;
                    match member.kind() {
                        Kind::List(item) if step.ends_with("[]") => Some(item),
                        _ => Some(member),
                    }
                });
                assert!(found.is_some(), "{call}: {path}");
            }
        }
    }
}
