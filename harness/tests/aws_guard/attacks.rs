//! What is refused before anything is called, or after STS has said who calls.

use rstest::rstest;
use sfn_chaos::aws::{Checked, Flags};

use crate::place::{ALLOWED, OTHER, Place, SECRET, allowing, block_on};
use crate::server::{Reply, Server};

#[test]
fn the_allowed_account_is_asked_who_it_is_and_then_the_rest() {
    let place = Place::with_account(ALLOWED).aws(&allowing("")).keys();
    let ended = place.doctor(&[]);
    assert_eq!(ended.code, Some(0), "{}", ended.text);
    let expected = ["GetCallerIdentity", "TestState", "ValidateStateMachineDefinition"];
    assert_eq!(place.operations(), expected);
    assert!(ended.text.ends_with("calls: GetCallerIdentity, TestState, ValidateStateMachineDefinition\n"));
    assert_eq!(place.proxy.count(), 0);
}

/// Without an endpoint AWS is called. The proxy is what shows it, in this test and in those where it shows nothing.
#[test]
fn without_an_endpoint_sts_of_the_region_is_the_first_to_be_called() {
    let place = Place::with_account(ALLOWED).aws_itself(&allowing("")).keys();
    place.doctor(&[]).refused("nothing but GetCallerIdentity was called: the account is not confirmed");
    let called: Vec<String> = place.proxy.asked().iter().map(|asked| asked.path.clone()).collect();
    assert_eq!(called, ["sts.eu-west-1.amazonaws.com:443"]);
    assert_eq!(place.endpoint.count(), 0);
}

#[rstest]
#[case::no_table(
    "region = \"eu-west-1\"",
    "chaos.toml: no account is allowed; add [aws] with allow-accounts = "
)]
#[case::an_empty_list("allow-accounts = []", "chaos.toml:3:18: `allow-accounts` is empty")]
#[case::a_pattern("allow-accounts = [\"*\"]", "chaos.toml:3:19: `*` is no account: it is twelve digits")]
#[case::a_misspelt_list(
    "allow-account = [\"111122223333\"]",
    "unknown key in [aws]: `allow-account`; did you mean `allow-accounts`?"
)]
#[case::no_region(
    "allow-accounts = [\"111122223333\"]",
    "no region is given; write region = \"eu-west-1\" into [aws]"
)]
fn without_a_list_nothing_is_called(#[case] aws: &str, #[case] because: &str) {
    let place = Place::with_account(ALLOWED).aws(aws).keys();
    place.doctor(&[]).refused(because);
    assert_eq!((place.operations().len(), place.proxy.count()), (0, 0));
}

#[test]
fn an_account_that_is_not_in_the_list_is_asked_nothing_but_who_it_is() {
    let place = Place::with_account(OTHER).aws(&allowing("")).keys();
    let list = format!(
        "chaos.toml:3:18: account {OTHER} is not in `allow-accounts`, and STS says that arn:aws:sts::{OTHER}:"
    );
    let ended = place.doctor(&[]);
    ended.refused(&list);
    ended.refused(&format!("write allow-accounts = [\"{ALLOWED}\", \"{OTHER}\"]"));
    assert_eq!(place.operations(), ["GetCallerIdentity"]);
}

#[test]
fn a_denial_wins_over_the_list() {
    let denied = format!("deny-accounts = [\"{ALLOWED}\"]");
    let place = Place::with_account(ALLOWED).aws(&allowing(&denied)).keys();
    let ended = place.doctor(&[]);
    ended.refused(&format!("chaos.toml:5:18: account {ALLOWED} is denied"));
    ended.refused("a denial wins over `allow-accounts` (chaos.toml:3:19)");
    assert_eq!(place.operations(), ["GetCallerIdentity"]);
}

#[test]
fn a_file_above_denies() {
    let above = format!("[aws]\ndeny-accounts = [\"{ALLOWED}\"]\n");
    let place = Place::with_account(ALLOWED).aws(&allowing("")).keys().file("chaos.toml", &above);
    place.doctor(&[]).refused(&format!("../chaos.toml:2:18: account {ALLOWED} is denied"));
    assert_eq!(place.operations(), ["GetCallerIdentity"]);
}

#[rstest]
#[case::nothing_here(None)]
#[case::another_table_here(Some("[profile.ci]\nbudget = 5\n"))]
#[case::a_table_without_the_list_here(Some("[aws]\nregion = \"eu-west-1\"\n"))]
fn a_file_above_never_allows(#[case] own: Option<&str>) {
    let place = Place::with_account(ALLOWED).keys();
    let above = format!("[aws]\n{}\nendpoint-url = \"{}\"\n", allowing(""), place.endpoint.url());
    let mut place = place.file("chaos.toml", &above);
    if let Some(own) = own {
        place = place.file("work/chaos.toml", own);
    }
    let flags = Flags { endpoint: Some(place.endpoint.url().parse().unwrap()), ..Flags::default() };
    let refusal = block_on(Checked::new(&place.folder(), &flags, &place.environment())).unwrap_err();
    let refusal = refusal.to_string();
    assert!(
        refusal.contains(
            "chaos.toml:2:18 does not count, because a file of a folder above can deny, never allow"
        ),
        "{refusal}"
    );
    place.doctor(&["--endpoint-url", &place.endpoint.url()]);
    assert_eq!((place.operations().len(), place.proxy.count()), (0, 0));
}

const PROFILES: &str = "\
[default]
region = eu-west-1
[profile dev]
region = eu-west-1
[profile shop-prod]
region = eu-west-1
[profile looks-harmless]
role_arn = arn:aws:iam::111122223333:role/team/ProdAdmin
source_profile = dev
[profile behind]
role_arn = arn:aws:iam::111122223333:role/Tester
source_profile = shop-prod
[profile elsewhere]
role_arn = arn:aws:iam::999988887777:role/Tester
source_profile = dev
[profile portal]
sso_account_id = 999988887777
sso_role_name = Tester
sso_start_url = https://example.com/start
sso_region = eu-west-1
[profile redirected]
endpoint_url = http://example.com
[profile services]
services = others
[services others]
sts =
  endpoint_url = http://example.com
";

#[rstest]
#[case::by_flag("", &[], &["--aws-profile", "shop-prod"], "profile `shop-prod` (--aws-profile) looks like production")]
#[case::by_variable("", &[("AWS_PROFILE", "shop-prod")], &[], "profile `shop-prod` (AWS_PROFILE) looks like production")]
#[case::by_file("profile = \"shop-prod\"", &[], &[], "profile `shop-prod` (chaos.toml:5:11) looks like production")]
#[case::by_a_pattern(
    "deny-profiles = [\"DE?\"]",
    &[("AWS_PROFILE", "dev")],
    &[],
    "chaos.toml:5:18: `DE?` of `deny-profiles` denies profile `dev` (AWS_PROFILE)"
)]
#[case::by_default(
    "deny-profiles = [\"default\"]",
    &[],
    &[],
    "chaos.toml:5:18: `default` of `deny-profiles` denies profile `default` (used by default)"
)]
#[case::though_let_through(
    "deny-profiles = [\"shop-*\"]\nnot-production = [\"shop-prod\"]",
    &[("AWS_PROFILE", "shop-prod")],
    &[],
    "`shop-*` of `deny-profiles` denies profile `shop-prod`"
)]
#[case::by_its_role("", &[("AWS_PROFILE", "looks-harmless")], &[], "role `ProdAdmin` (of profile `looks-harmless`) looks")]
#[case::by_its_source("", &[("AWS_PROFILE", "behind")], &[], "profile `shop-prod` (source_profile of profile `behind`) looks")]
#[case::by_a_web_identity(
    "",
    &[("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/LiveDeploy-live")],
    &[],
    "role `LiveDeploy-live` (AWS_ROLE_ARN) looks like production"
)]
#[case::by_the_account_of_its_role(
    "",
    &[("AWS_PROFILE", "elsewhere")],
    &[],
    "account 999988887777 is not in `allow-accounts`, and profile `elsewhere` leads to it"
)]
#[case::by_the_account_of_its_portal(
    "",
    &[("AWS_PROFILE", "portal")],
    &[],
    "account 999988887777 is not in `allow-accounts`, and profile `portal` leads to it"
)]
#[case::by_the_name_that_others_follow("", &[("AWS_DEFAULT_PROFILE", "dev")], &[], "AWS_DEFAULT_PROFILE names `dev`")]
#[case::one_that_is_not_there("", &[("AWS_PROFILE", "defaul")], &[], "there is no profile `defaul` (AWS_PROFILE); did you mean `default`?")]
fn a_profile_is_refused_before_anything_is_called(
    #[case] aws: &str,
    #[case] variables: &[(&str, &str)],
    #[case] arguments: &[&str],
    #[case] because: &str,
) {
    let mut place = Place::with_account(ALLOWED).aws_itself(&allowing(aws)).shared(PROFILES);
    for (name, value) in variables {
        place = place.variable(name, value);
    }
    place.doctor(arguments).refused(because);
    assert_eq!((place.operations().len(), place.proxy.count()), (0, 0));
}

/// A file above denies a profile, too.
#[test]
fn a_pattern_of_a_file_above_denies() {
    let place = Place::with_account(ALLOWED).aws(&allowing("not-production = [\"dev\"]")).shared(PROFILES);
    let place = place.file("chaos.toml", "[aws]\ndeny-profiles = [\"dev\"]\n").variable("AWS_PROFILE", "dev");
    place
        .doctor(&[])
        .refused("../chaos.toml:2:18: `dev` of `deny-profiles` denies profile `dev` (AWS_PROFILE)");
    assert_eq!((place.operations().len(), place.proxy.count()), (0, 0));
}

#[rstest]
#[case::all("AWS_ENDPOINT_URL")]
#[case::sts("AWS_ENDPOINT_URL_STS")]
#[case::step_functions("AWS_ENDPOINT_URL_SFN")]
#[case::iam("AWS_ENDPOINT_URL_IAM")]
#[case::the_portal("AWS_ENDPOINT_URL_SSO")]
fn a_variable_sends_no_call_elsewhere(#[case] variable: &str) {
    for endpoint in ["", "with one of its own"] {
        let place = Place::with_account(ALLOWED).keys();
        let place = match endpoint {
            "" => place.aws_itself(&allowing("")),
            _ => place.aws(&allowing("")),
        };
        let elsewhere = place.proxy.url();
        let place = place.variable(variable, &elsewhere);
        place.doctor(&[]).refused(&format!("no call is made: {variable} would send calls elsewhere"));
        assert_eq!((place.operations().len(), place.proxy.count()), (0, 0));
    }
}

#[rstest]
#[case::a_key("redirected", "`endpoint_url` of profile `redirected` would send calls elsewhere")]
#[case::a_section("services", "`services` of profile `services` would send calls elsewhere")]
fn a_profile_sends_no_call_elsewhere(#[case] profile: &str, #[case] because: &str) {
    let place = Place::with_account(ALLOWED).aws(&allowing("")).keys().shared(PROFILES);
    place.doctor(&["--aws-profile", profile]).refused(because);
    assert_eq!((place.operations().len(), place.proxy.count()), (0, 0));
}

#[test]
fn the_endpoint_of_the_file_may_be_repeated_in_a_variable() {
    let place = Place::with_account(ALLOWED).aws(&allowing("")).keys();
    let same = place.endpoint.url();
    let place = place.variable("AWS_ENDPOINT_URL", &same);
    let ended = place.doctor(&[]);
    assert_eq!(ended.code, Some(0), "{}", ended.text);
}

#[rstest]
#[case::a_host("http://example.com")]
#[case::a_host_behind_a_user("http://127.0.0.1@example.com")]
#[case::a_host_that_begins_like_loopback("http://127.0.0.1.example.com")]
fn an_endpoint_is_on_this_computer(#[case] url: &str) {
    let place =
        Place::with_account(ALLOWED).aws_itself(&allowing(&format!("endpoint-url = \"{url}\""))).keys();
    place.doctor(&[]).refused("an endpoint is on this computer, such as http://127.0.0.1:4566");
    let place = Place::with_account(ALLOWED).aws_itself(&allowing("")).keys();
    place.doctor(&["--endpoint-url", url]).refused("an endpoint is on this computer");
    assert_eq!(place.proxy.count(), 0);
}

#[rstest]
#[case::a_host("x.example.com/-1", "AWS_REGION: `x.example.com/-1` is no region")]
#[case::an_unknown_partition(
    "xx-west-1",
    "AWS_REGION: `xx-west-1` is of no partition that this version knows"
)]
#[case::another_partition("cn-north-1", "is of another partition than the region cn-north-1")]
fn a_region_is_one_of_the_partition_of_the_account(#[case] region: &str, #[case] because: &str) {
    let place = Place::with_account(ALLOWED).aws(&format!("allow-accounts = [\"{ALLOWED}\"]")).keys();
    let place = place.variable("AWS_REGION", region);
    place.doctor(&[]).refused(because);
    assert!(place.operations().iter().all(|operation| operation == "GetCallerIdentity"));
    assert_eq!(place.proxy.count(), 0);
}

#[test]
fn a_caller_that_looks_like_production_is_asked_nothing_else() {
    let arn = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_ProdAdmin_0123456789abcdef/ann";
    let place = Place::new(Server::start(move |_| {
        Reply::xml(&format!(
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
             <Arn>{arn}</Arn><Account>{ALLOWED}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
        ))
    }));
    let place = place.aws(&allowing("")).keys();
    place.doctor(&[]).refused("role `AWSReservedSSO_ProdAdmin_0123456789abcdef` (STS says arn:aws:sts::");
    assert_eq!(place.operations(), ["GetCallerIdentity"]);
}

#[test]
fn without_credentials_nothing_is_called() {
    let place = Place::with_account(ALLOWED).aws_itself(&allowing(""));
    place.doctor(&[]).refused("no call is made: no credentials: ");
    assert_eq!(place.proxy.count(), 0);
}

#[test]
fn a_file_of_keys_that_cannot_be_read_is_not_quoted() {
    let place = Place::with_account(ALLOWED).aws(&allowing(""));
    let place = place.file("home/.aws/credentials", &format!("[default]\naws_secret_access_key {SECRET}\n"));
    place.doctor(&[]).refused("the shared configuration cannot be read: ");
    assert_eq!((place.operations().len(), place.proxy.count()), (0, 0));
}

#[test]
fn an_endpoint_that_is_no_step_functions_api_is_told() {
    let place = Place::new(Server::start(|asked| match asked.operation() {
        "GetCallerIdentity" => Reply::caller(ALLOWED),
        _ => Reply::error(400, "UnknownOperationException", "what is that"),
    }));
    let place = place.aws(&allowing("")).keys();
    place
        .doctor(&[])
        .refused("missing  step functions: failed to call TestState: this call is not known there");
}

/// With an endpoint, keys come from nowhere else, though the profile would assume a role.
#[test]
fn an_endpoint_needs_no_credentials_from_elsewhere() {
    let place = Place::with_account(ALLOWED).aws(&allowing("profile = \"chained\""));
    let place = place.shared(
        "[profile chained]\nrole_arn = arn:aws:iam::111122223333:role/Tester\nsource_profile = base\n\
         [profile base]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = none\n",
    );
    let ended = place.doctor(&[]);
    assert_eq!((ended.code, place.proxy.count()), (Some(0), 0), "{}", ended.text);
}

#[test]
fn a_denied_permission_is_told_with_the_statement_that_is_missing() {
    let place = Place::new(Server::start(|asked| match asked.operation() {
        "GetCallerIdentity" => Reply::caller(ALLOWED),
        _ => Reply::error(
            400,
            "AccessDeniedException",
            "User: arn:aws:sts::111122223333:assumed-role/tester/session is not authorized to perform: states:TestState",
        ),
    }));
    let place = place.aws(&allowing("")).keys();
    let ended = place.doctor(&[]);
    ended.refused(
        "states:TestState is denied to arn:aws:sts::111122223333:assumed-role/tester/session; allow",
    );
    ended.refused(r#"{"Effect":"Allow","Action":"states:TestState","Resource":["*"]}"#);
}

/// The path of the folder is written as users write it.
#[test]
fn the_folder_may_be_written_in_any_way() {
    let place = Place::with_account(ALLOWED).aws(&allowing("")).keys();
    let roundabout = place.folder().join("../work/.");
    let checked = block_on(Checked::new(&roundabout, &Flags::default(), &place.environment()));
    assert!(checked.is_ok(), "{:?}", checked.err().map(|refusal| refusal.to_string()));
}
