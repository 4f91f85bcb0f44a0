//! `ItemBatcher`: items in groups, `{"BatchInput": …, "Items": […]}`.

use crate::asl::{ItemBatcher, Map};
use crate::expr::{EvalError, EvalErrorKind};
use crate::history::StrandId;
use crate::value::{Array, ObjectBuilder, Value};

use super::engine::Engine;
use super::map_run::MapRun;

/// An evaluated `ItemBatcher`.
#[derive(Clone, Debug)]
pub(super) struct Batching {
    /// `MaxItemsPerBatch`
    count_max: usize,
    /// `MaxInputBytesPerBatch`
    bytes_max: usize,
    /// `BatchInput`
    input: Option<Value>,
}

impl Batching {
    fn batch(&self, items: Vec<Value>) -> Value {
        let mut batch = ObjectBuilder::with_capacity(2);
        if let Some(input) = &self.input {
            batch.push("BatchInput", input.clone());
        }
        batch.push("Items", Value::array(items));
        batch.finish().into()
    }

    /// The bytes of a batch without items.
    fn frame(&self) -> usize {
        self.batch(Vec::new()).json_len()
    }
}

impl Engine<'_> {
    pub(super) fn batching(
        &self,
        id: StrandId,
        batcher: &ItemBatcher,
        input: &Value,
    ) -> Result<Batching, EvalError> {
        let largest = self.limits().payload_bytes_max;
        let count = match &batcher.max_items {
            Some(amount) => self.whole_amount(id, amount, input, "MaxItemsPerBatchPath")?,
            None => 0,
        };
        let bytes = match &batcher.max_bytes {
            Some(amount) => self.whole_amount(id, amount, input, "MaxInputBytesPerBatchPath")?,
            None => 0,
        };
        let batch_input = match &batcher.batch_input {
            Some(template) => Some(self.with_env(id, input, |env| template.eval(env))?),
            None => None,
        };
        Ok(Batching {
            count_max: if count == 0 { usize::MAX } else { usize::try_from(count).unwrap_or(usize::MAX) },
            bytes_max: if bytes == 0 { largest } else { largest.min(bytes as usize) },
            input: batch_input,
        })
    }

    /// The items, selected one by one, in batches.
    pub(super) fn batched(
        &self,
        id: StrandId,
        map: &Map,
        input: &Value,
        items: &Array,
        run: &MapRun,
        batching: &Batching,
    ) -> Result<Array, EvalError> {
        let frame = batching.frame();
        let mut batches: Vec<Value> = Vec::new();
        let mut batch: Vec<Value> = Vec::new();
        let mut bytes = frame;
        for (index, item) in items.items().iter().enumerate() {
            let item = self.selected(id, map, input, run.item(index, item))?;
            let more = item.json_len() + usize::from(!batch.is_empty());
            if !batch.is_empty() && (batch.len() >= batching.count_max || bytes + more > batching.bytes_max) {
                batches.push(batching.batch(std::mem::take(&mut batch)));
                bytes = frame;
            }
            let alone = batch.is_empty();
            if alone && frame + item.json_len() > batching.bytes_max {
                let cause = format!("item {index} is larger than a batch may be");
                return Err(EvalError { kind: EvalErrorKind::Unsupported, cause });
            }
            bytes += item.json_len() + usize::from(!alone);
            batch.push(item);
        }
        if !batch.is_empty() {
            batches.push(batching.batch(batch));
        }
        Ok(Array::new(batches))
    }
}
