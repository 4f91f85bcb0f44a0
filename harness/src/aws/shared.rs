//! The shared configuration, `~/.aws/config` and `~/.aws/credentials`: what a profile says about where its credentials
//! lead. It is read by the parser of the SDK, so that nothing is understood otherwise here than there.

use std::borrow::Cow;

use aws_config::profile::{Profile, ProfileSet};
use aws_types::os_shim_internal::{Env, Fs};

use super::environment::Environment;

/// The profiles that there are.
#[derive(Clone, Debug)]
pub(super) struct Shared(ProfileSet);

/// A profile, then the one that its role is assumed with, and so on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Chain {
    /// The profiles, the one that is used first.
    pub(super) profiles: Vec<String>,
    /// The roles that are assumed, with the profile that says so, the last one to be assumed first.
    pub(super) roles: Vec<Assumed>,
    /// Keys that send calls elsewhere, with the profile that has them and their value.
    pub(super) redirections: Vec<(String, &'static str, String)>,
    /// Whether credentials come from a program whose output may hold secrets.
    pub(super) is_process: bool,
}

/// A role of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Assumed {
    pub(super) profile: String,
    /// Its name, without path.
    pub(super) role: String,
    /// The account it is in, where that can be read.
    pub(super) account: Option<String>,
}

/// How many profiles may stand one behind the other.
const CHAIN_MAX: usize = 32;

impl Shared {
    /// Reads the files that the environment names, or those of the home folder.
    pub(super) async fn load(environment: &Environment) -> Result<Self, String> {
        let variables: Vec<_> = environment.beginning("").collect();
        Self::load_from(&Fs::real(), &Env::from_slice(&variables)).await
    }

    async fn load_from(fs: &Fs, env: &Env) -> Result<Self, String> {
        #[expect(
            clippy::default_trait_access,
            reason = "the name of the type is deprecated, its home is internal"
        )]
        let files = Default::default();
        let loaded = aws_config::profile::load(fs, env, &files, Some(Cow::Borrowed("default"))).await;
        // The error quotes the line at most by its number, so that no key of it is shown.
        loaded.map(Self).map_err(|error| error.to_string())
    }

    pub(super) fn has(&self, profile: &str) -> bool {
        self.0.get_profile(profile).is_some()
    }

    /// The names of the profiles, sorted.
    pub(super) fn names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.0.profiles().collect();
        names.sort_unstable();
        names
    }

    pub(super) fn region(&self, profile: &str) -> Option<&str> {
        self.0.get_profile(profile)?.get("region")
    }

    /// The keys that stand in the profile itself.
    pub(super) fn keys(&self, profile: &str) -> Option<(&str, &str, Option<&str>)> {
        let profile = self.0.get_profile(profile)?;
        let (id, secret) = (profile.get("aws_access_key_id")?, profile.get("aws_secret_access_key")?);
        Some((id, secret, profile.get("aws_session_token")))
    }

    /// Where the credentials of a profile lead.
    pub(super) fn chain(&self, profile: &str) -> Chain {
        let mut chain = Chain::default();
        let mut next = Some(profile.to_owned());
        while let Some(name) = next.take() {
            if chain.profiles.contains(&name) || chain.profiles.len() == CHAIN_MAX {
                break;
            }
            let section = self.0.get_profile(&name);
            chain.profiles.push(name.clone());
            let Some(section) = section else { break };
            next = section.get("source_profile").map(str::to_owned);
            chain.take(&name, section);
        }
        chain
    }
}

impl Chain {
    fn take(&mut self, name: &str, section: &Profile) {
        for key in ["endpoint_url", "services"] {
            if let Some(value) = section.get(key) {
                self.redirections.push((name.to_owned(), key, value.to_owned()));
            }
        }
        self.is_process |= section.get("credential_process").is_some();
        if let Some(arn) = section.get("role_arn") {
            self.roles.push(assumed(name, arn));
        }
        let sso = [section.get("sso_account_id"), section.get("sso_role_name")];
        if sso.iter().any(Option::is_some) {
            let [account, role] = sso.map(|value| value.map(str::to_owned));
            self.roles.push(Assumed { profile: name.to_owned(), role: role.unwrap_or_default(), account });
        }
    }

    /// The account that the credentials are of, where the profile says it.
    pub(super) fn account(&self) -> Option<&str> {
        self.roles.first()?.account.as_deref()
    }
}

/// `arn:aws:iam::111122223333:role/path/order`
pub(super) fn assumed(profile: &str, arn: &str) -> Assumed {
    let account = arn.split(':').nth(4).filter(|account| !account.is_empty());
    let role = arn.rsplit('/').next().unwrap_or(arn);
    Assumed { profile: profile.to_owned(), role: role.to_owned(), account: account.map(str::to_owned) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "\
[default]
region = eu-west-1
[profile dev]
role_arn = arn:aws:iam::111122223333:role/team/Tester
source_profile = base
[profile base]
sso_account_id = 444455556666
sso_role_name = ProdOwner
endpoint_url = http://example.com
source_profile = dev
[profile tool]
credential_process = /bin/keys
[services elsewhere]
sts =
  endpoint_url = http://example.com
";

    async fn shared() -> Shared {
        let fs = Fs::from_slice(&[("config", CONFIG), ("credentials", "[dev]\naws_access_key_id = AK\n")]);
        let env = [("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")];
        Shared::load_from(&fs, &Env::from_slice(&env)).await.unwrap()
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    #[test]
    fn a_chain_goes_on_to_the_first_profile_and_ends_in_a_circle() {
        let chain = block_on(shared()).chain("dev");
        let role = |profile: &str, role: &str, account: &str| Assumed {
            profile: profile.to_owned(),
            role: role.to_owned(),
            account: Some(account.to_owned()),
        };
        let expected = Chain {
            profiles: vec!["dev".to_owned(), "base".to_owned()],
            roles: vec![role("dev", "Tester", "111122223333"), role("base", "ProdOwner", "444455556666")],
            redirections: vec![("base".to_owned(), "endpoint_url", "http://example.com".to_owned())],
            is_process: false,
        };
        assert_eq!(chain, expected);
        assert_eq!(chain.account(), Some("111122223333"));
    }

    #[test]
    fn a_profile_is_known_by_its_files() {
        let shared = block_on(shared());
        assert_eq!(shared.names(), ["base", "default", "dev", "tool"]);
        assert_eq!((shared.region("default"), shared.region("dev")), (Some("eu-west-1"), None));
        assert!(shared.chain("tool").is_process && shared.keys("dev").is_none());
    }
}
