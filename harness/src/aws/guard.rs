//! No call but through here. Everything that can be known without a call is checked first ([`Checked`]); then STS says
//! whose the credentials are, and only then there are clients ([`Cleared`]).
//!
//! 1. The `chaos.toml` of the folder allows accounts by number. One of a folder above never allows.
//! 2. Every `chaos.toml` from the folder upward may deny accounts, profiles and roles, and wins.
//! 3. Nothing in the environment or the shared configuration sends calls elsewhere.
//! 4. The account that STS names is allowed, not denied, and of the partition of the region. So is that of credentials
//!    that come later, when the first ones have expired.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_sdk_sts::config::SharedCredentialsProvider;

use super::cache::{Keeping, Scope};
use super::calls::{Caller, Clients};
use super::clients;
use super::confirmed::Confirmed;
use super::credentials::{self, Kind};
use super::environment::Environment;
use super::partition;
use super::production::Names;
use super::refusal::{Named, Refusal, STS_SAYS};
use super::service::{Pace, Service};
use super::settings::{Flags, Settings, Source};
use super::shared::{Assumed, Chain, Shared, assumed};
use crate::config::{AccountId, FILE_NAME, Upward, Written};
use crate::load::Location;

/// Everything is in order as far as it can be known without a call.
#[derive(Clone, Debug)]
pub struct Checked {
    settings: Settings,
    accounts: Accounts,
    names: Names,
    live: Option<Location>,
    own: PathBuf,
    kind: Kind,
    shared: Shared,
}

/// Which accounts are allowed and denied, and where that is written.
#[derive(Clone, Debug)]
struct Accounts {
    allowed: Vec<Written<AccountId>>,
    place: Location,
    denied: Vec<Written<AccountId>>,
}

/// What may be called. It is made here, and nowhere else.
#[derive(Clone, Debug)]
pub struct Cleared {
    account: AccountId,
    arn: String,
    clients: Clients,
    checked: Arc<Checked>,
}

/// Checks what can be checked, asks STS, and gives out what may be called.
pub async fn clear(folder: &Path, flags: &Flags, environment: &Environment) -> Result<Cleared, Refusal> {
    Checked::new(folder, flags, environment).await?.clear().await
}

impl Checked {
    /// Looks at `chaos.toml`, the environment and the shared configuration. Nothing is called.
    pub async fn new(folder: &Path, flags: &Flags, environment: &Environment) -> Result<Self, Refusal> {
        let upward = Upward::find(folder)?;
        let accounts = Accounts::of(&upward)?;
        let shared = Shared::load(environment).await.map_err(Refusal::Shared)?;
        let settings = Settings::new(&upward, flags, environment, &shared)?;
        let checked = Self {
            kind: Kind::of(&settings, environment, &shared),
            live: upward.allowing.as_ref().and_then(|aws| aws.live.as_ref()).and_then(permission),
            own: upward.own.clone().unwrap_or_else(|| FILE_NAME.into()),
            names: Names::of(&upward),
            settings,
            accounts,
            shared,
        };
        checked.check_redirections(environment)?;
        checked.check_names(environment)?;
        Ok(checked)
    }

    /// How AWS is called.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Where credentials come from.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Asks STS whose the credentials are: the one call that is made before anything is known.
    pub async fn clear(self) -> Result<Cleared, Refusal> {
        let provider = credentials::provider(&self.kind, &self.settings).await;
        self.clear_with(provider).await
    }

    /// The same with credentials that the caller brings. They are confirmed no less.
    pub async fn clear_with(self, provider: SharedCredentialsProvider) -> Result<Cleared, Refusal> {
        let found = credentials::found(&provider, &self.chain()).await?;
        let checked = Arc::new(self);
        let (confirmed, caller) = Confirmed::ask(Arc::clone(&checked), provider, found).await?;
        let account = checked.judge(&caller)?;
        Ok(Cleared {
            clients: checked.clients(SharedCredentialsProvider::new(confirmed)),
            arn: caller.arn,
            account,
            checked,
        })
    }

    /// Clients that sign with these credentials.
    pub(super) fn clients(&self, credentials: SharedCredentialsProvider) -> Clients {
        let endpoint = self.settings.endpoint.as_ref().map(|endpoint| &endpoint.value);
        clients::clients(&credentials::config(&self.settings, credentials), endpoint, &self.settings.patience)
    }

    /// Whether the caller that STS names may be one.
    pub(super) fn judge(&self, caller: &Caller) -> Result<AccountId, Refusal> {
        let known_by = format!("{STS_SAYS} that {} is in it", caller.arn);
        let account = self.accounts.judge(&caller.account, &known_by)?;
        let region = &self.settings.region.value;
        let of_arn = caller.arn.split(':').nth(1).unwrap_or_default();
        if partition::of(region) != Some(of_arn) {
            return Err(Refusal::Partition { arn: caller.arn.clone(), region: region.clone() });
        }
        let (kind, name) = partition::named(&caller.arn);
        self.judge_name(kind, name, &format!("{STS_SAYS} {}", caller.arn))?;
        Ok(account)
    }

    fn judge_name(&self, kind: &'static str, name: &str, source: &str) -> Result<(), Refusal> {
        let Some(against) = self.names.against(name) else { return Ok(()) };
        let (name, source, own) = (name.to_owned(), source.to_owned(), self.own.clone());
        Err(Refusal::Name(Box::new(Named { kind, name, source, against, own })))
    }

    /// Variables and keys that say where calls go. The endpoint of `chaos.toml` may be repeated there.
    fn check_redirections(&self, environment: &Environment) -> Result<(), Refusal> {
        let own = self.settings.endpoint.as_ref().map(|endpoint| endpoint.value.url());
        let leads_astray = |value: &str| own != Some(value.strip_suffix('/').unwrap_or(value));
        for (name, value) in environment.beginning("AWS_ENDPOINT_URL") {
            if leads_astray(value) {
                return Err(Refusal::Redirected { what: name.to_owned() });
            }
        }
        for (profile, key, value) in self.chain().redirections {
            if leads_astray(&value) {
                return Err(Refusal::Redirected { what: format!("`{key}` of profile `{profile}`") });
            }
        }
        Ok(())
    }

    /// Profiles and roles that are used, and accounts that they name, before anything is asked of them.
    fn check_names(&self, environment: &Environment) -> Result<(), Refusal> {
        let chain = self.chain();
        let profile = &self.settings.profile;
        for name in &chain.profiles {
            let source = match (*name == profile.value, &profile.source) {
                (true, Source::Default) => "used by default".to_owned(),
                (true, source) => source.to_string(),
                (false, _) => format!("source_profile of profile `{}`", profile.value),
            };
            self.judge_name("profile", name, &source)?;
        }
        let web = environment.get("AWS_ROLE_ARN").map(|arn| assumed("", arn));
        for Assumed { profile, role, account } in chain.roles.iter().chain(&web) {
            let source = match profile.as_str() {
                "" => "AWS_ROLE_ARN".to_owned(),
                profile => format!("of profile `{profile}`"),
            };
            self.judge_name("role", role, &source)?;
            if let Some(account) = account {
                self.accounts.check_denied(account, &format!("role `{role}` ({source}) is in it"))?;
            }
        }
        match (self.kind.is_profile(), chain.account()) {
            (true, Some(account)) => {
                let known_by = format!("profile `{}` leads to it", profile.value);
                self.accounts.judge(account, &known_by).map(drop)
            }
            _ => Ok(()),
        }
    }

    /// Where the profile leads. Without a profile that somebody has named, and with keys in the environment, none is used.
    fn chain(&self) -> Chain {
        let is_named = self.settings.profile.source != Source::Default;
        let name = &self.settings.profile.value;
        if is_named || (self.kind.is_profile() && self.shared.has(name)) {
            self.shared.chain(name)
        } else {
            Chain::default()
        }
    }
}

impl Accounts {
    fn of(upward: &Upward) -> Result<Self, Refusal> {
        let denied = upward.all().flat_map(|aws| aws.deny_accounts.iter().cloned()).collect();
        let listed = upward.allowing.as_ref().and_then(|aws| Some((aws.allow_place.clone()?, aws)));
        let Some((place, aws)) = listed else {
            let above = upward.denying.iter().filter_map(|aws| aws.allow_place.clone()).collect();
            return Err(Refusal::NoList { own: upward.own.clone(), above });
        };
        if aws.allow_accounts.is_empty() {
            return Err(Refusal::EmptyList(place));
        }
        Ok(Self { allowed: aws.allow_accounts.clone(), place, denied })
    }

    fn judge(&self, account: &str, known_by: &str) -> Result<AccountId, Refusal> {
        self.check_denied(account, known_by)?;
        if let Some(allowed) = self.allowed.iter().find(|allowed| allowed.value.as_str() == account) {
            return Ok(allowed.value.clone());
        }
        Err(Refusal::NotAllowed {
            account: account.to_owned(),
            known_by: known_by.to_owned(),
            place: self.place.clone(),
            listed: self.allowed.iter().map(|allowed| allowed.value.clone()).collect(),
        })
    }

    fn check_denied(&self, account: &str, known_by: &str) -> Result<(), Refusal> {
        let Some(denied) = self.denied.iter().find(|denied| denied.value.as_str() == account) else {
            return Ok(());
        };
        let allowed = self.allowed.iter().find(|allowed| allowed.value == denied.value);
        Err(Refusal::Denied {
            account: denied.value.clone(),
            known_by: known_by.to_owned(),
            place: denied.place.clone(),
            allowed: allowed.map(|allowed| Box::new(allowed.place.clone())),
        })
    }
}

impl Cleared {
    /// The account that STS has confirmed.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// Who calls.
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// How AWS is called.
    pub fn settings(&self) -> &Settings {
        &self.checked.settings
    }

    /// Where real side effects are permitted.
    pub(super) fn live(&self) -> Option<&Location> {
        self.checked.live.as_ref()
    }

    /// The `chaos.toml` of the folder.
    pub(super) fn own(&self) -> &Path {
        &self.checked.own
    }

    /// Whether a role may be used, by its ARN.
    pub(super) fn judge_role(&self, arn: &str, source: &str) -> Result<(), Refusal> {
        let Assumed { role, account, .. } = assumed("", arn);
        self.checked.judge_name("role", &role, source)?;
        let account = account.unwrap_or_default();
        self.checked.accounts.judge(&account, &format!("{arn} ({source}) is in it")).map(drop)
    }

    /// Whoever asks TestState in this account, as quickly as is configured.
    pub fn service(&self, keeping: Keeping) -> io::Result<Service> {
        let Settings { region, endpoint, quota, .. } = self.settings();
        let scope = Scope {
            account: self.account.to_string(),
            region: region.value.clone(),
            endpoint: endpoint.as_ref().map(|endpoint| endpoint.value.url().to_owned()),
        };
        Service::new(self.clients.clone(), &scope, Pace { quota: *quota, keeping, ..Pace::default() })
    }

    /// What may be called.
    pub fn clients(&self) -> &Clients {
        &self.clients
    }
}

/// `live = false` permits nothing.
fn permission(live: &Written<bool>) -> Option<Location> {
    live.value.then(|| live.place.clone())
}
