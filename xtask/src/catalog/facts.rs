//! `services.txt`: what no API model says about a service of the SDK integrations.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

/// A service of the SDK integrations.
#[derive(Debug, PartialEq)]
pub(super) struct Facts {
    /// The folder of its model in botocore.
    pub(super) model: String,
    /// What error names start with.
    pub(super) prefix: String,
    /// What IAM actions start with.
    pub(super) iam: Option<String>,
    /// Whether the list of supported services has it.
    pub(super) documented: bool,
    /// Operations that are listed as not supported.
    pub(super) refused: Vec<String>,
    /// Names of members that follow from no rule, by shape and member.
    pub(super) renamed: BTreeMap<(String, String), String>,
    /// Bounds that AWS applies other than the model says, by shape and `min` or `max`.
    pub(super) limits: BTreeMap<(String, String), String>,
    /// IAM access levels that the name does not tell.
    levels: BTreeMap<String, Access>,
}

/// An IAM access level, as it is written down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Access {
    Unmapped = 0,
    List = 1,
    Read = 2,
    Write = 3,
    Tag = 4,
    Permissions = 5,
}

const READING: [&str; 8] = ["BatchGet", "Describe", "Detect", "Get", "Head", "Lookup", "Query", "Search"];

impl Facts {
    /// The IAM access level of an operation.
    pub(super) fn access(&self, operation: &str) -> Access {
        match self.levels.get(operation) {
            Some(level) => *level,
            None if operation.starts_with("List") => Access::List,
            None if READING.iter().any(|verb| operation.starts_with(verb)) => Access::Read,
            None => Access::Write,
        }
    }

    /// Every operation that a fact names.
    pub(super) fn named(&self) -> impl Iterator<Item = &str> {
        self.levels.keys().chain(&self.refused).map(String::as_str)
    }
}

/// Reads the table by the names of services.
pub(super) fn parse(text: &str) -> Result<BTreeMap<String, Facts>> {
    let mut services: BTreeMap<String, Facts> = BTreeMap::new();
    let mut current = String::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
        let place = || format!("line {} of services.txt", at + 1);
        if let Some(rest) = line.strip_prefix("  ") {
            let facts = services.get_mut(&current).with_context(place)?;
            add(facts, rest).with_context(place)?;
        } else {
            let (name, facts) = service(line).with_context(place)?;
            current.clone_from(&name);
            services.insert(name, facts);
        }
    }
    Ok(services)
}

fn service(line: &str) -> Result<(String, Facts)> {
    let words: Vec<&str> = line.split(' ').collect();
    let (name, model, prefix, iam, documented) = match words[..] {
        [name, model, prefix, iam] => (name, model, prefix, iam, true),
        [name, model, prefix, iam, "undocumented"] => (name, model, prefix, iam, false),
        _ => bail!("expected `NAME MODEL PREFIX IAM [undocumented]`, found `{line}`"),
    };
    let facts = Facts {
        model: model.to_owned(),
        prefix: prefix.to_owned(),
        iam: (iam != "-").then(|| iam.to_owned()),
        documented,
        refused: Vec::new(),
        renamed: BTreeMap::new(),
        limits: BTreeMap::new(),
        levels: BTreeMap::new(),
    };
    Ok((name.to_owned(), facts))
}

fn add(facts: &mut Facts, line: &str) -> Result<()> {
    let (word, operations) = line.split_once(' ').context("expected a word and operations")?;
    let operations = operations.split(' ').map(str::to_owned);
    let level = match word {
        "refused" => {
            facts.refused.extend(operations);
            return Ok(());
        }
        "renamed" => {
            facts.renamed = operations.map(|text| correction(&text)).collect::<Result<_>>()?;
            return Ok(());
        }
        "limit" => {
            facts.limits = operations.map(|text| correction(&text)).collect::<Result<_>>()?;
            return Ok(());
        }
        "list" => Access::List,
        "read" => Access::Read,
        "write" => Access::Write,
        "tag" => Access::Tag,
        "permissions" => Access::Permissions,
        "unmapped" => Access::Unmapped,
        other => bail!("`{other}` is no access level"),
    };
    facts.levels.extend(operations.map(|operation| (operation, level)));
    Ok(())
}

/// `SHAPE.PART=TEXT`
fn correction(text: &str) -> Result<((String, String), String)> {
    let (place, text) = text.split_once('=').context("expected `SHAPE.PART=TEXT`")?;
    let (shape, part) = place.split_once('.').context("expected `SHAPE.PART=TEXT`")?;
    Ok(((shape.to_owned(), part.to_owned()), text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_has_a_line_and_its_exceptions_below() {
        let text = "# a comment\nsts sts Sts sts\n  refused AssumeRole\n  unmapped GetWebIdentityToken\n\
                    tax tax Tax - undocumented\n";
        let services = parse(text).unwrap();
        let sts = &services["sts"];
        assert_eq!((sts.iam.as_deref(), sts.documented), (Some("sts"), true));
        assert_eq!(sts.refused, ["AssumeRole"]);
        assert_eq!(sts.access("GetWebIdentityToken"), Access::Unmapped);
        assert_eq!(sts.access("GetCallerIdentity"), Access::Read);
        assert_eq!(sts.access("AssumeRoot"), Access::Write);
        assert_eq!((services["tax"].iam.as_deref(), services["tax"].documented), (None, false));
    }

    #[test]
    fn what_is_not_understood_has_a_place() {
        let message = format!("{:#}", parse("sts sts Sts sts\n  borrow AssumeRole\n").unwrap_err());
        assert!(message.contains("line 2") && message.contains("borrow"), "{message}");
    }
}
