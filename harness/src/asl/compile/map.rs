//! Map states.

use std::sync::Arc;

use super::read::is_query;
use super::state::Current;
use super::{Compiler, Limits, Place, fields};
use crate::asl::{
    ItemBatcher, ItemReader, Kind, MachineType, Map, MapItems, MapMode, QueryLanguage, ResultWriter, check,
};
use crate::value::Value;

/// Docs, "Distributed mode": characters of `Label`.
const LABEL_MAX: usize = 40;

/// Fields that need child executions.
const DISTRIBUTED_ONLY: [&str; 8] = [
    "ItemReader",
    "ItemBatcher",
    "ResultWriter",
    "ToleratedFailureCount",
    "ToleratedFailureCountPath",
    "ToleratedFailurePercentage",
    "ToleratedFailurePercentagePath",
    "Label",
];

impl<'d> Compiler<'d> {
    pub(super) fn map(&mut self, current: &Current<'d>) -> Option<Kind> {
        let (place, language) = (&current.place, current.language);
        let processor = self.processor(place);
        let mode = processor.as_ref().map_or(Some(MapMode::Inline), |at| self.map_mode(at));
        if mode == Some(MapMode::Inline) {
            self.distributed_only(place);
        } else if mode.is_some() {
            check::pattern::check_distributed(self, current.id, place);
        }
        let items = self.items(place, language);
        let item_selector = self.item_selector(place, language);
        let many = |stand_in| Limits::whole(0, u32::MAX, stand_in);
        let max_concurrency = self.amount(place, "MaxConcurrency", language, &many(0.0));
        let tolerated_failure_count = self.amount(place, "ToleratedFailureCount", language, &many(0.0));
        let percent = Limits { range: 0.0..=100.0, whole: false, stand_in: 0.0 };
        let tolerated_failure_percentage =
            self.amount(place, "ToleratedFailurePercentage", language, &percent);
        let item_reader = place.get("ItemReader").map(|at| self.item_reader(&at, language));
        let item_batcher = place.get("ItemBatcher").map(|at| self.item_batcher(&at, language));
        let result_writer = place.get("ResultWriter").map(|at| self.result_writer(&at, language));
        let label = self.label(place);
        processor?;
        Some(Kind::Map(Box::new(Map {
            processor: *self.outline.state(current.id).inner.last()?,
            mode: mode?,
            items: items?,
            item_selector,
            max_concurrency,
            item_reader: item_reader.map_or(Some(None), |reader| reader.map(Some))?,
            item_batcher: item_batcher.map_or(Some(None), |batcher| batcher.map(Some))?,
            result_writer: result_writer.map_or(Some(None), |writer| writer.map(Some))?,
            tolerated_failure_count,
            tolerated_failure_percentage,
            label,
        })))
    }

    /// `ItemProcessor`, or `Iterator` as older definitions call it.
    fn processor(&mut self, place: &Place<'d>) -> Option<Place<'d>> {
        let (new, old) = (place.get("ItemProcessor"), place.get("Iterator"));
        if let (Some(_), Some(old)) = (&new, &old) {
            self.exclusive(old, "ItemProcessor");
        }
        let Some(processor) = new.or(old) else {
            let message = "the field `ItemProcessor` is missing";
            self.problems.error("missing-field", place.key_span, &place.pointer, message);
            return None;
        };
        self.known_fields(&processor, &fields::PROCESSOR, QueryLanguage::JsonPath, "an item processor");
        Some(processor)
    }

    fn map_mode(&mut self, processor: &Place<'d>) -> Option<MapMode> {
        let Some(config) = processor.get("ProcessorConfig") else { return Some(MapMode::Inline) };
        if !self.object(&config) {
            return None;
        }
        self.known_fields(&config, &fields::PROCESSOR_CONFIG, QueryLanguage::JsonPath, "`ProcessorConfig`");
        let mode = match config.get("Mode") {
            Some(at) => self.word(&at, &["INLINE", "DISTRIBUTED"])?,
            None => "INLINE",
        };
        let execution = config.get("ExecutionType");
        if mode == "INLINE" {
            return Some(MapMode::Inline);
        }
        // Docs, "Distributed mode": DISTRIBUTED needs an ExecutionType.
        let Some(execution) = execution else {
            let message =
                "the field `ExecutionType` is missing: distributed items run as STANDARD or EXPRESS";
            self.problems.error("missing-field", config.key_span, &config.pointer, message);
            return None;
        };
        match self.word(&execution, &["STANDARD", "EXPRESS"])? {
            "EXPRESS" => Some(MapMode::Distributed(MachineType::Express)),
            _ => Some(MapMode::Distributed(MachineType::Standard)),
        }
    }

    fn distributed_only(&mut self, place: &Place<'d>) {
        for at in DISTRIBUTED_ONLY.iter().filter_map(|name| place.get(name)) {
            // Recorded on AWS: ToleratedFailurePercentage is accepted in inline mode.
            let message = format!("{} has an effect only in distributed mode", at.label());
            let problem = self.problems.warning("distributed-only", at.key_span, &at.pointer, message);
            problem.suggestion = Some(
                "set `\"ProcessorConfig\": {\"Mode\": \"DISTRIBUTED\", \"ExecutionType\": \"STANDARD\"}`"
                    .to_owned(),
            );
        }
    }

    fn items(&mut self, place: &Place<'d>, language: QueryLanguage) -> Option<MapItems> {
        match language {
            QueryLanguage::JsonPath => match place.get("ItemsPath") {
                Some(at) => self.path(&at).map(MapItems::Path),
                None => Some(MapItems::Input),
            },
            QueryLanguage::Jsonata => match place.get("Items") {
                Some(at) => {
                    let list = at.node.items().is_some() || at.node.members().is_some();
                    if !list && !is_query(&at) {
                        self.wrong_type(&at, "a list or a JSONata expression");
                        return None;
                    }
                    self.template(&at, language).map(MapItems::Template)
                }
                None => Some(MapItems::Input),
            },
        }
    }

    fn item_selector(&mut self, place: &Place<'d>, language: QueryLanguage) -> Option<crate::expr::Template> {
        let (new, old) = (place.get("ItemSelector"), place.get("Parameters"));
        if let (Some(_), Some(old)) = (&new, &old) {
            self.exclusive(old, "ItemSelector");
        }
        self.template(&new.or(old.filter(|_| language == QueryLanguage::JsonPath))?, language)
    }

    fn item_reader(&mut self, at: &Place<'d>, language: QueryLanguage) -> Option<ItemReader> {
        if !self.object(at) {
            return None;
        }
        self.known_fields(at, &fields::ITEM_READER, language, "`ItemReader`");
        let resource = self.required(at, "Resource").and_then(|at| self.text(&at));
        let config = self.config(at, "ReaderConfig");
        // Docs, "ItemReader": at most 100,000,000 items.
        let items = Limits::whole(0, 100_000_000, 0.0);
        let max_items =
            at.get("ReaderConfig").and_then(|config| self.amount(&config, "MaxItems", language, &items));
        let parameters = self.template_field(at, payload_name(language), language);
        Some(ItemReader { resource: Arc::from(resource?), config: config?, max_items, parameters })
    }

    fn item_batcher(&mut self, at: &Place<'d>, language: QueryLanguage) -> Option<ItemBatcher> {
        if !self.object(at) {
            return None;
        }
        self.known_fields(at, &fields::ITEM_BATCHER, language, "`ItemBatcher`");
        let items = Limits::whole(1, u32::MAX, 10.0);
        let max_items = self.amount(at, "MaxItemsPerBatch", language, &items);
        let bytes = Limits::whole(1, 262_144, 262_144.0);
        let max_bytes = self.amount(at, "MaxInputBytesPerBatch", language, &bytes);
        let batch_input = self.template_field(at, "BatchInput", language);
        Some(ItemBatcher { max_items, max_bytes, batch_input })
    }

    fn result_writer(&mut self, at: &Place<'d>, language: QueryLanguage) -> Option<ResultWriter> {
        if !self.object(at) {
            return None;
        }
        self.known_fields(at, &fields::RESULT_WRITER, language, "`ResultWriter`");
        let resource = at.get("Resource").map(|at| self.text(&at));
        let config = self.config(at, "WriterConfig");
        let parameters = self.template_field(at, payload_name(language), language);
        let resource = match resource {
            Some(text) => Some(Arc::from(text?)),
            None => None,
        };
        Some(ResultWriter { resource, config: config?, parameters })
    }

    fn config(&mut self, at: &Place<'d>, name: &str) -> Option<Value> {
        let Some(config) = at.get(name) else { return Some(Value::empty_object()) };
        self.object(&config).then(|| config.node.to_value())
    }

    fn label(&mut self, place: &Place<'d>) -> Option<Arc<str>> {
        let at = place.get("Label")?;
        let label = self.text(&at)?;
        if label.chars().count() > LABEL_MAX {
            let message = format!("`Label` has at most {LABEL_MAX} characters");
            self.problems.error("out-of-range", at.span(), &at.pointer, message);
        }
        Some(Arc::from(label))
    }
}

fn payload_name(language: QueryLanguage) -> &'static str {
    match language {
        QueryLanguage::JsonPath => "Parameters",
        QueryLanguage::Jsonata => "Arguments",
    }
}
