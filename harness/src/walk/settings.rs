//! How a walk asks.

use super::Live;

/// How a walk asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Requests after which the run is given up as Unknown. An Express execution may visit more states than anybody
    /// wants to ask about: its history has no greatest length.
    pub requests_max: u64,
    /// What the definitions in requests hold.
    pub form: Form,
    /// What becomes of placeholders `${NAME}` that have no value.
    pub placeholders: Placeholders,
    /// Tasks are really called, and only what a fault strikes is mocked.
    pub live: Option<Live>,
}

/// What becomes of placeholders that have no value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Placeholders {
    /// They are sent as they stand.
    #[default]
    Sent,
    /// Nothing is asked before they have a value.
    Refused,
}

/// What the definition in a request holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// The whole machine, and the name of the state.
    #[default]
    Whole,
    /// The state alone, wherever that comes to the same.
    Single,
}

impl Default for Settings {
    /// For this program's own TestState.
    fn default() -> Self {
        Self { requests_max: 25_000, form: Form::Whole, placeholders: Placeholders::Sent, live: None }
    }
}

impl Settings {
    /// For a service behind a network, which is slower and has a quota: 1,000 requests take a minute and a half at the
    /// ten a second of TestState.
    pub fn remote() -> Self {
        Self { requests_max: 1_000, form: Form::Single, placeholders: Placeholders::Refused, live: None }
    }

    /// For a service that really calls what nothing strikes.
    pub fn live(live: Live) -> Self {
        Self { live: Some(live), ..Self::remote() }
    }
}
