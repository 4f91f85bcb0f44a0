//! The sentences, a file a section.

mod configuration;
mod definition;
mod effects;
mod faults;
mod findings;
mod inputs;
mod outcome;
mod permissions;
mod route;

use super::vocabulary::Section;

/// In the order of the docs.
pub(super) const SECTIONS: &[&Section] = &[
    &definition::SECTION,
    &configuration::SECTION,
    &effects::SECTION,
    &inputs::SECTION,
    faults::SECTIONS[0],
    faults::SECTIONS[1],
    faults::SECTIONS[2],
    faults::SECTIONS[3],
    faults::SECTIONS[4],
    faults::SECTIONS[5],
    faults::SECTIONS[6],
    &outcome::SECTION,
    &route::SECTION,
    &findings::SECTION,
    &permissions::SECTION,
];
