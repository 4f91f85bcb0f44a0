//! What a user says about the deployment, and what the packaging tells.

use std::collections::BTreeMap;

use super::glob::{Glob, Piece};
use crate::load::{Definition, Substitution};

/// What ARNs are made with beyond the definition, and which extras are asked for.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `aws`, `aws-cn`; a placeholder by default.
    pub partition: Glob,
    /// `eu-west-1`; a placeholder by default.
    pub region: Glob,
    /// The account's twelve digits; a placeholder by default.
    pub account: Glob,
    /// The name of the state machine as deployed.
    pub machine_name: Glob,
    /// What is known of placeholders.
    pub substitutions: BTreeMap<String, Substitution>,
    /// Permissions for things that a definition does not show.
    pub extras: Extras,
}

/// What is asked for besides the definition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extras {
    /// Logs of executions in CloudWatch Logs.
    pub logging: bool,
    /// Traces in X-Ray.
    pub tracing: bool,
    /// Failed items of Distributed Map states are redriven.
    pub redrive: bool,
    /// The customer managed key that encrypts the state machine.
    pub kms_key: Option<Glob>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            partition: Glob::parse("${AWS::Partition}"),
            region: Glob::parse("${AWS::Region}"),
            account: Glob::parse("${AWS::AccountId}"),
            machine_name: Glob::supply("stateMachineName", "the name of this state machine"),
            substitutions: BTreeMap::new(),
            extras: Extras::default(),
        }
    }
}

impl Settings {
    /// What a definition and its packaging say.
    pub fn of(definition: &Definition) -> Self {
        let Definition { packaging, substitutions, .. } = definition;
        let default = Self::default();
        let machine_name = match (&packaging.machine_name, &packaging.logical_id) {
            (Some(name), _) => Glob::parse(name),
            // CloudFormation reference, "AWS::StepFunctions::StateMachine", return values: `Name`.
            (None, Some(id)) => Glob::parse(&format!("${{{id}.Name}}")),
            (None, None) => default.machine_name.clone(),
        };
        let extras = Extras {
            logging: packaging.logging,
            tracing: packaging.tracing,
            kms_key: packaging.kms_key.as_deref().map(Glob::parse),
            redrive: false,
        };
        Self { substitutions: substitutions.clone(), machine_name, extras, ..default }
    }

    /// An ARN by service and what comes after the account: `arn:PARTITION:SERVICE:REGION:ACCOUNT:REST`.
    pub(super) fn arn(&self, service: &str, rest: &Glob) -> Glob {
        self.arn_in(service, &self.region, &self.account, rest)
    }

    /// An ARN of another region or account.
    pub(super) fn arn_in(&self, service: &str, region: &Glob, account: &Glob, rest: &Glob) -> Glob {
        let mut arn = Glob::from("arn:").then(&self.partition);
        arn.push_text(&format!(":{service}:"));
        arn.push_glob(region);
        arn.push_text(":");
        arn.push_glob(account);
        arn.push_text(":");
        arn.then(rest)
    }

    /// The ARN of the state machine itself.
    pub(super) fn machine_arn(&self) -> Glob {
        self.arn("states", &Glob::from("stateMachine:").then(&self.machine_name))
    }

    /// What a placeholder refers to, if it is a resource of the template: its name there, attribute and type.
    fn reference(&self, name: &str) -> Option<(&str, Option<&str>, Option<&str>)> {
        match self.substitutions.get(name)? {
            Substitution::Reference { logical_id, attribute, resource_type } => {
                Some((logical_id, attribute.as_deref(), resource_type.as_deref()))
            }
            Substitution::Known(_) => None,
        }
    }

    /// The type of the resource that a placeholder names, and the resource's name in the template.
    pub(super) fn resource_type(&self, placeholder: &str) -> Option<(&str, &str)> {
        let (logical_id, _, kind) = self.reference(placeholder)?;
        Some((kind?, logical_id))
    }

    /// Whether a placeholder stands for a whole ARN: by what it refers to, else by its name.
    pub(super) fn is_arn(&self, placeholder: &str) -> bool {
        match self.reference(placeholder) {
            Some((_, Some(attribute), _)) => names_arn(attribute),
            Some((_, None, Some(kind))) => ref_is_arn(kind),
            _ => names_arn(placeholder),
        }
    }

    /// Whether it is known what a placeholder stands for, so that nothing has to be taken for granted.
    pub(super) fn is_known(&self, placeholder: &str) -> bool {
        matches!(self.reference(placeholder), Some((_, attribute, kind)) if attribute.is_some() || kind.is_some())
    }

    /// A text with references spelled as the template spells them: `${OrdersTable.Arn}`.
    pub(super) fn in_template(&self, glob: &Glob) -> Glob {
        let mut spelled = Glob::default();
        for piece in glob.pieces() {
            match piece {
                Piece::Placeholder(name) => {
                    let spelling = match self.reference(name) {
                        Some((id, Some(attribute), _)) => format!("{id}.{attribute}"),
                        Some((id, None, _)) => id.to_owned(),
                        None => name.clone(),
                    };
                    spelled.push(Piece::Placeholder(spelling));
                }
                piece => spelled.push(piece.clone()),
            }
        }
        spelled
    }
}

/// `FunctionArn`, `function_arn`, `Arn`
fn names_arn(name: &str) -> bool {
    name.ends_with("Arn") || name.ends_with("ARN") || name.ends_with("arn")
}

/// CloudFormation reference, "Return values" of each type: those whose `Ref` is an ARN.
fn ref_is_arn(kind: &str) -> bool {
    const TYPES: [&str; 20] = [
        "AWS::SNS::Topic",
        "AWS::StepFunctions::StateMachine",
        "AWS::Serverless::StateMachine",
        "AWS::StepFunctions::Activity",
        "AWS::Lambda::Version",
        "AWS::Lambda::Alias",
        "AWS::ECS::TaskDefinition",
        "AWS::ECS::Service",
        "AWS::Batch::JobDefinition",
        "AWS::Batch::JobQueue",
        "AWS::Batch::ComputeEnvironment",
        "AWS::SecretsManager::Secret",
        "AWS::SageMaker::Model",
        "AWS::SageMaker::Endpoint",
        "AWS::SageMaker::EndpointConfig",
        "AWS::MediaConvert::Queue",
        "AWS::Bedrock::Guardrail",
        "AWS::DMS::ReplicationTask",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "AWS::IAM::ManagedPolicy",
    ];
    TYPES.contains(&kind)
}
