//! The policies of a role: those inside of it, those attached to it, and the one that bounds it.

use super::arn::{MachineArn, Named, RoleArn};
use super::error::{Unpulled, is_absent};
use super::machine;
use crate::aws::Cleared;
use crate::aws::failure::Failure;
use crate::aws::partition;

/// A role with its policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// In the order in which IAM lists them; the boundary last.
    pub documents: Vec<Document>,
}

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// How it belongs to the role.
    pub kind: Kind,
    /// Its name, without a path.
    pub name: String,
    /// The document as JSON.
    pub text: String,
}

/// How a policy belongs to a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Inside of it.
    Inline,
    /// A managed policy.
    Attached,
    /// The permission boundary.
    Boundary,
}

/// The role that is named, or the one of a machine.
pub async fn role(
    cleared: &Cleared,
    role: Option<&Named<RoleArn>>,
    of: Option<&Named<MachineArn>>,
) -> Result<Option<Role>, Unpulled> {
    let arn_of_machine = match of {
        Some(named) => {
            let arn = machine::located(cleared, named)?;
            machine::described(cleared, &arn).await?.role_arn().map(str::to_owned)
        }
        None => None,
    };
    let of_machine = arn_of_machine.and_then(|arn| Named::parse_role(&arn).ok());
    let Some(named) = role.or(of_machine.as_ref()) else { return Ok(None) };
    let name = match named {
        Named::Arn(arn) => {
            let called = cleared.account().as_str();
            if arn.account() != called {
                let advice = "use credentials of the account that the ARN names, and allow it in chaos.toml";
                let (arn, called) =
                    (format!("role {} of account {}", arn.name, arn.account()), format!("account {called}"));
                return Err(Unpulled::Elsewhere { arn, called, advice });
            }
            &arn.name
        }
        Named::Name(name) => name,
    };
    policies(cleared, name).await.map(Some)
}

async fn policies(cleared: &Cleared, name: &str) -> Result<Role, Unpulled> {
    let clients = cleared.clients();
    let account = cleared.account().as_str();
    let partition = partition::of(&cleared.settings().region.value).unwrap_or("aws");
    let resource = format!("arn:{partition}:iam::{account}:role/{name}");
    let failed = |failure: Failure| {
        if is_absent(&failure) {
            Unpulled::NoRole { name: name.to_owned(), account: account.to_owned() }
        } else {
            Unpulled::of(failure, &resource)
        }
    };
    let role = clients.role(name).await.map_err(failed)?;
    let mut documents = Vec::new();
    for policy in clients.role_policies(name).await.map_err(failed)? {
        let text = clients.role_policy(name, &policy).await.map_err(failed)?;
        documents.push(Document { kind: Kind::Inline, name: policy, text });
    }
    let attached = clients.attached_policies(name).await.map_err(failed)?;
    let managed = attached.into_iter().map(|arn| (Kind::Attached, arn));
    for (kind, arn) in managed.chain(role.boundary.map(|arn| (Kind::Boundary, arn))) {
        let text = clients.policy(&arn).await.map_err(|failure| Unpulled::of(failure, &arn))?;
        let name = arn.rsplit('/').next().unwrap_or(&arn).to_owned();
        documents.push(Document { kind, name, text });
    }
    Ok(Role { name: role.name, documents })
}

impl Kind {
    /// `inline`
    pub fn name(self) -> &'static str {
        match self {
            Self::Inline => "inline",
            Self::Attached => "attached",
            Self::Boundary => "boundary",
        }
    }
}
