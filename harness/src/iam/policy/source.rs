//! Where policies come from: the files that people have at hand, told apart by what is in them.
//!
//! - a policy document, or a list of such;
//! - what `aws iam get-role-policy`, `get-policy-version` and `get-account-authorization-details` print;
//! - a SAM or CloudFormation template with the role in it.

use std::path::{Path, PathBuf};

use super::read::Reader;
use super::{Grants, Policy, template};
use crate::load::{Location, Node, NodeKind, SourceFile};

/// Which file, and which role of it: `FILE` or `FILE#ROLE`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicyRef {
    /// The file.
    pub file: PathBuf,
    /// The name of the role, where the file has several.
    pub role: Option<String>,
}

/// Why a policy cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The file cannot be read.
    #[error("failed to read policy {}: {reason}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Something in it is wrong.
    #[error("{location}: {message}; {help}")]
    Invalid {
        /// Where.
        location: Location,
        /// What, lower case, without a full stop.
        message: String,
        /// What to do.
        help: String,
    },
}

impl std::fmt::Display for PolicyRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.file.display())?;
        self.role.iter().try_for_each(|role| write!(f, "#{role}"))
    }
}

impl PolicyRef {
    /// Reads `FILE` or `FILE#ROLE`.
    pub fn new(text: &str) -> Self {
        match text.rsplit_once('#') {
            Some((file, role)) if !file.is_empty() && !role.is_empty() => {
                Self { file: file.into(), role: Some(role.to_owned()) }
            }
            _ => Self { file: text.into(), role: None },
        }
    }
}

impl std::str::FromStr for PolicyRef {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::new(text))
    }
}

impl Grants {
    /// The policies of all files together, and the boundary, where there is one. `machine` names the state machine
    /// whose role is meant, for templates that have several.
    pub fn load(
        policies: &[PolicyRef],
        boundary: Option<&PolicyRef>,
        machine: &str,
    ) -> Result<Self, PolicyError> {
        let mut grants = Self::default();
        for file in policies {
            grants.add(file, machine)?;
        }
        if let Some(file) = boundary {
            let mut limits = Self::default();
            limits.add(file, machine)?;
            grants.boundary = limits.policies;
        }
        Ok(grants)
    }

    fn add(&mut self, source: &PolicyRef, machine: &str) -> Result<(), PolicyError> {
        let text = std::fs::read_to_string(&source.file)
            .map_err(|error| PolicyError::Read { path: source.file.clone(), reason: error.to_string() })?;
        let more = parse(&source.file, &text, source.role.as_deref(), machine)?;
        self.policies.extend(more.policies);
        self.boundary.extend(more.boundary);
        Ok(())
    }
}

/// Reads the text of a file.
pub fn parse(path: &Path, text: &str, role: Option<&str>, machine: &str) -> Result<Grants, PolicyError> {
    let file = SourceFile::new(path.display().to_string(), text);
    let root = crate::load::parse_tree(&file.name, text).map_err(|problem| PolicyError::Invalid {
        location: file.location(problem.span),
        message: problem.message,
        help: problem.help.unwrap_or("correct the file and run again").to_owned(),
    })?;
    if template::is_template(&root) {
        return template::grants(&file, &root, role, machine);
    }
    let mut found =
        Packaging { reader: Reader { file: &file, resolver: None }, role, grants: Grants::default() };
    let stem = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    found.take(&root, &stem)?;
    Ok(found.grants)
}

/// Files of IAM itself.
struct Packaging<'f> {
    reader: Reader<'f>,
    role: Option<&'f str>,
    grants: Grants,
}

/// What has names of policies or roles in it, but no policy: what to ask AWS for instead.
const NO_POLICIES: [(&str, &str); 5] = [
    ("PolicyNames", "ask for each: `aws iam get-role-policy --role-name ROLE --policy-name NAME`"),
    ("AttachedPolicies", "ask for each: `aws iam get-policy-version --policy-arn ARN --version-id ID`"),
    ("Role", "ask for its policies: `aws iam get-role-policy --role-name ROLE --policy-name NAME`"),
    ("Policy", "ask for its text: `aws iam get-policy-version --policy-arn ARN --version-id ID`"),
    (
        "AssumeRolePolicyDocument",
        "ask for its policies: `aws iam get-role-policy --role-name ROLE --policy-name NAME`",
    ),
];

impl Packaging<'_> {
    fn take(&mut self, node: &Node, name: &str) -> Result<(), PolicyError> {
        if let NodeKind::Array(items) = &node.kind {
            return items.iter().try_for_each(|item| self.take(item, name));
        }
        let named = |key: &str| node.get(key).and_then(Node::as_str).unwrap_or(name).to_owned();
        if node.get("Statement").is_some() {
            return self.policy(node, name.to_owned());
        }
        if let Some(details) = node.get("RoleDetailList") {
            return self.account(node, details);
        }
        if node.get("RolePolicyList").is_some() || node.get("AttachedManagedPolicies").is_some() {
            return self.role(node, None);
        }
        if let Some(document) = node.get("PolicyDocument") {
            return self.policy(document, named("PolicyName"));
        }
        if let Some(version) = node.get("PolicyVersion") {
            return self.take(version, name);
        }
        if let Some(document) = node.get("Document") {
            return self.policy(document, name.to_owned());
        }
        for (key, help) in NO_POLICIES {
            if let Some(found) = node.get(key) {
                return Err(self.reader.wrong(found.span, &format!("`{key}` is no policy of a role"), help));
            }
        }
        let help =
            "give a policy document, what `aws iam get-role-policy` prints, or a template with the role";
        Err(self.reader.wrong(node.span, "there is no policy here", help))
    }

    fn policy(&mut self, document: &Node, name: String) -> Result<(), PolicyError> {
        let statements = Some(self.reader.document(document)?);
        self.grants.policies.push(Policy { name, statements });
        Ok(())
    }

    /// `aws iam get-account-authorization-details`
    fn account(&mut self, root: &Node, details: &Node) -> Result<(), PolicyError> {
        let roles: Vec<(&str, &Node)> = details
            .items()
            .unwrap_or_default()
            .iter()
            .filter_map(|role| Some((role.get("RoleName")?.as_str()?, role)))
            .collect();
        let role = self.reader.chosen(&roles, self.role, details.span)?;
        self.role(role, root.get("Policies"))
    }

    /// The inline policies of a role, and those attached to it, where the file has them.
    fn role(&mut self, role: &Node, managed: Option<&Node>) -> Result<(), PolicyError> {
        for policy in role.get("RolePolicyList").and_then(Node::items).unwrap_or_default() {
            self.take(policy, "inline")?;
        }
        for policy in role.get("AttachedManagedPolicies").and_then(Node::items).unwrap_or_default() {
            let Some(arn) = policy.get("PolicyArn").and_then(Node::as_str) else { continue };
            let attached = self.managed(arn, managed)?;
            self.grants.policies.push(attached);
        }
        let boundary =
            role.get("PermissionsBoundary").and_then(|boundary| boundary.get("PermissionsBoundaryArn"));
        if let Some(arn) = boundary.and_then(Node::as_str) {
            let limit = self.managed(arn, managed)?;
            self.grants.boundary.push(limit);
        }
        Ok(())
    }

    /// A managed policy by its ARN: its default version of this file, or what is known of those of AWS.
    fn managed(&mut self, arn: &str, managed: Option<&Node>) -> Result<Policy, PolicyError> {
        let listed = managed.and_then(Node::items).unwrap_or_default();
        let is_it = |policy: &&Node| policy.get("Arn").and_then(Node::as_str) == Some(arn);
        let versions = listed.iter().find(is_it).and_then(|policy| policy.get("PolicyVersionList")?.items());
        let is_default = |version: &&Node| {
            matches!(version.get("IsDefaultVersion").map(|it| &it.kind), Some(NodeKind::Bool(true)))
        };
        let document = versions.and_then(|all| all.iter().find(is_default)?.get("Document"));
        match document {
            Some(document) => {
                let name = arn.rsplit('/').next().unwrap_or(arn).to_owned();
                Ok(Policy { name, statements: Some(self.reader.document(document)?) })
            }
            None => Ok(self.reader.known_managed(arn, None)),
        }
    }
}

impl Reader<'_> {
    /// The role with this name; without a name, the only one.
    pub(super) fn chosen<'n>(
        &self,
        roles: &[(&str, &'n Node)],
        wanted: Option<&str>,
        place: crate::load::Span,
    ) -> Result<&'n Node, PolicyError> {
        let names: Vec<&str> = roles.iter().map(|(name, _)| *name).collect();
        match (wanted, roles) {
            (None, [(_, role)]) => Ok(role),
            (None, []) => Err(self.wrong(place, "there is no role here", "give a policy document instead")),
            (None, _) => {
                let message = format!("there are several roles: {}", names.join(", "));
                Err(self.wrong(
                    place,
                    &message,
                    &format!("say which one, such as `{}#{}`", self.file.name, names[0]),
                ))
            }
            (Some(wanted), _) => {
                roles.iter().find(|(name, _)| *name == wanted).map(|(_, role)| *role).ok_or_else(|| {
                    let help = match crate::spelling::nearest(wanted, names.iter().copied()) {
                        Some(name) => format!("did you mean `{name}`?"),
                        None => format!("there is {}", names.join(", ")),
                    };
                    self.wrong(place, &format!("there is no role `{wanted}`"), &help)
                })
            }
        }
    }

    /// A policy that AWS manages, as far as it is simple enough to be known; the text of others is not at hand.
    pub(super) fn known_managed(&self, arn: &str, span: Option<crate::load::Span>) -> Policy {
        let name = arn.rsplit('/').next().unwrap_or(arn);
        let location = self.file.location(span.unwrap_or_default());
        let is_of_aws = arn == name || arn.contains(":aws:policy/");
        let actions =
            MANAGED.iter().find(|(known, _)| is_of_aws && *known == name).map(|(_, actions)| *actions);
        Policy {
            name: name.to_owned(),
            statements: actions.map(|actions| super::allow_all(name, actions, &location)),
        }
    }
}

/// Policies of AWS that are one statement for all resources, as the AWS Managed Policy Reference has them.
const MANAGED: [(&str, &[&str]); 4] = [
    ("AdministratorAccess", &["*"]),
    ("AWSLambdaRole", &["lambda:InvokeFunction"]),
    ("AWSStepFunctionsFullAccess", &["states:*"]),
    ("AmazonSQSFullAccess", &["sqs:*"]),
];
