//! Denials: who may not do what, and the statement that would allow exactly that.
//!
//! AWS writes it into the cause: "User: ARN is not authorized to perform: ACTION on resource: ARN because …". Where
//! the cause says only that access is denied, the API models say which action the call needs, and the request on
//! which resource.

use std::fmt::Write as _;

use crate::catalog::models;
use crate::catalog::{Integration, Service};
use crate::iam::policy::{Context, Decision, Grants, Pattern, Refusal, Request};
use crate::oracle::Fix;
use crate::value::{ObjectBuilder, Value};

/// A denial as a cause tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Denial {
    /// The ARN of who called.
    pub(super) principal: Option<String>,
    /// `dynamodb:PutItem`
    pub(super) actions: Vec<String>,
    /// The ARN.
    pub(super) resource: Option<String>,
    /// Why, as AWS says: which kind of policy is missing, or denies.
    pub(super) because: Option<String>,
    /// A policy denies it, so that no further statement allows it.
    pub(super) is_explicit: bool,
    /// The trust policy of this role does not let the other one assume it.
    pub(super) assumes: Option<String>,
}

/// Reads a denial out of a cause.
pub(super) fn denial(cause: &str) -> Option<Denial> {
    if let Some(found) = role_denial(cause) {
        return Some(found);
    }
    let (before, after) = cause.split_once(" is not authorized to perform: ")?;
    let who = before.rfind("arn:").map(|at| before[at..].trim_end_matches('\'').to_owned());
    let action = after.split([' ', ',', '\n', '"', ')']).next()?.trim_end_matches(['.', '\\']);
    let resource = after.split_once("on resource: ").map(|(_, rest)| first_word(rest));
    let because = after.split_once(" because ").map(|(_, rest)| sentence(rest));
    let explicit = after.split_once(" with an explicit deny").map(|(_, rest)| sentence(rest));
    Some(Denial {
        principal: who,
        actions: vec![action.to_owned()],
        resource: resource.filter(|text| text.starts_with("arn:")),
        is_explicit: explicit.is_some(),
        because: explicit.map(|rest| format!("an explicit deny{}", spaced(&rest))).or(because),
        assumes: None,
    })
}

/// Recorded on AWS for `Credentials`: "The role A is not authorized to assume the task state's role, B."
fn role_denial(cause: &str) -> Option<Denial> {
    let (before, after) = cause.split_once(" is not authorized to assume the task state's role, ")?;
    let principal = before.rsplit(' ').next().filter(|text| text.starts_with("arn:"));
    let role = first_word(after).trim_end_matches('.').to_owned();
    Some(Denial {
        principal: principal.map(str::to_owned),
        actions: vec!["sts:AssumeRole".to_owned()],
        resource: Some(role.clone()),
        assumes: Some(role),
        ..Denial::default()
    })
}

/// What a call needs, where the cause says only that access is denied: the action by the API models, and the
/// resource by the request.
pub(super) fn needed(
    integration: &Integration,
    request: Option<&Value>,
    account: &Account,
) -> Option<Denial> {
    if !matches!(integration.kind, Service::Optimized | Service::Sdk) {
        return None;
    }
    let service = models::service(crate::catalog::sdk_service(&integration.service))?;
    let permission = service.operation(&integration.action)?.iam()?;
    let actions: Vec<_> =
        permission.actions().map(|action| format!("{}:{action}", permission.prefix())).collect();
    let resource = if permission.resources().len() == 0 {
        Some("*".to_owned())
    } else {
        let request = request.unwrap_or(&Value::Null);
        let formats = permission.resources().flat_map(models::ResourceType::arn_formats);
        arn_in(request, permission.prefix())
            .or_else(|| formats.into_iter().find_map(|format| account.filled(format, request)))
    };
    Some(Denial { actions, resource, ..Denial::default() })
}

/// Where the call was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Account {
    /// `aws`, `aws-cn`
    pub(super) partition: Option<String>,
    /// `eu-west-1`
    pub(super) region: Option<String>,
    /// `123456789012`
    pub(super) id: Option<String>,
}

impl Account {
    /// The account of a role, and the region of a call.
    pub(super) fn of(role: Option<&str>, region: Option<&str>) -> Self {
        let part = |at| role.and_then(|role| role.split(':').nth(at)).map(str::to_owned);
        Self { partition: part(1), region: region.map(str::to_owned), id: part(4) }
    }

    /// An ARN by its format, if the request has everything that is not known of the account.
    fn filled(&self, format: &str, request: &Value) -> Option<String> {
        let mut arn = String::new();
        let mut rest = format;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}')?;
            arn.push_str(before);
            let value = match name {
                "Partition" => self.partition.as_deref()?,
                "Region" => self.region.as_deref()?,
                "Account" => self.id.as_deref()?,
                "QueueName" => last_part(request.get("QueueUrl")?.as_str()?),
                _ => request.get(name)?.as_str()?,
            };
            arn.push_str(value);
            rest = after;
        }
        arn.push_str(rest);
        Some(arn)
    }
}

/// The ARN in a request that belongs to the service, or the one that S3's members make.
fn arn_in(request: &Value, prefix: &str) -> Option<String> {
    let object = request.as_object()?;
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    if let (Some(bucket), "s3") = (text("Bucket"), prefix) {
        let key = text("Key").map(|key| format!("/{key}")).unwrap_or_default();
        return Some(format!("arn:aws:s3:::{bucket}{key}"));
    }
    let is_own = |text: &&str| text.split(':').nth(2) == Some(prefix) && text.starts_with("arn:");
    object.iter().filter_map(|(_, member)| member.as_str()).find(is_own).map(str::to_owned)
}

impl Denial {
    /// The proposal: a statement where one would help, words where it would not.
    pub(super) fn fix(&self, role: Option<&str>) -> Fix {
        let actions = self.actions.join("`, `");
        let resource = self.resource.as_deref();
        let who = self.who(role);
        if self.is_explicit {
            let because = self.because.as_deref().unwrap_or("an explicit deny");
            return Fix {
                text: format!(
                    "Find the statement that denies `{actions}` ({because}). A deny wins over every allow, so that no \
                     further permission helps."
                ),
                ..Fix::default()
            };
        }
        let mut text = match resource {
            Some("*") => format!("Allow {who} `{actions}`; the action has no resource-level permission."),
            Some(resource) => format!("Allow {who} `{actions}` on `{resource}`."),
            None => {
                let text = "The resource is that of the request alone, not every one.";
                return Fix { text: format!("Allow {who} `{actions}`. {text}"), ..Fix::default() };
            }
        };
        if let Some(because) = &self.because {
            let _ = write!(text, " AWS says: {because}.");
            if because.contains("resource-based policy") {
                text.push_str(" The policy of the resource may have to allow it, too.");
            }
        }
        if let Some(role) = &self.assumes {
            let _ = write!(
                text,
                " The trust policy of `{role}` has to allow the execution role to assume it, too."
            );
        }
        Fix { text, iam: resource.map(|resource| self.statement(resource)), ..Fix::default() }
    }

    /// The proposal beside the policy that the execution role is said to have.
    pub(super) fn held_against(&self, policy: &Grants, role: Option<&str>, mut fix: Fix) -> Fix {
        let (own, named) = (role.map(last_part), self.principal.as_deref().and_then(role_of));
        let (Some(resource), false) =
            (self.resource.as_deref(), own.is_some() && named.is_some() && own != named)
        else {
            return fix;
        };
        let (resource, context) = (Pattern::new(resource), Context::new());
        let decide =
            |action: &String| policy.decide(Request { action, resource: &resource, context: &context });
        let decisions: Vec<Decision> = self.actions.iter().map(decide).collect();
        let refused = decisions.iter().find_map(|decision| match decision {
            Decision::Denied(refusal) => Some(refusal),
            Decision::Allowed | Decision::Conditional(_) | Decision::Unknown(_) => None,
        });
        let said = match (refused, decisions.first()) {
            (Some(Refusal::NoStatement), _) => {
                "The policy that was given has no statement that allows it: this one is missing.".to_owned()
            }
            (Some(Refusal::Statement(label)), _) => {
                fix.iam = None;
                format!("The policy that was given denies it ({label}); a deny wins over every allow.")
            }
            (Some(Refusal::Boundary), _) => {
                "The permission boundary that was given does not allow it; the statement is needed there, too.".to_owned()
            }
            (None, Some(Decision::Conditional(condition))) => {
                format!("The policy that was given allows it on a condition: {condition}.")
            }
            (None, Some(Decision::Allowed)) => {
                fix.iam = None;
                "The policy that was given allows it, so that something else denies it: another policy was in force \
                 then, or a policy of the resource, of the organization or a boundary is in the way."
                    .to_owned()
            }
            (None, _) => return fix,
        };
        let _ = write!(fix.text, " {said}");
        fix
    }

    /// The role that lacks the permission: of the execution, or of a function that made the call.
    fn who(&self, role: Option<&str>) -> String {
        let named = self.principal.as_deref().and_then(role_of);
        match (named, role.map(last_part)) {
            (Some(named), Some(own)) if named == own => format!("the execution role `{named}`"),
            (Some(named), _) => format!("the role `{named}`"),
            (None, Some(own)) => format!("the execution role `{own}`"),
            (None, None) => "the execution role".to_owned(),
        }
    }

    fn statement(&self, resource: &str) -> Value {
        let mut statement = ObjectBuilder::with_capacity(3);
        statement.push("Effect", Value::from("Allow"));
        let actions = self.actions.iter().map(|action| Value::from(action.as_str())).collect();
        statement.push("Action", Value::array(actions));
        statement.push("Resource", Value::array(vec![Value::from(resource)]));
        statement.finish().into()
    }
}

/// `orders` of `arn:aws:sts::123456789012:assumed-role/orders/session` and of `arn:aws:iam::…:role/path/orders`.
fn role_of(arn: &str) -> Option<&str> {
    if let Some((_, rest)) = arn.split_once(":assumed-role/") {
        return rest.split('/').next();
    }
    arn.split_once(":role/").map(|(_, rest)| last_part(rest))
}

fn last_part(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

fn first_word(text: &str) -> String {
    let end = text.find(|c: char| c.is_whitespace() || "\"'),;".contains(c)).unwrap_or(text.len());
    text[..end].trim_end_matches('\\').to_owned()
}

/// Up to where the SDK adds the call's details, or a sentence ends.
fn sentence(text: &str) -> String {
    let end = [" (Service:", "\"", ". ", "\\n"].iter().filter_map(|mark| text.find(mark)).min();
    text[..end.unwrap_or(text.len())].trim_end_matches(['.', ' ']).to_owned()
}

fn spaced(text: &str) -> String {
    if text.is_empty() || text.starts_with(' ') { text.to_owned() } else { format!(" {text}") }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const TABLE: &str = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders";
    const USER: &str = "arn:aws:sts::123456789012:assumed-role/orders-role/abc";

    fn of(action: &str, resource: &str) -> Denial {
        Denial {
            principal: Some(USER.to_owned()),
            actions: vec![action.to_owned()],
            resource: Some(resource.to_owned()),
            ..Denial::default()
        }
    }

    #[rstest]
    #[case::in_full(
        format!("User: {USER} is not authorized to perform: dynamodb:PutItem on resource: {TABLE} because no identity-based policy allows the dynamodb:PutItem action (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: AccessDeniedException; Request ID: R; Proxy: null)"),
        Denial { because: Some("no identity-based policy allows the dynamodb:PutItem action".to_owned()), ..of("dynamodb:PutItem", TABLE) })]
    #[case::in_short(
        format!("User: {USER} is not authorized to perform: dynamodb:PutItem on resource: {TABLE} (Service: DynamoDb, Status Code: 400, Request ID: R)"),
        of("dynamodb:PutItem", TABLE))]
    #[case::denied_on_purpose(
        format!("User: {USER} is not authorized to perform: dynamodb:PutItem on resource: {TABLE} with an explicit deny in a service control policy"),
        Denial { is_explicit: true, because: Some("an explicit deny in a service control policy".to_owned()), ..of("dynamodb:PutItem", TABLE) })]
    #[case::inside_a_function(
        format!(r#"{{"errorMessage": "An error occurred (AccessDeniedException) when calling the PutItem operation: User: {USER} is not authorized to perform: dynamodb:PutItem on resource: {TABLE} because no identity-based policy allows the dynamodb:PutItem action", "errorType": "ClientError"}}"#),
        Denial { because: Some("no identity-based policy allows the dynamodb:PutItem action".to_owned()), ..of("dynamodb:PutItem", TABLE) })]
    #[case::without_a_resource(
        format!("User: {USER} is not authorized to perform: ses:SendEmail"),
        Denial { resource: None, ..of("ses:SendEmail", "") })]
    fn a_denial_is_read_out_of_its_cause(#[case] cause: String, #[case] expected: Denial) {
        assert_eq!(denial(&cause), Some(expected));
    }

    #[test]
    fn a_role_that_may_not_be_assumed_needs_two_policies() {
        let other = "arn:aws:iam::999999999999:role/other";
        let cause = format!(
            "The role arn:aws:iam::1:role/own is not authorized to assume the task state's role, {other}."
        );
        let fix = denial(&cause).unwrap().fix(None);
        assert_eq!(
            fix.iam.unwrap().to_json(),
            format!(r#"{{"Effect":"Allow","Action":["sts:AssumeRole"],"Resource":["{other}"]}}"#)
        );
        assert!(fix.text.contains("trust policy"), "{}", fix.text);
    }

    #[rstest]
    #[case::no_statement("Allow", "dynamodb:GetItem", "this one is missing", true)]
    #[case::a_deny("Deny", "dynamodb:*", "a deny wins", false)]
    #[case::an_allow("Allow", "dynamodb:PutItem", "something else denies it", false)]
    fn a_denial_is_held_against_the_policy(
        #[case] effect: &str,
        #[case] action: &str,
        #[case] says: &str,
        #[case] proposes: bool,
    ) {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","Action":"{action}","Resource":"*"}}]}}"#
        );
        let policy = crate::iam::policy::parse(std::path::Path::new("p.json"), &text, None, "m").unwrap();
        let denial = of("dynamodb:PutItem", TABLE);
        let role = Some("arn:aws:iam::123456789012:role/orders-role");
        let fix = denial.held_against(&policy, role, denial.fix(role));
        assert!(fix.text.contains(says), "{}", fix.text);
        assert_eq!(fix.iam.is_some(), proposes);
    }

    #[rstest]
    #[case::an_object("aws-sdk:s3:getObject", r#"{"Bucket":"b","Key":"a/k"}"#, &["s3:GetObject"], Some("arn:aws:s3:::b/a/k"))]
    #[case::another_name("aws-sdk:s3:headObject", r#"{"Bucket":"b","Key":"k"}"#, &["s3:GetObject"], Some("arn:aws:s3:::b/k"))]
    #[case::a_machine("states:startExecution", r#"{"StateMachineArn":"arn:aws:states:r:1:stateMachine:m"}"#,
        &["states:StartExecution"], Some("arn:aws:states:r:1:stateMachine:m"))]
    #[case::everything_or_nothing("aws-sdk:dynamodb:listTables", "{}", &["dynamodb:ListTables"], Some("*"))]
    #[case::a_name("aws-sdk:dynamodb:getItem", r#"{"TableName":"t"}"#, &["dynamodb:GetItem"],
        Some("arn:aws:dynamodb:r:1:table/t"))]
    #[case::an_address("sqs:sendMessage", r#"{"QueueUrl":"https://sqs.r.amazonaws.com/1/q"}"#, &["sqs:SendMessage"],
        Some("arn:aws:sqs:r:1:q"))]
    #[case::nothing_to_go_by("aws-sdk:dynamodb:getItem", "{}", &["dynamodb:GetItem"], None)]
    fn what_a_call_needs_follows_from_the_models_and_the_request(
        #[case] resource: &str,
        #[case] request: &str,
        #[case] actions: &[&str],
        #[case] arn: Option<&str>,
    ) {
        let integration = Integration::parse(&format!("arn:aws:states:::{resource}")).unwrap();
        let account = Account::of(Some("arn:aws:iam::1:role/r"), Some("r"));
        let denial = needed(&integration, Some(&Value::parse(request).unwrap()), &account).unwrap();
        assert_eq!(
            (denial.actions, denial.resource.as_deref()),
            (actions.iter().map(ToString::to_string).collect(), arn)
        );
    }
}
