//! How near the execution came to the limits of payloads and of its history.

use std::collections::BTreeMap;

use super::diagnosis::Risk;
use super::timeline::Timeline;
use crate::asl::Machine;
use crate::catalog::ErrorClass;
use crate::diagnose::fix::words;
use crate::oracle::{Fix, Severity};
use crate::report::grouped;

/// Docs, "Quotas": bytes of UTF-8 of any input, output or result.
const PAYLOAD_BYTES_MAX: usize = 262_144;
/// Docs, "Quotas": events of one history.
const EVENTS_MAX: usize = 25_000;
/// Payloads that are named.
const NAMED_MAX: usize = 3;

/// What is near its limit. After a failure for its size the largest payloads are told in any case.
pub(super) fn sizes(
    timeline: &Timeline<'_>,
    class: Option<ErrorClass>,
    machine: Option<&Machine>,
) -> Vec<Risk> {
    payloads(timeline, class, machine).into_iter().chain(history(timeline, machine)).collect()
}

fn payloads(timeline: &Timeline<'_>, class: Option<ErrorClass>, machine: Option<&Machine>) -> Option<Risk> {
    let mut largest: BTreeMap<(usize, usize), (&'static str, usize)> = BTreeMap::new();
    for (at, event) in timeline.recording.events.iter().enumerate() {
        let Some(visit) = timeline.visit_of(at) else { continue };
        for (what, payload) in
            [("input", &event.input), ("output", &event.output), ("request", &event.parameters)]
        {
            let Some(payload) = payload else { continue };
            // Once for each state, its largest.
            largest.insert((usize::MAX - payload.text.len(), visit), (what, at));
        }
    }
    let mut named: Vec<(&str, &'static str, usize, usize)> = Vec::new();
    for ((inverse, visit), (what, at)) in &largest {
        let name = &*timeline.visits[*visit].name;
        if named.len() < NAMED_MAX && named.iter().all(|(known, ..)| *known != name) {
            named.push((name, what, usize::MAX - inverse, *at));
        }
    }
    let (_, _, bytes, at) = *named.first()?;
    let share = bytes * 100 / PAYLOAD_BYTES_MAX;
    let severity = match share {
        90.. => Severity::Medium,
        75..90 => Severity::Low,
        10..75 if class == Some(ErrorClass::DataLimit) => Severity::Note,
        _ => return None,
    };
    let list: Vec<_> = named
        .iter()
        .map(|(name, what, bytes, _)| format!("{what} of `{name}` {} bytes", grouped(*bytes as u64)))
        .collect();
    Some(Risk {
        severity,
        id: "payload-near-limit",
        path: timeline.visit_of(at).map(|visit| timeline.path(visit, machine)),
        event: Some(timeline.event(at).id),
        title: match severity {
            Severity::Note => "The largest payloads that the export shows".to_owned(),
            _ => format!("The largest payload takes {share} % of what is allowed"),
        },
        why: format!(
            "A payload may have {} bytes of UTF-8; a longer one ends the execution. The largest: {}.",
            grouped(PAYLOAD_BYTES_MAX as u64),
            list.join(", ")
        ),
        fix: match severity {
            Severity::Note => Fix::default(),
            _ => words(
                "Store large data in S3 and pass on bucket and key; keep only the fields that are read.",
            ),
        },
    })
}

fn history(timeline: &Timeline<'_>, machine: Option<&Machine>) -> Option<Risk> {
    let events = timeline.recording.events.last().map_or(0, |event| event.id as usize);
    if !(EVENTS_MAX / 10 * 8..EVENTS_MAX).contains(&events) {
        return None;
    }
    let mut entries: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (id, visit) in timeline.visits.iter().enumerate() {
        let entry = entries.entry(&*visit.name).or_insert((0, id));
        entry.0 += 1;
    }
    let (name, (count, visit)) = entries.into_iter().max_by_key(|(_, (count, _))| *count)?;
    Some(Risk {
        severity: Severity::Medium,
        id: "history-limit",
        path: Some(timeline.path(visit, machine)),
        event: None,
        title: format!("The history has {} of 25,000 events", grouped(events as u64)),
        why: format!(
            "At 25,000 events the execution fails, and nothing can catch that. `{name}` was entered {} times.",
            grouped(count as u64)
        ),
        fix: words(
            "Do the rounds in child executions or in a distributed Map: each has a history of its own.",
        ),
    })
}
