//! The statuses of jobs and polled things: where they are in a result, and which of them are ends.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::json;

use super::integration::{Integration, Service};

/// Where a result holds a status, and what its values mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statuses {
    /// Members from the top of the result: `QueryExecution.Status.State`; `Jobs[]` is the first element of a list.
    pub path: &'static str,
    /// The work is done.
    pub success: Vec<&'static str>,
    /// It ended, but not well; the most common one first.
    pub failure: Vec<&'static str>,
    /// It has not ended; the usual order of events first.
    pub pending: Vec<&'static str>,
    /// An end whose meaning depends on what the workflow waits for, such as a stopped instance or partial success.
    pub ambiguous: Vec<&'static str>,
}

impl Statuses {
    /// Every value after which nothing changes by itself.
    pub fn ends(&self) -> impl Iterator<Item = &'static str> {
        self.success.iter().chain(&self.failure).chain(&self.ambiguous).copied()
    }

    /// The smallest result with this status, as JSON text.
    pub fn result_with(&self, status: &str) -> String {
        let members = self.path.split('.').rev();
        let result = members.fold(json!(status), |inner, member| match member.strip_suffix("[]") {
            Some(list) => json!({list: [inner]}),
            None => json!({member: inner}),
        });
        result.to_string()
    }

    /// The path as a reference path: `$.Jobs[0].Status`.
    pub fn reference_path(&self) -> String {
        format!("$.{}", self.path.replace("[]", "[0]"))
    }
}

/// The statuses in the integration's result; `None` if it has none, or if they are not known.
///
/// A `.sync` task returns only at an end; without `.sync` the same call starts the job and has no status to wait for.
pub fn statuses(integration: &Integration) -> Option<&'static Statuses> {
    if integration.is_job() {
        return job(integration);
    }
    let service = match integration.kind {
        Service::Sdk | Service::Optimized => sdk_service(&integration.service),
        Service::LambdaArn | Service::Activity | Service::Http | Service::Unresolved => return None,
    };
    TABLE.polled.get(format!("{service}:{}", integration.action).as_str())
}

/// The statuses of the job that a `.sync` task waits for.
pub(super) fn job(integration: &Integration) -> Option<&'static Statuses> {
    if !integration.is_job() {
        return None;
    }
    TABLE.jobs.get(format!("{}:{}", integration.service, integration.action).as_str())
}

/// The name after `aws-sdk:` of an optimized service.
pub(crate) fn sdk_service(service: &str) -> &str {
    match service {
        "elasticmapreduce" => "emr",
        "emr-containers" => "emrcontainers",
        "emr-serverless" => "emrserverless",
        "events" => "eventbridge",
        "states" => "sfn",
        other => other,
    }
}

/// By `SERVICE:ACTION`.
type Rows = BTreeMap<&'static str, Statuses>;

struct Table {
    jobs: Rows,
    polled: Rows,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { jobs: Rows::new(), polled: Rows::new() };
    for line in include_str!("data/statuses.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('|').map(str::trim);
        let operations = columns.next().unwrap_or_default();
        let path = columns.next().unwrap_or_default();
        let mut values = || columns.next().unwrap_or_default().split_whitespace().collect::<Vec<_>>();
        let row =
            Statuses { path, success: values(), failure: values(), pending: values(), ambiguous: values() };
        let (rows, operations) = match operations.strip_prefix("sync ") {
            Some(operations) => (&mut table.jobs, operations),
            None => (&mut table.polled, operations),
        };
        for operation in operations.split_whitespace() {
            rows.insert(operation, row.clone());
        }
    }
    table
});

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::catalog::Pattern;
    use crate::catalog::table::{self, Wait};

    fn of(resource: &str) -> Option<&'static Statuses> {
        statuses(&Integration::parse(resource).unwrap())
    }

    #[test]
    fn a_statement_of_redshift_ends_in_one_of_three_ways() {
        let found = of("arn:aws:states:::aws-sdk:redshiftdata:describeStatement").unwrap();
        assert_eq!(found.ends().collect::<Vec<_>>(), ["FINISHED", "FAILED", "ABORTED"]);
        assert_eq!(found.pending, ["SUBMITTED", "PICKED", "STARTED"]);
    }

    #[test]
    fn a_member_of_a_list_is_its_first() {
        let found = of("arn:aws:states:::aws-sdk:rds:describeDBInstances").unwrap();
        assert_eq!(found.reference_path(), "$.DbInstances[0].DbInstanceStatus");
    }

    #[rstest]
    #[case::a_job("arn:aws:states:::glue:startJobRun.sync", Some("JobRunState"))]
    #[case::a_job_not_waited_for("arn:aws:states:::glue:startJobRun", None)]
    #[case::a_poll_by_the_optimized_name(
        "arn:aws:states:::athena:getQueryExecution",
        Some("QueryExecution.Status.State")
    )]
    #[case::a_poll_by_the_sdk_name(
        "arn:aws:states:::aws-sdk:athena:getQueryExecution",
        Some("QueryExecution.Status.State")
    )]
    #[case::no_status("arn:aws:states:::dynamodb:getItem", None)]
    #[case::a_function("arn:aws:states:::lambda:invoke", None)]
    fn a_status_has_a_path(#[case] resource: &str, #[case] path: Option<&str>) {
        assert_eq!(of(resource).map(|found| found.path), path);
    }

    #[test]
    fn every_optimized_job_has_statuses() {
        for (service, entry) in table::optimized() {
            for (action, facts) in &entry.actions {
                let integration = Integration {
                    kind: Service::Optimized,
                    service: service.as_str().into(),
                    action: action.as_str().into(),
                    pattern: Pattern::Sync,
                };
                assert_eq!(
                    facts.waits.contains(&Wait::Sync),
                    statuses(&integration).is_some(),
                    "{service}:{action}"
                );
            }
        }
    }

    #[test]
    fn every_row_is_complete_and_no_value_has_two_meanings() {
        for (operation, row) in TABLE.jobs.iter().chain(&TABLE.polled) {
            assert!(!row.path.is_empty(), "{operation}");
            assert!(row.ends().next().is_some(), "{operation}");
            let mut values: Vec<_> = row.ends().chain(row.pending.iter().copied()).collect();
            values.sort_unstable();
            let count = values.len();
            values.dedup();
            assert_eq!(values.len(), count, "{operation}");
        }
    }
}
