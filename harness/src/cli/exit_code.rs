//! The exit codes of every command, and which one wins where several apply. docs/exit-codes.md is the page for users.

use std::fmt;

/// What the process says to its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExitCode {
    /// Everything that was asked for was done, and nothing was found.
    Clean,
    /// There is a finding at or above `--fail-on`, or a replayed case still shows its finding.
    Finding,
    /// The command line, a configuration file, an input or a definition is wrong.
    Usage,
    /// Nothing was found, but something could not be judged.
    Inconclusive,
    /// A machine does not succeed without any fault.
    BaselineFailed,
    /// The selection holds no machine.
    NothingSelected,
    /// A defect of this program.
    Internal,
}

impl ExitCode {
    /// All codes, the worst first. Where machines of one call differ, the worst decides: what kept a machine
    /// from being tested at all outranks what the tests found, and a finding outranks a doubt.
    pub const BY_RANK: [Self; 7] = [
        Self::Internal,
        Self::Usage,
        Self::BaselineFailed,
        Self::Finding,
        Self::Inconclusive,
        Self::NothingSelected,
        Self::Clean,
    ];

    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Finding => 1,
            Self::Usage => 2,
            Self::Inconclusive => 3,
            Self::BaselineFailed => 4,
            Self::NothingSelected => 5,
            // sysexits.h, EX_SOFTWARE.
            Self::Internal => 70,
        }
    }

    /// The worse of two.
    #[must_use]
    pub fn worst(self, other: Self) -> Self {
        if self.rank() <= other.rank() { self } else { other }
    }

    fn rank(self) -> usize {
        Self::BY_RANK.iter().position(|code| *code == self).expect("BY_RANK lists every code")
    }
}

impl fmt::Display for ExitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code())
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        code.code().into()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_finding_outranks_a_doubt(ExitCode::Finding, ExitCode::Inconclusive, ExitCode::Finding)]
    #[case::an_untested_machine_outranks_a_finding(
        ExitCode::Finding,
        ExitCode::BaselineFailed,
        ExitCode::BaselineFailed
    )]
    #[case::a_wrong_definition_outranks_a_baseline(
        ExitCode::BaselineFailed,
        ExitCode::Usage,
        ExitCode::Usage
    )]
    #[case::clean_stays_clean(ExitCode::Clean, ExitCode::Clean, ExitCode::Clean)]
    fn the_worst_of_two(#[case] a: ExitCode, #[case] b: ExitCode, #[case] worst: ExitCode) {
        assert_eq!((a.worst(b), b.worst(a)), (worst, worst));
    }
}
