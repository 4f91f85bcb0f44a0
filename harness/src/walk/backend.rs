//! Who runs a case: the simulator, or a TestState API that is asked about one state after the other.

use crate::spelling::nearest;

/// Who runs the cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Backend {
    /// The deterministic simulator, in virtual time.
    #[default]
    Simulator,
    /// This program's own TestState, without any network, asked about one state after the other.
    OfflineTestState,
    /// TestState of AWS, or of whoever answers in its place.
    TestState,
}

impl Backend {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Simulator, Self::OfflineTestState, Self::TestState];

    /// The word in tags and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Simulator => "simulator",
            Self::OfflineTestState => "offline-test-state",
            Self::TestState => "test-state",
        }
    }

    /// The backend with this name, or what is wrong with it.
    pub fn parse(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|backend| backend.name() == name).ok_or_else(|| {
            let near = nearest(name, Self::ALL.into_iter().map(Self::name));
            let hint = near.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
            format!("there is no backend `{name}`{hint}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backend_that_is_misspelt_is_guessed() {
        let message = "there is no backend `ofline-test-state`; did you mean `offline-test-state`?";
        assert_eq!(Backend::parse("ofline-test-state"), Err(message.to_owned()));
        assert_eq!(Backend::parse("offline-test-state"), Ok(Backend::OfflineTestState));
    }
}
