//! Faults and names as sentences say them.

use crate::asl::{Machine, StateId};
use crate::fault::{Burst, Class, Fault, UNEXPECTED_ERROR};
use crate::value::Value;

/// The sentences that mean a fault, the best first; the notation of plans is the last.
pub(super) fn of_fault(fault: &Fault, machine: &Machine) -> Vec<String> {
    let place = word(&fault.site.display(machine).to_string());
    let extent = match fault.burst {
        Burst::Attempts(1) if lasts(&fault.class) => " once".to_owned(),
        Burst::Forever if lasts(&fault.class) => String::new(),
        Burst::Attempts(1) => String::new(),
        Burst::Attempts(2) => " twice".to_owned(),
        Burst::Attempts(count) => format!(" {count} times"),
        Burst::Attempt(number) => format!(" on attempt {number}"),
        Burst::Forever => " every time".to_owned(),
    };
    let mut ways = of_class(&fault.class, &place, &extent);
    let notation = fault.display(machine).to_string();
    ways.push(format!("the fault {} strikes", quoted(&notation)));
    ways
}

/// Whether the sentence of a class means every call where it does not say how often.
fn lasts(class: &Class) -> bool {
    matches!(class, Class::PermissionDenied | Class::CallbackMissing | Class::JobNeverEnds)
}

fn of_class(class: &Class, place: &str, extent: &str) -> Vec<String> {
    let way = match class {
        Class::Throttling => format!("{place} is throttled{extent}"),
        Class::ServiceError => format!("{place} meets a service error{extent}"),
        // Where no timer ends the wait, it does not time out.
        Class::Timeout => {
            let never = if extent.is_empty() { " once" } else { extent };
            return vec![format!("{place} times out{extent}"), format!("{place} never answers{never}")];
        }
        Class::LostAnswer => format!("{place} succeeds but the answer is lost{extent}"),
        Class::LostAnswerAs(error) => {
            format!("{place} succeeds but reports {}{extent}", word(error.as_str()))
        }
        Class::LostHeartbeat => format!("the heartbeat of {place} is missed{extent}"),
        Class::PermissionDenied => format!("{place} is denied permission{extent}"),
        Class::ApplicationError(error) if error.as_str() == UNEXPECTED_ERROR => {
            format!("{place} fails with an unexpected error{extent}")
        }
        Class::ApplicationError(error) => format!("{place} fails with {}{extent}", word(error.as_str())),
        Class::OversizedResult => format!("the result of {place} is larger than 256 KB{extent}"),
        Class::CallbackMissing => format!("nobody answers the task token of {place}{extent}"),
        Class::CallbackLate => format!("the task token of {place} is answered too late{extent}"),
        Class::CallbackDuplicate => format!("the task token of {place} is answered twice{extent}"),
        Class::CallbackFailed(error) => {
            format!("the task token of {place} is answered with {}{extent}", word(error.as_str()))
        }
        Class::JobFails => format!("the job of {place} fails{extent}"),
        Class::JobNeverEnds => format!("the job of {place} never ends{extent}"),
        Class::Status(status) => format!("{place} reports the status {}{extent}", word(status)),
        Class::MissingMember(member) => format!("the answer of {place} lacks {}{extent}", quoted(member)),
        Class::PartialSuccess(_) => format!("{place} does only part of its work{extent}"),
    };
    vec![way]
}

/// A state as sentences name it: by its name where no other has it.
pub(super) fn state(machine: &Machine, id: StateId) -> String {
    let state = machine.state(id);
    let is_alone = machine.states.iter().filter(|other| other.name == state.name).count() == 1;
    word(if is_alone { &state.name } else { &state.path })
}

/// A name, in quotes where it is not one word.
pub(super) fn word(name: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "/[]#._-$".contains(letter);
    if !name.is_empty() && name.chars().all(is_plain) { name.to_owned() } else { format!("\"{name}\"") }
}

/// A text in quotes.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The value of a placeholder, as a text of JSON: a feature reads it as what stands between the quotes.
pub(super) fn placeholder(name: &str, value: &str) -> String {
    format!("the placeholder {} is {}", quoted(name), Value::from(value).to_json())
}

/// `once`, `twice`, `3 times`
pub(super) fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        _ => format!("{count} times"),
    }
}
