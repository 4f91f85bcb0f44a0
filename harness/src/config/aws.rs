//! `[aws]`: which accounts may be called, and how. It is read, and every key checked, in builds without the feature
//! `aws` too.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::table::{Entry, Table};
use super::{ConfigError, Endpoint};
use crate::load::{Location, SourceFile};

/// What `[aws]` says. What is not written is left open: there is no account that is allowed by default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aws {
    /// Where the table stands.
    pub place: Location,
    /// The accounts that may be called.
    pub allow_accounts: Vec<Written<AccountId>>,
    /// Where `allow-accounts` stands; none: it is not written.
    pub allow_place: Option<Location>,
    /// The accounts that are never called.
    pub deny_accounts: Vec<Written<AccountId>>,
    /// Patterns of profiles and roles that are never used, besides those that look like production.
    pub deny_profiles: Vec<Written<String>>,
    /// Profiles and roles that only look like production.
    pub not_production: Vec<Written<String>>,
    /// The region that is called.
    pub region: Option<Written<String>>,
    /// The profile of the shared configuration that credentials come from.
    pub profile: Option<Written<String>>,
    /// The role that a state has in a call without mocks.
    pub role_arn: Option<Written<String>>,
    /// The server that is called instead of AWS.
    pub endpoint_url: Option<Written<Endpoint>>,
    /// How many calls of TestState may come at once.
    pub burst: Option<u64>,
    /// How many calls of TestState follow in a second.
    pub per_second: Option<u64>,
    /// How long one call may take.
    pub timeout_seconds: Option<u64>,
    /// How often one call is tried.
    pub max_attempts: Option<u64>,
    /// The folder that answers are kept in.
    pub cache: Option<PathBuf>,
    /// Whether calls with real side effects are permitted, and where that is written.
    pub live: Option<Written<bool>>,
}

/// A value, and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub place: Location,
}

/// The number of an account: twelve digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountId(String);

const KEYS: [&str; 14] = [
    "allow-accounts",
    "deny-accounts",
    "deny-profiles",
    "not-production",
    "region",
    "profile",
    "role-arn",
    "endpoint-url",
    "burst",
    "per-second",
    "timeout-seconds",
    "max-attempts",
    "cache",
    "live",
];

impl Aws {
    pub(super) fn read(file: &SourceFile, folder: &Path, entry: &Entry<'_>) -> Result<Self, ConfigError> {
        let table = Table::checked(file, entry.table()?, "[aws]", &KEYS)?;
        let at_least_one = |key: &str| -> Result<Option<u64>, ConfigError> {
            let Some(entry) = table.get(key) else { return Ok(None) };
            match entry.count()? {
                0 => Err(entry.invalid(format!("`{key}` is at least 1"))),
                count => Ok(Some(count)),
            }
        };
        let live = table.get("live").map(|entry| -> Result<_, ConfigError> {
            Ok(Written { value: entry.flag()?, place: entry.place() })
        });
        Ok(Self {
            place: entry.place(),
            allow_accounts: listed(&table, "allow-accounts", account)?,
            allow_place: table.get("allow-accounts").map(|entry| entry.place()),
            deny_accounts: listed(&table, "deny-accounts", account)?,
            deny_profiles: deny_profiles(&table)?,
            not_production: listed(&table, "not-production", name)?,
            region: written(&table, "region", region)?,
            profile: written(&table, "profile", |text| filled("profile", text))?,
            role_arn: written(&table, "role-arn", role_arn)?,
            endpoint_url: written(&table, "endpoint-url", str::parse)?,
            burst: at_least_one("burst")?,
            per_second: at_least_one("per-second")?,
            timeout_seconds: at_least_one("timeout-seconds")?,
            max_attempts: at_least_one("max-attempts")?,
            cache: written(&table, "cache", |text| filled("cache", text))?
                .map(|path| folder.join(path.value)),
            live: live.transpose()?,
        })
    }
}

impl AccountId {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() == 12 && text.bytes().all(|digit| digit.is_ascii_digit()) {
            return Ok(Self(text.to_owned()));
        }
        Err(format!("`{text}` is no account: it is twelve digits"))
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a text can be a region: `eu-west-1`, `us-gov-east-1`. It becomes part of a host name, so that nothing else
/// may be in it.
pub fn region(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.split('-').collect();
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|letter| letter.is_ascii_lowercase());
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
    match parts.split_last() {
        Some((number, words)) if is_number(number) && words.len() >= 2 && words.iter().all(is_word) => {
            Ok(text.to_owned())
        }
        _ => Err(format!("`{text}` is no region such as eu-west-1")),
    }
}

/// Everything in a list, each with its place.
fn listed<T>(
    table: &Table<'_>,
    key: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<Written<T>>, ConfigError> {
    let Some(entry) = table.get(key) else { return Ok(Vec::new()) };
    let items = entry.strings()?;
    items.iter().map(|item| Ok(Written { value: item.word(&read)?, place: item.place() })).collect()
}

fn written<T>(
    table: &Table<'_>,
    key: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<Written<T>>, ConfigError> {
    let Some(entry) = table.get(key) else { return Ok(None) };
    Ok(Some(Written { value: entry.word(read)?, place: entry.place() }))
}

/// An empty list would read as if everything were permitted; what looks like production never is.
fn deny_profiles(table: &Table<'_>) -> Result<Vec<Written<String>>, ConfigError> {
    let listed = listed(table, "deny-profiles", |text| filled("deny-profiles", text))?;
    match table.get("deny-profiles") {
        Some(entry) if listed.is_empty() => Err(entry.invalid(
            "`deny-profiles` is empty, and would permit nothing more: names that look like production are refused \
             in any case, but for those in `not-production`"
                .to_owned(),
        )),
        _ => Ok(listed),
    }
}

fn account(text: &str) -> Result<AccountId, String> {
    text.parse()
}

/// A name, and no pattern: what is let through is named one by one.
fn name(text: &str) -> Result<String, String> {
    if text.contains(['*', '?']) {
        return Err(format!("`{text}` is a pattern; `not-production` names profiles and roles one by one"));
    }
    filled("not-production", text)
}

fn filled(key: &str, text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err(format!("`{key}` holds an empty text"));
    }
    Ok(text.to_owned())
}

fn role_arn(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts[..] {
        ["arn", partition, "iam", "", account, role]
            if !partition.is_empty() && account.parse::<AccountId>().is_ok() && role.starts_with("role/") =>
        {
            Ok(text.to_owned())
        }
        _ => Err(format!("`{text}` is no role such as arn:aws:iam::111122223333:role/order")),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::config::Config;

    fn read(text: &str) -> Result<Aws, String> {
        let config = Config::parse(Path::new("etc/chaos.toml"), &format!("[aws]\n{text}"));
        config.map(|config| config.aws.expect("there is a table")).map_err(|error| error.to_string())
    }

    #[test]
    fn every_key_is_read() {
        let aws = read(
            "allow-accounts = [\"111122223333\"]\ndeny-accounts = [\"444455556666\"]\n\
             deny-profiles = [\"*-eu\"]\nnot-production = [\"acme-prodtest\"]\nregion = \"us-gov-east-1\"\n\
             profile = \"dev\"\nrole-arn = \"arn:aws:iam::111122223333:role/path/order\"\n\
             endpoint-url = \"http://127.0.0.1:4566/\"\nburst = 5\nper-second = 2\ntimeout-seconds = 9\n\
             max-attempts = 3\ncache = \"answers\"\nlive = true\n",
        )
        .unwrap();
        let account = |text: &str| text.parse::<AccountId>().unwrap();
        let at = |line, column| Location { file: "etc/chaos.toml".to_owned(), line, column };
        let text = |value: &str, line, column| Written { value: value.to_owned(), place: at(line, column) };
        let expected = Aws {
            place: at(1, 1),
            allow_accounts: vec![Written { value: account("111122223333"), place: at(2, 19) }],
            allow_place: Some(at(2, 18)),
            deny_accounts: vec![Written { value: account("444455556666"), place: at(3, 18) }],
            deny_profiles: vec![text("*-eu", 4, 18)],
            not_production: vec![text("acme-prodtest", 5, 19)],
            region: Some(text("us-gov-east-1", 6, 10)),
            profile: Some(text("dev", 7, 11)),
            role_arn: Some(text("arn:aws:iam::111122223333:role/path/order", 8, 12)),
            endpoint_url: Some(Written { value: "http://127.0.0.1:4566".parse().unwrap(), place: at(9, 16) }),
            burst: Some(5),
            per_second: Some(2),
            timeout_seconds: Some(9),
            max_attempts: Some(3),
            cache: Some("etc/answers".into()),
            live: Some(Written { value: true, place: at(15, 8) }),
        };
        assert_eq!(aws, expected);
    }

    #[rstest]
    #[case::a_key(
        "alow-accounts = []",
        "etc/chaos.toml:2:1: unknown key in [aws]: `alow-accounts`; did you mean `allow-accounts`?"
    )]
    #[case::an_account_as_a_number(
        "allow-accounts = [111122223333]",
        "etc/chaos.toml:2:19: `allow-accounts` is a string, not an integer"
    )]
    #[case::one_account_alone(
        "allow-accounts = \"111122223333\"",
        "etc/chaos.toml:2:18: `allow-accounts` is a list of strings, not a string"
    )]
    #[case::an_account_that_is_none(
        "allow-accounts = [\"*\"]",
        "etc/chaos.toml:2:19: `*` is no account: it is twelve digits"
    )]
    #[case::no_profiles(
        "deny-profiles = []",
        "etc/chaos.toml:2:17: `deny-profiles` is empty, and would permit nothing more: names that look like \
         production are refused in any case, but for those in `not-production`"
    )]
    #[case::a_pattern_that_lets_through(
        "not-production = [\"*\"]",
        "etc/chaos.toml:2:19: `*` is a pattern; `not-production` names profiles and roles one by one"
    )]
    #[case::a_region("region = \"Ireland\"", "etc/chaos.toml:2:10: `Ireland` is no region such as eu-west-1")]
    #[case::a_region_that_is_a_host(
        "region = \"x.example.com/-1\"",
        "etc/chaos.toml:2:10: `x.example.com/-1` is no region such as eu-west-1"
    )]
    #[case::an_endpoint(
        "endpoint-url = \"https://example.com\"",
        "etc/chaos.toml:2:16: `https://example.com` is neither 127.0.0.1 nor [::1] nor localhost; an endpoint is on \
         this computer, such as http://127.0.0.1:4566"
    )]
    #[case::a_role(
        "role-arn = \"order\"",
        "etc/chaos.toml:2:12: `order` is no role such as arn:aws:iam::111122223333:role/order"
    )]
    #[case::no_calls("per-second = 0", "etc/chaos.toml:2:14: `per-second` is at least 1")]
    #[case::a_flag("live = \"yes\"", "etc/chaos.toml:2:8: `live` is true or false, not a string")]
    fn what_is_wrong_is_told_with_its_place(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(read(text).unwrap_err(), expected);
    }
}
