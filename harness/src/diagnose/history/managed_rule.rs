//! The rule of EventBridge that tells Step Functions of the end of a job: a role that may not create it is refused
//! with "is not authorized to create managed-rule", which names neither action nor resource.

use super::permission::{Account, Denial};
use crate::asl;
use crate::catalog::Integration;
use crate::iam::{Glob, Settings, needs};
use crate::load::Definition;

/// What the role needs for the rule of this job.
pub(super) fn needed(cause: &str, integration: &Integration, account: &Account) -> Option<Denial> {
    if !cause.contains("is not authorized to create managed-rule") {
        return None;
    }
    let text = format!(
        r#"{{"StartAt":"Job","States":{{"Job":{{"Type":"Task","Resource":"arn:aws:states:::{integration}","End":true}}}}}}"#
    );
    let definition = Definition::from_text("job.asl.json", &text);
    let machine = asl::compile(&definition).machine?;
    let mut settings = Settings::of(&definition);
    let known = [
        (&mut settings.partition, &account.partition),
        (&mut settings.region, &account.region),
        (&mut settings.account, &account.id),
    ];
    for (setting, value) in known {
        if let Some(value) = value {
            *setting = Glob::parse(value);
        }
    }
    let needs = needs(&machine, &settings);
    let need = needs.into_iter().find(|need| need.actions.iter().any(|action| action == "events:PutRule"))?;
    let arn = need.resources.iter().find_map(|resource| resource.arn()?.as_text().map(str::to_owned));
    Some(Denial { actions: need.actions, resource: arn, ..Denial::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_of_a_job_is_named() {
        let job = Integration::parse("arn:aws:states:::ecs:runTask.sync").unwrap();
        let account = Account {
            partition: Some("aws".to_owned()),
            region: Some("eu-west-1".to_owned()),
            id: Some("123456789012".to_owned()),
        };
        let cause = "'arn:aws:iam::123456789012:role/r' is not authorized to create managed-rule.";
        let denial = needed(cause, &job, &account).unwrap();
        assert_eq!(denial.actions, ["events:PutTargets", "events:PutRule", "events:DescribeRule"]);
        let rule = "arn:aws:events:eu-west-1:123456789012:rule/StepFunctionsGetEventsForECSTaskRule";
        assert_eq!(denial.resource.as_deref(), Some(rule));
    }
}
