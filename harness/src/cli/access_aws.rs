//! The lines of `doctor` about AWS: it goes as far as the guard lets it, and says which calls it made.

use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::Path;

use super::access::{Findings, State};
use tokio::runtime::{Builder, Runtime};

use super::access_args::AwsArgs;
use super::backend_aws::CACHE;
use super::failure::Failure;
use super::{ExitCode, Streams};
use crate::aws::{
    self, Checked, Cleared, Confirmation, Environment, Failure as NoAnswer, FailureKind, Flags, Operation,
    Place, Quota, Refusal, Settings,
};
use crate::config::{AccountId, Upward};

/// Docs, "Step Functions service quotas": what ValidateStateMachineDefinition allows; nothing here needs more.
const VALIDATE: &str = "ValidateStateMachineDefinition: 100 at once, then 1 a second";

/// What the command line says of AWS.
pub(super) fn flags(args: &AwsArgs) -> Flags {
    let AwsArgs { aws_profile, region, endpoint_url } = args;
    Flags { profile: aws_profile.clone(), region: region.clone(), endpoint: endpoint_url.clone() }
}

/// Everything is in order as far as it can be known without a call.
pub(super) fn checked(args: &AwsArgs, streams: &Streams<'_>) -> Result<Checked, Failure> {
    let (flags, environment) = (flags(args), Environment::of_process());
    let checking = Checked::new(&streams.folder, &flags, &environment);
    runtime()?.block_on(checking).map_err(|refusal| Failure::Usage(refusal.to_string()))
}

/// STS has confirmed the account.
pub(super) fn cleared(checked: Checked) -> Result<Cleared, Failure> {
    runtime()?.block_on(checked.clear()).map_err(|refusal| Failure::Usage(refusal.to_string()))
}

/// Who confirms real side effects: the command line, or a person at the terminal.
pub(super) fn confirmation<T>(
    yes: Option<&AccountId>,
    streams: &mut Streams<'_>,
    confirm: impl FnOnce(Confirmation<'_>) -> T,
) -> T {
    let stdin = io::stdin();
    match yes {
        Some(account) => confirm(Confirmation::Given(account)),
        None if stdin.is_terminal() => {
            confirm(Confirmation::Asked { reader: &mut stdin.lock(), screen: streams.err })
        }
        None => confirm(Confirmation::Nobody),
    }
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// Prints the least policy of whoever runs this program.
pub(super) fn policy(args: &AwsArgs, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    let aws = Upward::find(&streams.folder)?.allowing;
    let account = aws.as_ref().and_then(|aws| match &aws.allow_accounts[..] {
        [only] => Some(only.value.to_string()),
        _ => None,
    });
    let region = args.region.clone().or_else(|| aws?.region.map(|region| region.value));
    let place = Place {
        account: account.as_deref().unwrap_or("${AWS::AccountId}"),
        region: region.as_deref().unwrap_or("${AWS::Region}"),
    };
    let text = serde_json::to_string_pretty(&aws::policy(&place)).expect("a policy has only texts and lists");
    writeln!(streams.out, "{text}")?;
    Ok(ExitCode::Clean)
}

impl Findings<'_, '_> {
    pub(super) fn aws(&mut self, args: &AwsArgs) -> Result<(), Failure> {
        let mut calls = Vec::new();
        runtime()?.block_on(self.asked(&flags(args), &mut calls))?;
        let text = match &calls[..] {
            [] => "none were made".to_owned(),
            made => made.iter().map(Operation::to_string).collect::<Vec<_>>().join(", "),
        };
        Ok(self.line(State::Ok, "calls", &text)?)
    }

    async fn asked(&mut self, flags: &Flags, calls: &mut Vec<Operation>) -> io::Result<()> {
        let checked = match Checked::new(&self.streams.folder, flags, &Environment::of_process()).await {
            Ok(checked) => checked,
            Err(refusal) => return self.refused(&refusal),
        };
        self.settings(checked.settings())?;
        let kind = checked.kind().to_string();
        let cleared = match checked.clear().await {
            Ok(cleared) => cleared,
            Err(refusal) => {
                if refusal.has_asked() {
                    calls.push(Operation::GetCallerIdentity);
                }
                return self.refused(&refusal);
            }
        };
        calls.push(Operation::GetCallerIdentity);
        self.line(State::Ok, "credentials", &kind)?;
        let text = format!("{}, allowed and not denied; {}", cleared.account(), cleared.arn());
        self.line(State::Ok, "account", &text)?;
        let answers = aws::probe(&cleared).await;
        calls.extend(answers.iter().map(|(operation, _)| *operation));
        if let [(_, Err(failure)), ..] = &answers[..]
            && !answers.iter().any(|(_, answer)| has_reached(answer.as_ref().err()))
        {
            return self.blocking("step functions", &failure.to_string());
        }
        self.line(State::Ok, "step functions", "answers")?;
        for (operation, answer) in &answers {
            self.permission(&cleared, *operation, answer.as_ref().err())?;
        }
        Ok(())
    }

    fn refused(&mut self, refusal: &Refusal) -> io::Result<()> {
        self.blocking(refusal.topic(), &refusal.to_string())
    }

    fn settings(&mut self, settings: &Settings) -> io::Result<()> {
        self.line(State::Ok, "region", &settings.region.to_string())?;
        self.line(State::Ok, "profile", &settings.profile.to_string())?;
        let endpoint = match &settings.endpoint {
            Some(endpoint) => format!("{endpoint}, instead of AWS"),
            None => "that of AWS".to_owned(),
        };
        self.line(State::Ok, "endpoint", &endpoint)?;
        self.quota(settings.quota)?;
        let folder = settings.cache.clone().unwrap_or_else(|| self.streams.folder.join(CACHE));
        match writable(&folder) {
            Ok(()) => self.line(State::Ok, "cache", &folder.display().to_string()),
            Err(error) => {
                let text = format!("{}: {error}; name another folder as `cache` in [aws]", folder.display());
                self.blocking("cache", &text)
            }
        }
    }

    /// More than the documented quota is throttled, unless the account was given more.
    fn quota(&mut self, quota: Quota) -> io::Result<()> {
        let usual = Quota::default();
        let shown = |quota: Quota| format!("{} at once, then {} a second", quota.burst, quota.per_second);
        let text = format!("TestState: {}", shown(quota));
        if quota.burst > usual.burst || quota.per_second > usual.per_second {
            let text = format!(
                "{text}, more than the {} that AWS documents; right only if Service Quotas says so for this account",
                shown(usual)
            );
            return self.line(State::Warning, "quota", &text);
        }
        self.line(State::Ok, "quota", &format!("{text}; {VALIDATE} (by default of AWS)"))
    }

    fn permission(
        &mut self,
        cleared: &Cleared,
        operation: Operation,
        failure: Option<&NoAnswer>,
    ) -> io::Result<()> {
        let Some(failure) = failure else {
            return self.line(State::Ok, "permission", &operation.action());
        };
        if !matches!(failure.kind, FailureKind::Denied { .. }) {
            return self.blocking("permission", &failure.to_string());
        }
        let place = Place { account: cleared.account().as_str(), region: &cleared.settings().region.value };
        let statement = aws::allowing(operation, &place);
        let text = format!("{} is denied to {}; allow {statement}", operation.action(), cleared.arn());
        self.blocking("permission", &text)
    }
}

/// Whether there is an API that has understood the call, whatever it says.
fn has_reached(failure: Option<&NoAnswer>) -> bool {
    let Some(failure) = failure else { return true };
    match failure.kind {
        FailureKind::Refused { .. } | FailureKind::Throttled | FailureKind::Denied { .. } => true,
        FailureKind::Credentials
        | FailureKind::Unrecognized
        | FailureKind::UnknownCall
        | FailureKind::Unreachable
        | FailureKind::TimedOut
        | FailureKind::Malformed
        | FailureKind::Server { .. } => false,
    }
}

/// Whether files can be made in a folder, or in the one that it would be made in; what is made for it is removed.
fn writable(folder: &Path) -> io::Result<()> {
    let there = folder.ancestors().find(|above| above.exists()).unwrap_or(Path::new(""));
    let file = there.join(".sfn-chaos-doctor");
    fs::write(&file, b"")?;
    fs::remove_file(&file)
}
