//! Rules that need more than one field.

pub(super) mod graph;
pub(super) mod keys;
pub(super) mod names;
pub(super) mod pattern;
