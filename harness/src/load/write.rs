//! A tree back to text, as people write JSON: short lists and objects of plain values on one line.

use super::{Member, Node, NodeKind};
use crate::value::Value;

/// Lists and objects of plain values that are not longer than this stay on one line.
const ONE_LINE_MAX: usize = 60;

impl Node {
    /// The tree as JSON. A bare placeholder stays one, so that reading the text gives the same tree again.
    pub fn to_json(&self) -> String {
        self.to_json_with("  ")
    }

    /// The tree as JSON, with these blanks for each level.
    pub(crate) fn to_json_with(&self, indent: &str) -> String {
        let mut text = String::new();
        write(self, indent, 0, &mut text);
        text
    }
}

fn write(node: &Node, indent: &str, depth: usize, out: &mut String) {
    if let Some(line) = one_line(node) {
        out.push_str(&line);
        return;
    }
    let (open, close) = if matches!(node.kind, NodeKind::Object(_)) { ('{', '}') } else { ('[', ']') };
    out.push(open);
    let start = |out: &mut String, is_first: bool| {
        out.push_str(if is_first { "\n" } else { ",\n" });
        out.push_str(&indent.repeat(depth + 1));
    };
    match &node.kind {
        NodeKind::Object(members) => {
            for (at, Member { key, value, .. }) in members.iter().enumerate() {
                start(out, at == 0);
                out.push_str(&quoted(key));
                out.push_str(": ");
                write(value, indent, depth + 1, out);
            }
        }
        NodeKind::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                start(out, at == 0);
                write(item, indent, depth + 1, out);
            }
        }
        _ => {}
    }
    out.push('\n');
    out.push_str(&indent.repeat(depth));
    out.push(close);
}

/// What fits on one line: anything plain, and lists of plain values that are short.
fn one_line(node: &Node) -> Option<String> {
    Some(match &node.kind {
        NodeKind::Null => "null".to_owned(),
        NodeKind::Bool(truth) => truth.to_string(),
        NodeKind::Number(text) | NodeKind::Placeholder(text) => text.clone(),
        NodeKind::String(text) => quoted(text),
        NodeKind::Object(members) if members.is_empty() => "{}".to_owned(),
        NodeKind::Object(_) => return None,
        NodeKind::Array(items) => {
            let is_plain = |item: &Node| !matches!(item.kind, NodeKind::Array(_) | NodeKind::Object(_));
            let items: Option<Vec<String>> =
                items.iter().map(|item| if is_plain(item) { one_line(item) } else { None }).collect();
            let line = format!("[{}]", items?.join(", "));
            return (line.chars().count() <= ONE_LINE_MAX).then_some(line);
        }
    })
}

fn quoted(text: &str) -> String {
    Value::from(text).to_json()
}

#[cfg(test)]
mod tests {
    use crate::load::json;

    #[test]
    fn what_is_written_reads_the_same() {
        let text = r#"{"a": ${N}, "long": ["one text of a length that is some", "another text of some length"], "b": [{"c": 1.50}],
            "q\"": {}, "none": null, "short": ["x", true]}"#;
        let written = json::parse(text).unwrap().to_json();
        assert_eq!(json::parse(&written).unwrap().to_json(), written);
        let expected = "{\n  \"a\": ${N},\n  \"long\": [\n    \"one text of a length that is some\",\n    \"another text of some \
                        length\"\n  ],\n  \"b\": [\n    {\n      \"c\": 1.50\n    }\n  ],\n  \"q\\\"\": {},\n  \"none\": \
                        null,\n  \"short\": [\"x\", true]\n}";
        assert_eq!(written, expected);
    }
}
