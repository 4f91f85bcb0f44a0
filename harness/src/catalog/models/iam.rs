//! What IAM asks for when an operation is called, and what ARNs look like.

use std::fmt;
use std::sync::LazyLock;

use super::decode::{GroupRow, OperationRow, slice};
use super::service::Service;

/// The permission that a call needs.
///
/// Only what the service itself checks: a call that hands over a role, or meets data encrypted with a key of its own,
/// needs `iam:PassRole` or `kms:Decrypt` too, and no model says so.
#[derive(Clone, Copy)]
pub struct Permission {
    pub(super) service: &'static Service,
    pub(super) operation: &'static OperationRow,
    pub(super) row: &'static GroupRow,
}

/// A type of resources that a permission can be limited to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceType {
    /// As the Service Authorization Reference calls it: `table`.
    pub name: &'static str,
    /// Whether the action always needs a resource of this type. Of several required ones, some actions need each
    /// (a backup and the table it is restored to), others any (`bedrock:InvokeModel`: a model or a profile).
    pub required: bool,
    prefix: &'static str,
}

impl Permission {
    /// What the actions start with: `dynamodb`. It is not always the name of the service.
    pub fn prefix(self) -> &'static str {
        self.service
            .iam_prefix()
            .expect("an operation with a permission has a prefix: a test reads every one")
    }

    /// The actions without the prefix: `PutItem`.
    ///
    /// Of several, a call needs those that its request asks for: `ExecuteStatement` the one of its PartiQL statement,
    /// `TransactWriteItems` those of its items; `CopyObject` needs both.
    pub fn actions(self) -> impl ExactSizeIterator<Item = &'static str> {
        let others = slice(&self.service.actions, self.row.actions);
        let own = std::slice::from_ref(&self.operation.name);
        let actions = if others.is_empty() { own } else { others };
        let service = self.service;
        actions.iter().map(|action| service.text(*action))
    }

    /// The resource types that the actions can be limited to; none if there is no resource-level permission, so that
    /// a policy has to say `"Resource": "*"`.
    pub fn resources(self) -> impl ExactSizeIterator<Item = ResourceType> {
        let (service, prefix) = (self.service, self.prefix());
        slice(&service.resources, self.row.resources).iter().map(move |row| ResourceType {
            name: service.text(row.name),
            required: row.required,
            prefix,
        })
    }
}

impl fmt::Debug for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let actions: Vec<_> = self.actions().collect();
        write!(f, "Permission({}:{actions:?} on {:?})", self.prefix(), self.resources().collect::<Vec<_>>())
    }
}

impl ResourceType {
    /// What ARNs of this type look like; see [`arn_formats`].
    pub fn arn_formats(self) -> impl Iterator<Item = &'static str> {
        arn_formats(self.prefix, self.name)
    }
}

/// What the ARNs of a resource type look like, by the IAM prefix: nearly always one format, none if it is not known.
///
/// ```
/// use sfn_chaos::catalog::models;
///
/// let queue: Vec<_> = models::arn_formats("sqs", "queue").collect();
/// assert_eq!(queue, ["arn:${Partition}:sqs:${Region}:${Account}:${QueueName}"]);
/// ```
pub fn arn_formats(prefix: &str, resource_type: &str) -> impl Iterator<Item = &'static str> {
    let wanted = [prefix, resource_type];
    let first = FORMATS.partition_point(|[prefix, name, _]| [*prefix, *name] < wanted);
    let known = FORMATS[first..].iter().take_while(|[prefix, name, _]| [*prefix, *name] == wanted).count();
    FORMATS[first..first + known].iter().map(|[_, _, format]| *format)
}

/// Prefix, resource type and format, in their order.
static FORMATS: LazyLock<Vec<[&'static str; 3]>> = LazyLock::new(|| {
    let lines = TEXT.lines().map(line).collect::<Option<_>>();
    lines.expect("the committed ARN formats have three parts each: a test reads them")
});

static TEXT: LazyLock<String> = LazyLock::new(|| {
    let text = super::INDEX.arns.unpack().and_then(|bytes| String::from_utf8(bytes).ok());
    text.expect("the committed ARN formats are well-formed: a test reads them")
});

fn line(line: &str) -> Option<[&str; 3]> {
    let (prefix, rest) = line.split_once('\t')?;
    let (name, format) = rest.split_once('\t')?;
    Some([prefix, name, format])
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::catalog::models::{Operation, names, service};

    fn permission(name: &str, action: &str) -> Option<Permission> {
        service(name).and_then(|service| service.operation(action)).and_then(Operation::iam)
    }

    /// Actions with the prefix, and the resource types as the Service Authorization Reference marks them.
    fn describe(permission: Permission) -> String {
        let actions: Vec<_> =
            permission.actions().map(|action| format!("{}:{action}", permission.prefix())).collect();
        let resources =
            permission.resources().map(
                |ResourceType { name, required, .. }| {
                    if required { format!("{name}*") } else { name.to_owned() }
                },
            );
        format!("{} on {}", actions.join("+"), resources.collect::<Vec<_>>().join(","))
    }

    #[rstest]
    #[case::the_rest_of_a_service("dynamodb", "putItem", "dynamodb:PutItem on table*")]
    #[case::an_option("dynamodb", "query", "dynamodb:Query on index,table*")]
    #[case::no_resource("dynamodb", "listTables", "dynamodb:ListTables on ")]
    #[case::another_action("s3", "headObject", "s3:GetObject on accesspointobject,object")]
    #[case::two_actions("s3", "copyObject", "s3:PutObject+s3:GetObject on accesspointobject,object")]
    #[case::the_entries_of_a_batch("sqs", "sendMessageBatch", "sqs:SendMessage on queue*")]
    #[case::a_prefix_other_than_the_service(
        "sfn",
        "startExecution",
        "states:StartExecution on statemachine*"
    )]
    #[case::an_action_of_http("apigateway", "getRestApis", "apigateway:GET on path")]
    #[case::as_documented("kms", "reEncrypt", "kms:ReEncryptFrom+kms:ReEncryptTo on key*")]
    #[case::each_of_two(
        "dynamodb",
        "restoreTableFromBackup",
        "dynamodb:RestoreTableFromBackup on backup*,table*"
    )]
    fn a_call_needs_actions_on_resource_types(
        #[case] service: &str,
        #[case] action: &str,
        #[case] expected: &str,
    ) {
        assert_eq!(describe(permission(service, action).unwrap()), expected);
    }

    #[rstest]
    #[case::an_operation_newer_than_the_reference("account", "sendPhoneNumberVerification")]
    #[case::a_service_without_a_prefix("applicationcostprofiler", "getReportDefinition")]
    fn a_call_without_a_known_mapping_has_no_permission(#[case] service: &str, #[case] action: &str) {
        assert!(permission(service, action).is_none());
    }

    #[rstest]
    #[case::the_usual_start("sqs", "queue", &["arn:${Partition}:sqs:${Region}:${Account}:${QueueName}"])]
    #[case::no_region("iam", "role", &["arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}"])]
    #[case::neither_region_nor_account("s3", "object", &["arn:${Partition}:s3:::${BucketName}/${ObjectName}"])]
    #[case::two_formats("lex", "bot", &[
        "arn:${Partition}:lex:${Region}:${Account}:bot/${BotId}",
        "arn:${Partition}:lex:${Region}:${Account}:bot:${BotName}",
    ])]
    #[case::no_such_type("sqs", "topic", &[])]
    #[case::no_such_prefix("quantumledger", "ledger", &[])]
    fn a_resource_type_has_arns_of_a_format(
        #[case] prefix: &str,
        #[case] name: &str,
        #[case] expected: &[&str],
    ) {
        assert_eq!(arn_formats(prefix, name).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn every_resource_type_has_a_format_and_every_permission_an_access_level() {
        let mut mapped = 0;
        for operation in names().filter_map(service).flat_map(super::Service::operations) {
            assert_eq!(operation.iam().is_some(), operation.access().is_some(), "{operation:?}");
            let Some(permission) = operation.iam() else { continue };
            mapped += 1;
            assert!(permission.actions().len() > 0);
            for resource in permission.resources() {
                assert!(resource.arn_formats().all(|format| format.starts_with("arn:")));
                assert!(resource.arn_formats().next().is_some(), "{permission:?}");
            }
        }
        assert_eq!(mapped, 18_854);
    }
}
