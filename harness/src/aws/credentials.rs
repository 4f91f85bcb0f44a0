//! Where credentials come from, without ever showing one: the chain of the SDK, or, for an endpoint on this computer,
//! keys that are at hand. Then nothing but that endpoint is called, not even for credentials.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig, imds};
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::config::{Credentials, ProvideCredentials as _, SharedCredentialsProvider};

use super::clients::http_client;
use super::environment::Environment;
use super::refusal::Refusal;
use super::settings::Settings;
use super::shared::{Chain, Shared};

/// How credentials come.
#[derive(Clone, PartialEq, Eq)]
pub enum Kind {
    /// Keys in the environment.
    Environment,
    /// A profile of the shared configuration, alone.
    Profile(String),
    /// The first of the chain that has some, the profile before the others.
    Chain(String),
    /// Keys for an endpoint on this computer, with where they come from.
    Local(&'static str, LocalKeys),
}

/// Keys that only an endpoint on this computer sees.
#[derive(Clone, PartialEq, Eq)]
pub struct LocalKeys {
    id: String,
    secret: String,
    token: Option<String>,
}

impl Kind {
    pub(super) fn of(settings: &Settings, environment: &Environment, shared: &Shared) -> Self {
        let keys =
            || Some((environment.get("AWS_ACCESS_KEY_ID")?, environment.get("AWS_SECRET_ACCESS_KEY")?));
        let profile = &settings.profile.value;
        if settings.endpoint.is_some() {
            let of_profile =
                || shared.keys(profile).map(|keys| Self::Local("the profile", LocalKeys::new(keys)));
            let of_environment = || {
                let (id, secret) = keys()?;
                let found = (id, secret, environment.get("AWS_SESSION_TOKEN"));
                Some(Self::Local("the environment", LocalKeys::new(found)))
            };
            let found = if settings.profile_is_chosen() {
                of_profile().or_else(of_environment)
            } else {
                of_environment().or_else(of_profile)
            };
            return found.unwrap_or_else(|| Self::Local("test keys", LocalKeys::new(("test", "test", None))));
        }
        match (settings.profile_is_chosen(), keys()) {
            (true, _) => Self::Profile(profile.clone()),
            (false, Some(_)) => Self::Environment,
            (false, None) => Self::Chain(profile.clone()),
        }
    }

    /// Whether a profile of the shared configuration gives them, as far as it can.
    pub(super) fn is_profile(&self) -> bool {
        matches!(self, Self::Profile(_) | Self::Chain(_))
    }
}

impl LocalKeys {
    fn new((id, secret, token): (&str, &str, Option<&str>)) -> Self {
        Self { id: id.to_owned(), secret: secret.to_owned(), token: token.map(str::to_owned) }
    }
}

/// The source, and never a key.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => f.write_str("keys in the environment"),
            Self::Profile(name) => write!(f, "profile `{name}`"),
            Self::Chain(name) => {
                write!(f, "the chain of the SDK: profile `{name}`, then web identity, container, computer")
            }
            Self::Local("test keys", _) => f.write_str("test keys, for an endpoint on this computer"),
            Self::Local(source, _) => write!(f, "keys of {source}, for an endpoint on this computer"),
        }
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for LocalKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalKeys")
    }
}

/// What gives credentials.
pub(super) async fn provider(kind: &Kind, settings: &Settings) -> SharedCredentialsProvider {
    let region = Region::new(settings.region.value.clone());
    let config =
        |client| ProviderConfig::without_region().with_region(Some(region.clone())).with_http_client(client);
    let proxied = || config(http_client(None));
    match kind {
        Kind::Local(_, LocalKeys { id, secret, token }) => {
            let keys = Credentials::new(id, secret, token.clone(), None, "local");
            SharedCredentialsProvider::new(keys)
        }
        Kind::Profile(name) => {
            let builder = ProfileFileCredentialsProvider::builder().configure(&proxied()).profile_name(name);
            SharedCredentialsProvider::new(builder.build())
        }
        Kind::Environment | Kind::Chain(_) => {
            // A computer that is none in the cloud has no metadata: one short try says so.
            let metadata =
                imds::Client::builder().configure(&config(http_client(Some("link-local")))).max_attempts(1);
            let metadata = metadata.connect_timeout(Duration::from_secs(1)).build();
            let chain = DefaultCredentialsChain::builder().configure(proxied()).region(region.clone());
            let chain = chain.profile_name(&settings.profile.value).imds_client(metadata);
            SharedCredentialsProvider::new(chain.build().await)
        }
    }
}

/// The configuration of clients. It is made by hand, so that nothing that the environment says of endpoints is in it.
pub(super) fn config(settings: &Settings, credentials: SharedCredentialsProvider) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(settings.region.value.clone()))
        .credentials_provider(credentials)
        .use_fips(settings.uses_fips)
        .use_dual_stack(settings.uses_dual_stack)
        .build()
}

/// The credentials as they are now.
pub(super) async fn found(
    provider: &SharedCredentialsProvider,
    chain: &Chain,
) -> Result<Credentials, Refusal> {
    provider
        .provide_credentials()
        .await
        .map_err(|error| Refusal::NoCredentials { detail: told(&error, chain) })
}

/// What the SDK says. A program that makes credentials may have written some to its error output.
fn told(error: &CredentialsError, chain: &Chain) -> String {
    if chain.is_process && !matches!(error, CredentialsError::CredentialsNotLoaded(_)) {
        return "the program of `credential_process` gives none; run it by hand to see why".to_owned();
    }
    let mut told: Vec<String> = Vec::new();
    let mut next: Option<&dyn Error> = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if !told.iter().any(|known| known.contains(&text)) {
            told.push(text);
        }
        next = error.source();
    }
    told.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_shown() {
        let keys = LocalKeys::new(("AKIAEXAMPLE", "wJalrSecret", Some("tokenOfSession")));
        let kind = Kind::Local("the environment", keys);
        let environment: Environment =
            [("AWS_SECRET_ACCESS_KEY".to_owned(), "wJalrSecret".to_owned())].into_iter().collect();
        let shown = format!("{kind} {kind:?} {kind:#?} {environment:?}");
        let secrets = ["AKIAEXAMPLE", "wJalrSecret", "tokenOfSession"];
        assert!(secrets.iter().all(|secret| !shown.contains(secret)), "{shown}");
    }
}
