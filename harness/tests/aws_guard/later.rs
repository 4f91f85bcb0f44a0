//! What comes after the first call: credentials that change, real side effects, and what is shown of all this.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sts::config::Credentials;
use rstest::rstest;
use serde_json::json;
use sfn_chaos::aws::{Checked, Cleared, Confirmation, Flags, Keeping, Service, confirm_live};
use sfn_chaos::value::Value;
use sfn_chaos::walk::Ask as _;

use crate::place::{ALLOWED, Ended, KEY, OTHER, Place, SECRET, allowing, block_on};
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
    Ok(live.role_arn().to_owned())
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

#[test]
fn a_task_is_really_called_only_after_a_confirmation() {
    let role = "arn:aws:iam::111122223333:role/order";
    let place = Place::with_account(ALLOWED).aws(&allowing(&format!("live = true\nrole-arn = \"{role}\"")));
    let cleared = cleared(&place);
    let mut request = json!({"definition": {"Type": "Task"}, "roleArn": role});
    let ask = |service: &Service, request: &serde_json::Value| {
        service
            .ask(&Value::parse(&request.to_string()).expect("it is JSON"))
            .map_err(|error| error.to_string())
    };
    let service = cleared.service(Keeping::InMemory).expect("threads can be started");
    let unconfirmed = ask(&service, &request).expect_err("nobody has confirmed it");
    assert!(unconfirmed.contains("really calls its task, and nobody has confirmed that"), "{unconfirmed}");
    assert_eq!(place.operations(), ["GetCallerIdentity"]);
    let live = confirm_live(&cleared, Confirmation::Given(cleared.account())).expect("it is confirmed");
    let service = service.with_real_calls(&live);
    ask(&service, &request).expect("it is sent");
    request["roleArn"] = "arn:aws:iam::111122223333:role/admin".into();
    let unconfirmed = ask(&service, &request).expect_err("it is another role");
    assert!(
        unconfirmed.contains("role/admin, and arn:aws:iam::111122223333:role/order was confirmed"),
        "{unconfirmed}"
    );
    request["mock"] = json!({"result": "{}"});
    ask(&cleared.service(Keeping::InMemory).expect("threads can be started"), &request)
        .expect("a mock calls nothing");
    assert_eq!(place.operations(), ["GetCallerIdentity", "TestState", "TestState"]);
}

#[test]
fn a_task_is_called_once_for_each_time_it_is_wanted() {
    let role = "arn:aws:iam::111122223333:role/order";
    let place = Place::new(Server::start(|asked| match asked.operation() {
        "GetCallerIdentity" => Reply::caller(ALLOWED),
        _ => Reply::error(503, "ServiceUnavailable", "nobody knows what was done"),
    }));
    let place = place.aws(&allowing(&format!("live = true\nrole-arn = \"{role}\"")));
    let cleared = cleared(&place);
    let live = confirm_live(&cleared, Confirmation::Given(cleared.account())).expect("it is confirmed");
    let request = json!({"definition": "{}", "stateName": "Book", "roleArn": live.role_arn()});
    let request = Value::parse(&request.to_string()).expect("it is JSON");
    let service = cleared.service(Keeping::InMemory).expect("threads can be started").with_real_calls(&live);
    for _ in 0..2 {
        let why = service.act(&request).expect_err("the service is not there").to_string();
        assert!(why.ends_with("; the task may have been called all the same"), "{why}");
    }
    assert_eq!(place.operations(), ["GetCallerIdentity", "TestState", "TestState"]);
}

#[rstest]
#[case::without("", "does not permit real side effects; write live = true into [aws] if they are wanted")]
#[case::with_false("live = false", "does not permit real side effects")]
#[case::without_a_role(
    "live = true",
    "chaos.toml names no role that tasks are called with; write role-arn = "
)]
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

const REQUEST: &str =
    r#"{"definition": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}}"#;

/// The request of a command, at the endpoint or in an account.
fn tested(place: &Place, arguments: &[&str]) -> Ended {
    place.call(&[&["test-state", "../request.json", "--aws"], arguments].concat())
}

#[test]
fn a_request_of_a_file_is_asked_through_the_guard() {
    let place = Place::with_account(ALLOWED).aws(&allowing("")).file("request.json", REQUEST);
    let ended = tested(&place, &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.text);
    assert!(ended.text.contains("\"status\": \"SUCCEEDED\""), "{}", ended.text);
    assert_eq!(place.operations(), ["GetCallerIdentity", "TestState"]);
    let other = Place::with_account(OTHER).aws(&allowing("")).file("request.json", REQUEST);
    tested(&other, &[]).refused("account 999988887777 is not in `allow-accounts`");
    assert_eq!(other.operations(), ["GetCallerIdentity"]);
}

#[test]
fn a_dry_run_shows_the_request_and_sends_nothing() {
    let live = "live = true\nrole-arn = \"arn:aws:iam::111122223333:role/order\"";
    let place = Place::with_account(ALLOWED).aws(&allowing(live)).file("request.json", REQUEST);
    let ended = tested(&place, &["--dry-run", "--live"]);
    assert_eq!(ended.code, Some(0), "{}", ended.text);
    assert!(ended.text.contains("\"roleArn\": \"arn:aws:iam::111122223333:role/order\""), "{}", ended.text);
    assert_eq!(place.operations().len(), 0);
}

#[rstest]
#[case::unpermitted("", &["--live", "--yes", ALLOWED], "chaos.toml does not permit real side effects")]
#[case::unconfirmed(LIVE, &["--live"], "nobody is there to confirm it; give --yes 111122223333")]
#[case::with_another_account(LIVE, &["--live", "--yes", OTHER], "`999988887777` was given, and the account is 111122223333")]
#[case::without_the_flag(LIVE, &["--yes", ALLOWED], "--live")]
fn a_real_call_of_a_request_is_refused(#[case] aws: &str, #[case] arguments: &[&str], #[case] because: &str) {
    let place = Place::with_account(ALLOWED).aws(&allowing(aws)).file("request.json", REQUEST);
    tested(&place, arguments).refused(because);
    assert!(!place.operations().contains(&"TestState".to_owned()), "{:?}", place.operations());
}

const LIVE: &str = "live = true\nrole-arn = \"arn:aws:iam::111122223333:role/order\"";

#[test]
fn a_real_call_of_a_request_has_the_role_of_the_file() {
    let place = Place::with_account(ALLOWED).aws(&allowing(LIVE)).file("request.json", REQUEST);
    let ended = tested(&place, &["--live", "--yes", ALLOWED]);
    assert_eq!(ended.code, Some(0), "{}", ended.text);
    assert_eq!(place.operations(), ["GetCallerIdentity", "TestState"]);
    assert_eq!(place.endpoint.asked()[1].json()["roleArn"], "arn:aws:iam::111122223333:role/order");
}
