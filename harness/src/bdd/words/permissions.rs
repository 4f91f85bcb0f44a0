//! What the role of a machine needs, and what it lacks.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::asl::{self, Machine};
use crate::bdd::failed::{Failed, Unmet, Wrong};
use crate::bdd::parameter::Text;
use crate::bdd::stage::{Subject, Wanted};
use crate::bdd::step::{Arguments, Covers, Keyword, Step, Takes};
use crate::bdd::{Section, Stage};
use crate::iam::policy::{Audit, Gap};
use crate::iam::{self, Cover, Resource, Role, Settings, Standing, Survey};
use crate::load::{self, Definition, LoadOptions};
use crate::oracle::RuleId;
use crate::report;
use crate::spelling::nearest;

pub(super) const SECTION: Section = Section {
    name: "Permissions",
    about: "What the execution role must be allowed, as `iam` finds it in the definition. Nothing is run. ARNs are \
            written as `iam` prints them, with placeholders such as `${AWS::Region}`, or with `*` for a part.",
    steps: &[
        Step {
            keyword: Keyword::Then,
            expression: "the role needs {text}",
            about: "The role must be allowed this action, on whatever.",
            example: "the role needs \"lambda:InvokeFunction\"",
            takes: Takes::Nothing,
            covers: &[],
            run: needs,
        },
        Step {
            keyword: Keyword::Then,
            expression: "the role needs {text} on {text}",
            about: "The role must be allowed this action on a resource of this ARN.",
            example: "the role needs \"lambda:InvokeFunction\" on \"arn:aws:lambda:*:*:function:charge\"",
            takes: Takes::Nothing,
            covers: &[],
            run: needs_on,
        },
        Step {
            keyword: Keyword::Then,
            expression: "the role does not need {text}",
            about: "No state needs this action.",
            example: "the role does not need \"dynamodb:DeleteItem\"",
            takes: Takes::Nothing,
            covers: &[],
            run: needs_not,
        },
        Step {
            keyword: Keyword::Then,
            expression: "the role needs nothing but:",
            about: "The role must be allowed every action of the table, and no other. The table has the columns \
                    `action` and `resource`, the latter only if wanted.",
            example: "the role needs nothing but:\n| action                | resource                           |\n| lambda:InvokeFunction | arn:aws:lambda:*:*:function:charge |",
            takes: Takes::Table,
            covers: &[],
            run: needs_nothing_but,
        },
        Step {
            keyword: Keyword::Then,
            expression: "the role lacks nothing",
            about: "The policies of the role allow everything that the states need.",
            example: "the role lacks nothing",
            takes: Takes::Nothing,
            covers: &[],
            run: lacks_nothing,
        },
        Step {
            keyword: Keyword::Then,
            expression: "the role lacks {text}",
            about: "A state needs this action, and the policies of the role do not allow it.",
            example: "the role lacks \"sqs:SendMessage\"",
            takes: Takes::Nothing,
            covers: &[Covers::Rule(RuleId::PermissionMissing)],
            run: lacks,
        },
    ],
};

/// An action on a resource that the policy of the execution role should allow.
struct Pair {
    action: String,
    resource: Resource,
}

impl Pair {
    fn is(&self, action: &str, arn: Option<&str>) -> bool {
        self.action.eq_ignore_ascii_case(action)
            && arn.is_none_or(|arn| {
                self.resource.to_string() == arn || self.resource.covered_by(arn) == Cover::All
            })
    }
}

impl std::fmt::Display for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} on {}", self.action, self.resource)
    }
}

fn needs(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Text(action) = arguments.get(0)?;
    demand(stage, &format!("the role needs {action}"), &action, None)
}

fn needs_on(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let (Text(action), Text(arn)) = (arguments.get(0)?, arguments.get(1)?);
    demand(stage, &format!("the role needs {action} on {arn}"), &action, Some(&arn))
}

fn demand(stage: &mut Stage, expected: &str, action: &str, arn: Option<&str>) -> Result<(), Failed> {
    check_action(action)?;
    let (machine, survey) = surveyed(stage)?;
    let pairs = pairs(&survey);
    if pairs.iter().any(|pair| pair.is(action, arn)) {
        return Ok(());
    }
    known(&machine, &survey)?;
    let same: Vec<String> =
        pairs.iter().filter(|pair| pair.is(action, None)).map(ToString::to_string).collect();
    let names = pairs.iter().map(|pair| pair.action.as_str());
    let happened = match (same.is_empty(), nearest(action, names)) {
        (false, _) => "it needs that action on other resources".to_owned(),
        (true, Some(near)) => format!("it does not, but it needs {near}"),
        (true, None) => "it does not".to_owned(),
    };
    let details = if same.is_empty() { listed(&pairs) } else { same };
    Err(Unmet { expected: expected.to_owned(), happened, details, findings: Vec::new(), witness: None }
        .into())
}

fn needs_not(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Text(action) = arguments.get(0)?;
    check_action(&action)?;
    let (machine, survey) = surveyed(stage)?;
    let found: Vec<Pair> = pairs(&survey).into_iter().filter(|pair| pair.is(&action, None)).collect();
    if found.is_empty() {
        return known(&machine, &survey);
    }
    let expected = format!("the role does not need {action}");
    Err(Unmet {
        expected,
        happened: "it does".to_owned(),
        details: listed(&found),
        findings: Vec::new(),
        witness: None,
    }
    .into())
}

fn needs_nothing_but(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let rows = rows(arguments.rows()?)?;
    let (machine, survey) = surveyed(stage)?;
    let pairs = pairs(&survey);
    let is = |pair: &Pair, row: &(&str, Option<&str>)| pair.is(row.0, row.1);
    let more = pairs.iter().filter(|pair| !rows.iter().any(|row| is(pair, row)));
    let mut details: Vec<String> = more.map(|pair| format!("more: {pair}")).collect();
    for row in rows.iter().filter(|row| !pairs.iter().any(|pair| is(pair, row))) {
        let on = row.1.map(|arn| format!(" on {arn}")).unwrap_or_default();
        details.push(format!("not needed: {}{on}", row.0));
    }
    if details.is_empty() {
        return known(&machine, &survey);
    }
    let expected = "the role needs what the table says, and nothing else".to_owned();
    Err(Unmet {
        expected,
        happened: "it needs something else".to_owned(),
        details,
        findings: Vec::new(),
        witness: None,
    }
    .into())
}

fn lacks_nothing(stage: &mut Stage, _: &Arguments<'_>) -> Result<(), Failed> {
    let subject = stage.subject()?;
    let (audit, survey) = audited(&subject)?;
    stage.has_asked = true;
    let machine = &subject.model.machine;
    if audit.missing.is_empty() {
        if let Some(gap) = audit.undecided.first() {
            let actions = gap.actions.join(", ");
            return Err(Failed::Inconclusive(format!("whether {actions} is allowed: {}", gap.reason)));
        }
        return known(machine, survey);
    }
    let details = gaps(machine, &audit.missing);
    let happened = "it lacks something".to_owned();
    Err(Unmet {
        expected: "the role lacks nothing".to_owned(),
        happened,
        details,
        findings: Vec::new(),
        witness: None,
    }
    .into())
}

fn lacks(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Text(action) = arguments.get(0)?;
    check_action(&action)?;
    let subject = stage.subject()?;
    let (audit, _) = audited(&subject)?;
    stage.has_asked = true;
    let is_meant = |gap: &Gap| gap.actions.iter().any(|known| known.eq_ignore_ascii_case(&action));
    if audit.missing.iter().any(is_meant) {
        return Ok(());
    }
    if let Some(gap) = audit.undecided.iter().find(|gap| is_meant(gap)) {
        return Err(Failed::Inconclusive(format!("whether {action} is allowed: {}", gap.reason)));
    }
    let details = gaps(&subject.model.machine, &audit.missing);
    let expected = format!("the role lacks {action}");
    Err(Unmet { expected, happened: "it does not".to_owned(), details, findings: Vec::new(), witness: None }
        .into())
}

/// What the policies of the role say to what the machine needs.
fn audited(subject: &Subject) -> Result<&(Audit, Survey), Failed> {
    subject.permissions.as_ref().ok_or_else(|| {
        let wrong = Wrong::new("the policies of the role are not known");
        wrong.help("say before `Given the role policy \"FILE\"`").into()
    })
}

fn gaps(machine: &Machine, gaps: &[Gap]) -> Vec<String> {
    let line = |gap: &Gap| {
        let place = gap.state.map_or("the machine", |state| &machine.state(state).path);
        let on: Vec<String> = gap.resources.iter().map(ToString::to_string).collect();
        format!("{place} lacks {} on {}: {}", gap.actions.join(", "), on.join(", "), gap.reason)
    };
    gaps.iter().map(line).collect()
}

/// Actions with their resources; the first row of the table names the columns.
fn rows(table: &[Vec<String>]) -> Result<Vec<(&str, Option<&str>)>, Failed> {
    let heading = table.first().map_or(&[][..], |row| &row[..]);
    let column = |name: &str| heading.iter().position(|known| known == name);
    let (action, resource) = (column("action"), column("resource"));
    let (Some(action), true) = (action, heading.len() == 1 + usize::from(resource.is_some())) else {
        let wrong = Wrong::new(format!("the columns of the table are `{}`", heading.join("`, `")));
        return Err(wrong.help("its first row is | action | resource |, or | action |").into());
    };
    let mut rows = Vec::new();
    for row in &table[1..] {
        check_action(&row[action])?;
        rows.push((&*row[action], resource.map(|at| &*row[at])));
    }
    Ok(rows)
}

/// `service:Action`, so that a slip does not pass for something that is not needed.
fn check_action(action: &str) -> Result<(), Failed> {
    let is_word =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    match action.split_once(':') {
        Some((service, name)) if is_word(service) && is_word(name) => Ok(()),
        _ => {
            let wrong = Wrong::new(format!("`{action}` is no action of IAM"));
            Err(wrong.help("write it as in a policy, such as \"lambda:InvokeFunction\"").into())
        }
    }
}

/// A call whose permissions are not known may need anything.
fn known(machine: &Machine, survey: &Survey) -> Result<(), Failed> {
    let Some(call) = survey.unknown.first() else { return Ok(()) };
    let state = &machine.state(call.state).path;
    Err(Failed::Inconclusive(format!("what {state} needs is not known: {}", call.why)))
}

fn listed(pairs: &[Pair]) -> Vec<String> {
    pairs.iter().map(|pair| format!("it needs {pair}")).collect()
}

/// What the policy of the execution role should allow, each once.
fn pairs(survey: &Survey) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = Vec::new();
    let own = |need: &&iam::Need| need.role == Role::Execution && need.standing == Standing::Granted;
    for need in survey.needs.iter().filter(own) {
        for action in &need.actions {
            for resource in &need.resources {
                if !pairs.iter().any(|pair| pair.action == *action && pair.resource == *resource) {
                    pairs.push(Pair { action: action.clone(), resource: resource.clone() });
                }
            }
        }
    }
    pairs
}

/// The policy that the role needs, as IAM takes it, and what is not in it; one after the other where tasks assume roles.
pub(super) fn policy_text(stage: &mut Stage) -> Result<String, Failed> {
    let (machine, survey) = surveyed(stage)?;
    let mut text = String::new();
    for document in iam::documents(&machine, &survey) {
        if let Role::Assumed(arn) = &document.role {
            let _ = writeln!(text, "role {arn}");
        }
        let policy = serde_json::to_string_pretty(&report::policy(&document));
        let _ = writeln!(text, "{}", policy.expect("a policy has only text and lists"));
    }
    for call in &survey.unknown {
        let _ = writeln!(text, "note: {} is not in the policy: {}", machine.state(call.state).path, call.why);
    }
    Ok(text)
}

/// The machine with what its states need.
fn surveyed(stage: &mut Stage) -> Result<(Machine, Survey), Failed> {
    let definition = with_open_account(stage)?;
    let Some(machine) = asl::compile(&definition).machine else {
        return Err(Wrong::new(
            "AWS would refuse the definition without the account and region of the simulator",
        )
        .into());
    };
    stage.has_asked = true;
    let survey = iam::survey(&machine, &Settings::of(&definition));
    Ok((machine, survey))
}

/// The definition with region and account as placeholders: those that the simulator plays are not those of the role.
fn with_open_account(stage: &Stage) -> Result<Definition, Failed> {
    let subject = stage.subject()?;
    let Some(Wanted::File { path, .. }) = &stage.setup.definition else {
        return Ok(subject.definition.clone());
    };
    let pseudo = ["AWS::Partition", "AWS::Region", "AWS::AccountId"];
    let mut substitutions: BTreeMap<String, String> =
        pseudo.map(|name| (name.to_owned(), format!("${{{name}}}"))).into();
    substitutions.extend(stage.setup.premises.substitutions.clone());
    let found = load::definitions(path, &LoadOptions { substitutions })
        .map_err(|error| Wrong::new(error.to_string()))?;
    let same = |found: &Definition| found.name == subject.definition.name;
    found.into_iter().find(same).ok_or_else(|| Wrong::new("the definition is gone").into())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use crate::bdd::trial::Trial;

    const CHARGE: &str = r#"{ "StartAt": "Charge", "States": {
        "Charge": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": { "FunctionName": "charge" }, "Next": "Keep" },
        "Keep": { "Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem",
            "Parameters": { "TableName": "orders", "Item": {} }, "End": true } } }"#;

    #[rstest]
    #[case::an_action("Then the role needs \"lambda:InvokeFunction\"")]
    #[case::with_a_resource(
        "Then the role needs \"dynamodb:PutItem\" on \"arn:*:dynamodb:*:*:table/orders\""
    )]
    #[case::as_it_is_printed(
        "Then the role needs \"dynamodb:PutItem\" on \
         \"arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/orders\""
    )]
    #[case::not("Then the role does not need \"dynamodb:DeleteItem\"")]
    #[case::nothing_but(
        "Then the role needs nothing but:\n| action |\n| dynamodb:PutItem |\n| lambda:InvokeFunction |"
    )]
    #[case::nothing_but_on(
        "Then the role needs nothing but:\n| action | resource |\n| dynamodb:PutItem | *table/orders |\n\
         | lambda:InvokeFunction | *:function:charge |"
    )]
    fn what_a_role_needs(#[case] steps: &str) {
        assert_eq!(Trial::of(CHARGE).play(steps), Ok(()));
    }

    #[rstest]
    #[case::a_slip("Then the role needs \"dynamodb:PutItems\"", "it does not, but it needs dynamodb:PutItem")]
    #[case::another_resource(
        "Then the role needs \"dynamodb:PutItem\" on \"*:table/customers\"",
        "it needs that action on other resources"
    )]
    #[case::needed("Then the role does not need \"dynamodb:PutItem\"", "it does")]
    #[case::more(
        "Then the role needs nothing but:\n| action |\n| dynamodb:PutItem |",
        "it needs something else"
    )]
    #[case::no_action("Then the role does not need \"PutItem\"", "`PutItem` is no action of IAM")]
    #[case::no_columns(
        "Then the role needs nothing but:\n| dynamodb:PutItem |",
        "the columns of the table are"
    )]
    fn what_a_role_does_not_need(#[case] steps: &str, #[case] expected: &str) {
        let told = Trial::of(CHARGE).play(steps).unwrap_err();
        assert!(told.contains(expected), "{told}");
    }

    #[test]
    fn a_call_that_is_not_known_may_need_anything() {
        let unknown = r#"{ "StartAt": "Ask", "States": { "Ask": { "Type": "Task", "Resource": "${Ask}", "End": true } } }"#;
        let told = Trial::of(unknown).play("Then the role does not need \"dynamodb:PutItem\"").unwrap_err();
        assert!(told.contains("inconclusive: what Ask needs is not known"), "{told}");
    }
}
