//! Which member of a request names a resource: the variables of an ARN format against the names of the API.

use super::arns;
use super::form::{Form, Step};
use super::glob::{Glob, Piece};
use super::settings::Settings;
use crate::catalog::models::Operation;

/// Names the resources of one call of the SDK.
pub(super) struct Namer<'n> {
    pub(super) settings: &'n Settings,
    pub(super) request: &'n Form,
    pub(super) state: &'n str,
    pub(super) operation: Operation,
}

/// What is known of the resources of one type.
pub(super) struct Named {
    pub(super) arns: Vec<Glob>,
    /// Whether the request names one.
    pub(super) given: bool,
    /// Whether the request could name one.
    pub(super) could_be_given: bool,
    /// Whether it names one of another type.
    pub(super) refuted: bool,
    pub(super) remark: Option<String>,
}

/// What a variable of a format stands for.
struct Variable {
    values: Vec<Glob>,
    given: bool,
    could_be_given: bool,
}

/// Members with another name than the variable. Service Authorization Reference against the APIs.
const SYNONYMS: [(&str, &[&str]); 4] = [
    ("BucketName", &["Bucket"]),
    ("ObjectName", &["Key"]),
    ("IdentityName", &["Source", "FromEmailAddress", "EmailIdentity"]),
    ("RestApiId", &["ApiId"]),
];

/// Names that stand inside a member.
const INSIDE: [(&str, [&str; 2]); 3] = [
    ("DatabaseName", ["DatabaseInput", "Name"]),
    ("TableName", ["TableInput", "Name"]),
    ("CrawlerName", ["CrawlerInput", "Name"]),
];

/// What a name is where the request gives none. API references: "if you do not specify".
const DEFAULTS: [(&str, &str, &str); 2] =
    [("scheduler", "GroupName", "default"), ("ecs", "ClusterName", "default")];

/// Ends of names that say what kind of name it is.
const TAILS: [&str; 12] = [
    "NameWithoutLeadingSlash",
    "NameWithPath",
    "Identifier",
    "Name",
    "Arn",
    "ARN",
    "Url",
    "URL",
    "Uri",
    "Id",
    "ID",
    "Ref",
];

impl Namer<'_> {
    /// The ARNs of a resource type in a format: `arn:${Partition}:glue:${Region}:${Account}:job/${JobName}`.
    pub(super) fn name(&self, kind: &str, format: &'static str) -> Named {
        let mut drafts = vec![Glob::default()];
        let mut named =
            Named { arns: Vec::new(), given: false, could_be_given: false, refuted: false, remark: None };
        let format = Glob::parse(format);
        let last = format.pieces().iter().rposition(|piece| matches!(piece, Piece::Placeholder(_)));
        let mut addressed = true;
        for (at, piece) in format.pieces().iter().enumerate() {
            let value = match piece {
                Piece::Placeholder(name) => match name.as_str() {
                    "Partition" => vec![self.settings.partition.clone()],
                    "Region" => vec![self.settings.region.clone()],
                    "Account" => vec![self.settings.account.clone()],
                    name => {
                        let is_last = Some(at) == last;
                        // Only the last one is the resource itself; those before it lead there.
                        let mut variable = self.variable(&format, name, if is_last { kind } else { "" });
                        if !is_last {
                            for value in &mut variable.values {
                                *value = self.within(value);
                            }
                        }
                        if is_last {
                            named.given = variable.given;
                            named.could_be_given = variable.could_be_given;
                        } else {
                            addressed &= variable.given || !variable.could_be_given;
                        }
                        if is_last && let Some(whole) = self.whole(&variable, &format, at, &mut named) {
                            named.arns = whole;
                            return named;
                        }
                        variable.values
                    }
                },
                Piece::Text(text) => vec![Glob::from(text.as_str())],
                Piece::Supply { .. } | Piece::Any => Vec::new(),
            };
            let behind =
                |draft: &Glob| value.iter().map(|value| draft.clone().then(value)).collect::<Vec<_>>();
            drafts = drafts.iter().flat_map(behind).collect();
        }
        // A format without variables is a resource that is always there, such as the catalog of Glue.
        named.given &= addressed;
        named.arns = drafts;
        named
    }

    /// The resource, where the member that names it holds an ARN, or where the service has a form of its own.
    fn whole(&self, variable: &Variable, format: &Glob, at: usize, named: &mut Named) -> Option<Vec<Glob>> {
        if !variable.given {
            return None;
        }
        let service = service(format);
        if service == "sqs" {
            return Some(variable.values.iter().map(|url| arns::queue(url, self.settings)).collect());
        }
        if service == "lambda" && before(format, at).ends_with("function:") {
            return Some(
                variable.values.iter().map(|name| arns::function(name, None, self.settings)).collect(),
            );
        }
        let first = variable.values.first()?;
        if first.head().starts_with("arn:") {
            let text = first.to_string();
            let of_service = text.contains(&format!(":{service}:"));
            let of_type = before(format, at).rsplit(':').find(|part| !part.is_empty());
            let of_type = of_type.is_none_or(|kind| text.contains(kind));
            named.refuted = !(of_service && of_type);
            return Some(variable.values.clone());
        }
        match first.pieces() {
            [Piece::Placeholder(name), ..] if self.settings.is_arn(name) => Some(variable.values.clone()),
            [Piece::Placeholder(name)] if !self.settings.is_known(name) => {
                named.remark = Some(format!(
                    "`${{{name}}}` is taken for a name; if it stands for an ARN, it is the whole resource"
                ));
                None
            }
            _ => None,
        }
    }

    /// The member that a variable stands for, and its values.
    fn variable(&self, format: &Glob, name: &str, kind: &str) -> Variable {
        let members = self.members(name, kind);
        let given = |member: &'static str, steps: &[Step]| {
            let values: Vec<Form> = self.request.at(steps).into_iter().flatten().collect();
            (!values.is_empty()).then_some((member, values))
        };
        let found = members.iter().find_map(|member| given(member, &[Step::Member(member)]));
        let inside = INSIDE.iter().find(|(variable, [outer, _])| {
            *variable == name && self.operation.input().member(outer).is_some()
        });
        let found = found.or_else(|| {
            let (_, [outer, inner]) = inside?;
            given(inner, &[Step::Member(outer), Step::Member(inner)])
        });
        let could_be_given = !members.is_empty();
        let Some((member, forms)) = found else {
            let default = DEFAULTS
                .iter()
                .find(|(service, variable, _)| *service == self::service(format) && *variable == name);
            let value = match default {
                Some((_, _, value)) => Glob::from(*value),
                None => self.open(name, kind, could_be_given),
            };
            return Variable {
                values: vec![value],
                given: default.is_some() && could_be_given,
                could_be_given,
            };
        };
        let open = matches!(self.request, Form::Open(_));
        let what = format!("the {} of state {}", arns::noun(member, kind), self.state);
        let supplied = arns::lower_first(member);
        let mut values: Vec<Glob> = Vec::new();
        for form in forms {
            let items = if let Form::List(items) = form { items } else { vec![form] };
            for item in items {
                for value in item.globs(&supplied, &what) {
                    let value = self.spelled(format, name, member, value);
                    if !values.contains(&value) {
                        values.push(value);
                    }
                }
            }
        }
        Variable { values, given: !open, could_be_given }
    }

    /// A name as the beginning of another resource's: of an ARN its end, which is not looked for.
    fn within(&self, value: &Glob) -> Glob {
        if !arns::is_arn(value, self.settings) {
            return value.clone();
        }
        match value.pieces() {
            [Piece::Text(text)] => Glob::from(text.rsplit(['/', ':']).next().unwrap_or_default()),
            _ => star(),
        }
    }

    /// What an ARN has in the place of a value.
    fn spelled(&self, format: &Glob, variable: &str, member: &str, value: Glob) -> Glob {
        let is_arn = arns::is_arn(&value, self.settings);
        if is_arn {
            return value;
        }
        // A name where the ARN has an id that AWS makes up.
        let is_name = member.ends_with("Name") || member.ends_with("Names");
        if variable.ends_with("Id") && is_name && value.is_bound() {
            let noun = arns::noun(variable, "");
            return Glob::supply(&arns::lower_first(variable), format!("the id of the {noun} named {value}"));
        }
        match service(format) {
            // Docs of Secrets Manager, "Resources": six characters follow the name.
            "secretsmanager" => value.then(&"-??????".into()),
            "kms" if value.head().starts_with("alias/") => {
                Glob::supply("keyId", format!("the id of the key behind {value}"))
            }
            // Parameter names begin with a slash where they have folders; their ARNs have one slash.
            "ssm" => match value.split_once("/") {
                Some((before, rest)) if before.pieces().is_empty() => rest,
                _ => value,
            },
            _ => value,
        }
    }

    /// A part that the request does not give.
    fn open(&self, variable: &str, kind: &str, could_be_given: bool) -> Glob {
        const MAKES_OR_LISTS: [&str; 14] = [
            "List", "Describe", "Search", "Create", "Start", "Run", "Register", "Import", "Restore",
            "Submit", "Request", "Allocate", "Copy", "Generate",
        ];
        let made = MAKES_OR_LISTS.iter().any(|verb| self.operation.name().starts_with(verb));
        let open = matches!(self.request, Form::Open(_));
        if made && !(open && could_be_given) {
            return star();
        }
        let what = format!("the {} of state {}", arns::noun(variable, kind), self.state);
        Glob::supply(&arns::lower_first(variable), what)
    }

    /// The members that may hold a variable, the likeliest first.
    fn members(&self, variable: &str, kind: &str) -> Vec<&'static str> {
        let mut ranked: Vec<(u8, &'static str)> = self
            .operation
            .input()
            .members()
            .filter_map(|member| {
                Some((rank(self.operation.name(), variable, kind, member.name)?, member.name))
            })
            .collect();
        // Equal ranks stay in the order of the model.
        ranked.sort_by_key(|(rank, _)| *rank);
        ranked.into_iter().map(|(_, name)| name).collect()
    }
}

/// How well a member fits a variable of a resource type; the least is best.
fn rank(operation: &str, variable: &str, kind: &str, member: &str) -> Option<u8> {
    let synonyms = SYNONYMS.iter().find(|(name, _)| *name == variable).map_or(&[][..], |(_, names)| names);
    if member.eq_ignore_ascii_case(variable) || synonyms.contains(&member) {
        return Some(0);
    }
    let kind = plain(kind);
    let (wanted, own) = (stem(variable), stem(member));
    let named = own.len() < plain(member).len();
    // `Name`, `Id` or `Arn` alone means the thing that the call is about.
    if own.is_empty() {
        let about = |what: &str| !what.is_empty() && plain(operation).contains(what);
        let is_kind = wanted.is_empty() || wanted == kind || kind.starts_with(&wanted);
        return (is_kind && !kind.is_empty() && (about(&wanted) || about(&kind))).then_some(4);
    }
    if own == wanted {
        return Some(1);
    }
    if own == kind && !kind.is_empty() {
        return Some(2);
    }
    let ends = |long: &str, short: &str| short.len() >= 3 && long.ends_with(short);
    if named && !wanted.is_empty() && ends(&own, &wanted) || named && ends(&own, &kind) {
        return Some(3);
    }
    if named && (ends(&wanted, &own) || ends(&kind, &own)) {
        return Some(5);
    }
    matches!(own.as_str(), "resource").then_some(6)
}

/// `transcriptionjob` for `TranscriptionJobName`, `instance` for `InstanceIds`.
fn stem(name: &str) -> String {
    let singular = name.strip_suffix('s').filter(|name| TAILS.iter().any(|tail| name.ends_with(tail)));
    let name = singular.unwrap_or(name);
    plain(TAILS.iter().find_map(|tail| name.strip_suffix(tail)).unwrap_or(name))
}

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

fn star() -> Glob {
    let mut any = Glob::default();
    any.push(Piece::Any);
    any
}

/// The service of a format.
fn service(format: &Glob) -> &str {
    let service = format.pieces().iter().find_map(|piece| match piece {
        Piece::Text(text) => text.strip_prefix(':').map(|text| text.split(':').next().unwrap_or_default()),
        _ => None,
    });
    service.unwrap_or_default()
}

/// The text before a part of a format.
fn before(format: &Glob, at: usize) -> &str {
    match at.checked_sub(1).and_then(|at| format.pieces().get(at)) {
        Some(Piece::Text(text)) => text,
        _ => "",
    }
}
