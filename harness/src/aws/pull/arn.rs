//! ARNs as users give them, told apart before anything is called.

use std::fmt;

/// What stands in every ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    partition: String,
    region: String,
    account: String,
}

/// A machine, or one of its versions and aliases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineArn {
    place: Place,
    /// Its name.
    pub name: String,
    /// The number of a version, or the name of an alias.
    pub qualifier: Option<String>,
}

/// An execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionArn {
    place: Place,
    /// The name of its machine; of a child of a distributed Map with the Map's label, `order/Items`.
    pub machine: String,
    /// Its name.
    pub name: String,
    /// Whether it is of an Express workflow, whose events Step Functions does not keep.
    pub is_express: bool,
}

/// A role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleArn {
    place: Place,
    /// Its name, without a path.
    pub name: String,
}

/// Something that is given by its ARN or by its name alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named<A> {
    /// By its ARN.
    Arn(A),
    /// By its name, in the account and region of the call.
    Name(String),
}

/// Why a text is no ARN of what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` {why}; {wanted}")]
pub struct WrongArn {
    text: String,
    why: String,
    wanted: &'static str,
}

/// Docs, "CreateStateMachine": as many characters as a name may have.
const NAME_CHARS_MAX: usize = 80;

const MACHINE: &str = "give the name of a machine, or arn:aws:states:REGION:ACCOUNT:stateMachine:NAME, with a version or an \
                       alias if you like";
const EXECUTION: &str = "give arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME, as `aws stepfunctions \
                         list-executions --state-machine-arn ARN --status-filter FAILED` lists it";
const ROLE: &str = "give the name of a role, or arn:aws:iam::ACCOUNT:role/NAME";

impl Named<MachineArn> {
    /// `order`, `order:7`, `order:PROD`, or an ARN.
    pub fn parse_machine(text: &str) -> Result<Self, WrongArn> {
        let wrong = |why: &str| WrongArn { text: text.to_owned(), why: why.to_owned(), wanted: MACHINE };
        if !text.starts_with("arn:") {
            let is_name = !text.is_empty()
                && text.chars().count() <= 2 * NAME_CHARS_MAX
                && !text.contains(|c: char| {
                    c.is_whitespace() || c.is_control() || "/\\<>{}[]?*\"#%^|~`$&,;".contains(c)
                })
                && text.split(':').count() <= 2
                && text.split(':').all(|part| !part.is_empty());
            return if is_name {
                Ok(Self::Name(text.to_owned()))
            } else {
                Err(wrong("is no name of a machine"))
            };
        }
        let (place, parts) = split(text, "states").ok_or_else(|| wrong("is no ARN of Step Functions"))?;
        let (name, qualifier) = match parts[..] {
            ["stateMachine", name] => (name, None),
            ["stateMachine", name, qualifier] => (name, Some(qualifier.to_owned())),
            ["execution" | "express", ..] => {
                return Err(wrong("is an execution; `pull execution` fetches it"));
            }
            _ => return Err(wrong("is no state machine")),
        };
        if name.contains('/') {
            return Err(wrong("is a Map state inside of a machine, which has no definition of its own"));
        }
        Ok(Self::Arn(MachineArn { place, name: name.to_owned(), qualifier }))
    }
}

impl MachineArn {
    /// In an account and region.
    pub(super) fn of(partition: &str, region: &str, account: &str, name: &str) -> Self {
        let [partition, region, account] = [partition, region, account].map(str::to_owned);
        let (name, qualifier) = match name.split_once(':') {
            Some((name, qualifier)) => (name, Some(qualifier.to_owned())),
            None => (name, None),
        };
        Self { place: Place { partition, region, account }, name: name.to_owned(), qualifier }
    }

    /// Docs, "State machine aliases": a version is a number, and the name of an alias is none.
    pub(super) fn is_alias(&self) -> bool {
        self.qualifier.as_ref().is_some_and(|qualifier| qualifier.bytes().any(|byte| !byte.is_ascii_digit()))
    }

    /// The account and the region that it is in.
    pub fn account_and_region(&self) -> (&str, &str) {
        (&self.place.account, &self.place.region)
    }
}

impl ExecutionArn {
    /// An ARN; a name alone does not say of which machine.
    pub fn parse(text: &str) -> Result<Self, WrongArn> {
        let wrong = |why: &str| WrongArn { text: text.to_owned(), why: why.to_owned(), wanted: EXECUTION };
        let (place, parts) = split(text, "states").ok_or_else(|| wrong("is no ARN of an execution"))?;
        let (machine, name, is_express) = match parts[..] {
            ["execution", machine, ref name @ ..] if !name.is_empty() => (machine, name.join(":"), false),
            // An Express execution has an id behind its name.
            ["express", machine, ref name @ ..] if !name.is_empty() => (machine, name.join(":"), true),
            ["stateMachine", ..] => return Err(wrong("is a machine; `pull definition` fetches it")),
            ["mapRun", ..] => {
                return Err(wrong(
                    "is the run of a distributed Map; `aws stepfunctions list-executions --map-run-arn ARN` lists its \
                     executions",
                ));
            }
            _ => return Err(wrong("is no execution")),
        };
        Ok(Self { place, machine: machine.to_owned(), name, is_express })
    }

    /// The machine; of a child of a distributed Map the one that has the Map.
    pub(super) fn machine_arn(&self) -> MachineArn {
        let name = self.machine.split('/').next().unwrap_or_default().to_owned();
        MachineArn { place: self.place.clone(), name, qualifier: None }
    }

    /// The account and the region that it is in.
    pub fn account_and_region(&self) -> (&str, &str) {
        (&self.place.account, &self.place.region)
    }
}

impl Named<RoleArn> {
    /// `orders-role`, or an ARN.
    pub fn parse_role(text: &str) -> Result<Self, WrongArn> {
        let wrong = |why: &str| WrongArn { text: text.to_owned(), why: why.to_owned(), wanted: ROLE };
        // API reference, "GetRole": letters, digits and these, at most 64.
        let is_name = |name: &str| {
            !name.is_empty()
                && name.len() <= 64
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte))
        };
        if is_name(text) {
            return Ok(Self::Name(text.to_owned()));
        }
        let (place, parts) = split(text, "iam").ok_or_else(|| wrong("is no role"))?;
        let name = match parts[..] {
            [role] => role.strip_prefix("role/").and_then(|path| path.rsplit('/').next()),
            _ => None,
        };
        let name = name.filter(|name| is_name(name)).ok_or_else(|| wrong("is no ARN of a role"))?;
        Ok(Self::Arn(RoleArn { place, name: name.to_owned() }))
    }
}

impl RoleArn {
    /// The account that it is in.
    pub fn account(&self) -> &str {
        &self.place.account
    }
}

/// `arn:PARTITION:SERVICE:REGION:ACCOUNT:…`
fn split<'t>(text: &'t str, service: &str) -> Option<(Place, Vec<&'t str>)> {
    let mut parts = text.split(':');
    let is_arn = parts.next() == Some("arn");
    let partition = parts.next()?.to_owned();
    let is_service = parts.next() == Some(service);
    let (region, account) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    let rest: Vec<&str> = parts.collect();
    let is_whole = is_arn && is_service && !partition.is_empty() && account.len() == 12;
    let is_whole = is_whole && account.bytes().all(|byte| byte.is_ascii_digit());
    (is_whole && rest.iter().all(|part| !part.is_empty()))
        .then_some((Place { partition, region, account }, rest))
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "arn:{}:states:{}:{}", self.partition, self.region, self.account)
    }
}

impl fmt::Display for MachineArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:stateMachine:{}", self.place, self.name)?;
        self.qualifier.iter().try_for_each(|qualifier| write!(f, ":{qualifier}"))
    }
}

impl fmt::Display for ExecutionArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_express { "express" } else { "execution" };
        write!(f, "{}:{kind}:{}:{}", self.place, self.machine, self.name)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const STATES: &str = "arn:aws:states:eu-west-1:111122223333";

    #[rstest]
    #[case::a_machine("stateMachine:order", "order", None, false)]
    #[case::a_version("stateMachine:order:7", "order", Some("7"), false)]
    #[case::an_alias("stateMachine:order:PROD", "order", Some("PROD"), true)]
    fn an_arn_of_a_machine_may_be_qualified(
        #[case] rest: &str,
        #[case] name: &str,
        #[case] qualifier: Option<&str>,
        #[case] is_alias: bool,
    ) {
        let text = format!("{STATES}:{rest}");
        let Ok(Named::Arn(arn)) = Named::parse_machine(&text) else { panic!("{text} is an ARN") };
        assert_eq!(
            (arn.name.as_str(), arn.qualifier.as_deref(), arn.is_alias()),
            (name, qualifier, is_alias)
        );
        assert_eq!(arn.to_string(), text);
    }

    #[rstest]
    #[case::standard("execution:order:run-8", "order", "run-8", false)]
    #[case::express("express:order:run-8:0f2c", "order", "run-8:0f2c", true)]
    #[case::of_a_map("execution:order/Items:0f2c", "order/Items", "0f2c", false)]
    fn an_execution_names_its_machine(
        #[case] rest: &str,
        #[case] machine: &str,
        #[case] name: &str,
        #[case] is_express: bool,
    ) {
        let text = format!("{STATES}:{rest}");
        let arn = ExecutionArn::parse(&text).unwrap();
        assert_eq!((arn.machine.as_str(), arn.name.as_str(), arn.is_express), (machine, name, is_express));
        assert_eq!((arn.to_string(), arn.machine_arn().name), (text, "order".to_owned()));
    }

    #[rstest]
    #[case::a_map(
        "arn:aws:states:eu-west-1:111122223333:stateMachine:order/Items",
        "is a Map state inside of a machine"
    )]
    #[case::an_execution(
        "arn:aws:states:eu-west-1:111122223333:execution:order:a",
        "`pull execution` fetches it"
    )]
    #[case::another_service("arn:aws:sns:eu-west-1:111122223333:topic", "is no ARN of Step Functions")]
    #[case::a_path("../order", "is no name of a machine")]
    #[case::nothing("", "is no name of a machine")]
    fn what_is_no_machine_is_refused(#[case] text: &str, #[case] expected: &str) {
        let error = Named::parse_machine(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[rstest]
    #[case::a_name("run-8", "is no ARN of an execution")]
    #[case::a_machine(
        "arn:aws:states:eu-west-1:111122223333:stateMachine:order",
        "`pull definition` fetches it"
    )]
    #[case::a_map_run(
        "arn:aws:states:eu-west-1:111122223333:mapRun:order/Items:0f2c",
        "list-executions --map-run-arn"
    )]
    #[case::no_account("arn:aws:states:eu-west-1:1:execution:order:a", "is no ARN of an execution")]
    fn what_is_no_execution_is_refused(#[case] text: &str, #[case] expected: &str) {
        let error = ExecutionArn::parse(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[rstest]
    #[case::a_name("orders-role", Some("orders-role"))]
    #[case::an_arn("arn:aws:iam::111122223333:role/orders-role", Some("orders-role"))]
    #[case::a_path("arn:aws:iam::111122223333:role/team/orders-role", Some("orders-role"))]
    #[case::a_user("arn:aws:iam::111122223333:user/ann", None)]
    #[case::a_folder("../orders", None)]
    fn a_role_has_a_name(#[case] text: &str, #[case] expected: Option<&str>) {
        let name = match Named::parse_role(text) {
            Ok(Named::Name(name)) => Some(name),
            Ok(Named::Arn(arn)) => Some(arn.name),
            Err(_) => None,
        };
        assert_eq!(name.as_deref(), expected);
    }
}
