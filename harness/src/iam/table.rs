//! The committed table of permissions, `catalog/data/iam.txt`, which explains its own format.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::form::Step;

/// A permission of an integration.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) when: When,
    /// None: nothing is needed, see `because`.
    pub(super) actions: Vec<Action>,
    pub(super) resources: Vec<Shape>,
    pub(super) marks: Vec<Mark>,
    pub(super) because: &'static str,
}

/// Which patterns of an integration a permission is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Every,
    /// Those that wait for the end of the work.
    Waiting,
    Calling,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Action {
    pub(super) name: &'static str,
    /// Whether it is used only to stop the work.
    pub(super) stops: bool,
}

/// How a resource is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `*`
    Any,
    /// `@function FunctionName`
    Made { by: &'static str, field: Field },
    /// Texts and fields; an ARN, or a value of a condition.
    Parts(Vec<Part>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Text(&'static str),
    Star,
    Partition,
    Region,
    Account,
    MachineName,
    Field(Field),
    Supply { name: &'static str, what: &'static str },
}

/// A member of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// The member, and those looked for where it is not given.
    pub(super) ways: Vec<Vec<Step>>,
    pub(super) function: Option<&'static str>,
    pub(super) default: Option<&'static str>,
    pub(super) kind: FieldKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldKind {
    Plain,
    /// Without it there is no such resource.
    Optional,
    /// Always an ARN.
    Arn,
    /// Of an item of a list: an item without it is about something else.
    Present,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Given(Vec<Vec<Step>>),
    Unless(Vec<Vec<Step>>),
    Equals(Vec<Step>, Vec<&'static str>),
    /// Granted, but needed only then.
    If(&'static str),
    /// Mentioned, not granted.
    Perhaps(&'static str),
    Where {
        narrowing: bool,
        operator: &'static str,
        key: &'static str,
        values: Vec<Shape>,
    },
    Medium,
    Low,
    Note(&'static str),
}

static TABLE: LazyLock<BTreeMap<&'static str, Vec<Row>>> = LazyLock::new(|| {
    read(include_str!("../catalog/data/iam.txt"))
        .expect("the committed table is well-formed: a test reads it")
});

/// The rows of an integration by its name: `sqs:sendMessage`, `aws-sdk:s3:getObject`.
pub(super) fn rows(integration: &str) -> Option<&'static [Row]> {
    TABLE.get(integration).map(Vec::as_slice)
}

/// The names of all integrations in the table.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TABLE.keys().copied()
}

/// A permission that is not of one integration: a line without patterns.
pub(super) fn row(line: &'static str) -> Row {
    parse_row(line).expect("the line is written in this crate: every test that meets it reads it")
}

fn read(text: &'static str) -> Result<BTreeMap<&'static str, Vec<Row>>, String> {
    let mut table: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
    let mut names: Vec<&str> = Vec::new();
    let mut heading = false;
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        if line.starts_with(' ') {
            heading = false;
            let row = parse_row(line).ok_or_else(|| format!("`{line}` is no permission"))?;
            for name in &names {
                table.entry(name).or_default().push(row.clone());
            }
        } else {
            if !heading {
                names.clear();
            }
            heading = true;
            names.push(line.trim());
        }
    }
    Ok(table)
}

fn parse_row(line: &'static str) -> Option<Row> {
    let columns = columns(line);
    let when = match *columns.first()? {
        "*" => When::Every,
        "sync" => When::Waiting,
        "call" => When::Calling,
        _ => return None,
    };
    if let Some(rule) = columns.get(1)?.strip_prefix("rule ") {
        return rule_row(when, rule, columns.get(3).copied().unwrap_or_default());
    }
    let [_, actions, resources, marks, because] = columns[..] else { return None };
    let action = |name: &'static str| match name.strip_suffix('?') {
        Some(name) => Action { name, stops: true },
        None => Action { name, stops: false },
    };
    let actions = actions.split_whitespace().filter(|name| *name != "none").map(action).collect();
    let resources: Option<_> = split(resources, ", ").map(resource).collect();
    let marks: Option<_> = split(marks, "; ").map(mark).collect();
    Some(Row { when, actions, resources: resources?, marks: marks?, because })
}

/// What stands between bars; a bar inside braces has no blank before it.
fn columns(line: &'static str) -> Vec<&'static str> {
    let bars = line.match_indices(" |").map(|(at, _)| at + 1);
    let starts = std::iter::once(0).chain(bars.clone().map(|at| at + 1));
    let ends = bars.chain(std::iter::once(line.len()));
    starts.zip(ends).map(|(start, end)| line[start..end].trim()).collect()
}

fn split(text: &'static str, separator: &'static str) -> impl Iterator<Item = &'static str> {
    text.split(separator).map(str::trim).filter(|part| !part.is_empty())
}

/// The managed rule that tells Step Functions of the end of a job.
fn rule_row(when: When, rule: &'static str, marks: &'static str) -> Option<Row> {
    let names = ["events:PutTargets", "events:PutRule", "events:DescribeRule"];
    let mut name = vec![Part::Text("arn:"), Part::Partition, Part::Text(":events:")];
    name.extend([Part::Region, Part::Text(":"), Part::Account, Part::Text(":rule/")]);
    match rule.strip_prefix('=') {
        Some(whole) => name.push(Part::Text(whole)),
        None => name.extend([Part::Text("StepFunctionsGetEventsFor"), Part::Text(rule), Part::Text("Rule")]),
    }
    let mut marks: Vec<Mark> = split(marks, "; ").map(mark).collect::<Option<_>>()?;
    // Reported of ecs:runTask.sync and states:startExecution.sync: "is not authorized to create managed-rule"
    // (terraform-aws-modules/terraform-aws-step-functions issues 11 and 41).
    marks.push(Mark::Note("AWS refuses to create the state machine without the right to its managed rule"));
    Some(Row {
        when,
        actions: names.map(|name| Action { name, stops: false }).to_vec(),
        resources: vec![Shape::Parts(name)],
        marks,
        because: "is told by a managed rule when the work has ended",
    })
}

fn mark(text: &'static str) -> Option<Mark> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    Some(match word {
        "given" => Mark::Given(ways(rest)),
        "unless" => Mark::Unless(ways(rest)),
        "equals" => {
            let mut words = rest.split(' ');
            Mark::Equals(steps(words.next()?), words.collect())
        }
        "if" => Mark::If(rest),
        "perhaps" => Mark::Perhaps(rest),
        "where" | "where?" => {
            let mut words = rest.split(' ');
            let (operator, key) = (words.next()?, words.next()?);
            let values: Option<_> = words.map(resource).collect();
            Mark::Where { narrowing: word == "where?", operator, key, values: values? }
        }
        "medium" => Mark::Medium,
        "low" => Mark::Low,
        "note" => Mark::Note(rest),
        _ => return None,
    })
}

fn resource(text: &'static str) -> Option<Shape> {
    if text == "*" {
        return Some(Shape::Any);
    }
    if let Some(made) = text.strip_prefix('@') {
        let (by, field) = made.split_once(' ')?;
        return Some(Shape::Made { by, field: parse_field(field) });
    }
    let columns: Vec<&'static str> = text.splitn(4, ':').collect();
    let mut all = Vec::new();
    let mut rest = text;
    if let [service, region @ ("R" | ""), account @ ("A" | ""), tail] = columns[..]
        && !text.starts_with('<')
    {
        all.extend([
            Part::Text("arn:"),
            Part::Partition,
            Part::Text(":"),
            Part::Text(service),
            Part::Text(":"),
        ]);
        all.extend((region == "R").then_some(Part::Region));
        all.push(Part::Text(":"));
        all.extend((account == "A").then_some(Part::Account));
        all.push(Part::Text(":"));
        rest = tail;
    }
    parts(rest, &mut all)?;
    Some(Shape::Parts(all))
}

/// Texts, `*`, `{field}` and `<name: what>`.
fn parts(mut text: &'static str, all: &mut Vec<Part>) -> Option<()> {
    while let Some(at) = text.find(['{', '<', '*']) {
        if at > 0 {
            all.push(Part::Text(&text[..at]));
        }
        let open = &text[at..];
        if let Some(rest) = open.strip_prefix('*') {
            all.push(Part::Star);
            text = rest;
        } else if let Some(inner) = open.strip_prefix('<') {
            let (inner, rest) = inner.split_once('>')?;
            let (name, what) = inner.split_once(": ")?;
            all.push(Part::Supply { name, what });
            text = rest;
        } else {
            let (inner, rest) = open[1..].split_once('}')?;
            all.push(if inner == "@name" { Part::MachineName } else { Part::Field(parse_field(inner)) });
            text = rest;
        }
    }
    if !text.is_empty() {
        all.push(Part::Text(text));
    }
    Some(())
}

fn parse_field(text: &'static str) -> Field {
    let kind = match text.chars().next() {
        Some('?') => FieldKind::Optional,
        Some('!') => FieldKind::Arn,
        Some('~') => FieldKind::Present,
        _ => FieldKind::Plain,
    };
    let text = text.trim_start_matches(['?', '!', '~']);
    let (text, default) = text.split_once('=').map_or((text, None), |(text, default)| (text, Some(default)));
    let (text, function) = text.split_once('|').map_or((text, None), |(text, name)| (text, Some(name)));
    Field { ways: ways(text), function, default, kind }
}

fn ways(text: &'static str) -> Vec<Vec<Step>> {
    text.split('/').map(steps).collect()
}

/// `Entries[].EventBusName`, `RequestItems.{}`
fn steps(text: &'static str) -> Vec<Step> {
    let mut steps = Vec::new();
    for word in text.split('.') {
        match word.strip_suffix("[]") {
            Some(list) => steps.extend([Step::Member(list), Step::Each]),
            None if word == "keys()" => steps.push(Step::Keys),
            None => steps.push(Step::Member(word)),
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Integration, Pattern};

    #[test]
    fn the_committed_table_is_well_formed() {
        let table = read(include_str!("../catalog/data/iam.txt")).unwrap();
        assert!(table.len() >= 63, "{}", table.len());
        for (name, rows) in &table {
            let name = name.trim_start_matches('+');
            let integration = Integration::parse(&format!("arn:aws:states:::{name}"));
            assert!(integration.is_ok_and(|found| found.is_known()), "{name}");
            assert!(!rows.is_empty(), "{name}");
        }
    }

    #[test]
    fn every_pattern_of_an_optimized_integration_that_waits_has_a_row_of_its_own() {
        use crate::asl::MachineType::Standard;
        for (name, rows) in TABLE.iter() {
            let name = name.trim_start_matches('+');
            let integration = Integration::parse(&format!("arn:aws:states:::{name}")).unwrap();
            let waits = integration.allows(Pattern::Sync, Standard);
            let has = rows.iter().any(|row| row.when == When::Waiting);
            let nothing = rows.iter().all(|row| row.actions.is_empty());
            assert_eq!(waits && !nothing, has, "{name}");
        }
    }

    #[test]
    fn a_star_alone_is_never_beside_an_arn() {
        for (name, rows) in TABLE.iter() {
            for row in rows.iter().filter(|row| row.resources.contains(&Shape::Any)) {
                assert_eq!(row.resources.len(), 1, "{name}");
            }
        }
    }
}
