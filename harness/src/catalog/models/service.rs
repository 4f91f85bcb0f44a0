//! A service and its operations.

use super::decode::{
    AcceptorRow, ErrorRow, GroupRow, MemberRow, OperationRow, ResourceRow, ShapeRow, Text, WaiterRow, slice,
};
use super::iam::Permission;
use super::shape::{Shape, Spelling};
use super::waiter::Waiter;

/// What is known of a service without unpacking its model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The name after `aws-sdk:`.
    pub name: &'static str,
    /// What the names of its errors start with in an SDK integration: `DynamoDb`.
    pub prefix: &'static str,
    /// Whether AWS lists it among the services that tasks can call.
    pub documented: bool,
}

/// The API model of one service.
#[derive(Debug)]
pub struct Service {
    pub(super) head: Head,
    /// All texts; everything else refers to places in it.
    pub(super) text: String,
    pub(super) id: Text,
    pub(super) iam: Text,
    /// The last one is the empty structure.
    pub(super) shapes: Vec<ShapeRow>,
    pub(super) members: Vec<MemberRow>,
    pub(super) words: Vec<Text>,
    pub(super) errors: Vec<ErrorRow>,
    /// Of IAM, ranges for each group.
    pub(super) actions: Vec<Text>,
    pub(super) resources: Vec<ResourceRow>,
    /// Permissions that operations have in common.
    pub(super) groups: Vec<GroupRow>,
    /// Numbers of errors, a range for each operation.
    pub(super) declared: Vec<u32>,
    /// In the order of their names.
    pub(super) operations: Vec<OperationRow>,
    /// Ranges for each operation, and of these for each waiter.
    pub(super) waiters: Vec<WaiterRow>,
    pub(super) acceptors: Vec<AcceptorRow>,
}

/// One operation of a service.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    service: &'static Service,
    row: &'static OperationRow,
}

/// The IAM access level of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Names things, changes nothing.
    List,
    /// Reads, changes nothing.
    Read,
    /// Changes something.
    Write,
    /// Changes tags only.
    Tag,
    /// Changes who may do what.
    Permissions,
}

/// An error that an operation declares.
#[derive(Clone, Copy, Debug)]
pub struct DeclaredError {
    service: &'static Service,
    row: &'static ErrorRow,
}

impl Service {
    /// The name after `aws-sdk:`.
    pub fn name(&self) -> &'static str {
        self.head.name
    }

    /// What the names of its errors start with in an SDK integration: `DynamoDb`.
    pub fn prefix(&self) -> &'static str {
        self.head.prefix
    }

    /// What the service calls itself, as causes of errors say it: `DynamoDB`.
    pub fn id(&self) -> &str {
        self.text(self.id)
    }

    /// What its IAM actions start with, where that is known.
    pub fn iam_prefix(&self) -> Option<&str> {
        Some(self.text(self.iam)).filter(|prefix| !prefix.is_empty())
    }

    /// Whether AWS lists it among the services that tasks can call. Those it does not list may be newer than the list.
    pub fn is_documented(&self) -> bool {
        self.head.documented
    }

    /// An operation by the name in the resource, `listBuckets`, or in the API, `ListBuckets`.
    pub fn operation(&'static self, action: &str) -> Option<Operation> {
        let mut letters = action.chars();
        let first = letters.next()?.to_ascii_uppercase();
        let rest = letters.as_str();
        let at = self.operations.binary_search_by(|row| {
            let known = self.text(row.name);
            let mut letters = known.chars();
            letters.next().cmp(&Some(first)).then_with(|| letters.as_str().cmp(rest))
        });
        at.ok().map(|at| Operation { service: self, row: &self.operations[at] })
    }

    /// All operations in the order of their names.
    pub fn operations(&'static self) -> impl ExactSizeIterator<Item = Operation> {
        self.operations.iter().map(move |row| Operation { service: self, row })
    }

    /// Every error that any of its operations declares.
    pub fn errors(&'static self) -> impl ExactSizeIterator<Item = DeclaredError> {
        self.errors.iter().map(move |row| DeclaredError { service: self, row })
    }

    pub(super) fn text(&self, place: Text) -> &str {
        &self.text[place.start as usize..place.end as usize]
    }
}

impl Operation {
    /// The name in the API: `ListBuckets`.
    pub fn name(self) -> &'static str {
        self.service.text(self.row.name)
    }

    /// The name in a resource: `listBuckets`.
    pub fn action(self) -> String {
        let mut letters = self.name().chars();
        letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
    }

    /// The service.
    pub fn service(self) -> &'static Service {
        self.service
    }

    /// What a call takes: a structure, empty if it takes nothing.
    pub fn input(self) -> Shape {
        Shape::new(self.service, self.row.input, Spelling::Sdk)
    }

    /// What a call answers: a structure, empty if there is nothing to answer.
    pub fn output(self) -> Shape {
        Shape::new(self.service, self.row.output, Spelling::Sdk)
    }

    /// What a call answers, with the members spelled as optimized integrations spell them.
    pub(super) fn optimized_output(self) -> Shape {
        Shape::new(self.service, self.row.output, Spelling::Optimized)
    }

    /// The errors that the model declares; a call can fail with others too.
    pub fn errors(self) -> impl ExactSizeIterator<Item = DeclaredError> {
        let declared = slice(&self.service.declared, self.row.errors);
        let service = self.service;
        declared.iter().map(move |at| DeclaredError { service, row: &service.errors[*at as usize] })
    }

    /// The IAM access level; `None` where no IAM action is known for the operation.
    pub fn access(self) -> Option<Access> {
        self.row.access
    }

    /// The IAM actions and resource types of a call; `None` where no mapping is known.
    ///
    /// ```
    /// use sfn_chaos::catalog::models;
    ///
    /// let list = models::service("s3").and_then(|service| service.operation("listObjectsV2")).unwrap();
    /// let permission = list.iam().unwrap();
    /// assert_eq!(permission.actions().collect::<Vec<_>>(), ["ListBucket"]);
    /// assert!(permission.resources().any(|resource| resource.name == "bucket"));
    /// ```
    pub fn iam(self) -> Option<Permission> {
        let group = self.row.group?;
        let row = &self.service.groups[group as usize];
        Some(Permission { service: self.service, operation: self.row, row })
    }

    /// What the AWS SDKs wait for by repeating this call; none for most.
    pub fn waiters(self) -> impl ExactSizeIterator<Item = Waiter> {
        let service = self.service;
        slice(&service.waiters, self.row.waiters).iter().map(move |row| Waiter { service, row })
    }

    /// Whether Step Functions lists it as not supported.
    pub fn is_refused(self) -> bool {
        self.row.refused
    }

    /// Whether request or answer is a stream of events, which no task can give or take.
    pub fn is_event_stream(self) -> bool {
        self.row.stream
    }

    /// Whether AWS discourages its use.
    pub fn is_deprecated(self) -> bool {
        self.row.deprecated
    }
}

impl DeclaredError {
    /// The exception without the prefix: `ConditionalCheckFailedException`.
    pub fn name(self) -> &'static str {
        self.service.text(self.row.name)
    }

    /// The name in `ErrorEquals` of an SDK integration: `DynamoDb.ConditionalCheckFailedException`.
    pub fn sdk_name(self) -> String {
        format!("{}.{}", self.service.prefix(), self.name())
    }

    /// The HTTP status, where the model says it.
    pub fn status(self) -> Option<u16> {
        Some(self.row.status).filter(|status| *status != 0)
    }

    /// Whether the model calls it the server's fault, not the caller's.
    pub fn is_fault(self) -> bool {
        self.row.fault
    }

    /// Whether the model says that a second try may succeed.
    pub fn is_retryable(self) -> bool {
        self.row.retryable
    }

    /// Whether the model says that there were too many calls.
    pub fn is_throttling(self) -> bool {
        self.row.throttling
    }
}

impl Access {
    /// The level by its code in the models; 0 stands for none.
    pub(super) fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            1 => Self::List,
            2 => Self::Read,
            3 => Self::Write,
            4 => Self::Tag,
            5 => Self::Permissions,
            _ => return None,
        })
    }
}
