//! Plans as text, the form that reports print and the command line takes.
//!
//! A fault is a place, a class and a burst: `Charge:throttling`, `Charge:error(PaymentDeclined)*4`,
//! `ShipAll[3]/Ship:timeout`, `Fulfil/branch[1]/Ship#2:lost-answer`, `Poll:status(ABORTED)*forever`; `Charge:timeout#3`
//! strikes the third attempt alone. A plan joins them by ` + `. What happens to the execution as a whole stands at the end: `@execution:started-again(7d)`. Names that contain a sign of this grammar are written as JSON strings.

use std::fmt;

use super::incident::{EXECUTION, read_incident};
use super::place::{read_site, write_site};
use super::{Burst, Class, Fault, Plan};
use crate::asl::Machine;
use crate::history::Site;
use crate::spelling;
use crate::value::write_json_string;

/// Why a text is not a plan for a machine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at character {})", offset + 1)]
pub struct ParseError {
    /// What is wrong, lower case, with the nearest name where one was misspelt.
    pub message: String,
    /// Characters before it in the text.
    pub offset: usize,
}

impl Plan {
    /// Reads a plan for a machine; an empty text is the plan without faults.
    pub fn parse(text: &str, machine: &Machine) -> Result<Self, ParseError> {
        let mut reader = Reader::new(text);
        let (mut faults, mut incidents) = (Vec::new(), Vec::new());
        reader.skip_spaces();
        while !reader.at_end() {
            if reader.take_word(EXECUTION) {
                incidents.push(read_incident(&mut reader)?);
            } else {
                faults.push(read_fault(&mut reader, machine)?);
            }
            reader.skip_spaces();
            if reader.at_end() {
                break;
            }
            reader.expect('+')?;
            reader.skip_spaces();
            if reader.at_end() {
                return Err(reader.error("a fault is missing after `+`"));
            }
        }
        Ok(incidents.into_iter().fold(Self::new(faults), Self::with))
    }

    /// The plan as text, for people and for [`Plan::parse`].
    pub fn display<'a>(&'a self, machine: &'a Machine) -> impl fmt::Display + 'a {
        fmt::from_fn(move |f| {
            for (at, fault) in self.faults().iter().enumerate() {
                if at > 0 {
                    f.write_str(" + ")?;
                }
                write_fault(fault, machine, f)?;
            }
            for (at, incident) in self.incidents().iter().enumerate() {
                let join = if at > 0 || !self.faults().is_empty() { " + " } else { "" };
                write!(f, "{join}{incident}")?;
            }
            Ok(())
        })
    }
}

impl Fault {
    /// Reads one fault.
    pub fn parse(text: &str, machine: &Machine) -> Result<Self, ParseError> {
        let mut reader = Reader::new(text);
        reader.skip_spaces();
        let fault = read_fault(&mut reader, machine)?;
        reader.skip_spaces();
        if reader.at_end() { Ok(fault) } else { Err(reader.error("more text than one fault")) }
    }

    /// The fault as text.
    pub fn display<'a>(&'a self, machine: &'a Machine) -> impl fmt::Display + 'a {
        fmt::from_fn(move |f| write_fault(self, machine, f))
    }
}

impl Site {
    /// The site as text: `ShipAll[3]/Ship#2`.
    pub fn display<'a>(&'a self, machine: &'a Machine) -> impl fmt::Display + 'a {
        fmt::from_fn(move |f| write_site(self, machine, f))
    }
}

fn write_fault(fault: &Fault, machine: &Machine, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write_site(&fault.site, machine, f)?;
    write!(f, ":{}", fault.class.name())?;
    if let Some(argument) = fault.class.argument() {
        f.write_str("(")?;
        write_name(argument, f)?;
        f.write_str(")")?;
    }
    match fault.burst {
        Burst::Attempts(1) => Ok(()),
        Burst::Attempts(count) => write!(f, "*{count}"),
        Burst::Forever => f.write_str("*forever"),
        Burst::Attempt(number) => write!(f, "#{number}"),
    }
}

fn read_fault(reader: &mut Reader<'_>, machine: &Machine) -> Result<Fault, ParseError> {
    let site = read_site(reader, machine)?;
    if !reader.take(':') {
        return Err(reader.error("a class such as `:throttling` is expected after the state"));
    }
    let class = read_class(reader)?;
    let burst = if reader.take('*') {
        read_burst(reader)?
    } else if reader.take('#') {
        Burst::at_attempt(reader.number("the attempt")?)
    } else {
        Burst::Attempts(1)
    };
    Ok(Fault { site, class, burst })
}

fn read_class(reader: &mut Reader<'_>) -> Result<Class, ParseError> {
    let offset = reader.offset();
    let name = reader.name("the class of the fault")?;
    let argument = if reader.take('(') {
        let argument = reader.name("the argument of the class")?;
        reader.expect(')')?;
        Some(argument)
    } else {
        None
    };
    Class::from_parts(&name, argument.as_deref()).ok_or_else(|| {
        let message = match (Class::NAMES_WITH_ARGUMENT.contains(&&*name), &argument) {
            (true, None) => format!("`{name}` needs an argument, such as `{name}(NAME)`"),
            (false, Some(_)) if Class::from_parts(&name, None).is_some() => {
                format!("`{name}` takes no argument")
            }
            _ => {
                let plain = Class::PLAIN.iter().map(Class::name);
                let nearest = spelling::nearest(&name, plain.chain(Class::NAMES_WITH_ARGUMENT));
                let hint = nearest.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
                format!("there is no class `{name}`{hint}")
            }
        };
        ParseError { message, offset }
    })
}

fn read_burst(reader: &mut Reader<'_>) -> Result<Burst, ParseError> {
    if reader.take_word("forever") {
        return Ok(Burst::Forever);
    }
    let offset = reader.offset();
    match reader.number("a number of attempts, or `forever`,")? {
        0 => Err(ParseError { message: "a fault lasts for at least one attempt".into(), offset }),
        count => Ok(Burst::Attempts(count)),
    }
}

/// Signs with a meaning in the grammar; a name with one of them is quoted.
const SIGNS: [char; 11] = ['/', ':', '#', '*', '+', '[', ']', '(', ')', '"', '\\'];

/// Writes a name, quoted if it could be misread.
pub(super) fn write_name(name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let plain = !name.is_empty()
        && name.trim() == name
        && !name.starts_with('@')
        && !name.contains(|sign: char| SIGNS.contains(&sign) || sign.is_control());
    if plain {
        return f.write_str(name);
    }
    let mut quoted = String::with_capacity(name.len() + 2);
    write_json_string(name, &mut quoted);
    f.write_str(&quoted)
}

/// Walks over a text.
pub(super) struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// Characters that were passed.
    pub(super) fn offset(&self) -> usize {
        self.text[..self.at].chars().count()
    }

    /// Passes over a sign and the spaces around it, if it is next.
    pub(super) fn take(&mut self, sign: char) -> bool {
        let Some(after) = self.rest().trim_start().strip_prefix(sign) else { return false };
        self.at = self.text.len() - after.trim_start().len();
        true
    }

    pub(super) fn expect(&mut self, sign: char) -> Result<(), ParseError> {
        if self.take(sign) { Ok(()) } else { Err(self.error(&format!("`{sign}` is expected"))) }
    }

    pub(super) fn number(&mut self, what: &str) -> Result<u32, ParseError> {
        let rest = self.rest();
        let digits = rest.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(rest.len());
        let number = rest[..digits].parse().map_err(|_| self.error(&format!("{what} is expected here")))?;
        self.at += digits;
        Ok(number)
    }

    /// A plain or quoted name.
    pub(super) fn name(&mut self, what: &str) -> Result<String, ParseError> {
        let rest = self.rest();
        if rest.starts_with('"') {
            let mut texts = serde_json::Deserializer::from_str(rest).into_iter::<String>();
            let Some(Ok(name)) = texts.next() else {
                return Err(self.error("a quoted name is not closed, or not a JSON string"));
            };
            self.at += texts.byte_offset();
            return Ok(name);
        }
        let end = rest.find(SIGNS).unwrap_or(rest.len());
        let name = rest[..end].trim_end();
        if name.is_empty() {
            return Err(self.error(&format!("{what} is expected here")));
        }
        self.at += name.len();
        Ok(name.to_owned())
    }

    fn take_word(&mut self, word: &str) -> bool {
        let there = self.rest().starts_with(word);
        self.at += if there { word.len() } else { 0 };
        there
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn at_end(&self) -> bool {
        self.rest().is_empty()
    }

    fn skip_spaces(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn error(&self, message: &str) -> ParseError {
        ParseError { message: message.to_owned(), offset: self.offset() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::error::ErrorName;
    use crate::fault::fixture::{machine, places};
    use crate::history::Iteration;

    #[rstest]
    #[case::a_class("Charge:throttling")]
    #[case::a_declared_error("Charge:error(PaymentDeclined)*4")]
    #[case::an_item("ShipAll[3]/Ship:timeout")]
    #[case::a_branch_and_a_visit("Fulfil/branch[1]/\"Ship #2: again\"#2:lost-answer")]
    #[case::for_ever("Charge:status(ABORTED)*forever")]
    #[case::one_attempt("Charge#2:throttling#3")]
    #[case::several("Charge:throttling*4 + ShipAll[0]/Ship:permission-denied")]
    #[case::an_odd_argument("Charge:error(\"Payment(s) declined + fee\")")]
    #[case::nothing("")]
    #[case::a_second_execution("Charge:throttling*4 + @execution:started-again")]
    #[case::a_second_execution_later("@execution:aborted(350ms) + @execution:started-again(7d)")]
    #[case::a_redrive("Charge:lost-answer + @execution:redriven")]
    #[case::a_second_delivery("@execution:delivered-twice")]
    fn a_plan_is_written_as_it_is_read(#[case] text: &str) {
        let machine = machine();
        assert_eq!(Plan::parse(text, &machine).unwrap().display(&machine).to_string(), text);
    }

    #[rstest]
    #[case::a_unique_name("Ship:timeout", "ShipAll[0]/Ship:timeout")]
    #[case::no_item("ShipAll/Ship:timeout", "ShipAll[0]/Ship:timeout")]
    #[case::spaces(
        "  Charge : throttling * 2  +  Ship : timeout ",
        "Charge:throttling*2 + ShipAll[0]/Ship:timeout"
    )]
    #[case::a_time(
        "@execution:started-again(60s) + Charge:timeout",
        "Charge:timeout + @execution:started-again"
    )]
    #[case::a_time_in_other_units("@execution:started-again(168h)", "@execution:started-again(7d)")]
    #[case::once("Charge#1:throttling*1", "Charge:throttling")]
    #[case::the_first_attempt("Charge:throttling#1", "Charge:throttling")]
    fn a_short_form_means_the_long_one(#[case] short: &str, #[case] long: &str) {
        let machine = machine();
        assert_eq!(Plan::parse(short, &machine).unwrap().display(&machine).to_string(), long);
    }

    #[rstest]
    #[case::a_state("Chrage:timeout", "there is no state `Chrage`; did you mean `Charge`? (at character 1)")]
    #[case::a_class(
        "Charge:throtling",
        "there is no class `throtling`; did you mean `throttling`? (at character 8)"
    )]
    #[case::a_place("ShipAll:timeout", "`ShipAll` is a Map; faults are injected at tasks (at character 1)")]
    #[case::no_argument("Charge:error", "`error` needs an argument, such as `error(NAME)` (at character 8)")]
    #[case::an_argument("Charge:timeout(3)", "`timeout` takes no argument (at character 8)")]
    #[case::no_class("Charge", "a class such as `:throttling` is expected after the state (at character 7)")]
    #[case::a_burst(
        "Charge:timeout*often",
        "a number of attempts, or `forever`, is expected here (at character 16)"
    )]
    #[case::no_attempt("Charge:timeout*0", "a fault lasts for at least one attempt (at character 16)")]
    #[case::a_second_fault("Charge:timeout +", "a fault is missing after `+` (at character 17)")]
    #[case::an_incident(
        "@execution:start-again",
        "nothing called `start-again` happens to executions; did you mean `started-again`? (at character 12)"
    )]
    #[case::no_time(
        "@execution:aborted",
        "`aborted` needs a time, such as `aborted(350ms)` (at character 12)"
    )]
    #[case::no_unit(
        "@execution:aborted(3w)",
        "`w` is no unit of time; there are `ms`, `s`, `m`, `h` and `d` (at character 21)"
    )]
    #[case::a_quote("\"Charge:timeout", "a quoted name is not closed, or not a JSON string (at character 1)")]
    fn a_slip_is_explained(#[case] text: &str, #[case] message: &str) {
        assert_eq!(Plan::parse(text, &machine()).unwrap_err().to_string(), message);
    }

    fn class() -> impl Strategy<Value = Class> {
        prop_oneof![
            prop::sample::select(Class::PLAIN.to_vec()),
            ".{1,8}".prop_map(|name| Class::ApplicationError(ErrorName::new(name))),
            ".{1,8}".prop_map(|name| Class::CallbackFailed(ErrorName::new(name))),
            ".{1,8}".prop_map(|name| Class::Status(name.into())),
            ".{1,8}".prop_map(|name| Class::MissingMember(name.into())),
            ".{1,8}".prop_map(|name| Class::LostAnswerAs(ErrorName::new(name))),
        ]
    }

    fn fault() -> impl Strategy<Value = Fault> {
        let burst = prop_oneof![
            (1..9_u32).prop_map(Burst::Attempts),
            (1..9_u32).prop_map(Burst::at_attempt),
            Just(Burst::Forever)
        ];
        (prop::sample::select(places(&machine())), any::<u32>(), 1..9_u32, class(), burst).prop_map(
            |((state, maps), item, visit, class, burst)| Fault {
                site: Site { state, iteration: Iteration(vec![item; maps]), visit },
                class,
                burst,
            },
        )
    }

    proptest! {
        #[test]
        fn every_plan_survives_its_text(faults in prop::collection::vec(fault(), 0..4)) {
            let (machine, plan) = (machine(), Plan::new(faults));
            let text = plan.display(&machine).to_string();
            prop_assert_eq!(Plan::parse(&text, &machine), Ok(plan), "{}", text);
        }

        #[test]
        fn no_text_is_too_odd(text in ".{0,40}") {
            let _ = Plan::parse(&text, &machine());
        }
    }
}
