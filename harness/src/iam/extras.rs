//! Permissions of the machine as a whole: logs, traces, its key.

use super::need::{Condition, Need, Resource, Role, Standing};
use super::settings::Settings;

/// Docs, "Using CloudWatch Logs": actions on deliveries know no resource.
const LOGGING: [&str; 8] = [
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
];

/// Docs, "Trace request data".
const TRACING: [&str; 4] =
    ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"];

/// What was asked for, or what the packaging of the machine turns on.
pub(super) fn needs(settings: &Settings, needs: &mut Vec<Need>) {
    if settings.extras.logging {
        let any = Resource::Any {
            why: "the actions on log deliveries cannot be restricted to a resource".to_owned(),
        };
        needs.push(need(&LOGGING, any, "writes the logs of its executions", "logging"));
    }
    if settings.extras.tracing {
        let any = Resource::Any { why: "the actions of X-Ray cannot be restricted to a resource".to_owned() };
        needs.push(need(&TRACING, any, "writes the traces of its executions", "tracing"));
    }
    if let Some(key) = &settings.extras.kms_key {
        // Docs, "Encryption at rest": data of this machine only.
        let mut need = need(
            &["kms:Decrypt", "kms:GenerateDataKey"],
            Resource::Arn(settings.in_template(key)),
            "encrypts and decrypts the data of its executions",
            "encryption",
        );
        need.condition.push(Condition {
            operator: "StringEquals".to_owned(),
            key: "kms:EncryptionContext:aws:states:stateMachineArn".to_owned(),
            values: vec![settings.in_template(&settings.machine_arn())],
        });
        needs.push(need);
    }
}

fn need(actions: &[&str], resource: Resource, because: &str, integration: &str) -> Need {
    Need {
        state: None,
        role: Role::Execution,
        actions: actions.iter().map(|action| (*action).to_owned()).collect(),
        resources: vec![resource],
        condition: Vec::new(),
        because: because.to_owned(),
        integration: integration.to_owned(),
        certain: false,
        standing: Standing::Granted,
        remarks: Vec::new(),
    }
}
