//! What a request is made of, as far as the definition shows: literals, texts put together, and what is known only
//! when the workflow runs.

use super::glob::{Glob, Piece};
use super::settings::Settings;
use crate::asl::{Kind, Machine};
use crate::expr::jsonata::Sketch;
use crate::expr::{Call, Function, Path, Root, Segment, Template};
use crate::value::Value;

/// A part of a request.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Form {
    /// A text, in parts perhaps; numbers and truth values too.
    Text(Glob),
    /// An object with these members.
    Object(Vec<(String, Form)>),
    /// A list with these items.
    List(Vec<Form>),
    /// Any of these.
    OneOf(Vec<Form>),
    /// Known when the workflow runs; with the name of the field that it is read from.
    Open(Option<String>),
    /// `null`
    Null,
}

/// A step into a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A member.
    Member(&'static str),
    /// Each item.
    Each,
    /// The name of each member.
    Keys,
}

/// Reads templates of one machine.
pub(super) struct Reader<'m> {
    pub(super) machine: &'m Machine,
    pub(super) settings: &'m Settings,
}

/// Variables that are set from variables are followed so far.
const DEPTH_MAX: u8 = 4;

impl Form {
    /// What is found by the steps: one entry for each way, `None` where it is not given.
    pub(super) fn at(&self, steps: &[Step]) -> Vec<Option<Form>> {
        let Some((step, rest)) = steps.split_first() else {
            return match self {
                Self::Null => vec![None],
                Self::OneOf(ways) => ways.iter().flat_map(|way| way.at(steps)).collect(),
                form => vec![Some(form.clone())],
            };
        };
        match (self, step) {
            (Self::OneOf(ways), _) => ways.iter().flat_map(|way| way.at(steps)).collect(),
            (Self::Object(members), Step::Member(name)) => match member(members, name) {
                Some(form) => form.at(rest),
                None => vec![None],
            },
            (Self::Object(members), Step::Keys) => {
                members.iter().flat_map(|(name, _)| Self::Text(Glob::parse(name)).at(rest)).collect()
            }
            (Self::List(items), Step::Each) => items.iter().flat_map(|item| item.at(rest)).collect(),
            (Self::Open(_), _) => vec![Some(Self::Open(None))],
            _ => vec![None],
        }
    }

    /// Texts that the form can be; a part that is known only at run time is supplied, under the name of what it is
    /// read from or under the given one.
    pub(super) fn globs(&self, name: &str, what: &str) -> Vec<Glob> {
        match self {
            Self::Text(glob) => vec![named(glob, name, what)],
            Self::OneOf(ways) => ways.iter().flat_map(|way| way.globs(name, what)).collect(),
            Self::Open(own) => vec![Glob::supply(own.as_deref().unwrap_or(name), what)],
            Self::Object(_) | Self::List(_) | Self::Null => vec![Glob::supply(name, what)],
        }
    }
}

/// A member by its name; Step Functions takes `tableName` for `TableName` in some integrations.
fn member<'f>(members: &'f [(String, Form)], name: &str) -> Option<&'f Form> {
    let exact = members.iter().find(|(key, _)| key == name);
    exact.or_else(|| members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))).map(|(_, form)| form)
}

/// The text with a description for each part that has none yet.
fn named(glob: &Glob, name: &str, what: &str) -> Glob {
    let mut described = Glob::default();
    for piece in glob.pieces() {
        match piece {
            Piece::Supply { name: own, what: nothing } if nothing.is_empty() => {
                let name = if own.is_empty() { name } else { own };
                described.push(Piece::Supply { name: name.to_owned(), what: what.to_owned() });
            }
            piece => described.push(piece.clone()),
        }
    }
    described
}

impl Reader<'_> {
    /// The form of a template; without one the state's input is the request.
    pub(super) fn request(&self, template: Option<&Template>) -> Form {
        template.map_or(Form::Open(None), |template| self.template(template, 0))
    }

    fn template(&self, template: &Template, depth: u8) -> Form {
        match template {
            Template::Literal(value) => literal(value),
            Template::Path(path) => self.path(path, depth),
            Template::Call(call) => self.call(call, depth),
            Template::Object(members) => Form::Object(
                members.iter().map(|(name, part)| (name.to_string(), self.template(part, depth))).collect(),
            ),
            Template::Array(items) => {
                Form::List(items.iter().map(|item| self.template(item, depth)).collect())
            }
            Template::Jsonata(query) => self.sketch(&query.expression().sketch(), depth),
        }
    }

    fn path(&self, path: &Path, depth: u8) -> Form {
        let names: Option<Vec<&str>> = path
            .segments()
            .iter()
            .map(|segment| match segment {
                Segment::Field(name) => Some(&**name),
                Segment::Index(_) | Segment::Wildcard | Segment::Other(_) => None,
            })
            .collect();
        let last = path.segments().iter().rev().find_map(|segment| match segment {
            Segment::Field(name) => Some(name.to_string()),
            _ => None,
        });
        match (path.root(), names) {
            (Root::Context, Some(names)) => self.context(&names),
            (Root::Variable(name), Some(names)) => {
                let open = last.unwrap_or_else(|| name.to_string());
                inside(self.variable(name, depth), &names, &open)
            }
            _ => Form::Open(last),
        }
    }

    fn call(&self, call: &Call, depth: u8) -> Form {
        let argument = |at: usize| call.arguments.get(at).map(|part| self.template(part, depth));
        match call.function {
            Function::Format => self.format(call, depth),
            Function::Array => {
                Form::List(call.arguments.iter().map(|part| self.template(part, depth)).collect())
            }
            Function::ArrayGetItem => match argument(0) {
                Some(Form::List(items)) => Form::OneOf(items),
                _ => Form::Open(None),
            },
            _ => Form::Open(None),
        }
    }

    /// `States.Format('a-{}', $.b)`; a brace after a backslash is a brace.
    fn format(&self, call: &Call, depth: u8) -> Form {
        let Some(Template::Literal(Value::String(pattern))) = call.arguments.first() else {
            return Form::Open(None);
        };
        let mut values = call.arguments[1..].iter();
        let mut glob = Glob::default();
        for (at, text) in pattern.split("{}").enumerate() {
            if at > 0 {
                let value = values.next().map_or(Form::Open(None), |value| self.template(value, depth));
                glob.push_glob(&part(value));
            }
            glob.push_glob(&Glob::parse(text));
        }
        Form::Text(glob)
    }

    /// What the context object holds. Docs, "Context object".
    fn context(&self, names: &[&str]) -> Form {
        match names {
            ["StateMachine", "Id"] => Form::Text(self.settings.machine_arn()),
            ["StateMachine", "Name"] => Form::Text(self.settings.machine_name.clone()),
            _ => Form::Open(names.last().map(|name| (*name).to_owned())),
        }
    }

    /// Everything that a variable is ever set to.
    fn variable(&self, name: &str, depth: u8) -> Form {
        if depth >= DEPTH_MAX {
            return Form::Open(Some(name.to_owned()));
        }
        let mut ways: Vec<Form> = Vec::new();
        for template in assignments(self.machine) {
            let value = match template {
                Template::Object(members) => {
                    let found = members.iter().find(|(key, _)| **key == *name);
                    found.map(|(_, value)| self.template(value, depth + 1))
                }
                Template::Literal(value) => value.get(name).map(literal),
                // An expression may set any name.
                _ => Some(Form::Open(Some(name.to_owned()))),
            };
            ways.extend(value.filter(|value| !ways.contains(value)));
        }
        match ways.len() {
            0 => Form::Open(Some(name.to_owned())),
            1 => ways.remove(0),
            _ => Form::OneOf(ways),
        }
    }

    fn sketch(&self, sketch: &Sketch, depth: u8) -> Form {
        match sketch {
            Sketch::Literal(value) => literal(value),
            Sketch::Text(parts) => {
                let mut glob = Glob::default();
                for one in parts {
                    glob.push_glob(&part(self.sketch(one, depth)));
                }
                Form::Text(glob)
            }
            Sketch::List(items) => Form::List(items.iter().map(|item| self.sketch(item, depth)).collect()),
            Sketch::Object(members) => {
                let members: Option<Vec<_>> = members
                    .iter()
                    .map(|(name, value)| match name {
                        Sketch::Literal(Value::String(name)) => {
                            Some((name.to_string(), self.sketch(value, depth)))
                        }
                        _ => None,
                    })
                    .collect();
                members.map_or(Form::Open(None), Form::Object)
            }
            Sketch::Conditional { then, otherwise, .. } => {
                let otherwise = otherwise.as_ref().map_or(Form::Null, |branch| self.sketch(branch, depth));
                Form::OneOf(vec![self.sketch(then, depth), otherwise])
            }
            Sketch::Block(parts) => match &parts[..] {
                [only] => self.sketch(only, depth),
                // Names bound before the last part are its own affair.
                _ => Form::Open(None),
            },
            Sketch::Variable(name) if &**name != "states" && !name.is_empty() => self.variable(name, depth),
            Sketch::Step(..) => self.steps(sketch, depth),
            Sketch::Member(name) => Form::Open(Some(name.to_string())),
            _ => Form::Open(None),
        }
    }

    /// `$states.context.StateMachine.Id`, `$config.table`
    fn steps(&self, sketch: &Sketch, depth: u8) -> Form {
        let mut names = Vec::new();
        let mut rest = sketch;
        while let Sketch::Step(before, step) = rest {
            let Sketch::Member(name) = &**step else { return Form::Open(None) };
            names.insert(0, &**name);
            rest = before;
        }
        let open = names.last().map_or_else(String::new, |name| (*name).to_owned());
        match (rest, names.split_first()) {
            (Sketch::Variable(root), Some((&"context", rest))) if &**root == "states" => self.context(rest),
            (Sketch::Variable(root), _) if &**root != "states" && !root.is_empty() => {
                inside(self.variable(root, depth), &names, &open)
            }
            _ => Form::Open(Some(open)),
        }
    }
}

/// The part of a form that names lead to.
fn inside(form: Form, names: &[&str], open: &str) -> Form {
    let Some((name, rest)) = names.split_first() else { return form };
    match form {
        Form::Object(members) => match members.into_iter().find(|(key, _)| key == name) {
            Some((_, member)) => inside(member, rest, open),
            None => Form::Null,
        },
        Form::OneOf(ways) => Form::OneOf(ways.into_iter().map(|way| inside(way, names, open)).collect()),
        _ => Form::Open(Some(open.to_owned())),
    }
}

/// A form as part of a text.
fn part(form: Form) -> Glob {
    match form {
        Form::Text(glob) => glob,
        Form::Open(name) => Glob::supply(&name.unwrap_or_default(), ""),
        _ => Glob::supply("", ""),
    }
}

fn literal(value: &Value) -> Form {
    match value {
        Value::Null => Form::Null,
        Value::String(text) => Form::Text(Glob::parse(text)),
        Value::Number(_) | Value::Bool(_) => Form::Text(Glob::from(&*value.to_json())),
        Value::Array(items) => Form::List(items.items().iter().map(literal).collect()),
        Value::Object(members) => {
            Form::Object(members.iter().map(|(name, value)| (name.to_string(), literal(value))).collect())
        }
    }
}

/// Every `Assign` of the machine.
fn assignments(machine: &Machine) -> impl Iterator<Item = &Template> {
    machine.states.iter().flat_map(|state| {
        let rules = match &state.kind {
            Kind::Choice(choice) => &choice.rules[..],
            _ => &[],
        };
        let handlers = state.catch.iter().filter_map(|catcher| catcher.assign.as_ref());
        state.assign.iter().chain(handlers).chain(rules.iter().filter_map(|rule| rule.assign.as_ref()))
    })
}
