//! The text of an exported file: one JSON document, several one after the other, or lines of a log.

use super::shape::{self, Part};
use super::{ImportError, MapRun, Recorded, Status};
use crate::value::Value;

/// What one file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// What messages call the file.
    pub file: String,
    /// Its events by execution, where they name one (logs do), in the order of the file.
    pub events: Vec<(Option<std::sync::Arc<str>>, Recorded)>,
    /// Where each of its documents begins among the events.
    pub documents: Vec<usize>,
    /// What it says of an execution as a whole.
    pub status: Option<Status>,
    /// What it says of runs of distributed Maps.
    pub map_runs: Vec<MapRun>,
    /// Whether AWS has more events than these.
    pub has_more: bool,
    /// Whether they come from a log, whose level may leave events out.
    pub from_log: bool,
    /// Lines that are no events.
    pub skipped: usize,
}

/// Reads one exported file; `file` is what messages call it.
pub fn read(file: &str, text: &str) -> Result<Export, ImportError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(ImportError::Empty { file: file.to_owned() });
    }
    let mut export = Export {
        file: file.to_owned(),
        events: Vec::new(),
        documents: Vec::new(),
        status: None,
        map_runs: Vec::new(),
        has_more: false,
        from_log: false,
        skipped: 0,
    };
    match documents(text) {
        Ok(documents) => {
            for document in &documents {
                export.documents.push(export.events.len());
                export.take(shape::part(file, document)?)?;
            }
        }
        Err(error) => export.take_lines(text, file, &error)?,
    }
    Ok(export)
}

/// All JSON documents of a text: pages that were appended to one file stand one after the other.
fn documents(text: &str) -> Result<Vec<Value>, serde_json::Error> {
    serde_json::Deserializer::from_str(text).into_iter::<Value>().collect()
}

impl Export {
    fn take(&mut self, part: Part) -> Result<(), ImportError> {
        match part {
            Part::Events { events, has_more, status } => {
                for event in events {
                    self.take_event(&event)?;
                }
                self.has_more |= has_more;
                self.status = self.status.take().or(status);
            }
            Part::Log(events) => {
                self.from_log = true;
                for event in events {
                    self.take_event(&event)?;
                }
            }
            Part::Status(status) => self.status = Some(status),
            Part::MapRun(run) => self.map_runs.push(run),
        }
        Ok(())
    }

    fn take_event(&mut self, event: &Value) -> Result<(), ImportError> {
        let number = self.events.len() + 1;
        let failed = |message: String| ImportError::Event { file: self.file.clone(), number, message };
        let object =
            event.as_object().ok_or_else(|| failed(format!("it is of type {}", event.type_name())))?;
        let read = Recorded::parse(object, number as u64).map_err(failed)?;
        self.events.push((super::member::text(object, "executionArn"), read));
        Ok(())
    }

    /// Lines of which each has its event somewhere, as `aws logs tail` prints them: time and stream stand before it.
    fn take_lines(&mut self, text: &str, file: &str, error: &serde_json::Error) -> Result<(), ImportError> {
        // The head of a table names its columns.
        let is_head = |line: &str| line.contains("@message") && !line.contains('{');
        for line in text.lines().filter(|line| !line.trim().is_empty() && !is_head(line)) {
            let event = line.find('{').and_then(|at| line_event(&line[at..]));
            match event.filter(shape::is_log_event) {
                Some(event) => {
                    self.from_log = true;
                    self.take_event(&event)?;
                }
                None => self.skipped += 1,
            }
        }
        if !self.events.is_empty() {
            return Ok(());
        }
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
        Err(ImportError::Syntax {
            file: file.to_owned(),
            line: error.line(),
            column: error.column(),
            message,
        })
    }
}

/// The JSON at the end of a line; in a table of comma-separated values its quotes are doubled.
fn line_event(text: &str) -> Option<Value> {
    let text = text.trim_end();
    if !text.starts_with("{\"\"") {
        return Value::parse(text).ok();
    }
    let end = text.rfind('}')? + 1;
    Value::parse(&text[..end].replace("\"\"", "\"")).ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const STARTED: &str = r#"{"id":1,"type":"ExecutionStarted","previousEventId":0}"#;
    const ENDED: &str = r#"{"id":2,"type":"ExecutionSucceeded","previousEventId":0}"#;
    const LOG: &str = r#"{"id":"1","type":"ExecutionStarted","details":{},"previous_event_id":"0","event_timestamp":"1","execution_arn":"a"}"#;

    fn quoted(text: &str) -> String {
        Value::from(text).to_json()
    }

    #[rstest]
    #[case::the_answer_of_the_api(format!(r#"{{"events":[{STARTED},{ENDED}]}}"#), 2)]
    #[case::capital_members(format!(r#"{{"Events":[{STARTED}],"NextToken":null}}"#), 1)]
    #[case::pages_one_after_the_other(format!(r#"{{"events":[{STARTED}]}} {{"events":[{ENDED}]}}"#), 2)]
    #[case::a_list_of_pages(format!(r#"[{{"events":[{STARTED}]}},{{"events":[{ENDED}]}}]"#), 2)]
    #[case::a_bare_list(format!("[{STARTED},{ENDED}]"), 2)]
    #[case::json_lines(format!("{STARTED}\n{ENDED}\n"), 2)]
    #[case::a_byte_order_mark(format!("\u{feff}[{STARTED}]"), 1)]
    #[case::log_lines(format!("{LOG}\n{LOG}"), 2)]
    #[case::lines_of_a_tail(format!("2026-01-01T00:00:00Z stream {LOG}\nsomething else\n"), 1)]
    #[case::filtered_log_events(format!(r#"{{"events":[{{"timestamp":1,"message":{}}}]}}"#, quoted(LOG)), 1)]
    #[case::an_answer_of_insights(
        format!(r#"{{"results":[[{{"field":"@message","value":{}}}]],"status":"Complete"}}"#, quoted(LOG)), 1)]
    #[case::an_export_of_insights(format!(r#"[{{"@timestamp":"t","@message":{}}}]"#, quoted(LOG)), 1)]
    #[case::a_table_of_insights(
        format!("@timestamp,@message\n2026-01-01 00:00:00.000,\"{}\"\n", LOG.replace('"', "\"\"")), 1)]
    #[case::an_export_with_decoded_messages(format!(r#"[{{"@message":{LOG}}}]"#), 1)]
    fn an_export_is_read_in_every_form(#[case] text: String, #[case] events: usize) {
        assert_eq!(read("h.json", &text).unwrap().events.len(), events);
    }

    #[rstest]
    #[case::nothing("  \n", "h.json: the file is empty")]
    #[case::a_cut_file("{\"events\": [\n  {\"id\": 1,", "h.json:2:11: this is no JSON: EOF while parsing")]
    #[case::an_event_without_a_type(
        r#"{"events":[{"id":1}]}"#,
        "h.json: event number 1 of the file: `type` is missing"
    )]
    #[case::a_definition(
        r#"{"StartAt":"A","States":{}}"#,
        "it looks like a state machine definition; give it with --definition"
    )]
    #[case::a_list_of_executions(r#"{"executions":[]}"#, "it looks like an answer of ListExecutions")]
    #[case::a_machine(
        r#"{"stateMachineArn":"a","definition":"{}"}"#,
        "it looks like an answer of DescribeStateMachine"
    )]
    #[case::a_start(r#"{"executionArn":"a","startDate":1}"#, "it looks like an answer of StartExecution")]
    #[case::another_log(
        r#"{"events":[{"timestamp":1,"message":"hello"}]}"#,
        "it looks like a log without execution events"
    )]
    #[case::another_query(
        r#"{"results":[[{"field":"type","value":"TaskFailed"}]],"status":"Complete"}"#,
        "it looks like an answer of Logs Insights without `@message`"
    )]
    #[case::anything(r#"{"a":1,"b":2}"#, "it looks like an object with `a`, `b`")]
    #[case::a_number("7", "it looks like a single value")]
    fn what_is_no_history_is_refused_with_what_it_is(#[case] text: &str, #[case] message: &str) {
        let error = read("h.json", text).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }

    #[test]
    fn a_description_gives_the_status() {
        let export = read("d.json", r#"{"executionArn":"a:b:c","status":"RUNNING","input":"{}"}"#).unwrap();
        assert_eq!(export.status.map(|status| status.status), Some("RUNNING".into()));
    }
}
