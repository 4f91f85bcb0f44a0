//! Task states.

use std::sync::Arc;

use super::read::is_unknown;
use super::state::Current;
use super::{Compiler, Limits, Place, SECONDS_MAX};
use crate::asl::{Amount, Kind, QueryLanguage, Task, check};
use crate::catalog::{Integration, Pattern, Service};
use crate::load::{Part, Substitution, parts};

/// Taken for `TimeoutSeconds` and `HeartbeatSeconds` whose placeholder has no value: no time limit at all would
/// be the worse guess.
const TIMEOUT_STAND_IN: f64 = 300.0;
const HEARTBEAT_STAND_IN: f64 = 60.0;

impl<'d> Compiler<'d> {
    pub(super) fn task(&mut self, current: &Current<'d>) -> Option<Kind> {
        let (place, language) = (&current.place, current.language);
        let resource = self.required(place, "Resource");
        let timeout = Limits::whole(1, SECONDS_MAX, TIMEOUT_STAND_IN);
        let timeout = self.amount(place, "TimeoutSeconds", language, &timeout);
        let heartbeat = Limits::whole(1, SECONDS_MAX, HEARTBEAT_STAND_IN);
        let heartbeat = self.amount(place, "HeartbeatSeconds", language, &heartbeat);
        self.heartbeat_before_timeout(place, timeout.as_ref(), heartbeat.as_ref());
        let credentials = self.template_field(place, "Credentials", language);
        let resource = resource?;
        let mut integration = self.integration(&resource)?;
        if integration.kind == Service::Unresolved && asks_for_token(place) {
            integration.pattern = Pattern::Callback;
        }
        check::pattern::check(self, current.id, &resource, &integration);
        check::integration::check(self, &resource, &integration);
        if integration.pattern == Pattern::Callback {
            self.token_is_sent(current, &resource);
        }
        let resource = Arc::from(resource.node.as_str()?);
        Some(Kind::Task(Box::new(Task { resource, integration, timeout, heartbeat, credentials })))
    }

    /// ASL spec, "Task State": HeartbeatSeconds MUST be smaller than TimeoutSeconds.
    fn heartbeat_before_timeout(
        &mut self,
        place: &Place<'d>,
        timeout: Option<&Amount>,
        heartbeat: Option<&Amount>,
    ) {
        let (Some(Amount::Literal(timeout)), Some(Amount::Literal(heartbeat))) = (timeout, heartbeat) else {
            return;
        };
        let (Some(at), Some(limit)) = (place.get("HeartbeatSeconds"), place.get("TimeoutSeconds")) else {
            return;
        };
        let known = |at: &Place<'_>| at.node.as_str().is_none_or(|text| !is_unknown(text));
        if heartbeat >= timeout && known(&at) && known(&limit) {
            let message = "`HeartbeatSeconds` must be smaller than `TimeoutSeconds`";
            self.problems.error("out-of-range", at.span(), &at.pointer, message);
        }
    }

    fn integration(&mut self, at: &Place<'d>) -> Option<Integration> {
        let resource = self.text(at)?;
        if let Some(kind) = self.referenced(resource) {
            let nothing: Arc<str> = Arc::from("");
            let (service, action) = match kind {
                Service::LambdaArn => (Arc::from("lambda"), Arc::from("invoke")),
                _ => (nothing.clone(), nothing),
            };
            return Some(Integration { kind, service, action, pattern: Pattern::RequestResponse });
        }
        match Integration::parse(resource) {
            Ok(integration) => Some(integration),
            Err(message) => {
                self.problems.error("invalid-resource", at.span(), &at.pointer, message);
                None
            }
        }
    }

    /// What a resource is that starts with a placeholder for something the template declares.
    fn referenced(&self, resource: &str) -> Option<Service> {
        let Some(Part::Placeholder(name)) = parts(resource).into_iter().next() else { return None };
        let Some(Substitution::Reference { resource_type, .. }) = self.definition.substitutions.get(name)
        else {
            return None;
        };
        match resource_type.as_deref()? {
            "AWS::Serverless::Function"
            | "AWS::Lambda::Function"
            | "AWS::Lambda::Alias"
            | "AWS::Lambda::Version" => Some(Service::LambdaArn),
            "AWS::StepFunctions::Activity" => Some(Service::Activity),
            _ => None,
        }
    }

    /// A callback task whose token goes nowhere can only time out.
    fn token_is_sent(&mut self, current: &Current<'d>, resource: &Place<'d>) {
        let (field, token) = match current.language {
            QueryLanguage::JsonPath => ("Parameters", "$$.Task.Token"),
            QueryLanguage::Jsonata => ("Arguments", "$states.context.Task.Token"),
        };
        let payload = current.place.get(field);
        let sent = payload.as_ref().is_some_and(|at| {
            let text = at.node.to_value().to_json();
            text.contains("$$.Task") || text.contains("\"$$\"") || text.contains("states.context")
        });
        // A variable may hold the token, or an expression build the request from it.
        let hidden = payload.as_ref().is_some_and(|at| at.node.as_str().is_some());
        if !sent && !hidden {
            let message = format!("nobody gets the task token: {token} is not in `{field}`");
            let problem =
                self.problems.warning("callback-without-token", resource.span(), &resource.pointer, message);
            problem.suggestion = Some(format!("send {token}, or nothing can answer the task"));
        }
    }
}

/// Docs, "Context object": `$$.Task.Token` exists in callback tasks only, so a request that reads it says what a
/// resource behind a placeholder is.
fn asks_for_token(place: &Place<'_>) -> bool {
    let asks = |at: Place<'_>| {
        let text = at.node.to_value().to_json();
        text.contains("$$.Task.Token") || text.contains("states.context.Task.Token")
    };
    place.get("Parameters").is_some_and(asks) || place.get("Arguments").is_some_and(asks)
}
