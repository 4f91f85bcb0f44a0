//! From what went wrong to what to do: proposals as JSON Patch, and the shortest telling of a history.

pub(crate) mod fix;
mod telling;
