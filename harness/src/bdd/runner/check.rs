//! What is wrong with a scenario before anything runs: lines that are no sentence, or several; tables and texts that
//! nobody reads; scenarios that prove nothing.

use super::told::{Fate, ToldScenario, ToldStep};
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::step::{Keyword, Step, Takes};
use crate::bdd::vocabulary::Vocabulary;
use crate::bdd::words::started::innermost;

/// Writes down what is wrong. Whether the scenario may run then.
pub(super) fn check(scenario: &mut ToldScenario) -> bool {
    let mut asks = false;
    let mut fails = false;
    for line in &mut scenario.steps {
        match sentence(line) {
            Ok(step) => asks |= step.keyword == Keyword::Then,
            Err(failed) => {
                line.fate = Fate::Failed(failed);
                fails = true;
            }
        }
    }
    if fails {
        return false;
    }
    let own = scenario.steps.iter().any(|step| !step.in_background);
    scenario.problem = if !own {
        Some(Wrong::new("the scenario has no steps, so it proves nothing").help("give it a Then"))
    } else if !asks {
        Some(Wrong::new("the scenario asks for nothing, so it proves nothing").help("give it a Then"))
    } else {
        None
    }
    .map(Failed::from);
    scenario.problem.is_none()
}

fn sentence(line: &ToldStep) -> Result<&'static Step, Failed> {
    let (step, _) = Vocabulary::get().find(innermost(&line.text))?;
    let (has_text, has_table) = (line.doc_string.is_some(), !line.table.is_empty());
    let text_help = "write it on the next lines, between two lines of \"\"\"";
    let table_help = "write it on the next lines: | a | b |";
    let wrong = |message: &str, help: &str| Err(Wrong::new(message).help(help).into());
    match step.takes {
        Takes::Text if !has_text => wrong("this step needs a text", text_help),
        Takes::Table if !has_table => wrong("this step needs a table", table_help),
        Takes::Nothing | Takes::Table if has_text => {
            wrong("this step takes no text", "remove what stands between the \"\"\"")
        }
        Takes::Nothing | Takes::Text if has_table => wrong("this step takes no table", "remove its rows"),
        Takes::Nothing | Takes::Text | Takes::Table => Ok(step),
    }
}
