//! What holds of the errors of every integration.

use super::FaultKind::{
    Connection, FunctionTimeout, Invalid, JobFailed, NotFound, PartialFailure, PermissionDenied,
    ServiceError, Throttling,
};
use super::{
    ErrorClass, Integration, can_report, class_of, class_of_failure, errors, models, names, suggest, table,
};
use crate::asl::MachineType;
use crate::spelling;

/// Every optimized integration in all its patterns, and some calls of each of the other services.
fn all() -> impl Iterator<Item = Integration> {
    let patterns = ["", ".sync", ".sync:2", ".waitForTaskToken"];
    let optimized = table::optimized().iter().flat_map(move |(service, entry)| {
        let actions = entry.actions.keys();
        actions.flat_map(move |action| {
            patterns.map(|pattern| format!("arn:aws:states:::{service}:{action}{pattern}"))
        })
    });
    let sdk = models::names().filter_map(models::service).flat_map(|service| {
        let some = service.operations().len() / 3 + 1;
        service.operations().step_by(some).map(|operation| {
            let (first, rest) = operation.name().split_at(1);
            format!("arn:aws:states:::aws-sdk:{}:{}{rest}", service.name(), first.to_ascii_lowercase())
        })
    });
    let others = ["arn:aws:lambda:us-east-1:1:function:f", "${Task}"].map(str::to_owned);
    let parsed = optimized.chain(others).chain(sdk).map(|resource| Integration::parse(&resource).unwrap());
    parsed.filter(|found| found.allows(found.pattern, MachineType::Standard))
}

#[test]
fn every_fault_of_every_integration_is_one_that_it_reports_and_has_the_class_it_is_injected_for() {
    let mut wrong = Vec::new();
    for integration in all() {
        for fault in errors(&integration) {
            let expected = match fault.kind {
                Throttling => ErrorClass::Throttling,
                ServiceError | Connection => ErrorClass::Transient,
                PermissionDenied => ErrorClass::Permission,
                NotFound => ErrorClass::NotFound,
                Invalid => ErrorClass::Validation,
                FunctionTimeout => ErrorClass::Timeout,
                PartialFailure | JobFailed => class_of_failure(&fault.error, &fault.cause),
            };
            let class = class_of_failure(&fault.error, &fault.cause);
            let socket = fault.error == "States.Http.Socket";
            if can_report(&integration, &fault.error) != Some(true) || (class != expected && !socket) {
                wrong.push(format!("{integration}: {class}, {} for {:?}", fault.error, fault.kind));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong: {:#?}", wrong.len(), &wrong[..wrong.len().min(20)]);
}

/// Slips of the pen in the names of an integration, each with what was meant.
fn slips(name: &str) -> Vec<String> {
    let (prefix, bare) = name.split_once('.').unwrap();
    let stem = bare.strip_suffix("Exception").unwrap_or(bare);
    let near = format!("{prefix}.{}", bare.replacen("Exception", "Exeption", 1));
    vec![
        format!("{prefix}.{stem}"),
        near,
        format!("{}.{bare}", prefix.to_ascii_uppercase()),
        format!("{}.{bare}", prefix.to_ascii_lowercase()),
        bare.to_owned(),
        format!("Acme.{bare}"),
        format!("{prefix}.{stem}Error"),
    ]
}

#[test]
fn every_correction_is_a_name_that_the_integration_reports() {
    let (mut corrected, mut wrong) = (0, Vec::new());
    for integration in all() {
        for name in names::known(&integration).step_by(3) {
            for slip in slips(&name) {
                let Some(found) = suggest(&integration, &slip).filter(|_| slip != name) else { continue };
                corrected += 1;
                if can_report(&integration, &found) != Some(true)
                    || can_report(&integration, &slip) == Some(true)
                {
                    wrong.push(format!("{integration}: {slip} -> {found}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong: {:#?}", wrong.len(), &wrong[..wrong.len().min(20)]);
    assert!(corrected > 10_000, "{corrected}");
}

#[test]
fn an_exception_that_the_models_do_not_know_yet_is_not_called_impossible() {
    let mut wrong = Vec::new();
    for service in models::names().filter_map(models::service) {
        let names: Vec<_> = service.errors().map(models::DeclaredError::name).collect();
        for new in &names {
            let is_near = |other: &&&str| spelling::edits(other, new) <= 1 && other != &new;
            if class_of(new) == ErrorClass::Unknown && names.iter().any(|other| is_near(&other)) {
                wrong.push(format!("{}:{new}", service.name()));
            }
        }
    }
    assert!(wrong.len() <= 6, "{wrong:?}");
}
