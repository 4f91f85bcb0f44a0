//! What users declare about their tasks: `[machines.NAME.states.STATE]`, `[functions.NAME]`, `[endpoints."URL"]`.

use super::table::{Entry, Table};
use super::words::unknown;
use super::{Config, ConfigError, Intents};
use crate::asl::{Machine, State, StateId};
use crate::catalog::Effect;
use crate::load::{Location, SourceFile};
use crate::model::{Declaration, Declarations, KeyPath, Target, matches_pattern};
use crate::spelling::nearest;

/// One table, as it is written.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    place: Location,
    about: About,
    declaration: Declaration,
    undone_by: Option<(String, Location)>,
}

/// What a table is about.
#[derive(Clone, Debug)]
enum About {
    State { machine: String, state: String },
    Target(Target),
}

const MACHINE_KEYS: [&str; 2] = ["states", "intents"];
const STATE_KEYS: [&str; 4] = ["effect", "idempotency-key", "signal", "undone-by"];
const TARGET_KEYS: [&str; 3] = ["effect", "idempotency-key", "signal"];

/// What `[machines]` holds.
#[derive(Debug, Default)]
pub(super) struct OfMachines {
    pub(super) states: Vec<Declared>,
    /// By the name or pattern of the machine.
    pub(super) intents: Vec<(String, Intents)>,
}

/// `[machines]`: for each machine its states, both by name or pattern.
pub(super) fn machines(file: &SourceFile, entry: &Entry<'_>) -> Result<OfMachines, ConfigError> {
    let mut found = OfMachines::default();
    for machine in Table::entries(file, entry.table()?) {
        let what = format!("machine `{}`", machine.key());
        let table = Table::checked(file, machine.table()?, &what, &MACHINE_KEYS)?;
        if let Some(intents) = table.get("intents") {
            found.intents.push((machine.key().to_owned(), Intents::read(file, &intents)?));
        }
        let Some(states) = table.get("states") else { continue };
        for state in Table::entries(file, states.table()?) {
            let about = About::State { machine: machine.key().to_owned(), state: state.key().to_owned() };
            found.states.push(read(file, &state, about, &STATE_KEYS)?);
        }
    }
    Ok(found)
}

/// `[functions]` or `[endpoints]`.
pub(super) fn targets(
    file: &SourceFile,
    entry: &Entry<'_>,
    target: fn(String) -> Target,
) -> Result<Vec<Declared>, ConfigError> {
    let entries = Table::entries(file, entry.table()?);
    let one =
        |entry: &Entry<'_>| read(file, entry, About::Target(target(entry.key().to_owned())), &TARGET_KEYS);
    entries.iter().map(one).collect()
}

fn read(
    file: &SourceFile,
    entry: &Entry<'_>,
    about: About,
    keys: &[&'static str],
) -> Result<Declared, ConfigError> {
    let what = format!("the declaration of `{}`", entry.key());
    let table = Table::checked(file, entry.table()?, &what, keys)?;
    let undone_by = table.get("undone-by").map(|entry| Ok((entry.string()?.to_owned(), entry.place())));
    Ok(Declared {
        place: entry.place(),
        about,
        declaration: Declaration {
            effect: table.get("effect").map(|entry| entry.word(effect)).transpose()?,
            key: table.get("idempotency-key").map(|entry| entry.word(str::parse::<KeyPath>)).transpose()?,
            signal: table.get("signal").map(|entry| entry.flag()).transpose()?,
            undone_by: None,
        },
        undone_by: undone_by.transpose()?,
    })
}

fn effect(word: &str) -> Result<Effect, String> {
    Ok(match word {
        "none" => Effect::None,
        "repeatable" => Effect::Repeatable,
        "effect" => Effect::Unguarded,
        "notification" => Effect::Notification,
        _ => return Err(unknown("effect", word, ["none", "repeatable", "effect", "notification"])),
    })
}

impl Config {
    /// What is declared about a machine. A state that it has not is an error; a pattern may fit nothing.
    pub fn declarations(&self, machine: &Machine) -> Result<Declarations, ConfigError> {
        let mut declarations = Declarations::default();
        for declared in &self.declared {
            match &declared.about {
                About::Target(target) => {
                    declarations.targets.push((target.clone(), declared.declaration.clone()));
                }
                About::State { machine: name, state } if matches_pattern(name, &machine.name) => {
                    let undone_by = declared.undone_by(machine)?;
                    for id in declared.states(machine, name, state)? {
                        // What comes later in the file wins.
                        let known = declarations.states.remove(&id).unwrap_or_default();
                        let new = Declaration { undone_by, ..declared.declaration.clone() };
                        declarations.states.insert(id, new.over(&known));
                    }
                }
                About::State { .. } => {}
            }
        }
        for (name, intents) in &self.intents {
            if matches_pattern(name, &machine.name) {
                declarations.intents.extend(intents.of(machine, is_pattern(name))?);
            }
        }
        Ok(declarations)
    }

    /// The declarations that say nothing about any of these machines, each with its place.
    pub fn idle_declarations(&self, machines: &[&Machine]) -> Vec<String> {
        let idle = |declared: &&Declared| machines.iter().all(|machine| declared.is_idle(machine));
        let mut told: Vec<String> =
            self.declared.iter().filter(idle).map(|declared| declared.told(machines)).collect();
        for (name, intents) in &self.intents {
            let meant: Vec<&Machine> =
                machines.iter().copied().filter(|machine| matches_pattern(name, &machine.name)).collect();
            if meant.is_empty() {
                told.extend(
                    intents.first_place().map(|place| format!("{place}: {}", no_machine(name, machines))),
                );
            }
            told.extend(intents.idle(&meant));
        }
        told
    }
}

impl Declared {
    /// The states of a machine that a table is about.
    fn states(&self, machine: &Machine, name: &str, wanted: &str) -> Result<Vec<StateId>, ConfigError> {
        if is_pattern(wanted) {
            return Ok(fitting(machine, wanted).map(|state| state.id).collect());
        }
        match machine.find(wanted) {
            Some(state) if state.task().is_some() => Ok(vec![state.id]),
            Some(state) => {
                let kind = state.kind.type_name();
                Err(Self::invalid(
                    &self.place,
                    format!("`{wanted}` is a {kind} state; only tasks have effects"),
                ))
            }
            // A table for several machines need not fit all of them.
            None if is_pattern(name) => Ok(Vec::new()),
            None => Err(Self::invalid(&self.place, no_state(machine, wanted))),
        }
    }

    fn undone_by(&self, machine: &Machine) -> Result<Option<StateId>, ConfigError> {
        let Some((name, place)) = &self.undone_by else { return Ok(None) };
        match machine.find(name) {
            Some(state) => Ok(Some(state.id)),
            None => Err(Self::invalid(place, no_state(machine, name))),
        }
    }

    fn is_idle(&self, machine: &Machine) -> bool {
        match &self.about {
            About::State { machine: name, state } => {
                !matches_pattern(name, &machine.name) || fitting(machine, state).next().is_none()
            }
            About::Target(target) => {
                let declarations = Declarations {
                    targets: vec![(target.clone(), Declaration::default())],
                    ..Declarations::default()
                };
                !declarations.may_apply(machine)
            }
        }
    }

    fn told(&self, machines: &[&Machine]) -> String {
        let what = match &self.about {
            About::Target(Target::Function(name)) => format!("no task invokes a function named `{name}`"),
            About::Target(Target::Endpoint(url)) => format!("no task calls `{url}`"),
            About::State { machine, state } => {
                if machines.iter().any(|known| matches_pattern(machine, &known.name)) {
                    format!("no task is named `{state}`")
                } else {
                    no_machine(machine, machines)
                }
            }
        };
        format!("{}: {what}", self.place)
    }

    fn invalid(place: &Location, message: String) -> ConfigError {
        ConfigError::Invalid { location: place.clone(), message }
    }
}

fn no_machine(wanted: &str, machines: &[&Machine]) -> String {
    let near = nearest(wanted, machines.iter().map(|machine| &*machine.name));
    let hint = near.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
    format!("no machine is named `{wanted}`{hint}")
}

pub(super) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// The tasks whose name or path is as a pattern says.
pub(super) fn fitting<'m>(machine: &'m Machine, pattern: &'m str) -> impl Iterator<Item = &'m State> {
    machine.states.iter().filter(move |state| {
        state.task().is_some()
            && (matches_pattern(pattern, &state.name) || matches_pattern(pattern, &state.path))
    })
}

pub(super) fn no_state(machine: &Machine, wanted: &str) -> String {
    let names = machine.states.iter().map(|state| &*state.name);
    let what = format!("state of machine `{}`:", machine.name);
    unknown(&what, wanted, names)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rstest::rstest;

    use super::*;
    use crate::asl::compile_text;

    const ORDER: &str = r#"{"StartAt":"Charge","States":{
      "Charge":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
        "Parameters":{"FunctionName":"charge-card"},"Next":"Tell"},
      "Tell":{"Type":"Task","Resource":"arn:aws:states:::http:invoke","Parameters":{
        "ApiEndpoint":"https://tell.example.com/a","Method":"POST"},"Next":"Refund"},
      "Refund":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
        "Parameters":{"FunctionName":"refund"},"Next":"Done"},
      "Done":{"Type":"Succeed"}}}"#;

    fn config(text: &str) -> Result<Config, String> {
        Config::parse(Path::new("chaos.toml"), text).map_err(|error| error.to_string())
    }

    fn order() -> Machine {
        compile_text("order", ORDER).unwrap()
    }

    #[test]
    fn a_state_is_declared_by_name_and_by_pattern() {
        let text = "[machines.order.states.\"*\"]\nsignal = false\n\
                    [machines.order.states.Charge]\neffect = \"effect\"\nidempotency-key = \"$.Payload.id\"\n\
                    undone-by = \"Refund\"\n[machines.other.states.Elsewhere]\neffect = \"none\"\n";
        let machine = order();
        let found = config(text).unwrap().declarations(&machine).unwrap();
        let id = |name: &str| machine.find(name).unwrap().id;
        let expected = Declaration {
            effect: Some(Effect::Unguarded),
            key: Some("Payload.id".parse().unwrap()),
            signal: Some(false),
            undone_by: Some(id("Refund")),
        };
        assert_eq!(found.states[&id("Charge")], expected);
        assert_eq!(found.states[&id("Tell")], Declaration { signal: Some(false), ..Declaration::default() });
        assert_eq!(found.states.len(), 3);
    }

    #[rstest]
    #[case::a_state(
        "[machines.order.states.Chrge]\neffect = \"none\"",
        "chaos.toml:1:1: unknown state of machine `order`: `Chrge`; did you mean `Charge`?"
    )]
    #[case::no_task(
        "[machines.order.states.Done]\nsignal = true",
        "chaos.toml:1:1: `Done` is a Succeed state; only tasks have effects"
    )]
    #[case::the_state_that_undoes(
        "[machines.order.states.Charge]\nundone-by = \"Refnd\"",
        "chaos.toml:2:13: unknown state of machine `order`: `Refnd`; did you mean `Refund`?"
    )]
    #[case::a_word(
        "[functions.charge]\neffect = \"efect\"",
        "chaos.toml:2:10: unknown effect `efect`; did you mean `effect`?"
    )]
    #[case::a_key(
        "[functions.charge]\nefect = \"none\"",
        "chaos.toml:2:1: unknown key in the declaration of `charge`: `efect`; did you mean `effect`?"
    )]
    #[case::a_path(
        "[functions.charge]\nidempotency-key = \"$..id\"",
        "chaos.toml:2:19: `$..id` is no path of members such as `Payload.orderId`"
    )]
    fn what_is_wrong_is_told_with_its_place(#[case] text: &str, #[case] expected: &str) {
        let told =
            config(text).and_then(|config| config.declarations(&order()).map_err(|error| error.to_string()));
        assert_eq!(told.unwrap_err(), expected);
    }

    #[rstest]
    #[case::a_machine(
        "[machines.ordr.states.Charge]\nsignal = true",
        &["chaos.toml:1:1: no machine is named `ordr`; did you mean `order`?"]
    )]
    #[case::a_pattern("[machines.order.states.\"Nobody*\"]\nsignal = true",
        &["chaos.toml:1:1: no task is named `Nobody*`"])]
    #[case::a_function("[functions.\"chrge*\"]\neffect = \"none\"",
        &["chaos.toml:1:1: no task invokes a function named `chrge*`"])]
    #[case::an_endpoint("[endpoints.\"https://x/*\"]\neffect = \"none\"",
        &["chaos.toml:1:1: no task calls `https://x/*`"])]
    #[case::what_is_there("[functions.\"charge-*\"]\neffect = \"none\"\n[machines.\"*\".states.Tell]\nsignal = true", &[])]
    fn a_declaration_that_fits_nothing_is_told(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(config(text).unwrap().idle_declarations(&[&order()]), expected);
    }
}
