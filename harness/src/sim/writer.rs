//! `ResultWriter`: where the results of a map run go, and in what form.

use std::sync::Arc;

use crate::asl::{ResultWriter, State};
use crate::expr::EvalError;
use crate::history::{StrandId, VirtualTime, rfc3339};
use crate::value::{Object, ObjectBuilder, Value};

use super::container::ContainerId;
use super::engine::Engine;

/// An evaluated `ResultWriter`.
#[derive(Clone, Debug)]
pub(super) struct Export {
    /// Bucket and prefix, if the results go to S3.
    destination: Option<(Arc<str>, Arc<str>)>,
    transformation: Transformation,
    /// `OutputType`: JSON Lines, not one list.
    lines: bool,
}

/// `WriterConfig.Transformation`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Transformation {
    /// Results with what is known about their executions.
    None,
    /// Only the outputs.
    Compact,
    /// Only the outputs; lists among them are joined.
    Flatten,
}

/// A child execution that has ended.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    pub(super) slot: usize,
    pub(super) stopped: VirtualTime,
    pub(super) ending: ChildEnding,
}

/// A child execution that has started.
#[derive(Clone, Debug)]
pub(super) struct Started {
    pub(super) at: VirtualTime,
    pub(super) input: Value,
}

/// How a child execution ended.
#[derive(Clone, Debug)]
pub(super) enum ChildEnding {
    Succeeded(Value),
    Failed { error: Option<Arc<str>>, cause: Option<Arc<str>> },
    Aborted,
}

impl ChildEnding {
    fn status(&self) -> &'static str {
        match self {
            Self::Succeeded(_) => "SUCCEEDED",
            Self::Failed { .. } => "FAILED",
            Self::Aborted => "ABORTED",
        }
    }
}

impl Engine<'_> {
    pub(super) fn export(
        &self,
        id: StrandId,
        writer: &ResultWriter,
        input: &Value,
    ) -> Result<Export, EvalError> {
        let arguments = match &writer.parameters {
            Some(template) => self.with_env(id, input, |env| template.eval(env))?,
            None => Value::Null,
        };
        let text = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let destination = writer.resource.as_ref().map(|_| {
            let prefix = text("Prefix");
            let slash = if prefix.is_empty() || prefix.ends_with('/') { "" } else { "/" };
            (Arc::from(text("Bucket")), Arc::from(format!("{prefix}{slash}")))
        });
        let option = |name: &str| writer.config.get(name).and_then(Value::as_str);
        let transformation = match option("Transformation") {
            Some("COMPACT") => Transformation::Compact,
            Some("FLATTEN") => Transformation::Flatten,
            // Docs, "ResultWriter": NONE is the default where there is a writer.
            _ => Transformation::None,
        };
        Ok(Export { destination, transformation, lines: option("OutputType") == Some("JSONL") })
    }

    /// The result of a map run that has a ResultWriter.
    pub(super) fn exported(&mut self, container: ContainerId, state: &State, export: &Export) -> Value {
        let succeeded = self.results(container, state, export, "SUCCEEDED");
        let Some((bucket, prefix)) = &export.destination else { return Value::array(succeeded) };
        let run = self.containers[container.0].run.as_deref();
        let arn = run.map(|run| run.arn.clone()).unwrap_or_default();
        let folder = format!("{prefix}{}", arn.rsplit(':').next().unwrap_or_default());
        let mut files = ObjectBuilder::with_capacity(3);
        for status in ["FAILED", "PENDING", "SUCCEEDED"] {
            let results = if status == "SUCCEEDED" {
                succeeded.clone()
            } else {
                self.results(container, state, export, status)
            };
            files.push(status, self.write_file(bucket, &folder, status, export, results));
        }
        let manifest = Object::from_iter([
            ("DestinationBucket", Value::from(bucket.clone())),
            ("MapRunArn", Value::from(arn.clone())),
            ("ResultFiles", files.finish().into()),
        ]);
        let key = format!("{folder}/manifest.json");
        self.history.objects.put(bucket, &key, Value::from(manifest).to_json().into_bytes());
        let details = Object::from_iter([("Bucket", Value::from(bucket.clone())), ("Key", Value::from(key))]);
        Object::from_iter([("MapRunArn", Value::from(arn)), ("ResultWriterDetails", details.into())]).into()
    }

    /// Writes the results of one status; gives what the manifest says about them.
    fn write_file(
        &mut self,
        bucket: &str,
        folder: &str,
        status: &str,
        export: &Export,
        results: Vec<Value>,
    ) -> Value {
        if results.is_empty() {
            return Value::array(Vec::new());
        }
        let (text, extension) = if export.lines {
            let mut lines = String::new();
            for result in &results {
                result.write_json(&mut lines);
                lines.push('\n');
            }
            (lines, "jsonl")
        } else {
            (Value::array(results).to_json(), "json")
        };
        let key = format!("{folder}/{status}_0.{extension}");
        let size = Value::from(text.len() as i64);
        self.history.objects.put(bucket, &key, text.into_bytes());
        Value::array(vec![Object::from_iter([("Key", Value::from(key)), ("Size", size)]).into()])
    }

    /// Docs, "ResultWriter": FAILED has all that failed, timed out or were aborted, PENDING all that did not start.
    fn results(&self, container: ContainerId, state: &State, export: &Export, status: &str) -> Vec<Value> {
        let run = &self.containers[container.0];
        if status == "PENDING" {
            return (run.next..run.items.len()).map(|slot| pending(&run.items[slot])).collect();
        }
        let ended = run.run.as_deref().map(|run| &*run.ended).unwrap_or_default();
        let mut results = Vec::new();
        for end in ended {
            match (&end.ending, export.transformation) {
                (ChildEnding::Succeeded(_), _) if status == "FAILED" => {}
                (ChildEnding::Succeeded(Value::Array(items)), Transformation::Flatten) => {
                    results.extend(items.iter().cloned());
                }
                (ChildEnding::Succeeded(output), Transformation::Compact | Transformation::Flatten) => {
                    results.push(output.clone());
                }
                (ChildEnding::Failed { .. } | ChildEnding::Aborted, _) if status != "FAILED" => {}
                _ => results.push(self.described(container, state, end)),
            }
        }
        results
    }

    /// Docs, "ResultWriter": what is known about a child execution.
    fn described(&self, container: ContainerId, state: &State, end: &Ended) -> Value {
        let run = self.containers[container.0].run.as_deref();
        let started = run.and_then(|run| run.started.get(end.slot));
        let (input, from) = started.map_or((Value::Null, end.stopped), |it| (it.input.clone(), it.at));
        let label = super::map_run::label(state);
        let name = super::distributed::child_name(container, end.slot);
        let identity = &self.case.identity;
        let machine = format!("{}/{label}", self.machine.name);
        let time = |at: VirtualTime| {
            Value::from(rfc3339(self.case.epoch_ms.saturating_add(i64::try_from(at.0).unwrap_or(i64::MAX))))
        };
        let included = || Value::from(Object::from_iter([("Included", Value::from(true))]));
        let mut out = ObjectBuilder::with_capacity(14);
        let arn = identity.execution_arn(crate::asl::MachineType::Standard, &machine, &name);
        if let ChildEnding::Failed { error, cause } = &end.ending {
            for (field, text) in [("Cause", cause), ("Error", error)] {
                if let Some(text) = text {
                    out.push(field, text.clone().into());
                }
            }
        }
        out.push("ExecutionArn", arn.into());
        out.push("Input", input.to_json().into());
        out.push("InputDetails", included());
        out.push("Name", name.into());
        if let ChildEnding::Succeeded(output) = &end.ending {
            out.push("Output", output.to_json().into());
            out.push("OutputDetails", included());
        }
        out.push("RedriveCount", Value::from(0_i64));
        if matches!(end.ending, ChildEnding::Succeeded(_)) {
            out.push("RedriveStatus", "NOT_REDRIVABLE".into());
            out.push("RedriveStatusReason", "Execution is SUCCEEDED and cannot be redriven".into());
        } else {
            out.push("RedriveStatus", "REDRIVABLE".into());
        }
        out.push("StartDate", time(from));
        out.push("StateMachineArn", identity.machine_arn(&machine).into());
        out.push("Status", end.ending.status().into());
        out.push("StopDate", time(end.stopped));
        out.finish().into()
    }
}

fn pending(item: &Value) -> Value {
    let included = Object::from_iter([("Included", Value::from(true))]);
    Object::from_iter([
        ("Input", Value::from(item.to_json())),
        ("InputDetails", included.into()),
        ("Status", "PENDING".into()),
    ])
    .into()
}
