//! What comes after the first call: credentials that change, real side effects, and what is shown of all this.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sts::config::Credentials;
use rstest::rstest;
use serde_json::json;
use sfn_chaos::aws::{Checked, Cleared, Confirmation, Flags, confirm_live};

use crate::place::{ALLOWED, KEY, OTHER, Place, SECRET, allowing, block_on};
use crate::server::{Reply, Server};

/// Credentials that change: the second ones are of another account.
#[derive(Debug, Default)]
struct Changing(AtomicUsize);

impl ProvideCredentials for Changing {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let key = format!("KEY{}", self.0.fetch_add(1, Ordering::SeqCst));
        // Expired at once, so that the SDK asks for the next ones.
        let expiry = UNIX_EPOCH + Duration::from_secs(1);
        future::ProvideCredentials::ready(Ok(Credentials::new(key, "secret", None, Some(expiry), "test")))
    }
}

#[test]
fn credentials_that_come_later_are_confirmed_too() {
    let place = Place::new(Server::start(|asked| {
        let is_first =
            asked.header("authorization").is_some_and(|header| header.contains("Credential=KEY0/"));
        match asked.operation() {
            "GetCallerIdentity" if is_first => Reply::caller(ALLOWED),
            "GetCallerIdentity" => Reply::caller(OTHER),
            _ => Reply::json(&json!({"result": "OK", "diagnostics": []})),
        }
    }));
    let place = place.aws(&format!("allow-accounts = [\"{ALLOWED}\", \"{OTHER}\"]\nregion = \"eu-west-1\""));
    let provider = SharedCredentialsProvider::new(Changing::default());
    let answer = block_on(async {
        let checked = Checked::new(&place.folder(), &Flags::default(), &place.environment()).await.unwrap();
        let cleared = checked.clear_with(provider).await.unwrap();
        cleared.clients().validate_definition("{}", "STANDARD").await
    });
    let failure = answer.unwrap_err().to_string();
    assert!(
        failure.contains("the credentials are now of account 999988887777, no longer of 111122223333"),
        "{failure}"
    );
    assert_eq!(place.operations(), ["GetCallerIdentity", "GetCallerIdentity"]);
}

fn cleared(place: &Place) -> Cleared {
    block_on(async {
        let checked = Checked::new(&place.folder(), &Flags::default(), &place.environment()).await;
        let checked = checked.expect("the configuration is in order");
        checked.clear().await.expect("the account is allowed")
    })
}

/// What a person types.
fn typing(cleared: &Cleared, typed: &str) -> Result<String, String> {
    let (mut reader, mut screen) = (typed.as_bytes(), Vec::new());
    let how = Confirmation::Asked { reader: &mut reader, screen: &mut screen };
    let live = confirm_live(cleared, how).map_err(|not| not.to_string())?;
    let shown = String::from_utf8(screen).expect("all texts are UTF-8");
    assert!(shown.contains(&format!("in account {ALLOWED}, eu-west-1")), "{shown}");
    Ok(live.role_arn().unwrap_or_default().to_owned())
}

#[test]
fn real_side_effects_need_the_file_and_the_number_of_the_account() {
    let role = "arn:aws:iam::111122223333:role/order";
    let place = Place::with_account(ALLOWED).aws(&allowing(&format!("live = true\nrole-arn = \"{role}\"")));
    let cleared = cleared(&place);
    assert_eq!(typing(&cleared, "111122223333\n").unwrap(), role);
    let wrong = "no task is called: `yes` was given, and the account is 111122223333 (live is permitted at ";
    assert!(typing(&cleared, "yes\n").unwrap_err().starts_with(wrong));
    assert!(typing(&cleared, "").unwrap_err().starts_with("no task is called: nothing was given"));
    let given = |account: &str| {
        let account = account.parse().unwrap();
        confirm_live(&cleared, Confirmation::Given(&account)).map(drop).map_err(|not| not.to_string())
    };
    assert_eq!(given(ALLOWED), Ok(()));
    assert!(given(OTHER).unwrap_err().starts_with(&format!("no task is called: `{OTHER}` was given")));
    let nobody = confirm_live(&cleared, Confirmation::Nobody).unwrap_err().to_string();
    assert_eq!(
        nobody,
        "no task is called: nobody is there to confirm it; give --yes 111122223333 if real side effects are wanted"
    );
    assert_eq!(place.operations(), ["GetCallerIdentity"]);
}

#[rstest]
#[case::without("", "does not permit real side effects; write live = true into [aws] if they are wanted")]
#[case::with_false("live = false", "does not permit real side effects")]
#[case::with_a_role_of_production(
    "live = true\nrole-arn = \"arn:aws:iam::111122223333:role/prod-order\"",
    "role `prod-order` ("
)]
#[case::with_a_role_elsewhere(
    "live = true\nrole-arn = \"arn:aws:iam::999988887777:role/order\"",
    "account 999988887777 is not in `allow-accounts`"
)]
fn real_side_effects_are_refused(#[case] aws: &str, #[case] because: &str) {
    let place = Place::with_account(ALLOWED).aws(&allowing(aws));
    let cleared = cleared(&place);
    let not = confirm_live(&cleared, Confirmation::Given(cleared.account())).unwrap_err().to_string();
    assert!(not.contains(because), "{not}");
}

/// A file above permits them as little as it allows an account.
#[test]
fn a_file_above_permits_no_real_side_effects() {
    let place = Place::with_account(ALLOWED).aws(&allowing("")).file("chaos.toml", "[aws]\nlive = true\n");
    let cleared = cleared(&place);
    let not = confirm_live(&cleared, Confirmation::Given(cleared.account())).unwrap_err().to_string();
    assert!(not.contains("does not permit real side effects"), "{not}");
}

#[test]
fn nothing_that_is_printed_for_debugging_shows_a_key() {
    let place = Place::with_account(ALLOWED).aws(&allowing("")).keys();
    let environment = place.environment();
    let checked = block_on(Checked::new(&place.folder(), &Flags::default(), &environment)).unwrap();
    let shown = format!("{environment:?} {checked:?} {:?} {}", checked.settings(), checked.kind());
    assert!(!shown.contains(SECRET) && !shown.contains(KEY), "{shown}");
    let shown = format!("{:?}", cleared(&place));
    assert!(!shown.contains(SECRET) && !shown.contains(KEY), "{shown}");
}

/// The policy on the page is the one that the program prints.
#[test]
fn the_page_shows_the_policy_that_is_printed() {
    let page = include_str!("../../../docs/aws.md");
    let shown =
        page.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).expect("it is on the page");
    let place = Place::with_account(ALLOWED).aws(&allowing(""));
    let printed = place.doctor(&["--policy"]);
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("it is JSON");
    assert_eq!(read(&printed.text), read(shown));
    assert_eq!((place.operations().len(), place.proxy.count()), (0, 0));
}
