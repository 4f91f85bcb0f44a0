//! What only a Map state has.

use std::sync::Arc;

use super::{Amount, MachineType, ScopeId};
use crate::expr::{Path, Template};
use crate::value::Value;

/// A Map state's own fields.
#[derive(Clone, Debug)]
pub struct Map {
    /// `ItemProcessor` or the legacy `Iterator`.
    pub processor: ScopeId,
    /// `ProcessorConfig.Mode`
    pub mode: MapMode,
    /// `ItemsPath`, JSONata `Items`, or the state's input.
    pub items: MapItems,
    /// `ItemSelector`, or the legacy `Parameters`.
    pub item_selector: Option<Template>,
    /// `MaxConcurrency`, `MaxConcurrencyPath`; 0 or absent: no limit of its own.
    pub max_concurrency: Option<Amount>,
    /// `ItemReader`: where the items come from, if not from the input.
    pub item_reader: Option<ItemReader>,
    /// `ItemBatcher`
    pub item_batcher: Option<ItemBatcher>,
    /// `ResultWriter`
    pub result_writer: Option<ResultWriter>,
    /// `ToleratedFailureCount`, `ToleratedFailureCountPath`
    pub tolerated_failure_count: Option<Amount>,
    /// `ToleratedFailurePercentage`, `ToleratedFailurePercentagePath`
    pub tolerated_failure_percentage: Option<Amount>,
    /// `Label`
    pub label: Option<Arc<str>>,
}

/// Where a Map state runs its items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapMode {
    /// In the same execution, at most 40 at a time.
    Inline,
    /// In child executions of the given type.
    Distributed(MachineType),
}

/// Where a Map state's items come from.
#[derive(Clone, Debug)]
pub enum MapItems {
    /// The state's input (after `InputPath`).
    Input,
    /// `ItemsPath`
    Path(Path),
    /// JSONata `Items`: a literal list or an expression.
    Template(Template),
}

/// `ItemReader`
#[derive(Clone, Debug)]
pub struct ItemReader {
    /// `Resource`
    pub resource: Arc<str>,
    /// `ReaderConfig`, as written.
    pub config: Value,
    /// `ReaderConfig.MaxItems`, `MaxItemsPath`
    pub max_items: Option<Amount>,
    /// `Parameters` or `Arguments`
    pub parameters: Option<Template>,
}

/// `ItemBatcher`
#[derive(Clone, Debug)]
pub struct ItemBatcher {
    /// `MaxItemsPerBatch`, `MaxItemsPerBatchPath`
    pub max_items: Option<Amount>,
    /// `MaxInputBytesPerBatch`, `MaxInputBytesPerBatchPath`
    pub max_bytes: Option<Amount>,
    /// `BatchInput`
    pub batch_input: Option<Template>,
}

/// `ResultWriter`
#[derive(Clone, Debug)]
pub struct ResultWriter {
    /// `Resource`; none when only `WriterConfig` is given.
    pub resource: Option<Arc<str>>,
    /// `WriterConfig`, as written.
    pub config: Value,
    /// `Parameters` or `Arguments`
    pub parameters: Option<Template>,
}
