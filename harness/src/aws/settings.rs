//! How AWS is called: flags over `chaos.toml` over the environment over the shared configuration, each with where it
//! comes from. Nothing secret is in here.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::bucket::Quota;
use super::clients::Patience;
use super::environment::Environment;
use super::partition;
use super::refusal::Refusal;
use super::shared::Shared;
use crate::config::{self, Aws, Endpoint, Upward, Written};
use crate::load::Location;
use crate::spelling::nearest;

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--aws-profile`
    pub profile: Option<String>,
    /// `--region`
    pub region: Option<String>,
    /// `--endpoint-url`
    pub endpoint: Option<Endpoint>,
}

/// What is used.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The region.
    pub region: Sourced<String>,
    /// The profile of the shared configuration.
    pub profile: Sourced<String>,
    /// What is called instead of AWS.
    pub endpoint: Option<Sourced<Endpoint>>,
    /// How quickly TestState is called.
    pub quota: Quota,
    /// How long an answer is waited for.
    pub patience: Patience,
    /// Where answers are kept.
    pub cache: Option<PathBuf>,
    /// The role that states have in calls without mocks.
    pub role_arn: Option<Written<String>>,
    /// Whether the hosts are those that are validated under FIPS 140, as `AWS_USE_FIPS_ENDPOINT` says.
    pub uses_fips: bool,
    /// Whether the hosts are those with addresses of both kinds, as `AWS_USE_DUALSTACK_ENDPOINT` says.
    pub uses_dual_stack: bool,
}

/// A value, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub source: Source,
}

/// Where a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The command line.
    Flag(&'static str),
    /// `chaos.toml`.
    File(Location),
    /// A variable of the environment.
    Variable(&'static str),
    /// A profile of the shared configuration.
    Profile(String),
    /// Nothing says otherwise.
    Default,
}

impl Settings {
    /// Puts together what is known without a call.
    pub(super) fn new(
        upward: &Upward,
        flags: &Flags,
        environment: &Environment,
        shared: &Shared,
    ) -> Result<Self, Refusal> {
        let aws = upward.allowing.as_ref();
        let profile = profile(aws, flags, environment)?;
        let is_named = profile.source != Source::Default;
        if is_named && !shared.has(&profile.value) {
            let near = nearest(&profile.value, shared.names()).map(str::to_owned);
            return Err(Refusal::NoProfile { profile, near });
        }
        let endpoint = flags.endpoint.clone().map(|value| sourced(value, Source::Flag("--endpoint-url")));
        let mut patience = Patience::default();
        if let Some(seconds) = aws.and_then(|aws| aws.timeout_seconds) {
            patience.attempt_timeout = Duration::from_secs(seconds);
        }
        if let Some(attempts) = aws.and_then(|aws| aws.max_attempts) {
            patience.attempts_max = u32::try_from(attempts).unwrap_or(u32::MAX);
        }
        Ok(Self {
            region: region(aws, flags, environment, shared, &profile.value)?,
            profile,
            endpoint: endpoint.or_else(|| written(aws?.endpoint_url.as_ref())),
            quota: quota(aws),
            patience,
            cache: aws.and_then(|aws| aws.cache.clone()),
            role_arn: aws.and_then(|aws| aws.role_arn.clone()),
            uses_fips: environment.is_true("AWS_USE_FIPS_ENDPOINT"),
            uses_dual_stack: environment.is_true("AWS_USE_DUALSTACK_ENDPOINT"),
        })
    }

    /// Whether the profile was chosen for this program, by a flag or `chaos.toml`. Then it alone gives the credentials;
    /// keys in the environment, which the SDK would prefer, are left where they are.
    pub(super) fn profile_is_chosen(&self) -> bool {
        matches!(self.profile.source, Source::Flag(_) | Source::File(_))
    }
}

fn quota(aws: Option<&Aws>) -> Quota {
    let default = Quota::default();
    let burst = aws.and_then(|aws| aws.burst).map(|burst| u32::try_from(burst).unwrap_or(u32::MAX));
    let per_second = aws.and_then(|aws| aws.per_second).map(|rate| rate as f64);
    Quota { burst: burst.unwrap_or(default.burst), per_second: per_second.unwrap_or(default.per_second) }
}

fn profile(aws: Option<&Aws>, flags: &Flags, environment: &Environment) -> Result<Sourced<String>, Refusal> {
    if let Some(name) = &flags.profile {
        return Ok(sourced(name.clone(), Source::Flag("--aws-profile")));
    }
    if let Some(written) = written(aws.and_then(|aws| aws.profile.as_ref())) {
        return Ok(written);
    }
    if let Some(name) = environment.get("AWS_PROFILE") {
        return Ok(sourced(name.to_owned(), Source::Variable("AWS_PROFILE")));
    }
    // Other tools follow it, the SDK for Rust does not: one would think to be in one account and be in another.
    match environment.get("AWS_DEFAULT_PROFILE") {
        Some(name) => Err(Refusal::DefaultProfile { profile: name.to_owned() }),
        None => Ok(sourced("default".to_owned(), Source::Default)),
    }
}

/// The metadata of a computer in the cloud are not asked: that would be a call before the guard has said its word.
fn region(
    aws: Option<&Aws>,
    flags: &Flags,
    environment: &Environment,
    shared: &Shared,
    profile: &str,
) -> Result<Sourced<String>, Refusal> {
    let flag = flags.region.clone().map(|name| sourced(name, Source::Flag("--region")));
    let variable = |name: &'static str| {
        environment.get(name).map(|value| sourced(value.to_owned(), Source::Variable(name)))
    };
    let of_profile = || {
        let source = Source::Profile(profile.to_owned());
        shared.region(profile).map(|name| sourced(name.to_owned(), source))
    };
    let found = flag
        .or_else(|| written(aws?.region.as_ref()))
        .or_else(|| variable("AWS_REGION"))
        .or_else(|| variable("AWS_DEFAULT_REGION"))
        .or_else(of_profile)
        .ok_or(Refusal::NoRegion)?;
    let known = config::region(&found.value).and_then(|name| match partition::of(&name) {
        Some(_) => Ok(()),
        None => Err(format!("`{name}` is of no partition that this version knows")),
    });
    match known {
        Ok(()) => Ok(found),
        Err(why) => Err(Refusal::Region { source: found.source, why }),
    }
}

fn written<T: Clone>(value: Option<&Written<T>>) -> Option<Sourced<T>> {
    value.map(|written| sourced(written.value.clone(), Source::File(written.place.clone())))
}

fn sourced<T>(value: T, source: Source) -> Sourced<T> {
    Sourced { value, source }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) => f.write_str(name),
            Self::File(place) => place.fmt(f),
            Self::Profile(name) => write!(f, "profile `{name}`"),
            Self::Default => f.write_str("by default"),
        }
    }
}

impl<T: fmt::Display> fmt::Display for Sourced<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.value, self.source)
    }
}
