//! Compares two histories: in order, or as sets where the order of branches is not guaranteed.

use serde_json::Value as Json;

use super::matcher::{Matcher, normalised};
use super::text;

/// How far two histories agree.
pub(crate) struct Agreement {
    /// Event types and state names, in order.
    pub(crate) sequence: bool,
    /// The first difference, if there is one.
    pub(crate) difference: Option<String>,
}

/// What the recording says about the order of its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// As recorded.
    Fixed,
    /// Branches or iterations may interleave differently.
    Interleaved,
}

/// Compares `expected` with `actual`; `other` is a second run, see [`Matcher::matches_varying`].
pub(crate) fn compare(
    matcher: &Matcher,
    expected: &[Json],
    actual: &[Json],
    other: &[Json],
    order: Order,
) -> Agreement {
    let actual: Vec<Json> = actual.iter().map(normalised).collect();
    let other: Vec<Json> = other.iter().map(normalised).collect();
    let sides = Sides { matcher, expected, actual: &actual, other: &other };
    if expected.iter().any(|event| event.get("id").is_none()) {
        return sides.sorted_by_recorder();
    }
    let in_order = sides.in_order();
    if in_order.difference.is_some() && order == Order::Interleaved {
        return sides.interleaved();
    }
    in_order
}

struct Sides<'a> {
    matcher: &'a Matcher,
    expected: &'a [Json],
    actual: &'a [Json],
    other: &'a [Json],
}

impl Sides<'_> {
    fn in_order(&self) -> Agreement {
        let labels = |events: &[Json]| events.iter().map(label).collect::<Vec<_>>();
        let (theirs, ours) = (labels(self.expected), labels(self.actual));
        if theirs != ours {
            let at = theirs.iter().zip(&ours).take_while(|(theirs, ours)| theirs == ours).count();
            return Agreement {
                sequence: false,
                difference: Some(missing(at, theirs.get(at), ours.get(at))),
            };
        }
        let difference = (0..self.expected.len()).find_map(|at| self.event(&self.expected[at], at).err());
        Agreement { sequence: true, difference }
    }

    /// Events that kept their ids are compared by them. The others form a set: the recorder took their identity. It
    /// also lost the end of the Parallel state, as the gap in the ids shows; the ids that follow are compared.
    fn sorted_by_recorder(&self) -> Agreement {
        let mut left: Vec<usize> = (0..self.actual.len()).collect();
        let (mut sequence, mut difference) = (true, None);
        let (known, unknown): (Vec<_>, Vec<_>) =
            self.expected.iter().partition(|event| event.get("id").is_some());
        for event in known {
            let at = event["id"].as_u64().unwrap_or_default() as usize;
            let at = at.wrapping_sub(1);
            left.retain(|place| *place != at);
            sequence &= self.actual.get(at).is_some_and(|actual| label(actual) == label(event));
            if let Err(place) = self.event(event, at) {
                difference.get_or_insert(place);
            }
        }
        left.retain(|at| text(&self.actual[*at], "type") != "ParallelStateSucceeded");
        let mut labels: (Vec<_>, Vec<_>) = (
            unknown.iter().map(|event| label(event)).collect(),
            left.iter().map(|at| label(&self.actual[*at])).collect(),
        );
        labels.0.sort();
        labels.1.sort();
        sequence &= labels.0 == labels.1;
        let (same_set, rest) = self.as_set(&unknown, left);
        if let Some(at) = rest.first() {
            difference.get_or_insert(self.surplus(*at));
        }
        Agreement { sequence, difference: difference.or(same_set) }
    }

    /// The first and the last event in their places, the others as a set without ids.
    fn interleaved(&self) -> Agreement {
        let labels = |events: &[Json]| {
            let mut labels: Vec<_> = events.iter().map(label).collect();
            labels.sort();
            labels
        };
        let sequence = labels(self.expected) == labels(self.actual);
        let ends = [0, self.expected.len().saturating_sub(1)];
        let ends = ends.into_iter().find_map(|at| self.event(&self.expected[at], at).err());
        let expected: Vec<&Json> = self.expected.iter().collect();
        let (difference, rest) = self.as_set(&expected, (0..self.actual.len()).collect());
        let surplus = rest.first().map(|at| self.surplus(*at));
        Agreement { sequence, difference: ends.or(difference).or(surplus) }
    }

    /// Takes one of our events, of those at `places`, for each of theirs; gives theirs without one, and ours left.
    fn as_set(&self, theirs: &[&Json], mut places: Vec<usize>) -> (Option<String>, Vec<usize>) {
        let mut difference = None;
        for event in theirs {
            let event = without_identity(event);
            let fits = |at: &usize| {
                let (actual, other) = (without_identity(&self.actual[*at]), self.other.get(*at));
                let other = other.map_or(Json::Null, without_identity);
                self.matcher.matches_varying(&event, &actual, &other).is_ok()
            };
            match places.iter().position(fits) {
                Some(place) => {
                    places.remove(place);
                }
                None => {
                    difference.get_or_insert(format!("no event like the recorded {}", label(&event)));
                }
            }
        }
        (difference, places)
    }

    fn event(&self, expected: &Json, at: usize) -> Result<(), String> {
        let Some(actual) = self.actual.get(at) else { return Err(missing(at, Some(&label(expected)), None)) };
        let mut expected = expected.clone();
        if text(&expected, "type") == "MapStateExited" && self.follow_a_map_run(&expected, actual) {
            // Older recordings name MapRunSucceeded as the event before, newer ones MapRunStarted: both are right.
            expected["previousEventId"] = actual["previousEventId"].clone();
        }
        let other = self.other.get(at).unwrap_or(&Json::Null);
        let result = self.matcher.matches_varying(&expected, actual, other);
        result.map_err(|place| format!("event {} {}{place}", actual["id"], text(actual, "type")))
    }

    fn surplus(&self, at: usize) -> String {
        format!("event {}: {} is not expected", at + 1, label(&self.actual[at]))
    }

    fn follow_a_map_run(&self, expected: &Json, actual: &Json) -> bool {
        [expected, actual].iter().all(|event| {
            let before = event["previousEventId"].as_u64().unwrap_or_default() as usize;
            let before = before.checked_sub(1).and_then(|at| self.actual.get(at));
            before.is_some_and(|event| ["MapRunStarted", "MapRunSucceeded"].contains(&text(event, "type")))
        })
    }
}

fn missing(at: usize, theirs: Option<&String>, ours: Option<&String>) -> String {
    let shown =
        |label: Option<&String>| label.map_or("nothing".to_owned(), |label| format!("`{}`", label.trim()));
    format!("event {}: expected {}, got {}", at + 1, shown(theirs), shown(ours))
}

fn without_identity(event: &Json) -> Json {
    let mut event = event.clone();
    if let Some(map) = event.as_object_mut() {
        map.remove("id");
        map.remove("previousEventId");
    }
    event
}

/// Type and state of an event.
fn label(event: &Json) -> String {
    let details = event.as_object().into_iter().flatten().find(|(key, _)| key.ends_with("EventDetails"));
    let name = details.and_then(|(_, details)| details["name"].as_str()).unwrap_or_default();
    format!("{} {name}", text(event, "type"))
}
