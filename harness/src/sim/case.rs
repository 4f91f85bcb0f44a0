//! What one execution is started with.

use std::sync::Arc;

use crate::asl::{MachineType, StateId};
use crate::contested::Rules;
use crate::fault::{Class, Plan};
use crate::history::{VirtualTime, rfc3339};
use crate::value::Value;

use super::{Given, Identity, Stop};

/// Everything that decides a run, besides the machine and the answers of its tasks.
#[derive(Clone, Debug)]
pub struct Case {
    /// The execution's input.
    pub input: Value,
    /// Standard or Express.
    pub machine_type: MachineType,
    /// The faults.
    pub plan: Plan,
    /// Seed of jitter and of the random functions.
    pub seed: u64,
    /// Name of the execution, part of its ARN.
    pub execution_name: Arc<str>,
    /// Account, region and role, part of every ARN.
    pub identity: Identity,
    /// Wall-clock time of the virtual start, in milliseconds since 1970.
    pub epoch_ms: i64,
    /// Virtual milliseconds that an attempt takes when neither answer nor fault says how long. Not zero by
    /// default: a loop of tasks must meet the timers of its execution as it would in the service.
    pub task_ms: u64,
    /// Where the run stops.
    pub limits: Limits,
    /// Parts of the context object that are given instead of computed.
    pub given: Given,
    /// `StopExecution`, if somebody calls it.
    pub stop: Option<Stop>,
    /// Every unsuccessful end is redriven so many milliseconds later, until the list is used up.
    pub redrives_after_ms: Vec<u64>,
    /// The contested rules that it follows.
    pub rules: Rules,
    /// Which call started it.
    pub started_by: StartedBy,
    /// The Cause of an injected denial, at the states where it is known which permission is missing.
    pub denials: Arc<[(StateId, Arc<str>)]>,
    /// What the faults of a class say as their Cause at a state, where somebody wrote it down.
    pub causes: Arc<[(StateId, Class, Arc<str>)]>,
}

/// What an execution is started with besides its input, and how long its tasks take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// Name of the execution, part of its ARN.
    pub execution_name: Arc<str>,
    /// Wall-clock time of the virtual start, in milliseconds since 1970.
    pub epoch_ms: i64,
    /// Virtual milliseconds that an attempt takes when neither answer nor fault says how long.
    pub task_ms: u64,
}

impl Default for Start {
    fn default() -> Self {
        Self { execution_name: Arc::from("chaos"), epoch_ms: Case::EPOCH_MS, task_ms: Case::TASK_MS }
    }
}

/// Which call started an execution. An Express execution that somebody waits for sees another context object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StartedBy {
    /// `StartExecution`
    #[default]
    StartExecution,
    /// `StartSyncExecution`
    StartSyncExecution,
}

/// Where a run stops. The service's own limits are documented facts; the step budget is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Events of one history; the execution fails when it is reached. Docs, "Quotas": 25,000 for Standard.
    pub events_max: u32,
    /// Bytes of UTF-8 of any input, output or result. Docs, "Quotas": 262,144.
    pub payload_bytes_max: usize,
    /// State entries after which the run is given up as Unknown; each child execution of a distributed Map adds a
    /// thousand.
    pub steps_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { events_max: 25_000, payload_bytes_max: 262_144, steps_max: 200_000 }
    }
}

impl Case {
    /// 2026-01-01T00:00:00Z: every run starts here unless a case says otherwise.
    pub const EPOCH_MS: i64 = 1_767_225_600_000;

    /// What an attempt takes unless somebody says otherwise.
    pub const TASK_MS: u64 = 100;

    /// Virtual time as AWS writes it.
    pub fn time(&self, at: VirtualTime) -> String {
        rfc3339(self.epoch_ms.saturating_add(i64::try_from(at.0).unwrap_or(i64::MAX)))
    }

    /// A Standard execution of this input, without faults.
    pub fn new(input: Value) -> Self {
        Self::started(input, Start::default())
    }

    /// The same, started in this way.
    pub fn started(input: Value, start: Start) -> Self {
        let Start { execution_name, epoch_ms, task_ms } = start;
        Self {
            input,
            machine_type: MachineType::Standard,
            plan: Plan::default(),
            seed: 0,
            execution_name,
            identity: Identity::default(),
            epoch_ms,
            task_ms,
            limits: Limits::default(),
            given: Given::default(),
            stop: None,
            redrives_after_ms: Vec::new(),
            rules: Rules::default(),
            started_by: StartedBy::default(),
            denials: Arc::from([]),
            causes: Arc::from([]),
        }
    }
}
