//! Outcomes as people and programs read them. Reports draw what a campaign found; they decide nothing.

mod text;
mod view;

pub(crate) use text::counted;
pub use view::ProblemView;
