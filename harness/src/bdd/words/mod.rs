//! The sentences, a file a section.

mod answers;
mod attempts;
mod configuration;
mod definition;
mod effects;
mod events;

pub(super) mod executions;
mod faults;
mod findings;
mod handlers;
mod inputs;
mod objects;
mod often;
mod outcome;
mod output;
mod payload;
mod permissions;
mod phrase;
mod route;
mod snapshots;
mod start;
pub(super) mod started;
mod time;
mod tokens;
mod work;
#[cfg(test)]
mod tests;

use super::vocabulary::Section;

/// In the order of the docs.
pub(super) const SECTIONS: &[&Section] = &[
    &definition::SECTION,
    &configuration::SECTION,
    &effects::SECTION,
    &inputs::SECTION,
    &answers::SECTION,
    &objects::SECTION,
    &start::SECTION,
    faults::SECTIONS[0],
    faults::SECTIONS[1],
    faults::SECTIONS[2],
    faults::SECTIONS[3],
    faults::SECTIONS[4],
    faults::SECTIONS[5],
    faults::SECTIONS[6],
    &outcome::SECTION,
    &output::SECTION,
    &route::SECTION,
    &attempts::SECTION,
    &handlers::SECTION,
    &work::SECTION,
    &tokens::SECTION,
    &payload::SECTION,
    &time::SECTION,
    &events::SECTION,
    &executions::SECTION,
    &started::SECTION,
    &findings::SECTION,
    &snapshots::SECTION,
    &permissions::SECTION,
];
