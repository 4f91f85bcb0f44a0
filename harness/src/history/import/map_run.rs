//! What `DescribeMapRun` says: how many items failed, and how many may.

use std::sync::Arc;

use super::member::{member, text, whole};
use crate::value::{Number, Object, Value};

/// One run of a distributed Map.
#[derive(Clone, Debug, PartialEq)]
pub struct MapRun {
    /// Its ARN.
    pub arn: Arc<str>,
    /// `FAILED`, …
    pub status: Option<Arc<str>>,
    /// Items that failed or ran out of time.
    pub failed: u64,
    /// Items that are neither done nor begun.
    pub pending: u64,
    /// All items.
    pub total: u64,
    /// `ToleratedFailureCount`
    pub tolerated_count: u64,
    /// `ToleratedFailurePercentage`
    pub tolerated_percentage: f64,
}

impl MapRun {
    /// Reads the answer; none where it is something else.
    pub(super) fn parse(object: &Object) -> Option<Self> {
        let items = member(object, "itemCounts")?.as_object()?;
        let count = |name: &str| whole(items, name).unwrap_or(0);
        let percentage = match member(object, "toleratedFailurePercentage") {
            Some(Value::Number(number)) => Number::as_f64(*number),
            _ => 0.0,
        };
        Some(Self {
            arn: text(object, "mapRunArn")?,
            status: text(object, "status"),
            failed: count("failed") + count("timedOut"),
            pending: count("pending") + count("running"),
            total: count("total"),
            tolerated_count: whole(object, "toleratedFailureCount").unwrap_or(0),
            tolerated_percentage: percentage,
        })
    }
}
