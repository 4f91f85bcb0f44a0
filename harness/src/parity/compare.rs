//! Two answers to one request, field by field.
//!
//! Texts that hold JSON are compared as what they hold: order of members and spacing do not count. Everything else is
//! compared verbatim. What differs because the status differs, or the error, is told with that and not for itself.

use super::Kind;
use crate::asl::{Jitter, State};
use crate::value::{Comparison, Object, Value, differences};
use crate::walk::AskError;

/// One field in which two answers differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// `output`, `inspectionData.afterParameters`
    pub field: String,
    /// What the disagreement is about.
    pub kind: Kind,
    /// Where in the field, and both values; never empty.
    pub places: Vec<Place>,
    /// Fields that differ because of it.
    pub follow: Vec<String>,
}

/// One place at which two values differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// `$` for the whole value, `$.items[0]`
    pub path: String,
    /// None: it is absent.
    pub ours: Option<Value>,
    /// None: it is absent.
    pub theirs: Option<Value>,
}

/// What came of comparing two answers.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Compared {
    /// How far they agree; empty: in everything.
    Fields(Vec<Difference>),
    /// Nothing can be said, and why.
    Not(String),
}

type Answer = Result<Value, AskError>;

/// Compares the answers to one request about a state.
pub(super) fn compare(ours: &Answer, theirs: &Answer, state: Option<&State>) -> Compared {
    match (ours, theirs) {
        (_, Err(AskError::Unanswered(why))) => Compared::Not(why.to_string()),
        (_, Err(AskError::Unknown(unknown))) | (Err(AskError::Unknown(unknown)), _) => {
            Compared::Not(unknown.to_string())
        }
        (Err(AskError::Unanswered(why)), _) => Compared::Not(why.to_string()),
        (Ok(ours), Ok(theirs)) => Compared::Fields(answers(ours, theirs, state)),
        (Ok(_), Err(error)) => Compared::Fields(vec![refusal(None, Some(error.to_string()), Kind::Refusal)]),
        (Err(error), Ok(_)) => Compared::Fields(vec![refusal(Some(error.to_string()), None, Kind::Refusal)]),
        (Err(ours), Err(theirs)) => Compared::Fields(refusals(ours, theirs)),
    }
}

fn refusals(ours: &AskError, theirs: &AskError) -> Vec<Difference> {
    if ours == theirs {
        return Vec::new();
    }
    let code = |error: &AskError| match error {
        AskError::Refused { code, .. } => Some(code.clone()),
        AskError::Unknown(_) | AskError::Unanswered(_) => None,
    };
    let kind = if code(ours) == code(theirs) { Kind::RefusalWording } else { Kind::Refusal };
    vec![refusal(Some(ours.to_string()), Some(theirs.to_string()), kind)]
}

fn refusal(ours: Option<String>, theirs: Option<String>, kind: Kind) -> Difference {
    let place = Place { path: "$".to_owned(), ours: ours.map(Value::from), theirs: theirs.map(Value::from) };
    Difference { field: "refusal".to_owned(), kind, places: vec![place], follow: Vec::new() }
}

/// How the value of a field is compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum As {
    /// What the text holds.
    Json,
    /// The value itself.
    Itself,
}

/// The fields of an answer, the telling ones first.
const FIELDS: [(&str, Kind, As); 5] = [
    ("status", Kind::Status, As::Itself),
    ("error", Kind::Error, As::Itself),
    ("cause", Kind::Cause, As::Itself),
    ("nextState", Kind::Routing, As::Itself),
    ("output", Kind::Output, As::Json),
];
const INSPECTION: &str = "inspectionData";
const DETAILS: &str = "errorDetails";
const BACKOFF: &str = "retryBackoffIntervalSeconds";

fn answers(ours: &Value, theirs: &Value, state: Option<&State>) -> Vec<Difference> {
    let mut found = Vec::new();
    for (name, kind, compared_as) in FIELDS {
        found.extend(field(name.to_owned(), kind, compared_as, ours.get(name), theirs.get(name)));
    }
    for name in names(Some(ours), Some(theirs)) {
        if name != INSPECTION && FIELDS.iter().all(|(known, ..)| *known != name) {
            found.extend(field(name.clone(), Kind::DataFlow, As::Itself, ours.get(&name), theirs.get(&name)));
        }
    }
    let data = [ours, theirs].map(|answer| answer.get(INSPECTION));
    for name in names(data[0], data[1]) {
        let values = data.map(|data| data?.get(&name));
        if name == DETAILS {
            found.extend(details(values[0], values[1], state));
        } else {
            let full = format!("{INSPECTION}.{name}");
            found.extend(field(full, Kind::DataFlow, As::Json, values[0], values[1]));
        }
    }
    with_consequences(found)
}

/// Which handler took a failure, and when it tries again.
fn details(ours: Option<&Value>, theirs: Option<&Value>, state: Option<&State>) -> Vec<Difference> {
    let retrier = |details: Option<&Value>| {
        let index = usize::try_from(details?.get("retryIndex")?.as_i64()?).ok()?;
        state?.retry.get(index)
    };
    // Both drew it.
    let is_drawn = |details| retrier(details).is_some_and(|retrier| retrier.jitter == Jitter::Full);
    let mut found = Vec::new();
    for name in names(ours, theirs) {
        if name == BACKOFF && is_drawn(ours) && is_drawn(theirs) {
            continue;
        }
        let kind = if name == BACKOFF { Kind::RetryTiming } else { Kind::Routing };
        let value = |details: Option<&Value>| details.and_then(|details| details.get(&name)).cloned();
        let (ours, theirs) = (value(ours), value(theirs));
        let full = format!("{INSPECTION}.{DETAILS}.{name}");
        found.extend(field(full, kind, As::Itself, ours.as_ref(), theirs.as_ref()));
    }
    found
}

/// The names of the members of either, each once.
fn names(ours: Option<&Value>, theirs: Option<&Value>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for object in [ours, theirs].into_iter().flatten().filter_map(Value::as_object) {
        for (name, _) in Object::iter(object) {
            if !names.iter().any(|known| **known == **name) {
                names.push(name.to_string());
            }
        }
    }
    names
}

fn field(
    name: String,
    kind: Kind,
    compared_as: As,
    ours: Option<&Value>,
    theirs: Option<&Value>,
) -> Option<Difference> {
    let read = |value: &Value| match (compared_as, value) {
        (As::Json, Value::String(text)) => Value::parse(text).unwrap_or_else(|_| value.clone()),
        _ => value.clone(),
    };
    let (ours, theirs) = (ours.map(read), theirs.map(read));
    if ours == theirs {
        return None;
    }
    let kind =
        if kind == Kind::Cause && ours.is_some() && theirs.is_some() { Kind::CauseWording } else { kind };
    let places = match (&ours, &theirs) {
        (Some(ours), Some(theirs)) => differences(ours, theirs, Comparison::Same)
            .into_iter()
            .map(|at| Place { path: at.path, ours: at.expected.cloned(), theirs: at.found.cloned() })
            .collect(),
        _ => vec![Place { path: "$".to_owned(), ours, theirs }],
    };
    Some(Difference { field: name, kind, places, follow: Vec::new() })
}

/// Of an answer with another status all the rest is another, too; with another error, the cause.
fn with_consequences(found: Vec<Difference>) -> Vec<Difference> {
    let mut found = found.into_iter();
    let Some(mut first) = found.next() else { return Vec::new() };
    let follows = |other: &Difference| match first.kind {
        Kind::Status => true,
        Kind::Error => matches!(other.kind, Kind::Cause | Kind::CauseWording),
        _ => false,
    };
    let (follow, mut others): (Vec<_>, Vec<_>) = found.partition(follows);
    first.follow = follow.into_iter().map(|difference| difference.field).collect();
    others.insert(0, first);
    others
}
