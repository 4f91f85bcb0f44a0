//! Whether the API that a task calls could have given a result, as strictly as is asked.
//!
//! The rules are those that AWS's TestState holds a mocked result to. What the model of an API does not say is allowed:
//! a member that the API does not have is no misfit, but [`strangers`] names it.

use std::fmt;

use super::integration::Integration;
use super::models::{Bounds, Kind, Shape, result_shape};
use crate::spelling;
use crate::value::{Object, Value};

/// How strictly a result is compared with the shape of the API's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Mode {
    /// Every required member is there, and what is there fits.
    #[default]
    Strict,
    /// What is there fits.
    Present,
    /// Nothing is compared.
    None,
}

/// A place where a result cannot be the API's.
#[derive(Clone, Debug, PartialEq)]
pub struct Misfit {
    /// Names of members and positions in lists, from the top of the result.
    pub path: Vec<Part>,
    /// The innermost member, as messages name it; empty for the result itself.
    pub field: String,
    /// What is wrong with it.
    pub wrong: Wrong,
}

/// One step from the top of a result.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// A member.
    Member(String),
    /// A position in a list.
    Item(usize),
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Wrong {
    /// It is required and not there.
    Missing,
    /// It is of another type than this: `a string`.
    Type(&'static str),
    /// It is none of these words.
    Word(Vec<&'static str>),
    /// It has fewer characters than this.
    TooShort(f64),
    /// It has more characters than this.
    TooLong(f64),
    /// It is less than this.
    TooSmall(f64),
    /// It is more than this.
    TooLarge(f64),
}

/// A member that the API does not have, though it has one with almost its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stranger {
    /// Where it is.
    pub path: Vec<Part>,
    /// The member that may be meant.
    pub nearest: &'static str,
}

impl Mode {
    /// All modes, the strictest first.
    pub const ALL: [Self; 3] = [Self::Strict, Self::Present, Self::None];

    /// `strict`, `present`, `none`
    pub fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Present => "present",
            Self::None => "none",
        }
    }
}

/// Whether a result could be the API's answer; the first place where it could not, in the order of the shape.
///
/// ```
/// use sfn_chaos::catalog::conform::{self, Mode};
/// use sfn_chaos::catalog::models;
/// use sfn_chaos::value::Value;
///
/// let call = models::service("sfn").and_then(|service| service.operation("startExecution")).unwrap();
/// let result = Value::parse(r#"{"ExecutionArn": "arn:aws:states:…", "StartDate": 1}"#).unwrap();
/// let misfit = conform::check(&result, call.output(), Mode::Strict).unwrap_err();
/// assert_eq!(misfit.to_string(), "Field 'StartDate' must be a string");
/// ```
pub fn check(result: &Value, shape: Shape, mode: Mode) -> Result<(), Misfit> {
    misfits(result, shape, mode).into_iter().next().map_or(Ok(()), Err)
}

/// Every place where a result could not be the API's answer, in the order of the shape.
pub fn misfits(result: &Value, shape: Shape, mode: Mode) -> Vec<Misfit> {
    let mut search = Search { mode, path: Vec::new(), found: Vec::new() };
    // A call that answers nothing has nothing to hold a result against.
    if mode != Mode::None && !(matches!(shape.kind(), Kind::Structure) && shape.members().len() == 0) {
        search.value("", result, shape);
    }
    search.found
}

/// The members that are no members of the API, where another spelling is one. AWS itself ignores such a member, so
/// whoever wrote it waits in vain for its effect.
pub fn strangers(result: &Value, integration: &Integration) -> Vec<Stranger> {
    let mut search = StrangerSearch { path: Vec::new(), found: Vec::new() };
    if let Some(shape) = result_shape(integration).shape().filter(|_| answers_like_the_api(integration)) {
        search.value(result, shape);
    }
    search.found
}

/// Whether a result has the members of the API's answer. That of a job is something taken out of the answer of the
/// call that polls it. Docs, "Create and manage an Amazon EMR cluster": two calls on lists of steps are for one step.
pub fn answers_like_the_api(integration: &Integration) -> bool {
    let is_for_one = matches!(
        (&*integration.service, &*integration.action),
        ("elasticmapreduce", "addStep" | "cancelStep")
    );
    let is_child = (&*integration.service, &*integration.action) == ("states", "startExecution");
    (!integration.is_job() || is_child) && !is_for_one
}

struct Search {
    mode: Mode,
    path: Vec<Part>,
    found: Vec<Misfit>,
}

impl Search {
    fn value(&mut self, field: &str, value: &Value, shape: Shape) {
        match (shape.kind(), value) {
            (Kind::Document, _) | (Kind::Boolean, Value::Bool(_)) => {}
            (Kind::String | Kind::Timestamp | Kind::Blob, Value::String(text)) => {
                self.text(field, text, shape);
            }
            (Kind::Integer | Kind::Long | Kind::Float | Kind::Double, Value::Number(number)) => {
                self.range(field, number.as_f64(), shape.bounds());
            }
            (Kind::List(item), Value::Array(items)) => {
                for (at, value) in items.iter().enumerate() {
                    self.inside(Part::Item(at), |search| search.value(field, value, item));
                }
            }
            (Kind::Map { value: item, .. }, Value::Object(object)) => {
                for (key, value) in object.iter() {
                    self.inside(Part::Member(key.to_string()), |search| search.value(key, value, item));
                }
            }
            (Kind::Structure, Value::Object(object)) => self.structure(object, shape),
            (kind, _) => self.wrong(field, Wrong::Type(expected(kind))),
        }
    }

    /// Recorded on AWS: a member that the API does not have is no error.
    fn structure(&mut self, object: &Object, shape: Shape) {
        for member in shape.members() {
            self.inside(Part::Member(member.name.to_owned()), |search| {
                match object.get(member.name).filter(|value| !value.is_null()) {
                    Some(value) => search.value(member.name, value, member.shape),
                    None if member.required && search.mode == Mode::Strict => {
                        search.wrong(member.name, Wrong::Missing);
                    }
                    None => {}
                }
            });
        }
    }

    fn text(&mut self, field: &str, text: &str, shape: Shape) {
        if shape.words().len() > 0 {
            if shape.words().all(|word| word != text) {
                self.wrong(field, Wrong::Word(shape.words().collect()));
            }
            return;
        }
        let length = text.chars().count() as f64;
        let Bounds { min, max } = shape.bounds();
        if let Some(min) = min.filter(|min| length < *min) {
            self.wrong(field, Wrong::TooShort(min));
        } else if let Some(max) = max.filter(|max| length > *max) {
            self.wrong(field, Wrong::TooLong(max));
        }
    }

    fn range(&mut self, field: &str, number: f64, Bounds { min, max }: Bounds) {
        if let Some(min) = min.filter(|min| number < *min) {
            self.wrong(field, Wrong::TooSmall(min));
        } else if let Some(max) = max.filter(|max| number > *max) {
            self.wrong(field, Wrong::TooLarge(max));
        }
    }

    fn inside(&mut self, part: Part, look: impl FnOnce(&mut Self)) {
        self.path.push(part);
        look(self);
        self.path.pop();
    }

    fn wrong(&mut self, field: &str, wrong: Wrong) {
        self.found.push(Misfit { path: self.path.clone(), field: field.to_owned(), wrong });
    }
}

fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::String | Kind::Timestamp | Kind::Blob => "a string",
        Kind::Integer | Kind::Long | Kind::Float | Kind::Double => "a number",
        Kind::Boolean => "a boolean",
        Kind::List(_) => "an array",
        Kind::Map { .. } | Kind::Structure => "an object",
        Kind::Document => "JSON",
    }
}

struct StrangerSearch {
    path: Vec<Part>,
    found: Vec<Stranger>,
}

impl StrangerSearch {
    fn value(&mut self, value: &Value, shape: Shape) {
        match (shape.kind(), value) {
            (Kind::List(item), Value::Array(items)) => {
                items.iter().enumerate().for_each(|(at, value)| self.inside(Part::Item(at), value, item));
            }
            (Kind::Map { value: item, .. }, Value::Object(object)) => {
                object.iter().for_each(|(key, value)| self.inside(member(key), value, item));
            }
            (Kind::Structure, Value::Object(object)) => {
                for (key, value) in object.iter() {
                    if let Some(known) = shape.member(key) {
                        self.inside(member(key), value, known.shape);
                    } else if let Some(nearest) = meant(key, object, shape) {
                        let path = self.path.iter().cloned().chain([member(key)]).collect();
                        self.found.push(Stranger { path, nearest });
                    }
                }
            }
            _ => {}
        }
    }

    fn inside(&mut self, part: Part, value: &Value, shape: Shape) {
        self.path.push(part);
        self.value(value, shape);
        self.path.pop();
    }
}

fn member(name: &str) -> Part {
    Part::Member(name.to_owned())
}

/// The member that is nearly called like this, unless the result has it as well.
fn meant(key: &str, object: &Object, shape: Shape) -> Option<&'static str> {
    let absent = shape.members().map(|member| member.name).filter(|name| object.get(name).is_none());
    spelling::slip(key, absent)
}

impl fmt::Display for Misfit {
    /// In the words of TestState.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = &self.field;
        match &self.wrong {
            Wrong::Missing => write!(f, "Required field '{field}' is missing"),
            Wrong::Type(expected) => write!(f, "Field '{field}' must be {expected}"),
            Wrong::Word(_) => write!(f, "Field '{field}' is not an expected value"),
            Wrong::TooShort(_) => write!(f, "Field '{field}' is smaller than the minimum length"),
            Wrong::TooLong(_) => write!(f, "Field '{field}' exceeds the maximum length"),
            Wrong::TooSmall(_) => write!(f, "Field '{field}' is less than the minimum value"),
            Wrong::TooLarge(_) => write!(f, "Field '{field}' exceeds the maximum value"),
        }
    }
}

/// `Jobs[0].Status`; empty for the whole result.
pub fn path_text(path: &[Part]) -> String {
    let text = |part: &Part| match part {
        Part::Member(name) => format!(".{name}"),
        Part::Item(at) => format!("[{at}]"),
    };
    let text: String = path.iter().map(text).collect();
    text.trim_start_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn integration(resource: &str) -> Integration {
        Integration::parse(&format!("arn:aws:states:::{resource}")).unwrap()
    }

    fn found(resource: &str, result: &str, mode: Mode) -> Vec<String> {
        let result = Value::parse(result).unwrap();
        let shape = result_shape(&integration(resource)).shape().unwrap();
        let misfits = misfits(&result, shape, mode);
        misfits.iter().map(|misfit| format!("{}: {misfit}", path_text(&misfit.path))).collect()
    }

    #[rstest]
    #[case::every_place(
        "aws-sdk:batch:describeJobs",
        r#"{"Jobs": [{"JobId": 1, "Status": "SUCCEEDED"}, {"Status": "GONE"}]}"#,
        Mode::Present,
        &["Jobs[0].JobId: Field 'JobId' must be a string", "Jobs[1].Status: Field 'Status' is not an expected value"]
    )]
    #[case::a_value_of_a_map(
        "dynamodb:getItem",
        r#"{"Item": {"Paid": {"BOOL": "yes"}}}"#,
        Mode::Strict,
        &["Item.Paid.BOOL: Field 'BOOL' must be a boolean"]
    )]
    #[case::no_object("sqs:sendMessage", "[]", Mode::Present, &[": Field '' must be an object"])]
    #[case::nothing_to_hold_it_against("aws-sdk:sqs:deleteMessage", "[]", Mode::Strict, &[])]
    #[case::nothing_asked("aws-sdk:sfn:describeExecution", "[]", Mode::None, &[])]
    #[case::required_only_where_all_is_asked("states:startExecution", "{}", Mode::Present, &[])]
    #[case::null_is_absent("sns:publish", r#"{"MessageId": null}"#, Mode::Strict, &[])]
    fn a_result_is_held_against_a_shape(
        #[case] resource: &str,
        #[case] result: &str,
        #[case] mode: Mode,
        #[case] expected: &[&str],
    ) {
        assert_eq!(found(resource, result, mode), expected);
    }

    #[rstest]
    #[case::another_case("states:startExecution", r#"{"executionArn": "a"}"#, &["executionArn → ExecutionArn"])]
    #[case::another_spelling("sqs:sendMessage", r#"{"Md5OfMessageBody": "x"}"#, &["Md5OfMessageBody → MD5OfMessageBody"])]
    #[case::inside("ecs:runTask", r#"{"Tasks": [{"taskArn": "t"}]}"#, &["Tasks[0].taskArn → TaskArn"])]
    #[case::both_are_there("states:startExecution", r#"{"executionArn": "a", "ExecutionArn": "a"}"#, &[])]
    #[case::nothing_is_near("sns:publish", r#"{"SdkHttpMetadata": {}}"#, &[])]
    #[case::a_map_has_any_key("dynamodb:getItem", r#"{"Item": {"item": {"S": "x"}}}"#, &[])]
    #[case::a_job_is_taken_out_of_an_answer("codebuild:startBuild.sync", r#"{"Build": {}}"#, &[])]
    #[case::a_document_has_any_member("lambda:invoke", r#"{"Payload": {"payload": 1}}"#, &[])]
    fn a_member_with_almost_a_name_is_named(
        #[case] resource: &str,
        #[case] result: &str,
        #[case] expected: &[&str],
    ) {
        let strangers = strangers(&Value::parse(result).unwrap(), &integration(resource));
        let told: Vec<_> =
            strangers.iter().map(|found| format!("{} → {}", path_text(&found.path), found.nearest)).collect();
        assert_eq!(told, expected);
    }
}
