//! `Retry` and `Catch`.

use super::read::is_unknown;
use super::state::Current;
use super::{Compiler, Limits, Place, fields};
use crate::asl::{Catcher, Jitter, Retrier};
use crate::error::ErrorName;

/// Docs, "Retrying after an error".
const ATTEMPTS_MAX: u32 = 99_999_999;
const INTERVAL_MAX: u32 = 99_999_999;
const DELAY_MAX: u32 = 31_622_400;

impl<'d> Compiler<'d> {
    pub(super) fn retry(&mut self, current: &Current<'d>) -> Option<Vec<Retrier>> {
        let Some(list) = current.place.get("Retry") else { return Some(Vec::new()) };
        if !self.list(&list) {
            return None;
        }
        self.states_all_is_last(&list, "retrier");
        let retriers: Vec<_> = list.items().map(|at| self.retrier(current, &at)).collect();
        retriers.into_iter().collect()
    }

    pub(super) fn catch(&mut self, current: &Current<'d>) -> Option<Vec<Catcher>> {
        let Some(list) = current.place.get("Catch") else { return Some(Vec::new()) };
        if !self.list(&list) {
            return None;
        }
        self.states_all_is_last(&list, "catcher");
        let catchers: Vec<_> = list.items().map(|at| self.catcher(current, &at)).collect();
        catchers.into_iter().collect()
    }

    fn retrier(&mut self, current: &Current<'d>, at: &Place<'d>) -> Option<Retrier> {
        if !self.object(at) {
            return None;
        }
        self.known_fields(at, &fields::RETRIER, current.language, "a retrier");
        let errors = self.error_names(at);
        let mut field = |name: &str, limits: Limits| match at.get(name) {
            Some(at) => self.number(&at, &limits),
            None => Some(limits.stand_in),
        };
        // Reported: AWS accepts 0, though the specification wants a positive number.
        let interval = field("IntervalSeconds", Limits::whole(0, INTERVAL_MAX, 1.0));
        let attempts = field("MaxAttempts", Limits::whole(0, ATTEMPTS_MAX, 3.0));
        let backoff = Limits { range: 1.0..=f64::INFINITY, whole: false, stand_in: 2.0 };
        let backoff = field("BackoffRate", backoff);
        let delay_max = at
            .get("MaxDelaySeconds")
            .map(|at| self.number(&at, &Limits::whole(1, DELAY_MAX, f64::from(DELAY_MAX))));
        let jitter = match at.get("JitterStrategy") {
            None => Some(Jitter::None),
            Some(at) => {
                let word = self.word(&at, &["NONE", "FULL"]);
                word.map(|word| if word == "FULL" { Jitter::Full } else { Jitter::None })
            }
        };
        if let (Some(interval), Some(Some(cap))) = (interval, delay_max)
            && cap <= interval
            && let Some(field) = at.get("MaxDelaySeconds")
        {
            let message = "`MaxDelaySeconds` is not above `IntervalSeconds`: it cuts every delay";
            self.problems.warning("delay-cap", field.span(), &field.pointer, message);
        }
        Some(Retrier {
            errors: errors?,
            interval_seconds: interval? as u64,
            attempts_max: attempts? as u32,
            backoff_rate: backoff?,
            delay_max_seconds: match delay_max {
                Some(cap) => Some(cap? as u64),
                None => None,
            },
            jitter: jitter?,
        })
    }

    fn catcher(&mut self, current: &Current<'d>, at: &Place<'d>) -> Option<Catcher> {
        if !self.object(at) {
            return None;
        }
        let language = current.language;
        self.known_fields(at, &fields::CATCHER, language, "a catcher");
        let errors = self.error_names(at);
        let next = self.required(at, "Next").and_then(|next| self.go(current.id, &next));
        let result_path = self.result_path(at);
        let assign = self.assign(at, language);
        let output = self.template_field(at, "Output", language);
        Some(Catcher { errors: errors?, result_path: result_path?, next: next?, assign, output })
    }

    fn error_names(&mut self, handler: &Place<'d>) -> Option<Vec<ErrorName>> {
        let at = self.required(handler, "ErrorEquals")?;
        if !self.list(&at) {
            return None;
        }
        if at.items().next().is_none() {
            let message = "`ErrorEquals` must name at least one error";
            let problem = self.problems.error("error-equals-empty", at.span(), &at.pointer, message);
            problem.suggestion = Some("write [\"States.ALL\"] for every error".to_owned());
            return None;
        }
        let names: Vec<_> = at.items().map(|item| self.error_name(&item)).collect();
        names.into_iter().collect()
    }

    fn error_name(&mut self, at: &Place<'d>) -> Option<ErrorName> {
        let name = self.text(at)?;
        // ASL spec, "Errors": names that begin with `States.` are reserved. One that nothing reports never matches.
        // Fail states do report such names, though they should not.
        if let Some(own) = name.strip_prefix("States.")
            && !is_reported(own)
            && !is_unknown(name)
            && !self.outline.fails_with(name)
        {
            let nearest = self.problems.nearest(own, RESERVED);
            let message = format!("Step Functions has no error `{name}`");
            let problem = self.problems.warning("unknown-error-name", at.span(), &at.pointer, message);
            problem.suggestion = nearest.map(|nearest| format!("did you mean `States.{nearest}`?"));
        }
        Some(ErrorName::new(name))
    }

    /// ASL spec, "Retrier" and "Catcher": `States.ALL` stands alone, in the last entry.
    fn states_all_is_last(&mut self, list: &Place<'d>, what: &str) {
        let entries: Vec<_> = list.items().filter_map(|entry| entry.get("ErrorEquals")).collect();
        for (position, names) in entries.iter().enumerate() {
            let Some(at) = names.items().find(|name| name.node.as_str() == Some(ErrorName::ALL)) else {
                continue;
            };
            if names.items().count() > 1 {
                let message = "`States.ALL` must stand alone";
                let problem = self.problems.error("states-all-not-alone", at.span(), &at.pointer, message);
                problem.suggestion = Some("it matches the other names as well; remove them".to_owned());
            }
            if position + 1 < entries.len() {
                let message =
                    format!("`States.ALL` must be in the last {what}; the ones behind it never act");
                let problem = self.problems.error("states-all-not-last", at.span(), &at.pointer, message);
                problem.suggestion = Some(format!("move this {what} to the end of the list"));
            }
        }
    }
}

/// Docs, "Call HTTPS APIs": an answer other than 2xx is reported by its status.
const HTTP_STATUS: &str = "Http.StatusCode.";

/// Whether Step Functions itself reports or matches `States.` and this name.
fn is_reported(name: &str) -> bool {
    RESERVED.contains(&name)
        || name.strip_prefix(HTTP_STATUS).is_some_and(|status| status.parse::<u16>().is_ok())
}

/// Names behind `States.` that Step Functions itself reports or matches.
const RESERVED: [&str; 17] = [
    "ALL",
    "BranchFailed",
    "DataLimitExceeded",
    "ExceedToleratedFailureThreshold",
    "HeartbeatTimeout",
    "Http.Socket",
    "IntrinsicFailure",
    "ItemReaderFailed",
    "NoChoiceMatched",
    "ParameterPathFailure",
    "Permissions",
    "QueryEvaluationError",
    "ResultPathMatchFailure",
    "ResultWriterFailed",
    "Runtime",
    "TaskFailed",
    "Timeout",
];
