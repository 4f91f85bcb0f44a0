//! Calls without mocks: what a task does is done. They need the permission of `chaos.toml`, a flag, and somebody who
//! says the number of the account.

use std::fmt;
use std::io::{BufRead, Write};

use super::guard::Cleared;
use super::refusal::Refusal;
use crate::config::AccountId;
use crate::load::Location;
use crate::walk;

/// Real side effects are permitted and confirmed. It is made here, and nowhere else.
#[derive(Clone, Debug)]
pub struct Live {
    role_arn: String,
}

/// Who says the number of the account.
pub enum Confirmation<'a> {
    /// `--yes`
    Given(&'a AccountId),
    /// A person at a terminal.
    Asked {
        /// What they type.
        reader: &'a mut dyn BufRead,
        /// What they see.
        screen: &'a mut dyn Write,
    },
    /// Nobody: standard input is no terminal.
    Nobody,
}

/// Why there are no real side effects.
#[derive(Debug)]
pub enum NotLive {
    /// `chaos.toml` does not permit it.
    NotPermitted {
        /// The file.
        file: String,
    },
    /// `chaos.toml` names no role that tasks are called with.
    NoRole {
        /// The file.
        file: String,
    },
    /// Another number was given.
    AnotherAccount {
        /// What was given.
        given: String,
        /// What STS says.
        account: AccountId,
        /// Where it was permitted.
        permitted: Location,
    },
    /// Nobody can be asked.
    Nobody {
        /// What STS says.
        account: AccountId,
    },
    /// The role of `chaos.toml` may not be used.
    Role(Refusal),
    /// The terminal cannot be read.
    Terminal(std::io::Error),
}

/// Permits real side effects, if everything is as it must be. The flag is the caller's part.
pub fn confirm_live(cleared: &Cleared, how: Confirmation<'_>) -> Result<Live, NotLive> {
    let Some(permitted) = cleared.live() else {
        return Err(NotLive::NotPermitted { file: cleared.own().display().to_string() });
    };
    let Some(role) = &cleared.settings().role_arn else {
        return Err(NotLive::NoRole { file: cleared.own().display().to_string() });
    };
    cleared.judge_role(&role.value, &role.place.to_string()).map_err(NotLive::Role)?;
    let account = cleared.account();
    let given = match how {
        Confirmation::Given(given) => given.to_string(),
        Confirmation::Asked { reader, screen } => {
            typed(cleared, reader, screen).map_err(NotLive::Terminal)?
        }
        Confirmation::Nobody => return Err(NotLive::Nobody { account: account.clone() }),
    };
    if given != account.as_str() {
        let (account, permitted) = (account.clone(), permitted.clone());
        return Err(NotLive::AnotherAccount { given, account, permitted });
    }
    Ok(Live { role_arn: role.value.clone() })
}

impl Live {
    /// The role that tasks are called with.
    pub fn role_arn(&self) -> &str {
        &self.role_arn
    }

    /// How a walk asks that calls tasks.
    pub fn walk(&self) -> walk::Settings {
        walk::Settings::live(walk::Live { role_arn: self.role_arn.as_str().into() })
    }
}

fn typed(cleared: &Cleared, reader: &mut dyn BufRead, screen: &mut dyn Write) -> std::io::Result<String> {
    let (account, region) = (cleared.account(), &cleared.settings().region.value);
    writeln!(
        screen,
        "Tasks will really be called in account {account}, {region}, and what they do stays done."
    )?;
    write!(screen, "Type the number of the account to go on: ")?;
    screen.flush()?;
    let mut line = String::new();
    reader.read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

impl fmt::Display for NotLive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no task is called: ")?;
        match self {
            Self::NotPermitted { file } => {
                write!(
                    f,
                    "{file} does not permit real side effects; write live = true into [aws] if they are wanted"
                )
            }
            Self::NoRole { file } => write!(
                f,
                "{file} names no role that tasks are called with; write role-arn = \"arn:aws:iam::…:role/…\" into [aws]"
            ),
            Self::AnotherAccount { given, account, permitted } => {
                let given = if given.is_empty() { "nothing".to_owned() } else { format!("`{given}`") };
                write!(
                    f,
                    "{given} was given, and the account is {account} (live is permitted at {permitted})"
                )
            }
            Self::Nobody { account } => {
                write!(
                    f,
                    "nobody is there to confirm it; give --yes {account} if real side effects are wanted"
                )
            }
            Self::Role(refusal) => refusal.fmt(f),
            Self::Terminal(error) => write!(f, "the confirmation cannot be read: {error}"),
        }
    }
}

impl std::error::Error for NotLive {}
