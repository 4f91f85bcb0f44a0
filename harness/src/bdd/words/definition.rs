//! Which state machine a scenario is about.

use crate::bdd::failed::Failed;
use crate::bdd::parameter::Text;
use crate::bdd::stage::Wanted;
use crate::bdd::step::{Arguments, Keyword, Step, Takes};
use crate::bdd::{Section, Stage};

pub(super) const SECTION: Section = Section {
    name: "State machine",
    about: "Which state machine a scenario is about.",
    steps: &[
        Step {
            keyword: Keyword::Given,
            expression: "the state machine {text}",
            about: "A definition in any packaging, by a path relative to the feature: ASL in JSON or YAML, a SAM or \
                    CloudFormation template. `FILE#NAME` picks one of several machines of a template.",
            example: "the state machine \"order.asl.json\"",
            takes: Takes::Nothing,
            covers: &[],
            run: in_file,
        },
        Step {
            keyword: Keyword::Given,
            expression: "the state machine:",
            about: "A definition that is written in the feature, as JSON or YAML.",
            example: "the state machine:\n\"\"\"\n{ \"StartAt\": \"Done\", \"States\": { \"Done\": { \"Type\": \"Succeed\" } } }\n\"\"\"",
            takes: Takes::Text,
            covers: &[],
            run: written_here,
        },
    ],
};

fn in_file(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Text(text) = arguments.get(0)?;
    let (file, name) = match text.rsplit_once('#') {
        Some((file, name)) => (file, Some(name.to_owned())),
        None => (text.as_str(), None),
    };
    let path = stage.path(file);
    stage.change().definition = Some(Wanted::File { path, name });
    stage.subject().map(|_| ())
}

fn written_here(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let text = arguments.text()?.to_owned();
    let wanted = Wanted::Text { feature: stage.feature.clone(), line: arguments.text_line(), text };
    stage.change().definition = Some(wanted);
    stage.subject().map(|_| ())
}
