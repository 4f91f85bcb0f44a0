//! A table of findings: these and no others.

use super::asked::{beside, is_at, unmet};
use crate::asl::StateId;
use crate::bdd::Stage;
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::{Parameter as _, Place};
use crate::bdd::step::Arguments;
use crate::campaign::Finding;
use crate::oracle::{RuleId, Severity};

pub(super) fn exactly(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let rows = rows(stage, arguments.rows()?)?;
    let results = stage.results()?;
    let findings = results.findings();
    // Each row takes one finding: what says more takes first.
    let mut order: Vec<&Row> = rows.iter().collect();
    order.sort_by_key(|row| {
        std::cmp::Reverse(
            usize::from(row.severity.is_some()) + usize::from(!matches!(row.at, Where::Anywhere)),
        )
    });
    // What is accepted may be in the table, but need not be.
    let (mut left, mut accepted): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().partition(|finding| finding.counts());
    let mut missing = Vec::new();
    for row in order {
        let taken = [&mut left, &mut accepted].into_iter().any(|of| row.take(of));
        if !taken {
            missing.push(row.said.clone());
        }
    }
    if missing.is_empty() && left.is_empty() {
        return results.sure();
    }
    let mut happened: Vec<String> = missing.iter().map(|row| format!("there is no {row}")).collect();
    match left.len() {
        0 => {}
        1 => happened.push("there is a finding that the table does not have".to_owned()),
        count => happened.push(format!("there are {count} findings that the table does not have")),
    }
    let happened = happened.join("; ") + &beside(accepted.len());
    // Where something is missing, what there is helps; where nothing is, only what is too much.
    let shown: Vec<&Finding> = if missing.is_empty() { left } else { findings.iter().collect() };
    Err(unmet(stage, &results, "the findings are those of the table", happened, &shown))
}

/// A row of a table of findings.
struct Row {
    /// As it was written, for messages.
    said: String,
    rule: RuleId,
    severity: Option<Severity>,
    at: Where,
}

/// Where a finding is to be.
enum Where {
    Anywhere,
    /// For the machine as a whole.
    Machine,
    State(StateId),
}

impl Row {
    /// Takes the first finding that it fits away.
    fn take(&self, findings: &mut Vec<&Finding>) -> bool {
        let at = findings.iter().position(|finding| self.fits(finding));
        at.map(|at| findings.remove(at)).is_some()
    }

    fn fits(&self, finding: &Finding) -> bool {
        let violation = &finding.violation;
        let is_there = match self.at {
            Where::Anywhere => true,
            Where::Machine => violation.state.is_none(),
            Where::State(state) => is_at(finding, state),
        };
        violation.rule == self.rule
            && self.severity.is_none_or(|severity| violation.severity == severity)
            && is_there
    }
}

/// Reads the table; its first row names the columns.
fn rows(stage: &Stage, table: &[Vec<String>]) -> Result<Vec<Row>, Failed> {
    const COLUMNS: [&str; 3] = ["rule", "severity", "state"];
    let Some((heading, rows)) = table.split_first() else { return Ok(Vec::new()) };
    for name in heading {
        if !COLUMNS.contains(&&**name) {
            let wrong = Wrong::new(format!("the table of findings has no column `{name}`"));
            return Err(wrong.help("its first row is | rule | severity | state |").into());
        }
    }
    let column = |name: &str| heading.iter().position(|known| known == name);
    let Some(rule) = column("rule") else {
        let wrong = Wrong::new("the table of findings needs the column `rule`");
        return Err(wrong.help("its first row is | rule | severity | state |").into());
    };
    let (severity, state) = (column("severity"), column("state"));
    let read = |cells: &Vec<String>| -> Result<Row, Failed> {
        let cell = |at: usize| cells.get(at).map(String::as_str).unwrap_or_default();
        let severity = severity.map(cell).filter(|severity| !severity.is_empty());
        let row = Row {
            said: describe(cell(rule), severity, state.map(cell)),
            rule: RuleId::read(cell(rule)).map_err(Wrong::new)?,
            severity: severity.map(Severity::read).transpose().map_err(Wrong::new)?,
            at: match state.map(cell) {
                None => Where::Anywhere,
                Some("") => Where::Machine,
                Some(name) => Where::State(stage.state(&Place::read(name).map_err(Wrong::new)?)?),
            },
        };
        Ok(row)
    };
    rows.iter().map(read).collect()
}

/// `medium finding of transient-not-retried at ChargePayment`
fn describe(rule: &str, severity: Option<&str>, state: Option<&str>) -> String {
    let severity = severity.map(|severity| format!("{severity} ")).unwrap_or_default();
    let place = match state {
        None => String::new(),
        Some("") => " for the machine as a whole".to_owned(),
        Some(state) => format!(" at {state}"),
    };
    format!("{severity}finding of {rule}{place}")
}
