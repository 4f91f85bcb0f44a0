//! `[[accepted]]`: findings that somebody lives with, in `chaos.toml` or in a file that it names.

use std::path::Path;

use jiff::civil::Date;
use toml::de::DeTable;

use super::ConfigError;
use super::table::{Entry, Table, invalid};
use crate::campaign::{Acceptance, Accepts, Until};
use crate::load::SourceFile;
use crate::oracle::RuleId;
use crate::spelling::nearest;

const KEYS: [&str; 8] = ["id", "rule", "machine", "state", "route", "states", "reason", "expires"];

/// `accepted = "FILE"` or `[[accepted]]`.
pub(super) fn read(
    file: &SourceFile,
    folder: &Path,
    entry: &Entry<'_>,
) -> Result<Vec<Acceptance>, ConfigError> {
    if let Some(named) = entry.text() {
        return load(&folder.join(named));
    }
    let items = entry.items("a file, or a list of tables, each written as [[accepted]]")?;
    items.iter().map(|item| read_one(file, item)).collect()
}

fn load(path: &Path) -> Result<Vec<Acceptance>, ConfigError> {
    let text =
        std::fs::read_to_string(path).map_err(|error| ConfigError::Read { path: path.to_owned(), error })?;
    let name = path.display().to_string();
    let file = SourceFile::new(name.clone(), text.as_str());
    let parsed = DeTable::parse(&text)
        .map_err(|error| invalid(&file, error.span().unwrap_or_default(), error.message().to_lowercase()))?;
    let table = Table::checked(&file, parsed.get_ref(), &name, &["accepted"])?;
    let Some(entry) = table.get("accepted") else { return Ok(Vec::new()) };
    let items = entry.items("a list of tables, each written as [[accepted]]")?;
    items.iter().map(|item| read_one(&file, item)).collect()
}

fn read_one(file: &SourceFile, entry: &Entry<'_>) -> Result<Acceptance, ConfigError> {
    let table = Table::checked(file, entry.table()?, "an accepted finding", &KEYS)?;
    let text = |key| table.get(key).map(|entry| entry.string().map(str::to_owned)).transpose();
    let finding = match (table.get("id"), table.get("rule")) {
        (Some(id), None) => match table.get("state").or_else(|| table.get("route")) {
            Some(other) => {
                return Err(other.invalid(format!("an `id` says it all; `{}` goes with `rule`", other.key())));
            }
            None => Accepts::Id(id.word(id_of_a_rule)?),
        },
        (None, Some(entry)) => {
            table.required("machine", entry.span())?;
            Accepts::Cause { rule: entry.word(rule)?, state: text("state")?, route: text("route")? }
        }
        (Some(_), Some(rule)) => {
            return Err(rule.invalid("an accepted finding has an `id` or a `rule`, not both".to_owned()));
        }
        (None, None) => {
            return Err(
                entry.invalid("an accepted finding needs an `id`, or a `rule` and a `machine`".to_owned())
            );
        }
    };
    let reason = table.required("reason", entry.span())?;
    if reason.string()?.trim().is_empty() {
        return Err(reason.invalid("a `reason` is missing: say why this finding is accepted".to_owned()));
    }
    let states = table.get("states").map(|entry| -> Result<Vec<String>, ConfigError> {
        entry.strings()?.iter().map(|item| item.string().map(str::to_owned)).collect()
    });
    Ok(Acceptance {
        place: entry.place(),
        machine: text("machine")?,
        finding,
        states: states.transpose()?,
        reason: reason.string()?.to_owned(),
        until: table.required("expires", entry.span())?.word(until)?,
    })
}

fn id_of_a_rule(text: &str) -> Result<String, String> {
    let name = text.split('@').next().unwrap_or_default();
    rule(name).map(|_| text.to_owned())
}

/// A rule, and not a property: what is accepted is one thing.
fn rule(text: &str) -> Result<RuleId, String> {
    let found = RuleId::ALL.iter().find(|rule| rule.name() == text).copied();
    found.ok_or_else(|| {
        let near = nearest(text, RuleId::ALL.iter().map(|rule| rule.name()));
        let hint = near.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
        format!("there is no rule `{text}`{hint}")
    })
}

fn until(text: &str) -> Result<Until, String> {
    if text == "never" {
        return Ok(Until::Never);
    }
    let day = text.parse::<Date>().ok().filter(|_| text.len() == "2026-12-31".len());
    day.map(Until::Day).ok_or_else(|| format!("`{text}` is no day such as 2026-12-31, and not `never`"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::config::Config;

    fn read(text: &str) -> Result<Vec<Acceptance>, String> {
        let config = Config::parse(Path::new("chaos.toml"), &format!("[[accepted]]\n{text}"));
        config.map(|config| config.accepted).map_err(|error| error.to_string())
    }

    const ID: &str = "id = \"retry-budget@Charge#12345678\"\n";
    const WHY: &str = "reason = \"known\"\nexpires = \"2026-12-31\"\n";

    #[test]
    fn an_entry_says_what_why_and_until_when() {
        let found =
            read(&format!("rule = \"retry-budget\"\nmachine = \"order*\"\nstate = \"Charge\"\n{WHY}"));
        let cause =
            Accepts::Cause { rule: RuleId::RetryBudget, state: Some("Charge".to_owned()), route: None };
        let found = &found.unwrap()[0];
        assert_eq!((&found.finding, found.until), (&cause, Until::Day("2026-12-31".parse().unwrap())));
        let forever = read(&format!("{ID}reason = \"known\"\nexpires = \"never\"")).unwrap();
        assert_eq!(forever[0].until, Until::Never);
    }

    #[rstest]
    #[case::a_reason(
        &format!("{ID}reason = \" \"\nexpires = \"never\""),
        "chaos.toml:3:10: a `reason` is missing: say why this finding is accepted"
    )]
    #[case::no_reason(&format!("{ID}expires = \"never\""), "chaos.toml:1:1: an accepted finding needs `reason`")]
    #[case::no_end(&format!("{ID}reason = \"known\""), "chaos.toml:1:1: an accepted finding needs `expires`")]
    #[case::a_day(
        &format!("{ID}reason = \"known\"\nexpires = \"31.12.2026\""),
        "chaos.toml:4:11: `31.12.2026` is no day such as 2026-12-31, and not `never`"
    )]
    #[case::a_rule(
        &format!("rule = \"retry-budgt\"\nmachine = \"*\"\n{WHY}"),
        "chaos.toml:2:8: there is no rule `retry-budgt`; did you mean `retry-budget`?"
    )]
    #[case::a_machine(
        &format!("rule = \"retry-budget\"\n{WHY}"),
        "chaos.toml:2:8: an accepted finding needs `machine`"
    )]
    #[case::an_id(
        &format!("id = \"Charge\"\n{WHY}"),
        "chaos.toml:2:6: there is no rule `Charge`"
    )]
    #[case::nothing(WHY, "chaos.toml:1:1: an accepted finding needs an `id`, or a `rule` and a `machine`")]
    #[case::a_key(
        &format!("{ID}expire = \"never\"\n{WHY}"),
        "chaos.toml:3:1: unknown key in an accepted finding: `expire`; did you mean `expires`?"
    )]
    fn what_is_wrong_is_told_with_its_place(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(read(text).unwrap_err(), expected);
    }
}
