//! `permissions.txt` and `arns.txt`: which IAM actions a call needs, on which resources.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

/// What the operations of a service need.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Permissions {
    /// How many operations have a mapping, as it is written down.
    count: usize,
    /// The first is that of all operations without a name here.
    pub(super) groups: Vec<Group>,
    named: BTreeMap<String, usize>,
}

/// What several operations have in common.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Group {
    /// Without the prefix; none stands for the action named like the operation.
    pub(super) actions: Vec<String>,
    /// Empty if the action has no resource-level permission.
    pub(super) resources: Vec<Resource>,
}

/// A resource type.
#[derive(Debug, PartialEq)]
pub(super) struct Resource {
    pub(super) name: String,
    pub(super) required: bool,
}

impl Permissions {
    /// The place of an operation's group.
    pub(super) fn group(&self, operation: &str) -> Option<usize> {
        self.named.get(operation).copied().or((!self.groups.is_empty()).then_some(0))
    }

    /// Every operation that a group names.
    pub(super) fn named(&self) -> impl Iterator<Item = &str> {
        self.named.keys().map(String::as_str)
    }

    /// Fails if it was made for another number of operations: a new one is not like the rest until somebody looks.
    pub(super) fn check(&self, mapped: usize) -> Result<()> {
        if self.count == mapped {
            return Ok(());
        }
        bail!("permissions.txt is made for {} operations with a mapping, there are {mapped}", self.count)
    }
}

/// Reads the permissions by the names of services.
pub(super) fn parse(text: &str) -> Result<BTreeMap<String, Permissions>> {
    let mut services: BTreeMap<String, Permissions> = BTreeMap::new();
    let (mut current, mut group) = (String::new(), 0);
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
        let place = || format!("line {} of permissions.txt", at + 1);
        if let Some(operations) = line.strip_prefix("    ") {
            let service = services.get_mut(&current).with_context(place)?;
            service.named.extend(operations.split_whitespace().map(|name| (name.to_owned(), group)));
        } else if let Some(line) = line.strip_prefix("  ") {
            let service = services.get_mut(&current).with_context(place)?;
            let (head, operations) = line.split_once(':').context("expected `TYPES:`").with_context(place)?;
            group = service.groups.len();
            service.groups.push(self::group(head));
            service.named.extend(operations.split_whitespace().map(|name| (name.to_owned(), group)));
        } else {
            let (name, count) = line.split_once(' ').with_context(place)?;
            name.clone_into(&mut current);
            let count = count.parse().with_context(place)?;
            services.insert(current.clone(), Permissions { count, ..Permissions::default() });
        }
    }
    Ok(services)
}

fn group(head: &str) -> Group {
    let (types, actions) = head.split_once(" > ").unwrap_or((head, ""));
    let resources = types
        .split(", ")
        .filter(|name| *name != "*")
        .map(|name| Resource { name: name.trim_end_matches('!').to_owned(), required: name.ends_with('!') });
    Group { actions: actions.split_whitespace().map(str::to_owned).collect(), resources: resources.collect() }
}

/// Reads the ARN formats, one line each: prefix, resource type, format, with tabs between.
pub(super) fn arns(text: &str) -> Result<String> {
    let (mut lines, mut prefix) = (Vec::new(), "");
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
        let Some(line) = line.strip_prefix("  ") else {
            prefix = line;
            continue;
        };
        let parts = line.split_once(" = ").filter(|_| !prefix.is_empty());
        let (name, formats) =
            parts.with_context(|| format!("line {} of arns.txt: expected `TYPE = FORMAT`", at + 1))?;
        for format in formats.split(" | ") {
            let start = format!("arn:${{Partition}}:{prefix}:${{Region}}:${{Account}}:");
            let start = if format.starts_with("arn:") { "" } else { &start };
            lines.push(format!("{prefix}\t{name}\t{start}{format}\n"));
        }
    }
    if !lines.is_sorted() {
        bail!("arns.txt is not in the order of its names");
    }
    Ok(lines.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUEUE: &str = "# a comment\nsqs 4\n  queue!:\n  *: ListQueues\n    CountQueues\n  \
                         dead letter, queue! > SendMessage GetKey: SendMessageBatch\n";

    fn resource(name: &str, required: bool) -> Resource {
        Resource { name: name.to_owned(), required }
    }

    #[test]
    fn operations_belong_to_a_group_or_to_the_first() {
        let sqs = &parse(QUEUE).unwrap()["sqs"];
        let found = |operation| sqs.group(operation).map(|at| &sqs.groups[at]).unwrap();
        let queue = Group { actions: vec![], resources: vec![resource("queue", true)] };
        assert_eq!(found("SendMessage"), &queue);
        assert_eq!(found("ListQueues"), &Group::default());
        assert_eq!(found("CountQueues"), &Group::default());
        let batch = Group {
            actions: vec!["SendMessage".to_owned(), "GetKey".to_owned()],
            resources: vec![resource("dead letter", false), resource("queue", true)],
        };
        assert_eq!(found("SendMessageBatch"), &batch);
        assert!(sqs.check(4).is_ok());
        assert!(sqs.check(5).is_err_and(|error| error.to_string().contains("there are 5")));
    }

    #[test]
    fn an_arn_is_completed_with_its_usual_start() {
        let text = "# a comment\niam\n  role = arn:${Partition}:iam::${Account}:role/${Name}\n\
                    lex\n  bot = bot/${Id} | bot:${Name}\n";
        let expected = "iam\trole\tarn:${Partition}:iam::${Account}:role/${Name}\n\
                        lex\tbot\tarn:${Partition}:lex:${Region}:${Account}:bot/${Id}\n\
                        lex\tbot\tarn:${Partition}:lex:${Region}:${Account}:bot:${Name}\n";
        assert_eq!(arns(text).unwrap(), expected);
        assert!(arns("lex\n  bot bot\n").is_err());
    }
}
