//! What goes wrong: one sentence for each class of faults and for each incident, by what it is about; and searches.

mod aim;
mod answers;
mod calls;
mod errors;
mod incidents;
mod jobs;
mod notation;
mod search;
mod sense;
mod status;
#[cfg(test)]
mod tests;
mod tokens;

use crate::bdd::Section;
use crate::bdd::step::{Keyword, Step, Takes};

/// What these sentences have in common.
const WHEN: Step = Step {
    keyword: Keyword::When,
    expression: "",
    about: "",
    example: "",
    takes: Takes::Nothing,
    covers: &[],
    run: |_, _| Ok(()),
};

/// In the order of the docs.
pub(super) const SECTIONS: [&Section; 7] = [
    &calls::SECTION,
    &answers::SECTION,
    &tokens::SECTION,
    &jobs::SECTION,
    &incidents::SECTION,
    &notation::SECTION,
    &search::SECTION,
];
