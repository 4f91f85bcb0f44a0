//! `test-state`: what AWS's TestState API answers to a request: offline, or AWS itself.

use std::io::Read as _;
use std::path::Path;

use super::args::TestStateArgs;
use super::failure::Failure;
use super::selection::folder_join;
use super::{ExitCode, Streams};
use crate::test_state::{ApiError, Refusal, Request, answer};
use crate::value::{Object, Value};

pub(super) fn test_state(args: &TestStateArgs, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    let text = read("request", &args.request, streams)?;
    let mut request = Value::parse(&text).map_err(|error| failed("request", &args.request, &error))?;
    if let (Some(path), Value::Object(fields)) = (&args.definition, &mut request) {
        fields.insert("definition", Value::from(read("definition", path, streams)?));
    }
    if args.aws {
        return on_aws(args, request, streams);
    }
    if let Some(flag) = args.access.given() {
        return Err(Failure::Usage(format!("{flag} is about AWS; add `--aws`")));
    }
    let answer = Request::parse(&request).map_err(Refusal::from).and_then(|request| answer(&request));
    let (shown, code) = match answer {
        Ok(response) => (response.to_json(), ExitCode::Clean),
        Err(Refusal::Api(ApiError { code, message })) => (as_aws_sends_it(code, &message), ExitCode::Usage),
        Err(refusal @ Refusal::Unknown(_)) => {
            writeln!(streams.err, "error: {refusal}")?;
            return Ok(ExitCode::Inconclusive);
        }
    };
    print(&shown, streams)?;
    Ok(code)
}

fn print(shown: &Value, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(shown).expect("a JSON value is JSON");
    Ok(writeln!(streams.out, "{text}")?)
}

#[cfg(not(feature = "aws"))]
fn on_aws(args: &TestStateArgs, _: Value, _: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    // They count with AWS only.
    let TestStateArgs { dry_run: _, live: _, yes: _, .. } = args;
    Err(Failure::Usage(super::backend::WITHOUT_AWS.to_owned()))
}

/// Asks AWS as the guard allows.
#[cfg(feature = "aws")]
fn on_aws(args: &TestStateArgs, mut request: Value, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    use crate::aws::{Keeping, confirm_live};
    use crate::walk::{Ask as _, AskError};

    let checked = super::access_aws::checked(&args.access, streams)?;
    if let (true, Value::Object(fields)) = (args.live, &mut request)
        && let Some(role) = &checked.settings().role_arn
        && fields.get("roleArn").is_none()
    {
        fields.insert("roleArn", Value::from(role.value.as_str()));
    }
    if args.dry_run {
        print(&request, streams)?;
        writeln!(streams.err, "note: nothing was sent")?;
        return Ok(ExitCode::Clean);
    }
    let cleared = super::access_aws::cleared(checked)?;
    let mut service = cleared.service(Keeping::InMemory)?;
    if args.live {
        let live =
            super::access_aws::confirmation(args.yes.as_ref(), streams, |how| confirm_live(&cleared, how));
        service = service.with_real_calls(&live.map_err(|not| Failure::Usage(not.to_string()))?);
    }
    match service.ask(&request) {
        Ok(answer) => print(&answer, streams).map(|()| ExitCode::Clean),
        Err(AskError::Refused { code, message }) => {
            print(&as_aws_sends_it(&code, &message), streams).map(|()| ExitCode::Usage)
        }
        Err(error) => {
            writeln!(streams.err, "error: {error}")?;
            Ok(ExitCode::Inconclusive)
        }
    }
}

/// The body of a response with an error.
fn as_aws_sends_it(code: &str, message: &str) -> Value {
    Object::from_iter([("__type", Value::from(code)), ("message", Value::from(message))]).into()
}

/// A file, or standard input for `-`.
fn read(what: &'static str, path: &Path, streams: &Streams<'_>) -> Result<String, Failure> {
    if path.as_os_str() != "-" {
        return std::fs::read_to_string(folder_join(&streams.folder, path))
            .map_err(|error| failed(what, path, &error));
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|error| failed(what, path, &error))?;
    Ok(text)
}

fn failed(what: &'static str, path: &Path, reason: &dyn std::fmt::Display) -> Failure {
    Failure::Read { what, path: path.to_owned(), reason: reason.to_string() }
}
