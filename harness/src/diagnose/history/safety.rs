//! Whether the failed call may be made again: a payment is not retried blindly.

use crate::catalog::{Effect, ErrorClass, Integration, Pattern, effect, effect_of_request};
use crate::value::Value;

/// What a retry of the failed call may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Safety {
    /// Nothing is done twice.
    Safe {
        /// Why.
        because: String,
    },
    /// It depends on something that the history does not show.
    Depends {
        /// On what.
        on: String,
    },
    /// The work may be done twice.
    Unsafe {
        /// Why.
        because: String,
        /// What makes it safe, if the API has a member for it.
        guard: Option<String>,
    },
    /// A retry fails again.
    Useless {
        /// Why.
        because: String,
    },
}

impl Safety {
    /// The stable name in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Safe { .. } => "safe",
            Self::Depends { .. } => "depends",
            Self::Unsafe { .. } => "unsafe",
            Self::Useless { .. } => "useless",
        }
    }

    /// The reason.
    pub fn text(&self) -> &str {
        match self {
            Self::Depends { on: text }
            | Self::Safe { because: text }
            | Self::Unsafe { because: text, .. }
            | Self::Useless { because: text } => text,
        }
    }
}

/// Judges a retry by the class of the failure and by what the call changes.
pub(super) fn safety(
    class: ErrorClass,
    integration: Option<&Integration>,
    request: Option<&Value>,
) -> Safety {
    match class {
        ErrorClass::Permission | ErrorClass::Validation | ErrorClass::NotFound => {
            return Safety::Useless {
                because: "the same call fails again until something is changed".to_owned(),
            };
        }
        ErrorClass::DataLimit | ErrorClass::Runtime => {
            return Safety::Useless { because: "the same data fails again".to_owned() };
        }
        ErrorClass::Conflict => {
            return Safety::Useless {
                because: "the same thing is in the way again, unless somebody else changes it".to_owned(),
            };
        }
        ErrorClass::Logic => {
            return Safety::Useless {
                because: "the same input fails again, unless what the work depends on changes".to_owned(),
            };
        }
        ErrorClass::Throttling | ErrorClass::Quota => {
            // The service turns the call away before it does anything.
            return Safety::Safe { because: "a call that was turned away has changed nothing".to_owned() };
        }
        ErrorClass::Transient | ErrorClass::Timeout | ErrorClass::Unknown => {}
    }
    let Some(integration) = integration else {
        return Safety::Depends {
            on: "what the call changes; the export does not tell what was called".to_owned(),
        };
    };
    let safe = |because: &str| Safety::Safe { because: because.to_owned() };
    let known = effect(integration);
    let known =
        request.map_or_else(|| known.clone(), |request| effect_of_request(integration, &known, request));
    match known {
        Effect::None => safe("the call only reads"),
        Effect::Repeatable => safe("a second call leaves things as the first one did"),
        Effect::Guarded { by } => guarded(&by, request, integration, class),
        Effect::Notification => {
            Safety::Depends { on: "whether being told twice does harm; that is the worst a second call can do".to_owned() }
        }
        Effect::Unguarded => Safety::Unsafe { because: doubt(integration, class).to_owned(), guard: None },
        Effect::Unknown if integration.pattern == Pattern::Callback => {
            Safety::Depends { on: format!("whether the work is done once for one key: {}", doubt(integration, class)) }
        }
        Effect::Unknown => Safety::Depends {
            on: "whether the called code does its work once for one key; if it charges, ships or sends, give it an \
                 idempotency key first"
                .to_owned(),
        },
    }
}

/// What a second call meets.
fn doubt(integration: &Integration, class: ErrorClass) -> &'static str {
    if integration.pattern == Pattern::Callback && class == ErrorClass::Timeout {
        "the request was sent, and a retry sends it again while somebody may be at work on the first one"
    } else if integration.is_job() && class == ErrorClass::Timeout {
        "the first job may still be at work, and a retry starts another one beside it"
    } else {
        "the first call may have done its work, and a second one does it again"
    }
}

fn guarded(by: &[&str], request: Option<&Value>, integration: &Integration, class: ErrorClass) -> Safety {
    let has = |name: &&&str| request.is_some_and(|request| request.get(name).is_some());
    if let Some(guard) = by.iter().find(has) {
        return Safety::Depends {
            on: format!(
                "whether `{guard}` is the same in every attempt; then a second call changes nothing more"
            ),
        };
    }
    if request.is_none() {
        return Safety::Depends { on: format!("whether the request has {}", super::place::or(by)) };
    }
    let guard =
        format!("give the request {} with a value that is the same in every attempt", super::place::or(by));
    Safety::Unsafe { because: doubt(integration, class).to_owned(), guard: Some(guard) }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_constant(r#"{"UpdateExpression":"SET a = :a"}"#, "safe")]
    #[case::a_counter(r#"{"UpdateExpression":"SET n = n - :n"}"#, "unsafe")]
    #[case::a_counter_while_there_is_some(
        r#"{"UpdateExpression":"SET n = n - :n","ConditionExpression":"n >= :n"}"#,
        "unsafe"
    )]
    #[case::a_counter_with_a_mark(
        r#"{"UpdateExpression":"SET n = n - :n, done = :d","ConditionExpression":"attribute_not_exists(done)"}"#,
        "safe"
    )]
    fn an_update_may_be_repeated_if_it_changes_nothing_more(#[case] request: &str, #[case] expected: &str) {
        let call = Integration::parse("arn:aws:states:::dynamodb:updateItem").unwrap();
        let request = Value::parse(request).unwrap();
        assert_eq!(safety(ErrorClass::Timeout, Some(&call), Some(&request)).name(), expected);
    }
}
