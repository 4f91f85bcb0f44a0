//! An API model as botocore writes it, reduced to what calls and answers look like.
//!
//! Names of shapes go; equal shapes become one, so that a shape is known by its number alone.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use super::facts::Facts;
use super::naming;
use super::permissions::Permissions;
use super::waiters::{self, Waiter};

/// One service.
pub(super) struct Model {
    /// The name that the service gives itself: `SFN`.
    pub(super) id: String,
    pub(super) shapes: Vec<Shape>,
    pub(super) errors: Vec<Exception>,
    /// In the order of their names.
    pub(super) operations: Vec<Operation>,
}

/// A type of values; references are numbers of shapes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    /// Least and greatest value, or length, as the model writes them.
    pub(super) min: Option<String>,
    pub(super) max: Option<String>,
    /// The only texts there are; empty if it is no enumeration.
    pub(super) words: Vec<String>,
    pub(super) sensitive: bool,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// The place of the type's name in [`PLAIN`].
    Plain(usize),
    Document,
    List(usize),
    Map(usize, usize),
    Structure {
        members: Vec<Member>,
        union: bool,
    },
}

/// Types without parts, in the order of their codes.
pub(super) const PLAIN: [&str; 8] =
    ["string", "integer", "long", "float", "double", "boolean", "timestamp", "blob"];

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Member {
    /// In SDK integrations.
    pub(super) name: String,
    /// In optimized integrations.
    pub(super) optimized: String,
    pub(super) shape: usize,
    pub(super) required: bool,
    pub(super) token: bool,
}

/// An error that operations declare.
pub(super) struct Exception {
    /// As Step Functions reports it, without the prefix.
    pub(super) name: String,
    pub(super) status: usize,
    /// The server's fault, not the caller's.
    pub(super) fault: bool,
    pub(super) retryable: bool,
    pub(super) throttling: bool,
}

pub(super) struct Operation {
    pub(super) name: String,
    pub(super) input: Option<usize>,
    pub(super) output: Option<usize>,
    pub(super) errors: Vec<usize>,
    /// The answer, or the request, is a stream of events.
    pub(super) stream: bool,
    pub(super) deprecated: bool,
    pub(super) waiters: Vec<Waiter>,
}

/// Reads `service-2.json` and `waiters-2.json`.
pub(super) fn read(
    json: &[u8],
    waiters: Option<&[u8]>,
    facts: &Facts,
    permissions: &Permissions,
) -> Result<Model> {
    let model: Value = serde_json::from_slice(json)?;
    let mut waiters = match waiters {
        Some(waiters) => waiters::read(waiters, &model, facts).context("waiters-2.json")?,
        None => BTreeMap::new(),
    };
    let id = text(&model["metadata"], "serviceId")?.to_owned();
    let shapes = object(&model, "shapes")?;
    check_corrections(shapes, facts)?;
    let mut reader = Reader { facts, shapes, numbers: BTreeMap::new(), order: Vec::new() };
    let (mut operations, mut errors) = (Vec::new(), BTreeMap::new());
    let mut exceptions = Vec::new();
    let mut named: Vec<_> = object(&model, "operations")?.iter().collect();
    named.sort_by_key(|(name, _)| *name);
    for (name, operation) in named {
        let mut declared = Vec::new();
        for error in operation["errors"].as_array().into_iter().flatten() {
            let shape = text(error, "shape")?;
            let number = if let Some(number) = errors.get(shape) {
                *number
            } else {
                exceptions.push(exception(shape, reader.shape(shape)?, facts));
                errors.insert(shape.to_owned(), exceptions.len() - 1);
                exceptions.len() - 1
            };
            declared.push(number);
        }
        let mut side = |key: &str| match operation[key]["shape"].as_str() {
            Some(shape) => reader.number(shape).map(Some),
            None => Ok(None),
        };
        let (output, input) = (side("output")?, side("input")?);
        let stream = reader.streams(&operation["output"])? || reader.streams(&operation["input"])?;
        let deprecated = flag(operation, "deprecated");
        operations.push(Operation {
            name: name.clone(),
            input,
            output,
            errors: declared,
            stream,
            deprecated,
            waiters: waiters.remove(name).unwrap_or_default(),
        });
    }
    let unknown = |name: &&str| operations.binary_search_by(|known| known.name.as_str().cmp(name)).is_err();
    if let Some(name) = facts.named().chain(permissions.named()).find(unknown) {
        bail!("a fact names the operation `{name}`, which the model does not have");
    }
    let shapes = reader.into_shapes()?;
    let mut model = Model { id, shapes, errors: exceptions, operations };
    merge(&mut model);
    Ok(model)
}

/// A correction of what the model does not have is out of date.
fn check_corrections(shapes: &Map<String, Value>, facts: &Facts) -> Result<()> {
    let gone = |(shape, part): &&(String, String)| {
        let found = shapes.get(shape);
        found.is_none_or(|found| found.get(part).or_else(|| found["members"].get(part)).is_none())
    };
    if let Some((shape, part)) = facts.renamed.keys().chain(facts.limits.keys()).find(gone) {
        bail!("services.txt names `{shape}.{part}`, which the model does not have");
    }
    Ok(())
}

fn exception(shape: &str, json: &Value, facts: &Facts) -> Exception {
    let status = json["error"]["httpStatusCode"].as_u64().unwrap_or(0);
    Exception {
        name: naming::exception(shape, &facts.prefix),
        status: usize::try_from(status).unwrap_or(0),
        fault: flag(json, "fault"),
        retryable: json.get("retryable").is_some(),
        throttling: flag(&json["retryable"], "throttling"),
    }
}

/// Gives numbers to the shapes that operations reach, in the order in which they are met.
struct Reader<'a> {
    facts: &'a Facts,
    shapes: &'a Map<String, Value>,
    numbers: BTreeMap<&'a str, usize>,
    order: Vec<&'a str>,
}

impl<'a> Reader<'a> {
    fn shape(&self, name: &str) -> Result<&'a Value> {
        self.shapes.get(name).with_context(|| format!("there is no shape `{name}`"))
    }

    /// The number of a shape; those it refers to get theirs too.
    fn number(&mut self, name: &str) -> Result<usize> {
        let mut open = vec![name];
        while let Some(name) = open.pop() {
            let (name, shape) =
                self.shapes.get_key_value(name).with_context(|| format!("no shape `{name}`"))?;
            if self.numbers.contains_key(name.as_str()) {
                continue;
            }
            self.numbers.insert(name, self.order.len());
            self.order.push(name);
            let before = open.len();
            for part in ["member", "key", "value"] {
                open.extend(shape[part]["shape"].as_str());
            }
            open.extend(members(shape).filter_map(|(_, member)| member["shape"].as_str()));
            open[before..].reverse();
        }
        Ok(self.numbers[name])
    }

    /// Whether a member of the request or answer is a stream of events.
    fn streams(&self, side: &Value) -> Result<bool> {
        let Some(name) = side["shape"].as_str() else { return Ok(false) };
        for (_, member) in members(self.shape(name)?) {
            if flag(self.shape(text(member, "shape")?)?, "eventstream") {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn into_shapes(self) -> Result<Vec<Shape>> {
        self.order.iter().map(|name| self.read(name).with_context(|| format!("shape `{name}`"))).collect()
    }

    fn read(&self, name: &str) -> Result<Shape> {
        let json = self.shape(name)?;
        let refer = |part: &Value| -> Result<usize> {
            let name = text(part, "shape")?;
            self.numbers.get(name).copied().with_context(|| format!("there is no shape `{name}`"))
        };
        let renamed = |member: &String| self.facts.renamed.get(&(name.to_owned(), member.clone())).cloned();
        let kind = match text(json, "type")? {
            _ if flag(json, "document") => Kind::Document,
            "list" => Kind::List(refer(&json["member"])?),
            "map" => Kind::Map(refer(&json["key"])?, refer(&json["value"])?),
            "structure" => {
                let required: Vec<&str> =
                    json["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                let member = |(name, member): (&String, &Value)| -> Result<Member> {
                    Ok(Member {
                        name: renamed(name).unwrap_or_else(|| naming::member(name)),
                        optimized: naming::raise(name),
                        shape: refer(member)?,
                        required: required.contains(&name.as_str()),
                        token: flag(member, "idempotencyToken"),
                    })
                };
                let members = members(json).map(member).collect::<Result<_>>()?;
                Kind::Structure { members, union: flag(json, "union") }
            }
            other => {
                let code = PLAIN.iter().position(|plain| *plain == other);
                Kind::Plain(code.with_context(|| format!("`{other}` is no type"))?)
            }
        };
        let bound = |key: &str| {
            let modelled = || json.get(key).filter(|bound| bound.is_number()).map(Value::to_string);
            self.facts.limits.get(&(name.to_owned(), key.to_owned())).cloned().or_else(modelled)
        };
        let words = json["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
        Ok(Shape {
            kind,
            min: bound("min"),
            max: bound("max"),
            words: words.map(str::to_owned).collect(),
            sensitive: flag(json, "sensitive"),
        })
    }
}

/// Makes equal shapes one, from leaves to roots, until nothing changes. Shapes that contain themselves stay apart.
fn merge(model: &mut Model) {
    loop {
        let mut first: BTreeMap<&Shape, usize> = BTreeMap::new();
        let mut kept = Vec::new();
        let moved: Vec<usize> = model
            .shapes
            .iter()
            .map(|shape| {
                *first.entry(shape).or_insert_with(|| {
                    kept.push(shape.clone());
                    kept.len() - 1
                })
            })
            .collect();
        if kept.len() == model.shapes.len() {
            return;
        }
        for shape in &mut kept {
            match &mut shape.kind {
                Kind::List(item) => *item = moved[*item],
                Kind::Map(key, value) => (*key, *value) = (moved[*key], moved[*value]),
                Kind::Structure { members, .. } => {
                    for member in members {
                        member.shape = moved[member.shape];
                    }
                }
                Kind::Plain(_) | Kind::Document => {}
            }
        }
        for operation in &mut model.operations {
            operation.input = operation.input.map(|shape| moved[shape]);
            operation.output = operation.output.map(|shape| moved[shape]);
        }
        model.shapes = kept;
    }
}

fn members(shape: &Value) -> impl Iterator<Item = (&String, &Value)> {
    shape["members"].as_object().into_iter().flatten()
}

fn object<'a>(value: &'a Value, key: &str) -> Result<&'a Map<String, Value>> {
    value[key].as_object().with_context(|| format!("there is no object `{key}`"))
}

fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value[key].as_str().with_context(|| format!("there is no text `{key}`"))
}

fn flag(value: &Value, key: &str) -> bool {
    value[key].as_bool().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::facts;

    fn model(json: &str, table: &str) -> Result<Model> {
        let mut services = facts::parse(table).unwrap();
        read(json.as_bytes(), None, &services.remove("t").unwrap(), &Permissions::default())
    }

    #[test]
    fn equal_shapes_become_one_and_recursive_ones_end() {
        let json = r#"{"metadata":{"serviceId":"T"},
            "operations":{"Get":{"output":{"shape":"Tree"},"errors":[{"shape":"GoneFault"}]}},
            "shapes":{
                "Tree":{"type":"structure","required":["name"],"members":
                    {"name":{"shape":"Name"},"other":{"shape":"Title"},"branches":{"shape":"Trees"}}},
                "Trees":{"type":"list","member":{"shape":"Tree"}},
                "Name":{"type":"string","min":1},"Title":{"type":"string","min":1},
                "GoneFault":{"type":"structure","members":{},"fault":true,"retryable":{"throttling":true}},
                "Unused":{"type":"blob"}}}"#;
        let model = model(json, "t t T t\n").unwrap();
        assert_eq!(model.shapes.len(), 3);
        let Kind::Structure { members, .. } = &model.shapes[0].kind else { panic!("a structure") };
        let found: Vec<_> =
            members.iter().map(|member| (&*member.name, member.shape, member.required)).collect();
        assert_eq!(found, [("Name", 1, true), ("Other", 1, false), ("Branches", 2, false)]);
        assert!(model.shapes[2].kind == Kind::List(0));
        let [error] = &model.errors[..] else { panic!("one error") };
        assert_eq!((&*error.name, error.fault, error.throttling), ("GoneException", true, true));
    }

    #[test]
    fn a_fact_about_an_operation_that_is_gone_is_an_error() {
        let json = r#"{"metadata":{"serviceId":"T"},"operations":{"Get":{}},"shapes":{}}"#;
        assert!(model(json, "t t T t\n  write Get\n").is_ok());
        let message = model(json, "t t T t\n  write Take\n").err().unwrap().to_string();
        assert!(message.contains("`Take`"), "{message}");
    }

    #[test]
    fn facts_correct_the_model_where_it_has_something_to_correct() {
        let json = r#"{"metadata":{"serviceId":"T"},"operations":{"Get":{"output":{"shape":"Out"}}},
            "shapes":{"Out":{"type":"structure","members":{"NULL":{"shape":"Size"}}},
                      "Size":{"type":"integer","max":9}}}"#;
        let model = |facts: &str| model(json, &format!("t t T t\n{facts}"));
        let corrected = model("  renamed Out.NULL=Nul\n  limit Size.max=5\n").unwrap();
        let Kind::Structure { members, .. } = &corrected.shapes[0].kind else { panic!("a structure") };
        assert_eq!((&*members[0].name, &*members[0].optimized), ("Nul", "NULL"));
        assert_eq!(corrected.shapes[1].max.as_deref(), Some("5"));
        assert!(model("  renamed Out.Gone=Nul\n").is_err());
        assert!(model("  limit Size.min=5\n").is_err());
    }
}
