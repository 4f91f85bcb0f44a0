//! The committed tables, read once: optimized integrations and the services of the SDK integrations.
//!
//! Everything the rest of the module knows about a service comes through here, so a larger source can take its place.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::models;

/// An optimized service: `lambda`, `dynamodb`, …
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Optimized {
    /// What error names start with: `DynamoDB`.
    pub(super) prefix: String,
    /// The exception of codes without a class, without `Exception`: `AmazonDynamoDB`.
    pub(super) base: Option<String>,
    /// How well the prefix is known.
    pub(super) prefix_from: Evidence,
    /// Words that its SDK writes in capitals, where the API models have one capital: `KMS`.
    #[serde(default)]
    pub(super) acronyms: Vec<String>,
    /// By the name in the resource: `putItem`.
    pub(super) actions: BTreeMap<String, Action>,
}

/// How well a fact is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Evidence {
    /// Recorded on AWS.
    Recorded,
    /// In the developer guide or in use in public definitions.
    Documented,
    /// From the naming rules of the AWS SDK for Java 1.x alone.
    Analogy,
}

/// An action of an optimized service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Action {
    /// Patterns beyond request-response.
    #[serde(default)]
    pub(super) waits: Vec<Wait>,
    /// What a second call does.
    pub(super) effect: EffectKind,
    /// The members that make a second call harmless.
    #[serde(default)]
    pub(super) guarded_by: Vec<String>,
}

/// A pattern beyond request-response, as the table spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Wait {
    #[serde(rename = "sync")]
    Sync,
    #[serde(rename = "sync:2")]
    Sync2,
    #[serde(rename = "callback")]
    Callback,
}

/// An effect, as the table spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum EffectKind {
    None,
    Repeatable,
    Guarded,
    Notification,
    Unguarded,
    Unknown,
}

/// A service of the SDK integrations.
#[derive(Debug)]
pub(super) struct Sdk {
    /// What error names start with: `DynamoDb`; `None` for services without an API model.
    pub(super) prefix: Option<&'static str>,
    /// How well the prefix is known.
    pub(super) prefix_from: Evidence,
}

/// Services that AWS lists for tasks, but whose API models are gone from the SDKs.
const WITHOUT_MODEL: [&str; 23] = [
    "apptest",
    "elasticinference",
    "elastictranscoder",
    "evidently",
    "finspace",
    "finspacedata",
    "honeycode",
    "iotanalytics",
    "iotevents",
    "ioteventsdata",
    "iotfleethub",
    "lookoutmetrics",
    "lookoutvision",
    "opsworks",
    "opsworkscm",
    "panorama",
    "privatenetworks",
    "qldb",
    "qldbsession",
    "robomaker",
    "simspaceweaver",
    "sms",
    "tnb",
];

static OPTIMIZED: LazyLock<BTreeMap<String, Optimized>> = LazyLock::new(|| {
    toml::from_str(include_str!("data/optimized.toml"))
        .expect("the committed table is well-formed: a test reads it")
});

static SDK: LazyLock<BTreeMap<&'static str, Sdk>> = LazyLock::new(|| {
    let gone = WITHOUT_MODEL.map(|name| (name, Sdk { prefix: None, prefix_from: Evidence::Analogy }));
    let known = models::heads().map(|head| {
        // Docs, "AWS SDK service integrations": the table of exception prefixes. The others follow its rule.
        let prefix_from = if head.documented { Evidence::Recorded } else { Evidence::Analogy };
        (head.name, Sdk { prefix: Some(head.prefix), prefix_from })
    });
    known.chain(gone).collect()
});

/// The optimized services by their name in the resource.
pub(super) fn optimized() -> &'static BTreeMap<String, Optimized> {
    &OPTIMIZED
}

/// An action of an optimized service.
pub(super) fn action(service: &str, action: &str) -> Option<&'static Action> {
    OPTIMIZED.get(service)?.actions.get(action)
}

/// The services of the SDK integrations by their name in the resource.
pub(super) fn sdk() -> &'static BTreeMap<&'static str, Sdk> {
    &SDK
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_tables_are_well_formed() {
        for (service, entry) in optimized() {
            for (name, action) in &entry.actions {
                assert_eq!(
                    action.effect == EffectKind::Guarded,
                    !action.guarded_by.is_empty(),
                    "guarded_by of {service}:{name}"
                );
            }
        }
        assert!(sdk().len() > 400);
        assert_eq!(sdk()["dynamodb"].prefix, Some("DynamoDb"));
        assert_eq!(sdk()["qldb"].prefix, None);
    }
}
