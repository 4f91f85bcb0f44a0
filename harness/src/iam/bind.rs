//! ARNs from a request: the parts of a resource filled with what the definition shows.

use super::arns;
use super::form::{Form, Step};
use super::glob::{Glob, Piece};
use super::need::{Condition, Resource};
use super::settings::Settings;
use super::table::{Field, FieldKind, Part, Shape};

/// Names the resources of one request.
pub(super) struct Binder<'b> {
    pub(super) settings: &'b Settings,
    pub(super) request: &'b Form,
    /// The state, as people read it.
    pub(super) state: &'b str,
}

/// Resources, and what has to be said of them.
#[derive(Default)]
pub(super) struct Bound {
    pub(super) resources: Vec<Resource>,
    pub(super) remarks: Vec<String>,
}

/// A resource that is being put together.
#[derive(Clone)]
struct Draft {
    glob: Glob,
    /// A part that is a placeholder, of which nobody knows whether it is a name or an ARN.
    doubtful: Option<String>,
    dropped: bool,
}

impl Binder<'_> {
    /// The resources that a row of the table names.
    pub(super) fn resources(&self, shapes: &[Shape], why_any: &str) -> Bound {
        let mut bound = Bound::default();
        for shape in shapes {
            match shape {
                Shape::Any => bound.resources.push(Resource::Any { why: why_any.to_owned() }),
                Shape::Made { by, field } => {
                    for glob in self.made(by, field, &mut bound.remarks) {
                        bound.add(self.settings.in_template(&glob));
                    }
                }
                Shape::Parts(parts) => {
                    for draft in self.drafts(parts) {
                        if let Some(placeholder) = &draft.doubtful {
                            bound.remark(format!(
                                "`${{{placeholder}}}` is taken for a name; if it stands for an ARN, it is the whole resource"
                            ));
                        }
                        bound.add(self.settings.in_template(&draft.glob));
                    }
                }
            }
        }
        bound
    }

    /// A condition; none if it only narrows and its values are not known for certain.
    pub(super) fn condition(
        &self,
        narrowing: bool,
        operator: &str,
        key: &str,
        values: &[Shape],
    ) -> Option<Condition> {
        let drafts: Vec<Draft> = values
            .iter()
            .flat_map(|shape| match shape {
                Shape::Parts(parts) => self.drafts(parts),
                Shape::Any | Shape::Made { .. } => Vec::new(),
            })
            .collect();
        let doubtful = drafts.iter().any(|draft| draft.doubtful.is_some() || !draft.glob.is_bound());
        if drafts.is_empty() || narrowing && doubtful {
            return None;
        }
        let values = drafts.iter().map(|draft| self.settings.in_template(&draft.glob)).collect();
        Some(Condition { operator: operator.to_owned(), key: key.to_owned(), values })
    }

    /// Whether any of the members is given; `None` if that is known only at run time.
    pub(super) fn given(&self, ways: &[Vec<Step>]) -> Option<bool> {
        let mut sure = true;
        for way in ways {
            for found in self.request.at(way) {
                match found {
                    // An open part of a request that is built at run time.
                    Some(Form::Open(None)) if way.len() > 1 || matches!(self.request, Form::Open(_)) => {
                        sure = false;
                    }
                    Some(_) => return Some(true),
                    None => {}
                }
            }
        }
        sure.then_some(false)
    }

    /// Whether a member is one of these texts; `None` if that is known only at run time.
    pub(super) fn equals(&self, way: &[Step], texts: &[&str]) -> Option<bool> {
        let mut found = self.request.at(way).into_iter();
        let first = found.next().flatten();
        match first {
            Some(Form::Text(glob)) => glob.as_text().map(|text| texts.contains(&text)),
            Some(_) => None,
            None => Some(false),
        }
    }

    fn drafts(&self, parts: &[Part]) -> Vec<Draft> {
        let mut drafts = vec![Draft { glob: Glob::default(), doubtful: None, dropped: false }];
        for (at, part) in parts.iter().enumerate() {
            let last = at + 1 == parts.len();
            match part {
                Part::Field(field) => {
                    let values = self.field(field, before(parts, at));
                    let with = |draft: &Draft| {
                        let filled =
                            values.iter().map(|value| self.filled(draft, field, value.as_ref(), last));
                        filled.collect::<Vec<_>>()
                    };
                    drafts = drafts.iter().flat_map(with).collect();
                }
                part => drafts.iter_mut().for_each(|draft| self.fixed(part, &mut draft.glob)),
            }
        }
        drafts.retain(|draft| !draft.dropped);
        drafts
    }

    fn fixed(&self, part: &Part, glob: &mut Glob) {
        match part {
            Part::Text(text) => glob.push_text(text),
            Part::Star => glob.push(Piece::Any),
            Part::Partition => glob.push_glob(&self.settings.partition),
            Part::Region => glob.push_glob(&self.settings.region),
            Part::Account => glob.push_glob(&self.settings.account),
            Part::MachineName => glob.push_glob(&self.settings.machine_name),
            Part::Supply { name, what } => {
                let what = format!("{what} of state {}", self.state);
                glob.push(Piece::Supply { name: (*name).to_owned(), what });
            }
            Part::Field(_) => {}
        }
    }

    /// A draft with a field behind it. A value that is an ARN replaces all that was before it.
    fn filled(&self, draft: &Draft, field: &Field, value: Option<&Glob>, last: bool) -> Draft {
        let mut draft = draft.clone();
        let Some(value) = value else {
            draft.dropped = true;
            return draft;
        };
        if last
            && (arns::is_arn(value, self.settings) || field.kind == FieldKind::Arn && is_placeholder(value))
        {
            draft.glob = value.clone();
            return draft;
        }
        if last
            && field.function.is_none_or(|name| name == "revision")
            && let [Piece::Placeholder(name), ..] = value.pieces()
            && !self.settings.is_known(name)
        {
            draft.doubtful = Some(name.clone());
        }
        draft.glob.push_glob(value);
        draft
    }

    /// The values of a field; `None` for a resource that is not there.
    fn field(&self, field: &Field, noun: &str) -> Vec<Option<Glob>> {
        let values = self.values(field, noun);
        match field.function {
            Some(name) => {
                values.into_iter().map(|value| Some(arns::part(name, &value?, self.settings))).collect()
            }
            None => values,
        }
    }

    fn values(&self, field: &Field, noun: &str) -> Vec<Option<Glob>> {
        let found = field.ways.iter().map(|way| self.request.at(way));
        let found = found.into_iter().find(|found| found.iter().any(Option::is_some)).unwrap_or_default();
        let (name, what) = self.named(field, noun);
        let missing = || match (field.default, field.kind) {
            (Some(default), _) => Some(Glob::from(default)),
            (None, FieldKind::Optional | FieldKind::Present) => None,
            _ => Some(Glob::supply(&name, what.clone())),
        };
        if found.is_empty() {
            return vec![missing()];
        }
        let mut values: Vec<Option<Glob>> = Vec::new();
        for form in found {
            let globs = match form {
                // Whether it is given is known at run time only; without it there would be no such resource.
                Some(Form::Open(None)) if field.kind == FieldKind::Optional => vec![None],
                Some(form) => form.globs(&name, &what).into_iter().map(Some).collect(),
                None => vec![missing()],
            };
            for glob in globs {
                if !values.contains(&glob) {
                    values.push(glob);
                }
            }
        }
        values
    }

    /// A name for the value of a field, and what it is: `tableName`, `the table of state Book`.
    fn named(&self, field: &Field, noun: &str) -> (String, String) {
        let members = field.ways.first().into_iter().flatten().filter_map(|step| match step {
            Step::Member(name) => Some(*name),
            Step::Each | Step::Keys => None,
        });
        let members: Vec<&str> = members.collect();
        let member = members.last().copied().unwrap_or("value");
        // A name alone is that of what it stands in.
        let outer =
            members.len().checked_sub(2).map_or(noun, |at| if noun.is_empty() { members[at] } else { noun });
        (arns::lower_first(member), format!("the {} of state {}", arns::noun(member, outer), self.state))
    }

    fn made(&self, by: &str, field: &Field, remarks: &mut Vec<String>) -> Vec<Glob> {
        let values = self.values(field, "").into_iter().flatten();
        let member = |name: &'static str| {
            let way = vec![Step::Member(name)];
            let field = Field { ways: vec![way], function: None, default: None, kind: FieldKind::Optional };
            self.values(&field, "").into_iter().next().flatten()
        };
        let mut made = Vec::new();
        for value in values {
            let found = match by {
                "function" => vec![arns::function(&value, member("Qualifier").as_ref(), self.settings)],
                "queue" => vec![arns::queue(&value, self.settings)],
                "execution" => vec![arns::execution(&value, self.settings)],
                "model" => arns::model(&value, self.settings),
                "api" => vec![arns::api(
                    &value,
                    member("Stage").as_ref(),
                    member("Method").as_ref(),
                    member("Path").as_ref(),
                    self.settings,
                )],
                "connection_secret" => vec![arns::connection_secret(&value, self.settings)],
                other => unreachable!("the table names no other maker of ARNs: `{other}`"),
            };
            if matches!(by, "function" | "model")
                && let [Piece::Placeholder(name)] = value.pieces()
                && !self.settings.is_known(name)
                && !self.settings.is_arn(name)
            {
                remarks.push(format!(
                    "`${{{name}}}` is taken for a name; if it stands for an ARN, it is the whole resource"
                ));
            }
            made.extend(found);
        }
        made
    }
}

impl Bound {
    fn add(&mut self, arn: Glob) {
        let resource = Resource::Arn(arn);
        if !self.resources.contains(&resource) {
            self.resources.push(resource);
        }
    }

    pub(super) fn remark(&mut self, remark: String) {
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }
}

fn is_placeholder(glob: &Glob) -> bool {
    matches!(glob.pieces().first(), Some(Piece::Placeholder(_)))
}

/// The last word of the text before a part: `job` in `…:job/{Name}`.
fn before(parts: &[Part], at: usize) -> &'static str {
    let Some(Part::Text(text)) = at.checked_sub(1).and_then(|at| parts.get(at)) else { return "" };
    text.trim_end_matches(['/', ':']).rsplit(['/', ':']).next().unwrap_or_default()
}
