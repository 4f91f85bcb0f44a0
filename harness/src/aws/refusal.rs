//! Why no call is made, or no other one than GetCallerIdentity: where that is written, and what to write instead.

use std::fmt;
use std::path::PathBuf;

use super::failure::Failure;
use super::production::Against;
use super::settings::{Source, Sourced};
use crate::config::{AccountId, ConfigError, FILE_NAME};
use crate::load::Location;

/// The guard says no.
#[derive(Debug)]
pub enum Refusal {
    /// A `chaos.toml` cannot be read; it might deny.
    Config(ConfigError),
    /// No account is allowed.
    NoList {
        /// The file of the folder, if there is one.
        own: Option<PathBuf>,
        /// Lists above, which do not count.
        above: Vec<Location>,
    },
    /// The list of allowed accounts is empty.
    EmptyList(Location),
    /// A variable, or a key of a profile, sends calls elsewhere.
    Redirected {
        /// `AWS_ENDPOINT_URL_STS`, or `endpoint_url of profile …`
        what: String,
    },
    /// `AWS_DEFAULT_PROFILE` alone, which the SDK does not follow.
    DefaultProfile {
        /// What it names.
        profile: String,
    },
    /// The profile does not exist.
    NoProfile {
        /// What was looked for.
        profile: Sourced<String>,
        /// The nearest name.
        near: Option<String>,
    },
    /// A profile or role that is denied or looks like production.
    Name(Box<Named>),
    /// No region is given.
    NoRegion,
    /// What is given is no region.
    Region {
        /// Where it comes from.
        source: Source,
        /// Why it is none.
        why: String,
    },
    /// The shared configuration cannot be read.
    Shared(String),
    /// There are no credentials.
    NoCredentials {
        /// As the SDK says it.
        detail: String,
    },
    /// STS does not say whose the credentials are.
    Unanswered(Failure),
    /// The account is denied.
    Denied {
        /// Which.
        account: AccountId,
        /// How that is known: `STS says …`
        known_by: String,
        /// Where it is denied.
        place: Location,
        /// Where it is allowed, in vain.
        allowed: Option<Box<Location>>,
    },
    /// The account is not in the list.
    NotAllowed {
        /// Which.
        account: String,
        /// How that is known.
        known_by: String,
        /// The list.
        place: Location,
        /// The accounts in it.
        listed: Vec<AccountId>,
    },
    /// What STS says does not fit the region.
    Partition {
        /// Who calls.
        arn: String,
        /// The region.
        region: String,
    },
}

/// A name that is refused.
#[derive(Clone, Debug)]
pub struct Named {
    pub(super) kind: &'static str,
    pub(super) name: String,
    /// Where the name comes from.
    pub(super) source: String,
    pub(super) against: Against,
    /// The file that could let it through.
    pub(super) own: PathBuf,
}

impl Refusal {
    /// What it is about, in a word or two.
    pub fn topic(&self) -> &'static str {
        match self {
            Self::Config(_) => "configuration",
            Self::NoList { .. }
            | Self::EmptyList(_)
            | Self::Denied { .. }
            | Self::NotAllowed { .. }
            | Self::Unanswered(_) => "account",
            Self::Redirected { .. } => "endpoint",
            Self::DefaultProfile { .. } | Self::NoProfile { .. } | Self::Name(_) => "profile",
            Self::NoRegion | Self::Region { .. } | Self::Partition { .. } => "region",
            Self::Shared(_) | Self::NoCredentials { .. } => "credentials",
        }
    }

    /// Whether STS was asked.
    pub fn has_asked(&self) -> bool {
        match self {
            Self::Unanswered(_) | Self::Partition { .. } => true,
            Self::Denied { known_by, .. } | Self::NotAllowed { known_by, .. } => {
                known_by.starts_with(STS_SAYS)
            }
            Self::Name(named) => named.source.starts_with(STS_SAYS),
            Self::Config(_)
            | Self::NoList { .. }
            | Self::EmptyList(_)
            | Self::Redirected { .. }
            | Self::DefaultProfile { .. }
            | Self::NoProfile { .. }
            | Self::NoRegion
            | Self::Region { .. }
            | Self::Shared(_)
            | Self::NoCredentials { .. } => false,
        }
    }
}

/// How everything begins that is only known since STS was asked.
pub(super) const STS_SAYS: &str = "STS says";

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => write!(f, "no call is made: {error}"),
            Self::NoList { own, above } => no_list(f, own.as_deref(), above),
            Self::EmptyList(place) => write!(
                f,
                "no call is made: {place}: `allow-accounts` is empty; name the accounts that may be called, such as \
                 allow-accounts = [\"111122223333\"]"
            ),
            Self::Redirected { what } => write!(
                f,
                "no call is made: {what} would send calls elsewhere; unset it, or, for a server on this computer, write \
                 endpoint-url = \"http://127.0.0.1:4566\" into [aws] of {FILE_NAME} or give --endpoint-url"
            ),
            Self::DefaultProfile { profile } => write!(
                f,
                "no call is made: AWS_DEFAULT_PROFILE names `{profile}`, and the SDK would use another profile; set \
                 AWS_PROFILE, give --aws-profile, or write profile = \"{profile}\" into [aws] of {FILE_NAME}"
            ),
            Self::NoProfile { profile, near } => {
                write!(f, "no call is made: there is no profile `{}` ({})", profile.value, profile.source)?;
                match near {
                    Some(near) => write!(f, "; did you mean `{near}`?"),
                    None => f.write_str("; `aws configure list-profiles` lists them"),
                }
            }
            Self::Name(named) => named.fmt(f),
            Self::NoRegion => write!(
                f,
                "no call is made: no region is given; write region = \"eu-west-1\" into [aws] of {FILE_NAME}, give \
                 --region, or set AWS_REGION"
            ),
            Self::Region { source, why } => write!(f, "no call is made: {source}: {why}"),
            Self::Shared(why) => write!(f, "no call is made: the shared configuration cannot be read: {why}"),
            Self::NoCredentials { detail } => write!(
                f,
                "no call is made: no credentials: {detail}; sign in (`aws sso login`), name a profile with --aws-profile, \
                 or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            ),
            Self::Unanswered(failure) => {
                write!(f, "nothing but GetCallerIdentity was called: the account is not confirmed: {failure}")
            }
            Self::Denied { account, known_by, place, allowed } => {
                write!(f, "{place}: account {account} is denied, and {known_by}")?;
                match allowed {
                    Some(allowed) => write!(f, "; a denial wins over `allow-accounts` ({allowed})"),
                    None => Ok(()),
                }
            }
            Self::NotAllowed { account, known_by, place, listed } => {
                let mut all: Vec<_> = listed.iter().map(|known| format!("\"{known}\"")).collect();
                all.push(format!("\"{account}\""));
                write!(
                    f,
                    "{place}: account {account} is not in `allow-accounts`, and {known_by}; use credentials of an account \
                     that is, or, if it holds nothing of production, write allow-accounts = [{}]",
                    all.join(", ")
                )
            }
            Self::Partition { arn, region } => write!(
                f,
                "nothing but GetCallerIdentity was called: {arn} is of another partition than the region {region}; give \
                 the region that the credentials are for"
            ),
        }
    }
}

fn no_list(f: &mut fmt::Formatter<'_>, own: Option<&std::path::Path>, above: &[Location]) -> fmt::Result {
    match own {
        Some(path) => write!(f, "no call is made: {}: no account is allowed", path.display())?,
        None => write!(f, "no call is made: there is no {FILE_NAME} in this folder that allows an account")?,
    }
    for place in above {
        write!(
            f,
            "; the list at {place} does not count, because a file of a folder above can deny, never allow"
        )?;
    }
    match above {
        [] => f.write_str("; add")?,
        _ => f.write_str("; call from that folder, or add here")?,
    }
    write!(f, " [aws] with allow-accounts = [\"111122223333\"], the numbers of accounts without production")
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, name, source, against, own } = self;
        match against {
            Against::Denied { pattern, place } => {
                write!(
                    f,
                    "{place}: `{pattern}` of `deny-profiles` denies {kind} `{name}` ({source}); use another one"
                )
            }
            Against::LooksLikeProduction => write!(
                f,
                "{kind} `{name}` ({source}) looks like production; use another one, or, if it is none, write \
                 not-production = [\"{name}\"] into [aws] of {}",
                own.display()
            ),
        }
    }
}

impl std::error::Error for Refusal {}

impl From<ConfigError> for Refusal {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}
