//! What a role lacks for a machine, and what it has too much, for people and for programs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::counted;
use crate::asl::Machine;
use crate::iam::Survey;
use crate::iam::policy::{Audit, Excess, Gap, Surplus};

/// One machine and its role.
#[derive(Debug)]
pub struct RoleReport<'r> {
    /// The machine.
    pub machine: &'r Machine,
    /// Its name, as the user knows it.
    pub name: &'r str,
    /// The file it came from.
    pub source: String,
    /// What it needs.
    pub survey: &'r Survey,
    /// What the policies say to it.
    pub audit: &'r Audit,
}

/// All machines of one call, as `--format json` prints them.
pub fn role_json(reports: &[RoleReport<'_>]) -> String {
    let machines: Vec<Value> = reports.iter().map(RoleReport::json).collect();
    serde_json::to_string_pretty(&json!({ "version": 1, "machines": machines })).expect("only text and lists")
}

/// The statements to add, as a policy.
pub fn missing_policy(audit: &Audit) -> Value {
    let mut statements: Vec<Value> = Vec::new();
    for statement in audit.missing.iter().filter_map(statement) {
        if !statements.contains(&statement) {
            statements.push(statement);
        }
    }
    json!({ "Version": "2012-10-17", "Statement": statements })
}

impl RoleReport<'_> {
    /// For people.
    pub fn text(&self) -> String {
        let audit = self.audit;
        let mut text = format!(
            "{} ({}): {}, {} not decided, {} more than needed\n",
            self.name,
            self.source,
            counted(audit.missing.len() as u64, "missing permission"),
            audit.undecided.len(),
            audit.excess.len()
        );
        if !audit.missing.is_empty() {
            text.push_str("\nMissing\n");
            audit.missing.iter().for_each(|gap| self.gap(&mut text, gap));
        }
        if !audit.undecided.is_empty() {
            text.push_str("\nNot decided by these policies alone\n");
            audit.undecided.iter().for_each(|gap| self.gap(&mut text, gap));
        }
        if !audit.excess.is_empty() {
            text.push_str("\nMore than needed\n");
            audit.excess.iter().for_each(|excess| {
                let _ =
                    writeln!(text, "  {} of {}: {}", excess.statement, excess.policy, surplus(&excess.what));
            });
        }
        for call in &self.survey.unknown {
            let state = &self.machine.state(call.state).path;
            let _ = writeln!(text, "\nNot known: what {state} needs; {}", call.why);
        }
        if audit.elsewhere > 0 {
            let _ = writeln!(
                text,
                "\nNot looked at: {} of roles that tasks assume",
                counted(audit.elsewhere as u64, "permission")
            );
        }
        text
    }

    fn gap(&self, text: &mut String, gap: &Gap) {
        let place = gap.state.map_or("the machine", |state| &self.machine.state(state).path);
        let _ = writeln!(text, "  {place}: {}", gap.actions.join(", "));
        for resource in &gap.resources {
            let _ = writeln!(text, "    on {resource}");
        }
        let sometimes = if gap.certain { "" } else { "; needed in some executions only" };
        let _ = writeln!(text, "    {}; {}{sometimes}", gap.because, gap.reason);
        if let Some(statement) = &gap.statement {
            let _ = writeln!(text, "    add {}", statement.to_json());
        }
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "source": self.source,
            "allowed": self.audit.allowed,
            "missing": self.audit.missing.iter().map(|gap| self.gap_json(gap)).collect::<Vec<_>>(),
            "undecided": self.audit.undecided.iter().map(|gap| self.gap_json(gap)).collect::<Vec<_>>(),
            "excess": self.audit.excess.iter().map(excess_json).collect::<Vec<_>>(),
            "unknown": self.survey.unknown.iter().map(|call| json!({
                "state": self.machine.state(call.state).name,
                "path": self.machine.state(call.state).path,
                "integration": call.integration,
                "why": call.why,
            })).collect::<Vec<_>>(),
        })
    }

    fn gap_json(&self, gap: &Gap) -> Value {
        let state = gap.state.map(|state| self.machine.state(state));
        json!({
            "state": state.map(|state| state.name.to_string()),
            "path": state.map(|state| state.path.to_string()),
            "actions": gap.actions,
            "resources": gap.resources.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "because": gap.because,
            "reason": gap.reason,
            "certain": gap.certain,
            "statement": statement(gap),
        })
    }
}

fn statement(gap: &Gap) -> Option<Value> {
    serde_json::from_str(&gap.statement.as_ref()?.to_json()).ok()
}

fn excess_json(excess: &Excess) -> Value {
    let (kind, written, enough) = match &excess.what {
        Surplus::Statement => ("statement", Vec::new(), Vec::new()),
        Surplus::Actions(actions) => ("actions", actions.clone(), Vec::new()),
        Surplus::Wildcard { written, enough } => ("wildcard", vec![written.clone()], enough.clone()),
        Surplus::Resource { written, enough } => ("resource", vec![written.clone()], enough.clone()),
    };
    json!({
        "policy": excess.policy,
        "statement": excess.statement,
        "kind": kind,
        "written": written,
        "enough": enough,
    })
}

fn surplus(surplus: &Surplus) -> String {
    match surplus {
        Surplus::Statement => "no state needs any of it".to_owned(),
        Surplus::Actions(actions) => format!("no state needs {}", actions.join(", ")),
        Surplus::Wildcard { written, enough } | Surplus::Resource { written, enough } => {
            format!("{written} is wider than needed; enough is {}", enough.join(", "))
        }
    }
}
