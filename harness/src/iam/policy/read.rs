//! A policy document, from the tree of a file to statements. What AWS would refuse is refused here, with its place.

use super::{Condition, Effect, Pattern, PolicyError, Selection, Statement};
use crate::load::{Node, NodeKind, Resolver, SourceFile, Span};
use crate::spelling::nearest;

/// Reads policy documents of one file.
pub(super) struct Reader<'f> {
    pub(super) file: &'f SourceFile,
    /// The functions of a template; none outside of templates.
    pub(super) resolver: Option<Resolver<'f>>,
}

const STATEMENT_KEYS: [&str; 8] =
    ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Principal"];

impl Reader<'_> {
    /// The statements of a document: an object with `Statement`, or its text, which may be encoded for a URL.
    pub(super) fn document(&mut self, node: &Node) -> Result<Vec<Statement>, PolicyError> {
        if let NodeKind::String(text) = &node.kind {
            let parsed = crate::load::parse_json(&decoded(text)).map_err(|_| {
                self.wrong(node.span, "the policy is a text that is no JSON", "give the policy as JSON")
            })?;
            return self.document(&moved(parsed, node.span));
        }
        let Some(statements) = node.get("Statement") else {
            let help = "a policy document is an object with `Version` and `Statement`";
            return Err(self.wrong(node.span, "the policy has no `Statement`", help));
        };
        let one = std::slice::from_ref(statements);
        let list = statements.items().unwrap_or(one);
        let read = |(at, statement)| self.statement(statement, at, list.len());
        list.iter().enumerate().map(read).collect()
    }

    fn statement(&mut self, node: &Node, at: usize, of: usize) -> Result<Statement, PolicyError> {
        let Some(members) = node.members() else {
            let message = format!("a statement is an object, not {}", node.kind_name());
            return Err(self.wrong(node.span, &message, "see `Statement` of the IAM policy elements"));
        };
        for member in members {
            if member.key == "Principal" || member.key == "NotPrincipal" {
                let help = "the execution role's own policies are needed: `aws iam get-role-policy`";
                let message = "a statement with `Principal` belongs to a resource or to a trust policy";
                return Err(self.wrong(member.key_span, message, help));
            }
            if !STATEMENT_KEYS.contains(&member.key.as_str()) {
                let message = format!("a statement has no `{}`", member.key);
                let near = nearest(&member.key, STATEMENT_KEYS);
                let help = near.map_or_else(
                    || format!("there is {}", STATEMENT_KEYS[..7].join(", ")),
                    |name| format!("did you mean `{name}`?"),
                );
                return Err(self.wrong(member.key_span, &message, &help));
            }
        }
        let label = match node.get("Sid").and_then(Node::as_str) {
            Some(sid) if !sid.is_empty() => sid.to_owned(),
            _ if of == 1 => "Statement".to_owned(),
            _ => format!("Statement[{at}]"),
        };
        Ok(Statement {
            label,
            effect: self.effect(node)?,
            actions: self.selection(node, ["Action", "NotAction"], Pattern::action)?,
            resources: self.selection(node, ["Resource", "NotResource"], Pattern::new)?,
            conditions: self.conditions(node)?,
            location: self.file.location(node.span),
        })
    }

    fn effect(&self, statement: &Node) -> Result<Effect, PolicyError> {
        let Some(node) = statement.get("Effect") else {
            return Err(self.wrong(
                statement.span,
                "the statement has no `Effect`",
                "it is `Allow` or `Deny`",
            ));
        };
        match node.as_str() {
            Some("Allow") => Ok(Effect::Allow),
            Some("Deny") => Ok(Effect::Deny),
            _ => {
                Err(self.wrong(node.span, "the `Effect` is neither `Allow` nor `Deny`", "write one of them"))
            }
        }
    }

    /// `Action` or `NotAction`, and the like of resources: exactly one of both.
    fn selection(
        &mut self,
        statement: &Node,
        [only, all_but]: [&str; 2],
        pattern: fn(&str) -> Pattern,
    ) -> Result<Selection, PolicyError> {
        let (node, negated) = match (statement.get(only), statement.get(all_but)) {
            (Some(node), None) => (node, false),
            (None, Some(node)) => (node, true),
            (found, _) => {
                let number = if found.is_some() { "both of" } else { "neither of" };
                let message = format!("the statement has {number} `{only}` and `{all_but}`");
                return Err(self.wrong(statement.span, &message, "it needs exactly one"));
            }
        };
        let mut patterns = Vec::new();
        for item in node.items().unwrap_or(std::slice::from_ref(node)) {
            for text in self.texts(item)? {
                if only == "Action" && !text.contains([':', '$', '<']) && text != "*" {
                    let message = format!("`{text}` is no action");
                    return Err(self.wrong(
                        item.span,
                        &message,
                        "write `service:Action`, such as `sqs:SendMessage`",
                    ));
                }
                patterns.push(pattern(&text));
            }
        }
        Ok(if negated { Selection::AllBut(patterns) } else { Selection::Only(patterns) })
    }

    fn conditions(&mut self, statement: &Node) -> Result<Vec<Condition>, PolicyError> {
        let Some(node) = statement.get("Condition") else { return Ok(Vec::new()) };
        let mut conditions = Vec::new();
        for operator in self.members(node, "Condition")? {
            for key in self.members(&operator.value, &operator.key)? {
                let mut values = Vec::new();
                for item in key.value.items().unwrap_or(std::slice::from_ref(&key.value)) {
                    values.extend(self.texts(item)?);
                }
                conditions.push(Condition { operator: operator.key.clone(), key: key.key.clone(), values });
            }
        }
        Ok(conditions)
    }

    fn members<'n>(&self, node: &'n Node, what: &str) -> Result<&'n [crate::load::Member], PolicyError> {
        node.members().ok_or_else(|| {
            let message = format!("`{what}` is an object, not {}", node.kind_name());
            self.wrong(node.span, &message, "write `\"Condition\": {\"StringEquals\": {\"key\": \"value\"}}`")
        })
    }

    /// A text; several where a function of a template gives a list or one of two.
    pub(super) fn texts(&mut self, node: &Node) -> Result<Vec<String>, PolicyError> {
        match (&node.kind, &mut self.resolver) {
            (NodeKind::String(text) | NodeKind::Placeholder(text) | NodeKind::Number(text), None) => {
                Ok(vec![text.clone()])
            }
            (NodeKind::Bool(truth), _) => Ok(vec![truth.to_string()]),
            (_, Some(resolver)) => {
                // `Fn::If`, `Fn::ImportValue`, …: a value like any other that nobody knows, by its place.
                let place = self.file.location(node.span);
                let unknown = || format!("${{{}:{}}}", place.line, place.column);
                Ok(vec![resolver.text(node).unwrap_or_else(unknown)])
            }
            (_, None) => {
                let message = format!("this is a text or a list of texts, not {}", node.kind_name());
                Err(self.wrong(node.span, &message, "write the text in double quotes"))
            }
        }
    }

    pub(super) fn wrong(&self, span: Span, message: &str, help: &str) -> PolicyError {
        PolicyError::Invalid {
            location: self.file.location(span),
            message: message.to_owned(),
            help: help.to_owned(),
        }
    }
}

/// Docs, "`GetRolePolicy`": the API encodes the document as RFC 3986 says; the CLI decodes it.
fn decoded(text: &str) -> String {
    if !text.trim_start().starts_with('%') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let digits = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            out.push(byte);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The tree of an embedded text, all of it at the place of the text.
fn moved(mut node: Node, span: Span) -> Node {
    crate::load::place(&mut node, span);
    node
}
