//! Calls of the SDK: by the table, by the optimized integration of the same call, by the models of the API.

use super::survey::{Call, Surveyor};
use super::table;
use crate::catalog::Integration;

/// Services that the optimized integrations call otherwise.
const TWINS: [(&str, &str); 6] = [
    ("sfn", "states"),
    ("eventbridge", "events"),
    ("bedrockruntime", "bedrock"),
    ("emrcontainers", "emr-containers"),
    ("emrserverless", "emr-serverless"),
    ("emr", "elasticmapreduce"),
];

/// What a call of the SDK needs.
pub(super) fn needs(surveyor: &mut Surveyor<'_>, integration: &Integration, call: &Call) {
    let (service, action) = (&*integration.service, &*integration.action);
    if let Some(rows) = table::rows(&format!("aws-sdk:{service}:{action}")) {
        return surveyor.rows(rows, call);
    }
    let twin = TWINS.iter().find(|(sdk, _)| *sdk == service).map_or(service, |(_, name)| name);
    if let Some(rows) = table::rows(&format!("{twin}:{action}")) {
        return surveyor.rows(rows, call);
    }
    surveyor.unknown(&call.integration, "the catalogue does not know the permissions of this call");
}
