//! What an expression reads.

use jsonata_core::ast::AstNode;
use serde_json::Value as Json;

/// What an expression reads of `$states` and which variables it names; each path once, in the order written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Member paths below `$states.input`; the empty path where the whole input is read.
    pub input: Vec<Vec<String>>,
    /// Member paths below `$states.result`.
    pub result: Vec<Vec<String>>,
    /// Member paths below `$states.errorOutput`.
    pub error_output: Vec<Vec<String>>,
    /// Member paths below `$states.context`.
    pub context: Vec<Vec<String>>,
    /// Variables that the expression does not bind itself, with the members read of them.
    pub variables: Vec<(String, Vec<String>)>,
    /// The whole `$states` is mentioned, so anything may be read.
    pub whole_states: bool,
    /// Functions called by name, without `$`.
    pub functions: Vec<String>,
}

impl Reads {
    pub(super) fn of(tree: &AstNode) -> Self {
        let mut reads = Self::default();
        let mut bound = Vec::new();
        if let Ok(tree) = serde_json::to_value(tree) {
            reads.walk(&tree, &mut bound);
        }
        reads.variables.retain(|(name, _)| !bound.contains(name));
        reads
    }

    fn walk(&mut self, node: &Json, bound: &mut Vec<String>) {
        match node {
            Json::Array(items) => items.iter().for_each(|item| self.walk(item, bound)),
            Json::Object(members) => {
                for (name, value) in members {
                    match (name.as_str(), value) {
                        ("Path", _) => self.path(value, bound),
                        ("Variable", Json::String(name)) => self.variable(name, &[]),
                        ("focus" | "index_var" | "Index", Json::String(name)) => bound.push(name.clone()),
                        ("Function", _) => {
                            if let Some(name) = value["name"].as_str() {
                                note(&mut self.functions, name.to_owned());
                            }
                            self.walk(value, bound);
                        }
                        ("Lambda", _) => {
                            let params = value["params"].as_array().into_iter().flatten();
                            bound.extend(params.filter_map(Json::as_str).map(str::to_owned));
                            self.walk(value, bound);
                        }
                        ("Binary", _) if value["op"] == "ColonEqual" => {
                            bound.extend(value["lhs"]["Variable"].as_str().map(str::to_owned));
                            self.walk(&value["rhs"], bound);
                        }
                        _ => self.walk(value, bound),
                    }
                }
            }
            _ => {}
        }
    }

    fn path(&mut self, path: &Json, bound: &mut Vec<String>) {
        let steps = path["steps"].as_array().map_or(&[][..], Vec::as_slice);
        let Some(name) = steps.first().and_then(|step| step["node"]["Variable"].as_str()) else {
            return self.walk(path, bound);
        };
        let members: Vec<String> =
            steps[1..].iter().map_while(|step| step["node"]["Name"].as_str()).map(str::to_owned).collect();
        self.variable(name, &members);
        for step in steps {
            bound.extend(
                ["focus", "index_var"].iter().filter_map(|name| step[*name].as_str()).map(str::to_owned),
            );
            self.walk(&step["stages"], bound);
        }
        for step in &steps[1..] {
            self.walk(&step["node"], bound);
        }
    }

    fn variable(&mut self, name: &str, members: &[String]) {
        match (name, members.split_first()) {
            ("", _) => {}
            ("states", None) => self.whole_states = true,
            ("states", Some((part, rest))) => {
                let list = match part.as_str() {
                    "input" => &mut self.input,
                    "result" => &mut self.result,
                    "errorOutput" => &mut self.error_output,
                    "context" => &mut self.context,
                    _ => return,
                };
                note(list, rest.to_vec());
            }
            _ => note(&mut self.variables, (name.to_owned(), members.to_vec())),
        }
    }
}

fn note<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}
