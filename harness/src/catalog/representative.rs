//! Which of a service's exceptions stands for a kind of fault.

use super::fault::FaultKind;

/// The exception that stands for a fault of this kind among those of a service or action.
///
/// Among several missing things the one that the action names is meant: `DbInstanceNotFound` of
/// `describeDBInstances`.
pub(super) fn of_kind<'a>(
    exceptions: impl Iterator<Item = &'a str>,
    action: &str,
    kind: FaultKind,
) -> Option<&'a str> {
    let exceptions: Vec<_> = exceptions.collect();
    let preferred: &[&str] = match kind {
        FaultKind::Throttling => &THROTTLING,
        FaultKind::ServiceError => &SERVICE_ERROR,
        FaultKind::PermissionDenied => &["AccessDenied"],
        FaultKind::NotFound => &NOT_FOUND,
        FaultKind::Invalid => &INVALID,
        _ => &[],
    };
    if kind == FaultKind::NotFound {
        let action = action.to_ascii_lowercase();
        let named = exceptions.iter().find(|name| {
            let thing = name.strip_suffix("NotFound").unwrap_or_default();
            !thing.is_empty() && action.contains(&thing.to_ascii_lowercase())
        });
        if let Some(named) = named {
            return Some(named);
        }
    }
    preferred.iter().find_map(|name| exceptions.iter().find(|exception| exception == &name).copied())
}

const THROTTLING: [&str; 9] = [
    "TooManyRequests",
    "ProvisionedThroughputExceeded",
    "Throttling",
    "RequestThrottled",
    "Throttled",
    "RequestLimitExceeded",
    "SlowDown",
    "ThrottledClient",
    "EC2Throttled",
];

const SERVICE_ERROR: [&str; 12] = [
    "Service",
    "InternalServer",
    "InternalServerError",
    "InternalService",
    "InternalServiceError",
    "InternalFailure",
    "InternalError",
    "Internal",
    "Server",
    "ServiceUnavailable",
    "ServiceFailure",
    "ServiceInternalError",
];

const NOT_FOUND: [&str; 9] = [
    "ResourceNotFound",
    "NotFound",
    "EntityNotFound",
    "QueueDoesNotExist",
    "StateMachineDoesNotExist",
    "ClusterNotFound",
    "NoSuchKey",
    "NoSuchBucket",
    "NoSuchEntity",
];

const INVALID: [&str; 9] = [
    "Validation",
    "InvalidParameterValue",
    "InvalidParameter",
    "InvalidRequest",
    "InvalidInput",
    "InvalidArgument",
    "BadRequest",
    "InvalidRequestContent",
    "Client",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_exception_stands_for_its_kind() {
        let exceptions = ["ConditionalCheckFailed", "InternalServerError", "Throttling"];
        let of = |kind| of_kind(exceptions.into_iter(), "putItem", kind);
        assert_eq!(of(FaultKind::Throttling), Some("Throttling"));
        assert_eq!(of(FaultKind::ServiceError), Some("InternalServerError"));
        assert_eq!(of(FaultKind::PermissionDenied), None);
    }

    #[test]
    fn what_the_action_names_is_what_is_missing() {
        let exceptions = ["DbClusterNotFound", "DbInstanceNotFound", "ResourceNotFound"];
        let of = |action| of_kind(exceptions.into_iter(), action, FaultKind::NotFound);
        assert_eq!(of("describeDBInstances"), Some("DbInstanceNotFound"));
        assert_eq!(of("describeEvents"), Some("ResourceNotFound"));
    }
}
