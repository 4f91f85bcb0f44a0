//! What the execution is started with.

use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::{Count, Text};
use crate::bdd::stage::Inputs;
use crate::bdd::step::{Arguments, Keyword, Step, Takes};
use crate::bdd::{Section, Stage};
use crate::value::Value;

/// How many inputs `any valid input` stands for.
const ANY: usize = 20;

pub(super) const SECTION: Section = Section {
    name: "Input",
    about: "What the execution is started with. Without any of these it is the file beside the definition, \
            `NAME.input.json`, or else an input with everything that the definition reads.",
    steps: &[
        Step {
            keyword: Keyword::Given,
            expression: "the input:",
            about: "The input as JSON.",
            example: "the input:\n\"\"\"\n{ \"orderId\": \"o-1\", \"total\": 42 }\n\"\"\"",
            takes: Takes::Text,
            covers: &[],
            run: written_here,
        },
        Step {
            keyword: Keyword::Given,
            expression: "the input {text}",
            about: "The input in a file, relative to the feature.",
            example: "the input \"orders/large.json\"",
            takes: Takes::Nothing,
            covers: &[],
            run: in_file,
        },
        Step {
            keyword: Keyword::Given,
            expression: "any valid input",
            about: "20 generated inputs with everything that the definition reads. What is asked must hold for each.",
            example: "any valid input",
            takes: Takes::Nothing,
            covers: &[],
            run: any,
        },
        Step {
            keyword: Keyword::Given,
            expression: "{count} valid inputs",
            about: "So many generated inputs with everything that the definition reads.",
            example: "200 valid inputs",
            takes: Takes::Nothing,
            covers: &[],
            run: so_many,
        },
    ],
};

fn written_here(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let input = arguments.json()?;
    stage.change().inputs = Inputs::These(vec![("the input of the feature".to_owned(), input)]);
    Ok(())
}

fn in_file(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Text(file) = arguments.get(0)?;
    let path = stage.path(&file);
    let failed = |reason: String| Wrong::new(format!("failed to read input {}: {reason}", path.display()));
    let text = std::fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
    let value = Value::parse(&text).map_err(|error| failed(error.to_string()))?;
    stage.change().inputs = Inputs::These(vec![(file, value)]);
    Ok(())
}

fn any(stage: &mut Stage, _: &Arguments<'_>) -> Result<(), Failed> {
    stage.subject()?;
    stage.change().inputs = Inputs::Generated(ANY);
    Ok(())
}

fn so_many(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Count(count) = arguments.get(0)?;
    stage.change().inputs = Inputs::Generated(usize::try_from(count).unwrap_or(usize::MAX));
    Ok(())
}
