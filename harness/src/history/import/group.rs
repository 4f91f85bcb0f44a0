//! From files to executions: pages of one execution belong together, a log holds several.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::text::Export;
use super::{ImportError, MapRun, Payload, Recorded};
use crate::history::EventType;

/// One execution as it was exported.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// The files it came from.
    pub files: Vec<String>,
    /// Its ARN, where a log or a description names it.
    pub execution_arn: Option<Arc<str>>,
    /// What a description says of it.
    pub described: Option<Status>,
    /// In the order of their ids, each once.
    pub events: Vec<Recorded>,
    /// Where they come from.
    pub origin: Origin,
    /// Runs of distributed Maps that were described.
    pub map_runs: Vec<MapRun>,
    /// The ids that are missing before the last one, as ranges.
    pub gaps: Vec<(u64, u64)>,
    /// Whether AWS has more events than these.
    pub has_more: bool,
    /// Lines of the files that are no events.
    pub skipped: usize,
}

/// Where events come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `GetExecutionHistory`
    History,
    /// A log group, whose level may leave events out.
    Log,
}

/// What `DescribeExecution` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// `RUNNING`, `SUCCEEDED`, …
    pub status: String,
    /// Of which execution.
    pub execution_arn: Option<Arc<str>>,
    /// The error that ended it.
    pub error: Option<Arc<str>>,
    /// Its cause.
    pub cause: Option<Arc<str>>,
    /// Its input.
    pub input: Option<Payload>,
    /// Its name.
    pub name: Option<Arc<str>>,
}

/// The executions of all files, in the order in which they first appear.
///
/// Events that name their execution are put together by it. Documents that do not are pages of one execution as long as
/// no id means two events; where one does, the document begins the next execution.
pub fn recordings(exports: Vec<Export>) -> Result<Vec<Recording>, ImportError> {
    let files: Vec<_> = exports.iter().map(|export| export.file.clone()).collect();
    let mut drafts: Vec<Draft> = Vec::new();
    let (mut statuses, mut map_runs) = (Vec::new(), Vec::new());
    for export in exports {
        statuses.extend(export.status.clone().map(|status| (status, drafts.len())));
        map_runs.extend(export.map_runs.iter().cloned());
        for (arn, events) in parts(&export) {
            unmixed(&export.file, &events)?;
            let at = drafts.iter().rposition(|draft| draft.takes(arn.as_ref(), &events));
            let at = at.unwrap_or_else(|| {
                drafts.push(Draft::new(arn));
                drafts.len() - 1
            });
            drafts[at].add(&export, events);
        }
    }
    if drafts.is_empty() {
        let reason = match statuses.first() {
            Some((status, _)) => format!("a description alone ({}) tells no events", status.status),
            None => "the list of events is empty".to_owned(),
        };
        return Err(ImportError::NoEvents { files: files.join(", "), reason });
    }
    for (status, near) in statuses {
        describe(&mut drafts, status, near);
    }
    Ok(drafts.into_iter().map(|draft| draft.finish(&map_runs)).collect())
}

/// The events of each document, by the execution that they name.
fn parts(export: &Export) -> Vec<(Option<Arc<str>>, Vec<Recorded>)> {
    let mut parts: Vec<(Option<Arc<str>>, Vec<Recorded>)> = Vec::new();
    let mut from = 0;
    for (at, (arn, event)) in export.events.iter().cloned().enumerate() {
        if arn.is_none() && export.documents.binary_search(&at).is_ok() {
            from = parts.len();
        }
        let range = if arn.is_none() { from } else { 0 };
        match parts[range..].iter_mut().find(|(known, _)| *known == arn) {
            Some((_, events)) => events.push(event),
            None => parts.push((arn, vec![event])),
        }
    }
    parts
}

/// One document with two events of the same id is no page of one execution.
fn unmixed(file: &str, events: &[Recorded]) -> Result<(), ImportError> {
    let mut seen: BTreeMap<u64, &Recorded> = BTreeMap::new();
    for event in events {
        if let Some(other) = seen.insert(event.id, event).filter(|other| *other != event) {
            return Err(ImportError::Mixed {
                file: file.to_owned(),
                id: event.id,
                one: other.type_name().to_owned(),
                other: event.type_name().to_owned(),
            });
        }
    }
    Ok(())
}

/// Gives a description to the execution it names; else to the nearest one that has none.
fn describe(drafts: &mut [Draft], status: Status, near: usize) {
    let named = drafts
        .iter()
        .position(|draft| draft.execution_arn.is_some() && draft.execution_arn == status.execution_arn);
    let last = drafts.len() - 1;
    let at = named.or_else(|| {
        let near = near.min(last);
        [near, near.saturating_sub(1)].into_iter().find(|at| drafts[*at].described.is_none())
    });
    if let Some(at) = at {
        drafts[at].described = Some(status);
    }
}

/// An execution in the making.
struct Draft {
    files: Vec<String>,
    execution_arn: Option<Arc<str>>,
    described: Option<Status>,
    events: BTreeMap<u64, Recorded>,
    origin: Origin,
    has_more: bool,
    skipped: usize,
}

impl Draft {
    fn new(execution_arn: Option<Arc<str>>) -> Self {
        Self {
            files: Vec::new(),
            execution_arn,
            described: None,
            events: BTreeMap::new(),
            origin: Origin::History,
            has_more: false,
            skipped: 0,
        }
    }

    /// Whether these events can be of this execution.
    fn takes(&self, arn: Option<&Arc<str>>, events: &[Recorded]) -> bool {
        let fits = |event: &Recorded| self.events.get(&event.id).is_none_or(|known| known == event);
        self.execution_arn.as_ref() == arn && (arn.is_some() || events.iter().all(fits))
    }

    fn add(&mut self, export: &Export, events: Vec<Recorded>) {
        if !self.files.contains(&export.file) {
            self.files.push(export.file.clone());
            self.skipped += export.skipped;
        }
        if export.from_log {
            self.origin = Origin::Log;
        }
        self.has_more |= export.has_more;
        self.events.extend(events.into_iter().map(|event| (event.id, event)));
    }

    fn finish(self, map_runs: &[MapRun]) -> Recording {
        let events: Vec<Recorded> = self.events.into_values().collect();
        let mut gaps = Vec::new();
        let mut next = 1;
        for event in &events {
            if event.id > next {
                gaps.push((next, event.id - 1));
            }
            next = event.id.saturating_add(1);
        }
        let ended = events.last().and_then(Recorded::known).is_some_and(|kind| {
            matches!(
                kind,
                EventType::ExecutionSucceeded
                    | EventType::ExecutionFailed
                    | EventType::ExecutionTimedOut
                    | EventType::ExecutionAborted
            )
        });
        let described = self.described;
        let arn = described.as_ref().and_then(|status| status.execution_arn.clone());
        Recording {
            files: self.files,
            execution_arn: self.execution_arn.or(arn),
            described,
            // The token of an earlier page is of no interest once the last page is there.
            has_more: self.has_more && !(ended && gaps.is_empty()),
            origin: self.origin,
            map_runs: map_runs.iter().filter(|run| is_of(run, &events)).cloned().collect(),
            gaps,
            skipped: self.skipped,
            events,
        }
    }
}

/// Whether an event is about the run.
fn is_of(run: &MapRun, events: &[Recorded]) -> bool {
    events.iter().any(|event| event.map_run_arn.as_ref() == Some(&run.arn))
}

impl Recording {
    /// How many ids are missing before the last one.
    pub fn missing(&self) -> u64 {
        self.gaps.iter().map(|(from, to)| to - from + 1).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    fn all(files: &[&str]) -> Vec<Recording> {
        let exports = files.iter().enumerate().map(|(at, text)| read(&format!("{at}.json"), text).unwrap());
        recordings(exports.collect()).unwrap()
    }

    fn page(events: &[(u64, &str)], token: &str) -> String {
        let events: Vec<_> = events
            .iter()
            .map(|(id, kind)| format!(r#"{{"id":{id},"previousEventId":0,"type":"{kind}"}}"#))
            .collect();
        format!(r#"{{"events":[{}],"nextToken":{token}}}"#, events.join(","))
    }

    #[test]
    fn pages_are_one_execution_in_the_order_of_ids_whatever_their_order() {
        let newest = page(&[(3, "ExecutionFailed"), (2, "FailStateEntered")], "\"more\"");
        let oldest = page(&[(1, "ExecutionStarted")], "null");
        let found = all(&[&newest, &oldest]);
        assert_eq!(found.len(), 1);
        let ids: Vec<_> = found[0].events.iter().map(|event| event.id).collect();
        assert_eq!((ids, found[0].missing(), found[0].has_more), (vec![1, 2, 3], 0, false));
    }

    #[test]
    fn files_whose_ids_clash_are_two_executions() {
        let one = page(&[(1, "ExecutionStarted"), (2, "ExecutionSucceeded")], "null");
        let two = page(&[(1, "ExecutionStarted"), (2, "ExecutionAborted")], "null");
        assert_eq!(all(&[&one, &two]).len(), 2);
    }

    #[test]
    fn a_page_that_is_missing_shows() {
        let first = page(&[(1, "ExecutionStarted"), (2, "TaskStateEntered")], "\"more\"");
        assert!(all(&[&first])[0].has_more);
        let last = page(&[(9, "ExecutionFailed")], "null");
        assert_eq!(all(&[&last])[0].gaps, [(1, 8)]);
    }

    #[test]
    fn two_executions_in_one_file_are_told_apart_by_document_or_refused() {
        let one = page(&[(1, "ExecutionStarted"), (2, "ExecutionSucceeded")], "null");
        let two = page(&[(1, "ExecutionStarted"), (2, "ExecutionAborted")], "null");
        assert_eq!(all(&[&format!("{one}\n{two}")]).len(), 2);
        let mixed =
            page(&[(1, "ExecutionStarted"), (2, "ExecutionSucceeded"), (2, "ExecutionAborted")], "null");
        let error = recordings(vec![read("h.json", &mixed).unwrap()]).unwrap_err().to_string();
        assert!(error.contains("two different events have the id 2"), "{error}");
    }

    #[test]
    fn a_log_is_taken_apart_by_execution_and_a_description_finds_its_own() {
        let line = |arn: &str, id: u64| {
            format!(r#"{{"id":"{id}","type":"ExecutionStarted","details":{{}},"execution_arn":"{arn}"}}"#)
        };
        let log = format!("{}\n{}\n{}", line("a", 1), line("b", 1), line("a", 2));
        let found = all(&[r#"{"executionArn":"b","status":"FAILED"}"#, &log]);
        let seen: Vec<_> = found
            .iter()
            .map(|recording| {
                (recording.execution_arn.as_deref(), recording.events.len(), recording.described.is_some())
            })
            .collect();
        assert_eq!(seen, [(Some("a"), 2, false), (Some("b"), 1, true)]);
    }
}
