//! The definition of a machine, of a version of it, or of the versions of an alias.

use super::arn::{MachineArn, Named};
use super::error::{Near, Unpulled, is_absent};
use crate::aws::failure::Failure;
use crate::aws::{Cleared, partition};
use crate::spelling::edits;
use crate::value::{Object, Value};

/// A machine as AWS has it.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Its name, with the version where one was asked for: `order`, `order.7`.
    pub name: String,
    /// The definition, to the byte.
    pub definition: String,
    /// What else was answered.
    pub described: Value,
}

/// How many names are told where one does not exist.
const NEAR_MAX: usize = 5;
/// API reference, "ListStateMachines": so many on one page, and no more than one page is looked at.
const LISTED_MAX: u16 = 1_000;

/// The machine, or each version that an alias stands for.
pub async fn machines(cleared: &Cleared, named: &Named<MachineArn>) -> Result<Vec<Machine>, Unpulled> {
    let arn = located(cleared, named)?;
    if !arn.is_alias() {
        return Ok(vec![described(cleared, &arn).await?]);
    }
    let text = arn.to_string();
    let answer = match cleared.clients().describe_state_machine_alias(&text).await {
        Ok(answer) => answer,
        Err(failure) => return Err(missing(cleared, &arn, failure).await),
    };
    let routes = answer.get("routingConfiguration").and_then(Value::as_array).unwrap_or_default();
    let mut found = Vec::new();
    for version in routes.iter().filter_map(|route| route.get("stateMachineVersionArn")?.as_str()) {
        if let Ok(Named::Arn(version)) = Named::parse_machine(version) {
            found.push(described(cleared, &version).await?);
        }
    }
    Ok(found)
}

/// The ARN of what is named, if it is in the account and region that are called.
pub(super) fn located(cleared: &Cleared, named: &Named<MachineArn>) -> Result<MachineArn, Unpulled> {
    let region = &cleared.settings().region.value;
    match named {
        Named::Arn(arn) => {
            check_place(cleared, &arn.to_string(), arn.account_and_region())?;
            Ok(arn.clone())
        }
        Named::Name(name) => {
            let partition = partition::of(region).unwrap_or("aws");
            Ok(MachineArn::of(partition, region, cleared.account().as_str(), name))
        }
    }
}

/// An ARN of another account or region cannot be answered by the one that is called.
pub(super) fn check_place(
    cleared: &Cleared,
    arn: &str,
    (account, region): (&str, &str),
) -> Result<(), Unpulled> {
    let called = cleared.account().as_str();
    if account != called {
        let advice = "use credentials of the account that the ARN names, and allow it in chaos.toml";
        return Err(Unpulled::Elsewhere { arn: arn.to_owned(), called: format!("account {called}"), advice });
    }
    let called = &cleared.settings().region.value;
    if region != called {
        let advice = "leave `--region` away, or name that of the ARN";
        return Err(Unpulled::Elsewhere { arn: arn.to_owned(), called: format!("region {called}"), advice });
    }
    Ok(())
}

/// What DescribeStateMachine says of it.
pub(super) async fn described(cleared: &Cleared, arn: &MachineArn) -> Result<Machine, Unpulled> {
    let answer = match cleared.clients().describe_state_machine(&arn.to_string()).await {
        Ok(answer) => answer,
        Err(failure) => return Err(missing(cleared, arn, failure).await),
    };
    let name = match &arn.qualifier {
        Some(version) => format!("{}.{version}", arn.name),
        None => arn.name.clone(),
    };
    Ok(Machine::of(name, &answer))
}

impl Machine {
    /// An answer, apart from its definition.
    pub(super) fn of(name: String, answer: &Value) -> Self {
        let definition = answer.get("definition").and_then(Value::as_str).unwrap_or_default().to_owned();
        let others =
            answer.as_object().into_iter().flat_map(Object::iter).filter(|(key, _)| &***key != "definition");
        let described = others.map(|(key, value)| (key.clone(), value.clone())).collect::<Object>().into();
        Self { name, definition, described }
    }

    /// The role of its executions.
    pub fn role_arn(&self) -> Option<&str> {
        self.described.get("roleArn")?.as_str()
    }

    /// Whether it is an Express workflow.
    pub fn is_express(&self) -> bool {
        self.described.get("type").and_then(Value::as_str) == Some("EXPRESS")
    }

    /// The log group of its executions, and the log level.
    pub(super) fn logs(&self) -> Option<(String, String)> {
        let logging = self.described.get("loggingConfiguration")?;
        let level = logging.get("level")?.as_str().filter(|level| *level != "OFF")?;
        let destination = logging.get("destinations")?.as_array()?.first()?;
        // arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*
        let arn = destination.get("cloudWatchLogsLogGroup")?.get("logGroupArn")?.as_str()?;
        Some((arn.split(':').nth(6)?.to_owned(), level.to_owned()))
    }
}

/// Names what there is instead, if the machine does not exist.
async fn missing(cleared: &Cleared, arn: &MachineArn, failure: Failure) -> Unpulled {
    let text = arn.to_string();
    if !is_absent(&failure) {
        return Unpulled::of(failure, &text);
    }
    let near = match cleared.clients().list_state_machines(LISTED_MAX).await {
        Ok(machines) => near(&arn.name, &machines),
        Err(failure) => Near::Unknown(failure.to_string()),
    };
    Unpulled::NoMachine { arn: text, near }
}

fn near(name: &str, machines: &[Value]) -> Near {
    let name = name.to_lowercase();
    let mut names: Vec<&str> =
        machines.iter().filter_map(|machine| machine.get("name").and_then(Value::as_str)).collect();
    let all = names.len();
    names.sort_by_cached_key(|known| {
        let known = known.to_lowercase();
        let is_part = known.contains(&name) || name.contains(&known);
        (!is_part, edits(&name, &known), known)
    });
    names.truncate(NEAR_MAX);
    Near::Names(names.into_iter().map(str::to_owned).collect(), all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_names_come_first() {
        let list = r#"[{"name":"refund"},{"name":"Orders-prod"},{"name":"oder"},{"name":"a"},{"name":"b"},{"name":"c"}]"#;
        let list = Value::parse(list).unwrap();
        let told = near("order", list.as_array().unwrap()).to_string();
        assert!(
            told.starts_with("near it: Orders-prod, oder, ") && told.ends_with("(of 6 machines)"),
            "{told}"
        );
        assert_eq!(
            near("order", &[]).to_string(),
            "there is none at all in this account and region; check both"
        );
    }
}
