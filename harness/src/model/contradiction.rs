//! What the machine expects of the answer of an API that the API never gives: members and words of other names.
//!
//! Only what is nearly a name of the API is told. Anything else may be newer than the model of the API.

use super::{Demands, Model, PlaceId, Source, Step};
use crate::asl::{StateId, Task};
use crate::catalog::conform::answers_like_the_api;
use crate::catalog::models::{Kind, Shape, result_shape};
use crate::spelling;
use crate::value::Value;

/// An expectation that no answer meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The task whose result it is about.
    pub task: StateId,
    /// Where in the result: `Executions[0].status`.
    pub path: String,
    /// What is expected there.
    pub expected: Expected,
    /// What the API has instead.
    pub instead: &'static str,
    /// The states that read it.
    pub readers: Vec<StateId>,
}

/// What is expected of a place in a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A member that the API has under another name: it is never there.
    Member,
    /// A word of an enumeration that the API spells otherwise: no comparison with it holds.
    Word(String),
}

/// Every expectation of every task that its API never meets, in the order of the states.
pub fn contradictions(model: &Model) -> Vec<Contradiction> {
    let mut found = Vec::new();
    for state in model.machine.states.iter().filter(|state| model.graph.is_reachable(state.id)) {
        let Some(task) = state.task() else { continue };
        let (Some(shape), Some(root)) = (shape(task), model.demands().root(Source::Result(state.id))) else {
            continue;
        };
        let mut search = Search { model, demands: model.demands(), task: state.id, found: &mut found };
        search.look(root, shape, "");
    }
    found
}

fn shape(task: &Task) -> Option<Shape> {
    result_shape(&task.integration).shape().filter(|_| answers_like_the_api(&task.integration))
}

struct Search<'a> {
    model: &'a Model,
    demands: &'a Demands,
    task: StateId,
    found: &'a mut Vec<Contradiction>,
}

impl Search<'_> {
    fn look(&mut self, place: PlaceId, shape: Shape, path: &str) {
        self.words(place, shape, path);
        for (step, child) in &self.demands.place(place).children {
            let inner = match step {
                Step::Field(name) if path.is_empty() => name.to_string(),
                step => format!("{path}{step}"),
            };
            match (shape.kind(), step) {
                (Kind::Structure, Step::Field(name)) => match shape.member(name) {
                    Some(member) => self.look(*child, member.shape, &inner),
                    None => self.member(*child, shape, name, inner),
                },
                (Kind::Map { value, .. }, Step::Field(_)) => self.look(*child, value, &inner),
                (Kind::List(item), Step::Index(_) | Step::Each) => self.look(*child, item, &inner),
                _ => {}
            }
        }
    }

    fn member(&mut self, place: PlaceId, shape: Shape, name: &str, path: String) {
        if !self.demands.is_looked_at(place) {
            return;
        }
        if let Some(instead) = spelling::slip(name, shape.members().map(|member| member.name)) {
            self.add(place, path, Expected::Member, instead);
        }
    }

    fn words(&mut self, place: PlaceId, shape: Shape, path: &str) {
        for literal in self.demands.place(place).literals.iter().filter_map(Value::as_str) {
            let is_known = shape.words().len() == 0 || shape.words().any(|word| word == literal);
            if let (false, Some(instead)) = (is_known, spelling::slip(literal, shape.words())) {
                self.add(place, path.to_owned(), Expected::Word(literal.to_owned()), instead);
            }
        }
    }

    fn add(&mut self, place: PlaceId, path: String, expected: Expected, instead: &'static str) {
        let readers = self.readers(place);
        self.found.push(Contradiction { task: self.task, path, expected, instead, readers });
    }

    /// The states that evaluate a path to this place, or into it.
    fn readers(&self, place: PlaceId) -> Vec<StateId> {
        let is_inside = |found: &PlaceId| {
            let mut at = Some(*found);
            while let Some(id) = at {
                if id == place {
                    return true;
                }
                at = self.demands.place(id).parent.as_ref().map(|(parent, _)| *parent);
            }
            false
        };
        let reads = |id: &StateId| {
            let by_choice = self.demands.choice(*id).iter().flat_map(|dependency| &dependency.places);
            let mut all = self.demands.reads_of(*id).flat_map(|(_, places)| places).chain(by_choice);
            all.any(is_inside)
        };
        self.model.machine.states.iter().map(|state| state.id).filter(reads).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rstest::rstest;

    use super::*;
    use crate::asl::compile_text;

    fn told(resource: &str, choice: &str) -> Vec<String> {
        let text = format!(
            r#"{{"StartAt":"Ask","States":{{
                "Ask":{{"Type":"Task","Resource":"arn:aws:states:::{resource}","Next":"Which"}},
                "Which":{{"Type":"Choice","Choices":[{{{choice},"Next":"End"}}],"Default":"End"}},
                "End":{{"Type":"Succeed"}}}}}}"#
        );
        let model = Model::new(Arc::new(compile_text("m", &text).unwrap()));
        let line = |found: Contradiction| {
            let readers: Vec<_> =
                found.readers.iter().map(|id| model.machine.state(*id).name.to_string()).collect();
            let word =
                if let Expected::Word(word) = &found.expected { format!("={word}") } else { String::new() };
            format!("{}{word} → {} in {}", found.path, found.instead, readers.join(" "))
        };
        contradictions(&model).into_iter().map(line).collect()
    }

    #[rstest]
    #[case::a_member_in_another_case("aws-sdk:sfn:describeExecution", r#""Variable":"$.status","StringEquals":"SUCCEEDED""#,
        &["status → Status in Which"])]
    #[case::a_member_inside("aws-sdk:sfn:listExecutions", r#""Variable":"$.Executions[0].status","StringEquals":"RUNNING""#,
        &["Executions[0].status → Status in Which"])]
    #[case::a_word_in_another_case("aws-sdk:sfn:describeExecution", r#""Variable":"$.Status","StringEquals":"Succeeded""#,
        &["Status=Succeeded → SUCCEEDED in Which"])]
    #[case::the_right_names("aws-sdk:sfn:describeExecution", r#""Variable":"$.Status","StringEquals":"SUCCEEDED""#, &[])]
    #[case::a_member_that_is_nowhere_near("aws-sdk:sfn:describeExecution", r#""Variable":"$.Sentiment","StringEquals":"x""#, &[])]
    #[case::the_users_own_names("dynamodb:getItem", r#""Variable":"$.Item.status.S","StringEquals":"x""#, &[])]
    #[case::the_payload_of_a_function("lambda:invoke", r#""Variable":"$.Payload.payload","StringEquals":"x""#, &[])]
    fn what_an_api_never_gives(#[case] resource: &str, #[case] choice: &str, #[case] expected: &[&str]) {
        assert_eq!(told(resource, choice), expected);
    }
}
