//! What users declare that faults are meant to do: `[[machines.NAME.intents]]`, `[[machine.intents]]`, and the
//! `[[intents]]` of a file beside the definition.

use std::path::Path;

use toml::de::DeTable;

use super::ConfigError;
use super::declared::{fitting, is_pattern, no_state};
use super::table::{Entry, Table, invalid};
use super::words::{self, unknown};
use crate::asl::{Machine, StateId};
use crate::fault::{Class, FaultName, Intent, Lasting, Meant, MeantEnding};
use crate::load::{Location, SourceFile};
use crate::oracle::Severity;

/// Intents as they are written, before it is known which machine they are about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intents(Vec<Written>);

/// One table.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Written {
    place: Location,
    at: Vec<(String, Location)>,
    faults: Vec<FaultName>,
    lasting: Option<Lasting>,
    is: Vec<(String, Location)>,
    severity: Severity,
}

const KEYS: [&str; 5] = ["at", "fault", "burst", "is", "severity"];

/// The words of `is`, with what follows the colon.
const ENDINGS: [&str; 4] = ["no-impact", "propagates", "ends", "compensates"];

impl Intents {
    /// Reads `[[…intents]]`.
    pub(super) fn read(file: &SourceFile, entry: &Entry<'_>) -> Result<Self, ConfigError> {
        let items = entry.items("a list of tables, each written as [[…intents]]")?;
        items.iter().map(|item| read(file, item)).collect::<Result<_, _>>().map(Self)
    }

    /// Reads a file that lies beside a definition and holds nothing but `[[intents]]`.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::Read { path: path.to_owned(), error })?;
        let name = path.display().to_string();
        let file = SourceFile::new(name.clone(), text.as_str());
        let parsed = DeTable::parse(&text).map_err(|error| {
            invalid(&file, error.span().unwrap_or_default(), error.message().to_lowercase())
        })?;
        let table = Table::checked(&file, parsed.get_ref(), &name, &["intents"])?;
        table.get("intents").map_or_else(|| Ok(Self::default()), |entry| Self::read(&file, &entry))
    }

    /// What they mean for a machine. A state that it has not is an error; a pattern may fit nothing. Where the tables
    /// are for several machines, a name need not be in all of them.
    pub fn of(&self, machine: &Machine, for_several: bool) -> Result<Vec<Intent>, ConfigError> {
        let mut found = Vec::new();
        for written in &self.0 {
            let mut states = Vec::new();
            for (at, place) in &written.at {
                states.extend(tasks(machine, at, place, for_several)?);
            }
            states.sort_unstable();
            states.dedup();
            if states.is_empty() {
                continue;
            }
            let Some(is) = written.meant(machine, for_several)? else { continue };
            let at: Vec<_> = written.at.iter().map(|(at, _)| at.as_str()).collect();
            found.push(Intent {
                place: written.place.clone(),
                at: at.join(","),
                states,
                faults: written.faults.clone(),
                lasting: written.lasting,
                is,
                severity: written.severity,
            });
        }
        Ok(found)
    }

    /// Where the first of them is written.
    pub(super) fn first_place(&self) -> Option<&Location> {
        self.0.first().map(|written| &written.place)
    }

    /// The tasks that are named by patterns which fit nothing in a machine, with their places.
    pub(super) fn idle<'i>(&'i self, machines: &'i [&Machine]) -> impl Iterator<Item = String> + 'i {
        self.0.iter().filter(|_| !machines.is_empty()).flat_map(move |written| {
            let fits = |at: &str| machines.iter().any(|machine| fitting(machine, at).next().is_some());
            let idle = written.at.iter().filter(move |(at, _)| !fits(at));
            idle.map(|(at, place)| format!("{place}: no task is named `{at}`"))
        })
    }
}

impl Written {
    /// What is meant, with the states of a machine; nothing, if another machine is meant.
    fn meant(&self, machine: &Machine, for_several: bool) -> Result<Option<Vec<Meant>>, ConfigError> {
        let mut found = Vec::new();
        for (text, place) in &self.is {
            let (word, argument) = split(text);
            let state = |name: &str| -> Result<Option<StateId>, ConfigError> {
                match machine.find(name) {
                    Some(state) => Ok(Some(state.id)),
                    None if for_several => Ok(None),
                    None => Err(wrong(place, no_state(machine, name))),
                }
            };
            let ending = match (word, argument) {
                ("no-impact", None) => MeantEnding::NoImpact,
                ("no-impact", Some(_)) => MeantEnding::SameOutput,
                ("propagates", error) => MeantEnding::Propagates(error.map(str::to_owned)),
                (word, argument) => {
                    let Some(state) = state(argument.unwrap_or_default())? else { return Ok(None) };
                    if word == "ends" { MeantEnding::Ends(state) } else { MeantEnding::Compensates(state) }
                }
            };
            found.push(Meant { text: text.clone(), ending });
        }
        Ok(Some(found))
    }
}

/// The tasks of a machine that a name, path or pattern is about.
fn tasks(
    machine: &Machine,
    at: &str,
    place: &Location,
    for_several: bool,
) -> Result<Vec<StateId>, ConfigError> {
    if is_pattern(at) {
        return Ok(fitting(machine, at).map(|state| state.id).collect());
    }
    match machine.find(at) {
        Some(state) if state.task().is_some() => Ok(vec![state.id]),
        Some(state) => {
            let kind = state.kind.type_name();
            Err(wrong(
                place,
                format!("`{at}` is a {kind} state; faults strike tasks, such as those of `{at}/*`"),
            ))
        }
        None if for_several => Ok(Vec::new()),
        None => Err(wrong(place, no_state(machine, at))),
    }
}

fn read(file: &SourceFile, entry: &Entry<'_>) -> Result<Written, ConfigError> {
    let table = Table::checked(file, entry.table()?, "an intent", &KEYS)?;
    let text = |entry: Entry<'_>| -> Result<(String, Location), ConfigError> {
        Ok((entry.string()?.to_owned(), entry.place()))
    };
    let faults = match table.get("fault") {
        Some(entry) => entry.one_or_more()?.iter().map(|item| item.word(fault)).collect::<Result<_, _>>()?,
        None => vec![FaultName::Any],
    };
    let is = table.required("is", entry.span())?.one_or_more()?;
    is.iter().try_for_each(|item| item.word(check_ending))?;
    let at = table.required("at", entry.span())?.one_or_more()?;
    Ok(Written {
        place: entry.place(),
        at: at.into_iter().map(text).collect::<Result<_, _>>()?,
        faults,
        lasting: table.get("burst").map(|entry| entry.word(lasting)).transpose()?,
        is: is.into_iter().map(text).collect::<Result<_, _>>()?,
        severity: table
            .get("severity")
            .map(|entry| entry.word(words::severity))
            .transpose()?
            .unwrap_or(Severity::High),
    })
}

/// `any`, `throttling`, `error`, `error(PaymentDeclined)`
fn fault(text: &str) -> Result<FaultName, String> {
    let (name, argument) = match text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        Some((name, argument)) => (name, Some(argument)),
        None => (text, None),
    };
    if text == "any" {
        return Ok(FaultName::Any);
    }
    if let Some(class) = Class::from_parts(name, argument) {
        return Ok(if argument.is_some() { FaultName::One(class) } else { FaultName::Named(class.name()) });
    }
    if let Some(known) = Class::NAMES_WITH_ARGUMENT.iter().find(|known| **known == text) {
        return Ok(FaultName::Named(known));
    }
    if argument.is_some() && Class::from_parts(name, None).is_some() {
        return Err(format!("`{name}` takes no argument"));
    }
    let plain = Class::PLAIN.iter().map(Class::name);
    Err(unknown("class of faults", name, plain.chain(Class::NAMES_WITH_ARGUMENT).chain(["any"])))
}

fn lasting(text: &str) -> Result<Lasting, String> {
    let found = Lasting::ALL.into_iter().find(|lasting| lasting.name() == text);
    found.ok_or_else(|| unknown("burst", text, Lasting::ALL.map(Lasting::name)))
}

fn check_ending(text: &str) -> Result<(), String> {
    match split(text) {
        ("ends" | "compensates", None | Some("")) => {
            Err(format!("`{0}` needs a state, such as `{0}:STATE`", split(text).0))
        }
        ("no-impact", Some("same-output") | None) | ("ends" | "compensates", Some(_)) => Ok(()),
        ("no-impact", Some(other)) => Err(unknown("word after `no-impact:`", other, ["same-output"])),
        ("propagates", Some("")) => Err("an error name is missing after `propagates:`".to_owned()),
        ("propagates", _) => Ok(()),
        (word, _) => Err(unknown("intent", word, ENDINGS)),
    }
}

fn split(text: &str) -> (&str, Option<&str>) {
    match text.split_once(':') {
        Some((word, argument)) => (word, Some(argument)),
        None => (text, None),
    }
}

fn wrong(place: &Location, message: String) -> ConfigError {
    ConfigError::Invalid { location: place.clone(), message }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::asl::compile_text;
    use crate::config::Config;

    const ORDER: &str = r#"{"StartAt":"Charge","States":{
      "Charge":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Next":"All",
        "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Refund"}]},
      "All":{"Type":"Parallel","Next":"Done","Branches":[
        {"StartAt":"Ship","States":{"Ship":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","End":true}}}]},
      "Refund":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Next":"Done"},
      "Done":{"Type":"Succeed"}}}"#;

    fn order() -> Machine {
        compile_text("order", ORDER).unwrap()
    }

    fn read(text: &str) -> Result<Vec<Intent>, String> {
        let config = Config::parse(Path::new("chaos.toml"), text).map_err(|error| error.to_string())?;
        Ok(config.declarations(&order()).map_err(|error| error.to_string())?.intents)
    }

    #[test]
    fn an_intent_is_read_with_everything_it_can_say() {
        let text = "[[machines.order.intents]]\nat = \"Charge\"\nfault = [\"lost-answer\", \"error\", \"error(Declined)\"]\n\
                    burst = \"exhausting\"\nis = [\"compensates:Refund\", \"propagates:Not*\"]\nseverity = \"low\"\n";
        let machine = order();
        let id = |name: &str| machine.find(name).unwrap().id;
        let meant = |text: &str, ending| Meant { text: text.to_owned(), ending };
        let expected = Intent {
            place: Location { file: "chaos.toml".to_owned(), line: 1, column: 1 },
            at: "Charge".to_owned(),
            states: vec![id("Charge")],
            faults: vec![
                FaultName::Named("lost-answer"),
                FaultName::Named("error"),
                FaultName::One(Class::from_parts("error", Some("Declined")).unwrap()),
            ],
            lasting: Some(Lasting::Exhausting),
            is: vec![
                meant("compensates:Refund", MeantEnding::Compensates(id("Refund"))),
                meant("propagates:Not*", MeantEnding::Propagates(Some("Not*".to_owned()))),
            ],
            severity: Severity::Low,
        };
        assert_eq!(read(text).unwrap(), [expected]);
    }

    #[rstest]
    #[case::a_name("at = \"Charge\"", 1)]
    #[case::a_path("at = \"All/branch[0]/Ship\"", 1)]
    #[case::several("at = [\"Charge\", \"Refund\", \"Charge\"]", 2)]
    #[case::a_pattern("at = \"*\"", 3)]
    #[case::what_is_inside("at = \"All/*\"", 1)]
    fn tasks_are_named_in_several_ways(#[case] at: &str, #[case] tasks: usize) {
        let found = read(&format!("[[machines.\"ord*\".intents]]\n{at}\nis = \"no-impact\"")).unwrap();
        assert_eq!(found.iter().map(|intent| intent.states.len()).collect::<Vec<_>>(), [tasks]);
    }

    #[rstest]
    #[case::a_state(
        "at = \"Chrge\"\nis = \"propagates\"",
        "chaos.toml:2:6: unknown state of machine `order`: `Chrge`; did you mean `Charge`?"
    )]
    #[case::no_task(
        "at = \"All\"\nis = \"propagates\"",
        "chaos.toml:2:6: `All` is a Parallel state; faults strike tasks, such as those of `All/*`"
    )]
    #[case::the_end(
        "at = \"Charge\"\nis = \"ends:Dne\"",
        "chaos.toml:3:6: unknown state of machine `order`: `Dne`; did you mean `Done`?"
    )]
    #[case::no_end(
        "at = \"Charge\"\nis = \"ends\"",
        "chaos.toml:3:6: `ends` needs a state, such as `ends:STATE`"
    )]
    #[case::a_word(
        "at = \"Charge\"\nis = \"propagate\"",
        "chaos.toml:3:6: unknown intent `propagate`; did you mean `propagates`?"
    )]
    #[case::a_class(
        "at = \"Charge\"\nfault = \"lost-anser\"\nis = \"propagates\"",
        "chaos.toml:3:9: unknown class of faults `lost-anser`; did you mean `lost-answer`?"
    )]
    #[case::an_argument(
        "at = \"Charge\"\nfault = \"timeout(3)\"\nis = \"propagates\"",
        "chaos.toml:3:9: `timeout` takes no argument"
    )]
    #[case::a_burst(
        "at = \"Charge\"\nburst = \"exhaust\"\nis = \"propagates\"",
        "chaos.toml:3:9: unknown burst `exhaust`; did you mean `exhausting`?"
    )]
    #[case::a_key(
        "at = \"Charge\"\nfaults = \"any\"\nis = \"propagates\"",
        "chaos.toml:3:1: unknown key in an intent: `faults`; did you mean `fault`?"
    )]
    #[case::nothing("at = []\nis = \"propagates\"", "chaos.toml:2:6: `at` names nothing")]
    #[case::what_is_needed("at = \"Charge\"", "chaos.toml:1:1: an intent needs `is`")]
    fn what_is_wrong_is_told_with_its_place(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(read(&format!("[[machines.order.intents]]\n{text}")).unwrap_err(), expected);
    }

    #[rstest]
    #[case::a_pattern("order", "Nobody*", "chaos.toml:2:6: no task is named `Nobody*`")]
    #[case::a_machine("ordr", "Charge", "chaos.toml:1:1: no machine is named `ordr`; did you mean `order`?")]
    fn an_intent_that_fits_nothing_is_told(#[case] machine: &str, #[case] at: &str, #[case] expected: &str) {
        let text = format!("[[machines.{machine}.intents]]\nat = \"{at}\"\nis = \"propagates\"");
        let config = Config::parse(Path::new("chaos.toml"), &text).unwrap();
        assert_eq!(config.idle_declarations(&[&order()]), [expected]);
    }
}
