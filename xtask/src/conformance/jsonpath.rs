//! Queries with the answers of the JSONPath library that AWS uses.

use std::path::Path as File;

use anyhow::{Context, Result};
use serde_json::{Value as Json, json};
use sfn_chaos::expr::jsonata::Session;
use sfn_chaos::expr::{Env, Path, Random, Root, States, Variables};
use sfn_chaos::value::Value;

use super::case::{Judged, Kind, Verdict};
use super::matcher::Matcher;
use super::text;

/// Judges every query of `folder`; the first line of a file is the document.
pub(crate) fn judge(folder: &File) -> Result<Vec<Judged>> {
    let mut judged = Vec::new();
    for path in super::files(folder, "jsonl")? {
        let content =
            std::fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))?;
        let lines: Vec<Json> = content
            .lines()
            .map(serde_json::from_str)
            .collect::<serde_json::Result<_>>()
            .with_context(|| format!("{} has a line that is not JSON", path.display()))?;
        let Some((document, queries)) = lines.split_first() else { continue };
        let document = Value::parse(&document["document"].to_string()).unwrap_or_default();
        judged.extend(queries.iter().map(|query| one(&document, query)));
    }
    Ok(judged)
}

fn one(document: &Value, query: &Json) -> Judged {
    let ours = answer(document, text(query, "path"));
    let expected = match text(query, "error") {
        "" => json!({"value": query["value"]}),
        "PathNotFoundException" => json!({"found": false}),
        _ => json!({"valid": false}),
    };
    let difference = Matcher::new(&json!([])).matches(&expected, &ours).err();
    let exact = difference.is_none();
    let verdict = Verdict { outcome: exact, sequence: exact, exact, difference, ..Verdict::default() };
    let id = format!("jsonpath {}", text(query, "path"));
    Judged { kind: Kind::JsonPath, verdicts: vec![(id, verdict)], produced: ours }
}

fn answer(document: &Value, path: &str) -> Json {
    // The library adds the root that AWS demands, and takes `@` for it.
    let completed = match path.chars().next() {
        Some('$' | '@') => format!("${}", &path[1..]),
        _ => format!("$.{path}"),
    };
    let Ok(path) = Path::parse(&completed) else { return json!({"valid": false}) };
    // `$name` and `$$` are AWS's own additions; the library never sees them.
    if *path.root() != Root::Input {
        return json!({"valid": false});
    }
    let env = Env {
        input: document,
        context: &Value::Null,
        variables: &Variables::default(),
        random: &Random::new(0),
        states: States::default(),
        jsonata: &Session::default(),
    };
    match path.eval(&env) {
        Ok(value) => json!({"value": serde_json::from_str::<Json>(&value.to_json()).unwrap_or_default()}),
        Err(_) => json!({"found": false}),
    }
}
