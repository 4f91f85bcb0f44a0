//! The calls that start executions.

use crate::catalog::{Integration, Pattern, Service};

/// How an execution is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Api {
    /// `states:startExecution`: the start is all there is.
    Start,
    /// `states:startExecution.sync`: waits; the output is a text.
    Sync,
    /// `states:startExecution.sync:2`: waits; the output is JSON.
    Sync2,
    /// `aws-sdk:sfn:startExecution`
    SdkStart,
    /// `aws-sdk:sfn:startSyncExecution`: waits; Express only.
    SdkSync,
}

impl Api {
    /// The call of a task, if it starts executions. One that waits for a token is answered by its worker.
    pub(super) fn of(integration: &Integration) -> Option<Self> {
        let call = (integration.kind, &*integration.service, &*integration.action, integration.pattern);
        Some(match call {
            (Service::Optimized, "states", "startExecution", Pattern::RequestResponse) => Self::Start,
            (Service::Optimized, "states", "startExecution", Pattern::Sync) => Self::Sync,
            (Service::Optimized, "states", "startExecution", Pattern::Sync2) => Self::Sync2,
            (Service::Sdk, "sfn", "startExecution", Pattern::RequestResponse) => Self::SdkStart,
            (Service::Sdk, "sfn", "startSyncExecution", Pattern::RequestResponse) => Self::SdkSync,
            _ => return None,
        })
    }

    /// Whether the task waits for the end of the execution.
    pub(super) fn awaits(self) -> bool {
        matches!(self, Self::Sync | Self::Sync2 | Self::SdkSync)
    }

    /// Whether it is a call by the SDK integration.
    pub(super) fn is_sdk(self) -> bool {
        matches!(self, Self::SdkStart | Self::SdkSync)
    }
}
