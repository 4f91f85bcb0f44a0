//! YAML text to the same tree as JSON. CloudFormation's short tags become their long form (`!Ref X` is
//! `{"Ref": "X"}`), aliases and merge keys are written out.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span as Marked, Tag};

use super::indent::Padded;
use super::{DEPTH_MAX, Member, Node, NodeKind, Span, SyntaxProblem};

/// Nodes that aliases may add up to: a few lines of aliases of aliases can ask for more than any memory holds.
const NODES_MAX: usize = 1_000_000;

/// Times that wrong indentation is repaired.
const REPAIRS_MAX: usize = 100;

/// Reads the first document of a YAML text.
pub(super) fn parse(text: &str) -> Result<Node, SyntaxProblem> {
    let mut padded = Padded::new(text);
    for _ in 0..REPAIRS_MAX {
        match first_error(&padded.text) {
            Some(error) if padded.repair(&error) => {}
            _ => break,
        }
    }
    build(text, &padded)
}

fn first_error(text: &str) -> Option<ScanError> {
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((Event::DocumentEnd, _)) => return None,
            Ok(_) => {}
            Err(error) => return Some(error),
        }
    }
    None
}

fn build(text: &str, padded: &Padded<'_>) -> Result<Node, SyntaxProblem> {
    let mut builder = Builder::new(text, padded);
    let mut parser = Parser::new_from_str(&padded.text);
    while let Some(event) = parser.next_event() {
        let (event, marked) = event.map_err(|error| {
            let start = builder.byte(error.marker().index());
            SyntaxProblem::new(format!("invalid YAML: {}", error.info()), Span { start, end: start })
        })?;
        match event {
            Event::DocumentEnd => break,
            Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::Nothing => {}
            event => builder.event(event, marked)?,
        }
    }
    builder.root.ok_or_else(|| SyntaxProblem::new("the text is empty", Span { start: 0, end: text.len() }))
}

/// The parser counts characters, spans count bytes.
struct Offsets {
    /// Byte of every character, or empty when they are the same.
    bytes: Vec<usize>,
    length: usize,
}

impl Offsets {
    fn of(text: &str) -> Self {
        let bytes =
            if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(byte, _)| byte).collect() };
        Self { bytes, length: text.len() }
    }

    fn byte(&self, character: usize) -> usize {
        if self.bytes.is_empty() {
            return character.min(self.length);
        }
        self.bytes.get(character).copied().unwrap_or(self.length)
    }
}

/// A list or mapping whose end has not been seen.
struct Open {
    start: usize,
    anchor: usize,
    tag: Option<String>,
    items: Items,
}

enum Items {
    List(Vec<Node>),
    Mapping { members: Vec<Member>, key: Option<(String, Span)> },
}

struct Builder<'t> {
    text: &'t str,
    padded: &'t Padded<'t>,
    offsets: Offsets,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
    root: Option<Node>,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str, padded: &'t Padded<'t>) -> Self {
        let (open, anchors) = (Vec::new(), BTreeMap::new());
        Self { text, padded, offsets: Offsets::of(&padded.text), open, anchors, nodes: 0, root: None }
    }

    /// The byte of the original text at which the parser counted so many characters.
    fn byte(&self, character: usize) -> usize {
        self.padded.original_byte(self.offsets.byte(character))
    }

    fn event(&mut self, event: Event<'_>, marked: Marked) -> Result<(), SyntaxProblem> {
        let span = self.span(marked);
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                let kind = scalar(&value, style, tag.as_deref());
                let node = tagged(Node { span, kind }, tag.as_deref().and_then(cloudformation_name));
                self.finish(node, anchor, span)
            }
            Event::SequenceStart(anchor, tag) => {
                self.start(span, anchor, tag.as_deref(), Items::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                let items = Items::Mapping { members: Vec::new(), key: None };
                self.start(span, anchor, tag.as_deref(), items)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned();
                let node = node.ok_or_else(|| SyntaxProblem::new("unknown alias", span))?;
                self.nodes += count(&node);
                self.finish(node, 0, span)
            }
            _ => Ok(()),
        }
    }

    fn span(&self, marked: Marked) -> Span {
        let start = self.byte(marked.start.index());
        let end = self.byte(marked.end.index()).max(start);
        Span { start, end: start + self.text[start..end].trim_end().len() }
    }

    fn start(
        &mut self,
        span: Span,
        anchor: usize,
        tag: Option<&Tag>,
        items: Items,
    ) -> Result<(), SyntaxProblem> {
        if self.open.len() >= DEPTH_MAX {
            return Err(SyntaxProblem::too_deep(span));
        }
        let tag = tag.and_then(cloudformation_name);
        self.open.push(Open { start: span.start, anchor, tag, items });
        Ok(())
    }

    fn end(&mut self, span: Span) -> Result<(), SyntaxProblem> {
        let open = self.open.pop().expect("the parser closes only what it opened");
        let (kind, last) = match open.items {
            Items::List(items) => {
                let last = items.last().map(|item| item.span.end);
                (NodeKind::Array(items), last)
            }
            Items::Mapping { members, .. } => {
                let last = members.last().map(|member| member.value.span.end);
                (NodeKind::Object(merged(members)), last)
            }
        };
        // A block ends where the next token starts, which is beyond the line break; its last child is better.
        let closed =
            matches!(self.text[..span.end].bytes().last(), Some(b'}' | b']')) && span.start < span.end;
        let end = if closed { span.end } else { last.unwrap_or(span.end) }.max(open.start);
        let whole = Span { start: open.start, end };
        self.finish(tagged(Node { span: whole, kind }, open.tag), open.anchor, whole)
    }

    /// Hands a complete node to what contains it.
    fn finish(&mut self, node: Node, anchor: usize, span: Span) -> Result<(), SyntaxProblem> {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            return Err(SyntaxProblem::new("aliases expand to too many values", span));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut().map(|open| &mut open.items) {
            None => self.root = Some(node),
            Some(Items::List(items)) => items.push(node),
            Some(Items::Mapping { members, key }) => match key.take() {
                Some((key, key_span)) => members.push(Member { key, key_span, value: node }),
                None => *key = Some((key_text(&node).ok_or_else(|| no_key(&node))?, node.span)),
            },
        }
        Ok(())
    }
}

fn no_key(node: &Node) -> SyntaxProblem {
    SyntaxProblem::new(format!("{} cannot be the name of a member", node.kind_name()), node.span)
}

fn key_text(node: &Node) -> Option<String> {
    match &node.kind {
        NodeKind::String(text) | NodeKind::Placeholder(text) | NodeKind::Number(text) => Some(text.clone()),
        NodeKind::Bool(truth) => Some(truth.to_string()),
        NodeKind::Null => Some("null".to_owned()),
        NodeKind::Array(_) | NodeKind::Object(_) => None,
    }
}

fn count(node: &Node) -> usize {
    let children: Vec<&Node> = match &node.kind {
        NodeKind::Array(items) => items.iter().collect(),
        NodeKind::Object(members) => members.iter().map(|member| &member.value).collect(),
        _ => return 1,
    };
    1 + children.into_iter().map(count).sum::<usize>()
}

/// YAML 1.2, core schema, for plain scalars; everything else is text.
fn scalar(value: &str, style: ScalarStyle, tag: Option<&Tag>) -> NodeKind {
    let forced_text = tag.is_some_and(|tag| !tag.is_yaml_core_schema() || tag.suffix == "str");
    if style != ScalarStyle::Plain || forced_text {
        return NodeKind::String(value.to_owned());
    }
    match value {
        "" | "~" | "null" | "Null" | "NULL" => NodeKind::Null,
        "true" | "True" | "TRUE" => NodeKind::Bool(true),
        "false" | "False" | "FALSE" => NodeKind::Bool(false),
        _ if value.starts_with("${") && value.find('}') == Some(value.len() - 1) => {
            NodeKind::Placeholder(value.to_owned())
        }
        _ => json_number(value).map_or_else(|| NodeKind::String(value.to_owned()), NodeKind::Number),
    }
}

/// The text as a JSON number, if it is a number.
fn json_number(text: &str) -> Option<String> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        || !digits.bytes().any(|byte| byte.is_ascii_digit())
        || !digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'))
    {
        return None;
    }
    if let Ok(int) = text.parse::<i64>() {
        return Some(int.to_string());
    }
    text.parse::<f64>().ok().filter(|float| float.is_finite()).map(|float| format!("{float:?}"))
}

/// `Ref` for `!Ref`, `Fn::Sub` for `!Sub`; none for tags that are not CloudFormation's.
fn cloudformation_name(tag: &Tag) -> Option<String> {
    if tag.handle != "!" {
        return None;
    }
    Some(match tag.suffix.as_str() {
        "" => return None,
        name @ ("Ref" | "Condition") => name.to_owned(),
        name => format!("Fn::{name}"),
    })
}

/// The long form of a tagged value; `!GetAtt A.B` is split as CloudFormation does.
fn tagged(node: Node, name: Option<String>) -> Node {
    let Some(key) = name else { return node };
    let span = node.span;
    let value = match &node.kind {
        NodeKind::String(text) if key == "Fn::GetAtt" => match text.split_once('.') {
            Some((resource, attribute)) => {
                let part = |text: &str| Node { span, kind: NodeKind::String(text.to_owned()) };
                Node { span, kind: NodeKind::Array(vec![part(resource), part(attribute)]) }
            }
            None => node,
        },
        _ => node,
    };
    Node { span, kind: NodeKind::Object(vec![Member { key, key_span: span, value }]) }
}

/// Members with `<<` written out: what is merged in stands behind and never replaces.
fn merged(members: Vec<Member>) -> Vec<Member> {
    if !members.iter().any(|member| member.key == "<<") {
        return members;
    }
    let (merges, mut own): (Vec<_>, Vec<_>) = members.into_iter().partition(|member| member.key == "<<");
    for merge in merges {
        let sources = match merge.value.kind {
            NodeKind::Array(items) => items,
            _ => vec![merge.value],
        };
        for member in sources.into_iter().flat_map(|source| match source.kind {
            NodeKind::Object(members) => members,
            _ => Vec::new(),
        }) {
            if !own.iter().any(|mine| mine.key == member.key) {
                own.push(member);
            }
        }
    }
    own
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn json(text: &str) -> String {
        parse(text).unwrap().to_value().to_json()
    }

    #[rstest]
    #[case::types(
        "a: 1\nb: 1.5\nc: yes\nd: true\ne: ~\nf: '1'",
        r#"{"a":1,"b":1.5,"c":"yes","d":true,"e":null,"f":"1"}"#
    )]
    #[case::reference("!Ref A", r#"{"Ref":"A"}"#)]
    #[case::attribute("!GetAtt A.Arn", r#"{"Fn::GetAtt":["A","Arn"]}"#)]
    #[case::list_tag("!Join ['', [a, b]]", r#"{"Fn::Join":["",["a","b"]]}"#)]
    #[case::alias("a: &x {k: 1}\nb: *x", r#"{"a":{"k":1},"b":{"k":1}}"#)]
    #[case::merge("a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  k: 3", r#"{"a":{"k":1,"l":2},"b":{"k":3,"l":2}}"#)]
    #[case::folded("a: >-\n  one\n  two\n", r#"{"a":"one two"}"#)]
    #[case::time_is_text("at: 2024-01-01T00:00:00Z", r#"{"at":"2024-01-01T00:00:00Z"}"#)]
    fn yaml_means(#[case] yaml: &str, #[case] expected: &str) {
        assert_eq!(json(yaml), expected);
    }

    #[test]
    fn spans_are_bytes_of_the_file() {
        let text = "é: ü\nlist:\n  - one\n  - two\n";
        let root = parse(text).unwrap();
        let show = |node: &Node| &text[node.span.start..node.span.end];
        assert_eq!(show(root.get("é").unwrap()), "ü");
        assert_eq!(show(&root.get("list").unwrap().items().unwrap()[1]), "two");
        assert_eq!(show(root.get("list").unwrap()), "- one\n  - two");
    }

    #[test]
    fn brackets_and_quotes_may_end_further_left() {
        let text = "r:\n    list: {\n      a: [é,\n  b\n ]\n}\n    text: \"{\n  x\n }\"\n    last: end\n";
        let root = parse(text).unwrap();
        let expected = r#"{"r":{"list":{"a":["é","b"]},"text":"{ x }","last":"end"}}"#;
        assert_eq!(root.to_value().to_json(), expected);
        let last = root.get("r").unwrap().get("last").unwrap().span;
        assert_eq!(&text[last.start..last.end], "end");
    }

    #[test]
    fn duplicate_keys_are_kept_to_be_reported() {
        assert_eq!(parse("a: 1\na: 2").unwrap().members().unwrap().len(), 2);
    }

    fn many_aliases() -> String {
        let double = |n: usize| format!("a{n}: &a{n} [*a{0}, *a{0}]", n - 1);
        format!("a0: &a0 [x]\n{}", (1..40).map(double).collect::<Vec<_>>().join("\n"))
    }

    #[rstest]
    #[case::deep_flow("[".repeat(100_000))]
    #[case::deep_block((0..2_000).map(|depth| " ".repeat(depth) + "a:").collect::<Vec<_>>().join("\n"))]
    #[case::many_aliases(many_aliases())]
    #[case::broken("a: [1".to_owned())]
    #[case::empty(String::new())]
    fn hostile_text_is_refused(#[case] text: String) {
        let problem = parse(&text).unwrap_err();
        assert!(problem.span.start <= text.len());
    }
}
