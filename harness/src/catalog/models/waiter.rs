//! What the AWS SDKs wait for: calls that they repeat until an answer or an error ends it.
//!
//! A workflow that polls does the same with a Wait and a Choice. A waiter's failure is an answer after which what it
//! waits for will not come; it need not be an end (a database that is `deleting` will not be `available`).

use std::fmt;

use super::decode::{AcceptorRow, WaiterRow, slice};
use super::service::Service;

/// Something that is waited for with an operation: `DBInstanceAvailable`.
#[derive(Clone, Copy)]
pub struct Waiter {
    pub(super) service: &'static Service,
    pub(super) row: &'static WaiterRow,
}

/// An answer or error, and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acceptor {
    /// What it means.
    pub outcome: Outcome,
    /// What is compared.
    pub condition: Condition,
}

/// What an answer means to a waiter. What no acceptor knows is waited through, except an error, which fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// What was waited for is there.
    Success,
    /// It will not come.
    Failure,
    /// It may still come.
    Retry,
}

/// What an acceptor compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// A text in the answer.
    Value {
        /// Members from the top of the result, as Step Functions spells them: `DbInstances[].DbInstanceStatus`.
        path: &'static str,
        /// The text.
        value: &'static str,
        /// Which of the texts at the path.
        test: Test,
    },
    /// The code of an error, as the API has it: `DBInstanceNotFound`.
    Error(&'static str),
}

/// How many of the values at a path have to be the expected one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Test {
    /// There is only one.
    Only,
    /// All, of at least one.
    All,
    /// One of them.
    Any,
}

impl Waiter {
    /// What is waited for: `DBInstanceAvailable`.
    pub fn name(self) -> &'static str {
        self.service.text(self.row.name)
    }

    /// Whether [`Waiter::acceptors`] has all that there is: HTTP statuses, truth values and expressions are left out.
    pub fn is_complete(self) -> bool {
        self.row.complete
    }

    /// The acceptors in the order in which they are tried; the first that holds counts.
    pub fn acceptors(self) -> impl ExactSizeIterator<Item = Acceptor> {
        let service = self.service;
        slice(&service.acceptors, self.row.acceptors).iter().map(move |row| acceptor(service, row))
    }
}

fn acceptor(service: &'static Service, row: &AcceptorRow) -> Acceptor {
    let value = service.text(row.expected);
    let condition = match row.test {
        Some(test) => Condition::Value { path: service.text(row.path), value, test },
        None => Condition::Error(value),
    };
    Acceptor { outcome: row.outcome, condition }
}

impl fmt::Debug for Waiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Waiter({}: {:?})", self.name(), self.acceptors().collect::<Vec<_>>())
    }
}

impl Outcome {
    /// The outcome by its code in the models.
    pub(super) fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Success,
            1 => Self::Failure,
            2 => Self::Retry,
            _ => return None,
        })
    }
}

impl Test {
    /// The test by its code in the models; others stand for errors.
    pub(super) fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Only,
            1 => Self::All,
            2 => Self::Any,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::models::{Kind, Operation, Shape, names, service};

    fn waiter(service_name: &str, action: &str, name: &str) -> Waiter {
        let operation = service(service_name).and_then(|service| service.operation(action)).unwrap();
        operation.waiters().find(|waiter| waiter.name() == name).unwrap()
    }

    fn describe(waiter: Waiter) -> String {
        let texts = waiter.acceptors().map(|Acceptor { outcome, condition }| match condition {
            Condition::Value { path, value, test } => format!("{outcome:?}: {test:?} {path} {value}"),
            Condition::Error(code) => format!("{outcome:?}: error {code}"),
        });
        texts.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_waiter_has_the_answers_that_end_it() {
        let expected = "Success: Only Table.TableStatus ACTIVE\nRetry: error ResourceNotFoundException";
        assert_eq!(describe(waiter("dynamodb", "describeTable", "TableExists")), expected);
        let available = describe(waiter("rds", "describeDBInstances", "DBInstanceAvailable"));
        assert!(
            available.starts_with("Success: All DbInstances[].DbInstanceStatus available\n"),
            "{available}"
        );
        assert!(available.contains("Failure: Any DbInstances[].DbInstanceStatus incompatible-restore"));
    }

    #[test]
    fn what_is_left_out_is_said() {
        assert!(waiter("dynamodb", "describeTable", "TableExists").is_complete());
        assert!(!waiter("s3", "headBucket", "BucketExists").is_complete());
    }

    /// The shape at a path of members.
    fn at(shape: Shape, path: &str) -> Option<Shape> {
        path.split('.').try_fold(shape, |shape, step| {
            let name = step.trim_end_matches("[]");
            let member = shape.member(name)?.shape;
            match member.kind() {
                Kind::List(item) if step.ends_with("[]") => Some(item),
                _ => Some(member).filter(|_| !step.ends_with("[]")),
            }
        })
    }

    #[test]
    fn every_path_leads_to_a_text_in_the_answer() {
        let (mut count, mut acceptors) = (0, 0);
        for operation in names().filter_map(service).flat_map(Service::operations) {
            for waiter in operation.waiters() {
                count += 1;
                for acceptor in waiter.acceptors() {
                    acceptors += 1;
                    check(operation, acceptor);
                }
            }
        }
        assert_eq!((count, acceptors), (410, 1_212));
    }

    fn check(operation: Operation, acceptor: Acceptor) {
        if let Condition::Value { path, .. } = acceptor.condition {
            let found = at(operation.output(), path);
            assert!(matches!(found.map(Shape::kind), Some(Kind::String)), "{operation:?} {path}");
        }
    }
}
