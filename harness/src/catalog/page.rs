//! How many entries one answer of a list operation has at most, and which results may be larger than a payload.

use super::integration::{Integration, Service};
use crate::value::Value;

/// Members of a request that say how many entries are wanted.
const LIMITS: [&str; 8] = [
    "MaxResults",
    "MaxItems",
    "MaxKeys",
    "Limit",
    "PageSize",
    "MaxRecords",
    "MaxNumberOfMessages",
    "NumberOfMessages",
];

/// The entries of one answer, as the request says, or as the service gives them if nothing is said.
pub fn page_size(integration: &Integration, request: &Value) -> usize {
    let asked = LIMITS.iter().find_map(|name| request.get(name)?.as_i64());
    match asked.and_then(|count| usize::try_from(count).ok()) {
        Some(count) => count,
        None => usual_page(integration),
    }
}

/// Whether a request says how much it wants.
pub fn asks_for_few(request: &Value) -> bool {
    LIMITS.iter().chain(&["Range", "limit"]).any(|name| request.get(name).is_some())
}

/// API references: S3 gives 1,000 keys, DynamoDB a megabyte, Athena 1,000 rows, SQS one message; others about a hundred.
fn usual_page(integration: &Integration) -> usize {
    match (&*integration.service, &*integration.action) {
        ("s3", "listObjectsV2" | "listObjects" | "listObjectVersions")
        | ("dynamodb", "query" | "scan")
        | ("athena", "getQueryResults") => 1_000,
        ("sqs", _) => 10,
        _ if integration.kind == Service::Http => 1_000,
        _ => 100,
    }
}
