//! For programs, with a version: what an editor needs to complete, explain and check sentences.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::bdd::step::{Covers, Step, Takes};
use crate::bdd::vocabulary::Vocabulary;
use crate::bdd::{PARAMETERS, sections};

pub(super) fn json() -> String {
    let parameters: Vec<Value> = PARAMETERS
        .iter()
        .map(|parameter| {
            json!({
                "name": parameter.name,
                "regexp": parameter.pattern,
                "documentation": parameter.about,
                "examples": parameter.examples,
            })
        })
        .collect();
    let steps: Vec<Value> = sections()
        .iter()
        .flat_map(|section| section.steps.iter().map(|step| self::step(section.name, step)))
        .collect();
    let all = json!({ "version": 1, "parameters": parameters, "steps": steps });
    let text = serde_json::to_string_pretty(&all).expect("only texts and lists");
    format!("{text}\n")
}

fn step(section: &str, step: &Step) -> Value {
    let covers: Vec<String> = step.covers.iter().map(covered).collect();
    json!({
        "section": section,
        "keyword": step.keyword.name(),
        "expression": step.expression,
        "regexp": Vocabulary::get().pattern(step),
        "documentation": step.about,
        "example": step.example,
        "followed_by": match step.takes {
            Takes::Nothing => Value::Null,
            Takes::Text => json!("text"),
            Takes::Table => json!("table"),
        },
        "covers": covers,
        // LSP, "Completion Request": `label`, `insertText` with the snippet syntax.
        "label": step.expression,
        "insert_text": snippet(step),
    })
}

fn covered(covers: &Covers) -> String {
    match covers {
        Covers::Class(name) => format!("fault:{name}"),
        Covers::Incident(name) => format!("incident:{name}"),
        Covers::Rule(rule) => format!("rule:{rule}"),
        Covers::EveryClass => "fault:*".to_owned(),
        Covers::EveryRule => "rule:*".to_owned(),
    }
}

/// The sentence as it is inserted: parameters as places to fill in, the first of several words, nothing that may be
/// left out.
fn snippet(step: &Step) -> String {
    let (mut text, mut places) = (String::new(), 0);
    let words = step.expression.split(' ').map(|word| {
        let first = if word.contains(['{', '(']) { word } else { word.split('/').next().unwrap_or(word) };
        let mut letters = first.chars();
        let mut written = String::new();
        while let Some(letter) = letters.next() {
            match letter {
                '{' => {
                    let name: String = letters.by_ref().take_while(|letter| *letter != '}').collect();
                    // What may be empty is added by hand.
                    if name != "extent" {
                        places += 1;
                        let _ = write!(written, "${{{places}:{name}}}");
                    }
                }
                '(' => letters.by_ref().take_while(|letter| *letter != ')').for_each(drop),
                '\\' => written.extend(letters.next()),
                '$' | '}' => written.extend(['\\', letter]),
                letter => written.push(letter),
            }
        }
        written
    });
    text.push_str(&words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "));
    match step.takes {
        Takes::Nothing => {}
        Takes::Text => text.push_str("\n  \"\"\"\n  $0\n  \"\"\""),
        Takes::Table => text.push_str("\n  | $0 |"),
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bdd::step::Keyword;

    fn snippet_of(expression: &'static str, takes: Takes) -> String {
        let step = Step {
            keyword: Keyword::Then,
            expression,
            about: "",
            example: "",
            takes,
            covers: &[],
            run: |_, _| Ok(()),
        };
        snippet(&step)
    }

    #[test]
    fn parameters_are_places_to_fill_in() {
        assert_eq!(
            snippet_of("{state} succeeds but the/its answer(s) is lost{extent}", Takes::Nothing),
            "${1:state} succeeds but the answer is lost"
        );
        assert_eq!(snippet_of("the input:", Takes::Text), "the input:\n  \"\"\"\n  $0\n  \"\"\"");
    }

    #[test]
    fn every_pattern_is_one_that_reads_the_example() {
        let all: Value = serde_json::from_str(&json()).unwrap();
        for step in all["steps"].as_array().unwrap() {
            let regex = regex::Regex::new(step["regexp"].as_str().unwrap()).unwrap();
            let example = step["example"].as_str().unwrap().lines().next().unwrap();
            assert!(regex.is_match(example), "{example}");
        }
    }
}
