//! One recorded case as it was read, and what is asked of it.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value as Json, json};

use super::{execution, test_state, text, validation};

/// A case as it was read.
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) data: Json,
}

/// What the cases are about; each has a table of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Executions, most with their history.
    Execution,
    /// Rows of tables, of which only status and output were recorded.
    Table,
    /// Definitions and parameters that were accepted or refused.
    Validation,
    /// Exchanges with TestState.
    TestState,
    /// Queries answered by the JSONPath library that AWS uses.
    JsonPath,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] =
        [Self::Execution, Self::Table, Self::Validation, Self::TestState, Self::JsonPath];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Execution => "executions",
            Self::Table => "rows of tables",
            Self::Validation => "validations",
            Self::TestState => "TestState exchanges",
            Self::JsonPath => "JSONPath queries",
        }
    }
}

/// How far one case, or one row of a table, agrees.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent questions, counted one by one")]
pub(crate) struct Verdict {
    /// The answer turns on what exists in an account; it is counted apart.
    pub(crate) inapplicable: bool,
    /// The simulator does not model it.
    pub(crate) unknown: bool,
    /// Status, output and error agree; for a validation, whether it is accepted.
    pub(crate) outcome: bool,
    /// Event types and state names agree, in order.
    pub(crate) sequence: bool,
    /// Everything agrees.
    pub(crate) exact: bool,
    /// The first difference.
    pub(crate) difference: Option<String>,
}

/// What came of a case: the verdicts by row, and what the simulator produced.
pub(crate) struct Judged {
    pub(crate) kind: Kind,
    pub(crate) verdicts: Vec<(String, Verdict)>,
    pub(crate) produced: Json,
}

impl Case {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))?;
        let data: Json =
            serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))?;
        Ok(Self { id: self::text(&data, "id").to_owned(), data })
    }

    /// The first part of the id.
    pub(crate) fn area(&self) -> &str {
        self.id.split('.').next().unwrap_or_default()
    }

    /// Runs it.
    pub(crate) fn judge(&self) -> Result<Judged> {
        let (id, data) = (&self.id, &self.data);
        let one = |kind, verdict, produced| Judged { kind, verdicts: vec![(id.clone(), verdict)], produced };
        Ok(match text(data, "kind") {
            "execution" => {
                let (verdict, produced) = execution::judge(data, data, &data["definition"]);
                one(Kind::Execution, verdict, produced)
            }
            "execution_table" => self.judge_rows(),
            "validation" => {
                let (verdict, produced) = validation::judge(data);
                one(Kind::Validation, verdict, produced)
            }
            "test_state" => {
                let (verdict, produced) = test_state::judge(data);
                one(Kind::TestState, verdict, produced)
            }
            other => anyhow::bail!("{id}: the kind of case `{other}` is not known"),
        })
    }

    fn judge_rows(&self) -> Judged {
        let mut verdicts = Vec::new();
        let mut rows = Vec::new();
        for (at, row) in self.data["rows"].as_array().into_iter().flatten().enumerate() {
            let own = &row["definition"];
            let definition = if own.is_null() { &self.data["definition"] } else { own };
            let (verdict, produced) = execution::judge(&self.data, row, definition);
            verdicts.push((format!("{}[{at}]", self.id), verdict));
            rows.push(json!({"status": produced["status"], "output": produced["output"]}));
        }
        Judged { kind: Kind::Table, verdicts, produced: json!({"rows": rows}) }
    }
}
