//! The statuses of jobs and polled things: where they are in a result, and which of them are ends.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::json;

use super::integration::{Integration, Service};
use super::models::{self, Kind, Shape};
use super::vocabulary::{Meaning, meaning};

/// Where a result holds a status, and what its values mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statuses {
    /// Members from the top of the result: `QueryExecution.Status.State`; `Jobs[]` is the first element of a list.
    pub path: Cow<'static, str>,
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

/// The statuses at a place of the integration's result, `Jobs[].Status` or `Jobs.0.Status`: those of the table if it is
/// their place, else the words of the API's enumeration there, each for what it says. `None` if it is no place of a
/// status, or if no model tells.
pub fn statuses_at(integration: &Integration, place: &str) -> Option<Cow<'static, Statuses>> {
    let listed = statuses(integration);
    if let Some(known) = listed.filter(|known| known.path == in_lists(place)) {
        return Some(Cow::Borrowed(known));
    }
    let (path, shape) = walk(models::result_shape(integration).shape()?, place)?;
    match listed.filter(|known| known.path == path) {
        Some(known) => Some(Cow::Borrowed(known)),
        None => by_words(path, shape).map(Cow::Owned),
    }
}

/// What the argument of a status fault means at this integration: the statuses of its place, and the one it names.
///
/// `ABORTED` is at the place that the table knows, `Jobs.0.Status=FAILED` says itself where it is.
pub fn status_named<'a>(
    integration: &Integration,
    argument: &'a str,
) -> Option<(Cow<'static, Statuses>, &'a str)> {
    match argument.split_once('=') {
        Some((place, word)) => Some((statuses_at(integration, place)?, word)),
        None => Some((Cow::Borrowed(statuses(integration)?), argument)),
    }
}

/// `Jobs.0.Status` as the table writes it: `Jobs[].Status`.
fn in_lists(place: &str) -> String {
    let mut path = String::with_capacity(place.len());
    for part in place.split('.') {
        if !part.is_empty() && part.bytes().all(|sign| sign.is_ascii_digit()) {
            path.push_str("[]");
            continue;
        }
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(part);
    }
    path
}

/// The path that leads to a place through a shape, and what is there. JSONata looks into lists without saying so.
fn walk(shape: Shape, place: &str) -> Option<(String, Shape)> {
    let mut path = String::with_capacity(place.len() + 2);
    let mut at = shape;
    for part in in_lists(place).split('.') {
        let member = at.member(part.trim_end_matches("[]"))?;
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(member.name);
        at = member.shape;
        while let Kind::List(item) = at.kind() {
            path.push_str("[]");
            at = item;
        }
    }
    Some((path, at))
}

/// The words of an enumeration, if it tells how work goes on: its name says so, and it has an end and another word.
fn by_words(path: String, shape: Shape) -> Option<Statuses> {
    let is_status = |name: &str| ["Status", "State"].iter().any(|word| name.contains(word));
    let mut names = path.rsplit('.').take(2);
    if !names.any(is_status) {
        return None;
    }
    let of = |wanted: Meaning| {
        shape.words().filter(|word| meaning(word, shape.words()) == wanted).collect::<Vec<_>>()
    };
    let found = Statuses {
        path: path.into(),
        success: of(Meaning::Success),
        failure: of(Meaning::Failure),
        pending: of(Meaning::Pending),
        ambiguous: of(Meaning::Ambiguous),
    };
    let kinds = [&found.success, &found.failure, &found.pending];
    (kinds.iter().filter(|words| !words.is_empty()).count() > 1).then_some(found)
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
        let row = Statuses {
            path: path.into(),
            success: values(),
            failure: values(),
            pending: values(),
            ambiguous: values(),
        };
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
        assert_eq!(of(resource).map(|found| &*found.path), path);
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

    #[rstest]
    #[case::the_table("aws-sdk:batch:describeJobs", "Jobs.0.Status", Some("SUCCEEDED | FAILED"))]
    #[case::into_a_list_unsaid("aws-sdk:batch:describeJobs", "Jobs.Status", Some("SUCCEEDED | FAILED"))]
    #[case::no_status("aws-sdk:batch:describeJobs", "Jobs.0.JobName", None)]
    #[case::a_place_beside_the_listed_one(
        "aws-sdk:glue:getCrawler",
        "Crawler.LastCrawl.Status",
        Some("SUCCEEDED | CANCELLED FAILED")
    )]
    #[case::a_call_that_is_not_listed(
        "aws-sdk:kinesisanalyticsv2:describeApplicationSnapshot",
        "SnapshotDetails.SnapshotStatus",
        Some("READY | FAILED")
    )]
    #[case::a_switch("aws-sdk:lambda:getEventSourceMapping", "FunctionResponseTypes", None)]
    #[case::a_kind_of_thing("aws-sdk:ec2:describeInstances", "Reservations.0.Instances.0.Architecture", None)]
    #[case::a_service_unheard_of("aws-sdk:quantumledger:describeLedger", "State", None)]
    fn a_place_has_statuses(#[case] resource: &str, #[case] place: &str, #[case] expected: Option<&str>) {
        let integration = Integration::parse(&format!("arn:aws:states:::{resource}")).unwrap();
        let found = statuses_at(&integration, place);
        let told = found.map(|found| format!("{} | {}", found.success.join(" "), found.failure.join(" ")));
        assert_eq!(told.as_deref(), expected);
    }

    /// Every row with the words of the API at its place, where the model has words.
    fn rows_with_words() -> Vec<(String, &'static Statuses, Vec<&'static str>)> {
        let row = |(operation, row): (&&'static str, &'static Statuses), pattern| {
            let (service, action) = operation.split_once(':').unwrap();
            let kind = if pattern == Pattern::Sync { Service::Optimized } else { Service::Sdk };
            let integration = Integration { kind, service: service.into(), action: action.into(), pattern };
            let shape = models::result_shape(&integration).shape()?;
            let (_, shape) = walk(shape, &row.path)?;
            let words: Vec<_> = shape.words().collect();
            (!words.is_empty()).then(|| (operation.to_string(), row, words))
        };
        let polled = TABLE.polled.iter().filter_map(|entry| row(entry, Pattern::RequestResponse));
        polled.chain(TABLE.jobs.iter().filter_map(|entry| row(entry, Pattern::Sync))).collect()
    }

    /// Words that no result has, words of other kinds of results, and statuses in which the job that is waited for
    /// cannot be: `DELETING` of a cluster that is being made.
    fn is_of_others(operation: &str, word: &str) -> bool {
        word == "ALL"
            || ["eks:", "emr", "elasticmapreduce:"].iter().any(|service| operation.starts_with(service))
    }

    #[test]
    fn the_table_has_the_words_of_the_models_and_no_others() {
        let rows = rows_with_words();
        assert!(rows.len() > 100, "{}", rows.len());
        for (operation, row, words) in rows {
            let listed: Vec<_> = row.ends().chain(row.pending.iter().copied()).collect();
            let strange: Vec<_> = listed.iter().filter(|word| !words.contains(word)).collect();
            assert!(strange.is_empty(), "{operation}: the API has no {strange:?}");
            let is_left_out = |word: &&&str| !listed.contains(word) && !is_of_others(&operation, word);
            let missing: Vec<_> = words.iter().filter(is_left_out).collect();
            assert!(missing.is_empty(), "{operation}: {missing:?}");
        }
    }

    #[test]
    fn the_vocabulary_never_contradicts_the_table() {
        let polled = |(operation, ..): &(String, _, _)| TABLE.polled.contains_key(operation.as_str());
        for (operation, row, words) in rows_with_words().into_iter().filter(polled) {
            for word in words.iter().copied() {
                let listed = [
                    (Meaning::Success, &row.success),
                    (Meaning::Failure, &row.failure),
                    (Meaning::Pending, &row.pending),
                ];
                let Some((told, _)) = listed.iter().find(|(_, words)| words.contains(&word)) else {
                    continue;
                };
                let said = meaning(word, words.iter().copied());
                let calls_an_end_good = said == Meaning::Success && *told == Meaning::Failure;
                let calls_a_good_end_bad = said == Meaning::Failure && *told != Meaning::Failure;
                assert!(
                    !calls_an_end_good && !calls_a_good_end_bad,
                    "{operation}: {word} is {said:?}, not {told:?}"
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
