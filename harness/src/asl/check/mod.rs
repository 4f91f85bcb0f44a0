//! Rules that need more than one field.

pub(super) mod graph;
pub(super) mod integration;
pub(super) mod jsonata;
pub(super) mod keys;
pub(super) mod labels;
pub(super) mod lookalike;
pub(super) mod names;
pub(super) mod pattern;
pub(super) mod reader;
pub(super) mod request;
