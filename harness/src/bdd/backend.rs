//! Who runs a case: the simulator, or something that says what it would not have to simulate.

use crate::generate::Scenario;
use crate::history::History;
use crate::search::Arena;
use crate::sim::Case;
use crate::spelling::nearest;

/// Who runs the cases of a scenario.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Backend {
    /// The deterministic simulator, in virtual time.
    #[default]
    Simulator,
}

impl Backend {
    /// All of them.
    pub const ALL: [Self; 1] = [Self::Simulator];

    /// The word in tags and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Simulator => "simulator",
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

    /// Runs a case; where it cannot, says why in a clause.
    #[expect(clippy::unnecessary_wraps, reason = "the simulator can run every case; others cannot")]
    pub(super) fn run(self, arena: &Arena, scenario: &Scenario, case: &Case) -> Result<History, String> {
        match self {
            Self::Simulator => Ok(arena.run(scenario, case)),
        }
    }
}
