//! Needs of small machines, a table for each part of the rules.

mod bound;
mod evaluated;
mod maps;
mod patterns;
mod sdk;

use std::fmt::Write as _;

use super::{Need, Resource, Role, Settings, Standing, Survey, survey};
use crate::asl::compile_text;

/// A machine of one Task state `Work` with these members, in JSONPath unless they say otherwise.
fn task(members: &str) -> String {
    format!(r#"{{"StartAt":"Work","States":{{"Work":{{"Type":"Task","End":true,{members}}}}}}}"#)
}

fn call(resource: &str, parameters: &str) -> String {
    task(&format!(r#""Resource":"arn:aws:states:::{resource}","Parameters":{parameters}"#))
}

fn surveyed(definition: &str) -> Survey {
    let machine = compile_text("machine", definition).expect("the definition of a test is sound");
    survey(&machine, &settings())
}

/// ARNs of a deployment: `arn:aws:SERVICE:r:1:…`.
fn settings() -> Settings {
    Settings {
        partition: "aws".into(),
        region: "r".into(),
        account: "1".into(),
        machine_name: "own".into(),
        ..Settings::default()
    }
}

/// `a:Do a:See on arn, arn`, with what else there is to say.
fn line(need: &Need) -> String {
    let resources: Vec<String> = need.resources.iter().map(Resource::to_string).collect();
    let mut line = format!("{} on {}", need.actions.join(" "), resources.join(", "));
    for condition in &need.condition {
        let values: Vec<String> = condition.values.iter().map(ToString::to_string).collect();
        let _ = write!(line, " if {} {} {}", condition.operator, condition.key, values.join(" or "));
    }
    if let Role::Assumed(role) = &need.role {
        let _ = write!(line, " as {role}");
    }
    line
}

fn granted(survey: &Survey) -> Vec<String> {
    survey.needs.iter().filter(|need| need.standing == Standing::Granted).map(line).collect()
}

fn mentioned(survey: &Survey) -> Vec<String> {
    survey.needs.iter().filter(|need| need.standing == Standing::Mentioned).map(line).collect()
}
