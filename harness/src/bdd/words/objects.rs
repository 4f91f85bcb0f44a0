//! What item readers read.

use std::sync::Arc;

use crate::asl::{Kind, State};
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::{Place, Text};
use crate::bdd::stage::Subject;
use crate::bdd::step::{Arguments, Keyword, Step, Takes};
use crate::bdd::{Section, Stage};
use crate::mock::Answer;
use crate::value::Value;

pub(super) const SECTION: Section = Section {
    name: "Items and objects",
    about: "What the `ItemReader` of a distributed Map reads.",
    steps: &[
        Step {
            keyword: Keyword::Given,
            expression: "the items of {state} are:",
            about: "The items that the reader of a Map state gives, as a JSON list.",
            example: "the items of PrintAll are:\n\"\"\"\n[{ \"parcelId\": \"p-1\" }, { \"parcelId\": \"p-2\" }]\n\"\"\"",
            takes: Takes::Text,
            covers: &[],
            run: items,
        },
        Step {
            keyword: Keyword::Given,
            expression: "the S3 object {text} contains:",
            about: "The content of an object, `BUCKET/KEY`, which the reader of a Map state reads and takes apart: JSON, JSON \
                    lines, CSV, manifests.",
            example: "the S3 object \"manifests/monday.csv\" contains:\n\"\"\"\nparcelId,weight\np-1,2\np-2,7\n\"\"\"",
            takes: Takes::Text,
            covers: &[],
            run: object,
        },
    ],
};

fn items(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let items = arguments.json()?;
    let place: Place = arguments.get(0)?;
    let subject = stage.subject()?;
    let state = subject.model.machine.state(subject.state(&place.0)?);
    if !reads_items(state) {
        return Err(no_reader(&subject, &place).into());
    }
    if !matches!(items, Value::Array(_)) {
        return Err(Wrong::new("the items are no list")
            .help("write [ before the first and ] behind the last")
            .into());
    }
    stage.change().answers.insert(Arc::clone(&state.path), vec![Answer::of(items)]);
    Ok(())
}

fn reads_items(state: &State) -> bool {
    matches!(&state.kind, Kind::Map(map) if map.item_reader.is_some())
}

fn no_reader(subject: &Subject, place: &Place) -> Wrong {
    let states = subject.model.machine.states.iter();
    let readers: Vec<&str> = states.filter(|state| reads_items(state)).map(|state| &*state.name).collect();
    let wrong = Wrong::new(format!("`{}` has no ItemReader", place.0));
    match &readers[..] {
        [] => wrong.help("its items are part of the input: `Given the input has […] at $.…`"),
        readers => wrong.help(format!("there is one in {}", readers.join(", "))),
    }
}

fn object(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Text(name) = arguments.get(0)?;
    let content = arguments.text()?.as_bytes().to_vec();
    let named = name.trim_start_matches("s3://").split_once('/');
    let Some((bucket, key)) = named.filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty()) else {
        return Err(Wrong::new(format!("`{name}` names no object")).help("write \"BUCKET/KEY\"").into());
    };
    let subject = stage.subject()?;
    if !subject.model.machine.states.iter().any(reads_items) {
        let wrong = Wrong::new("no state has an ItemReader, so nothing reads the object");
        return Err(wrong.help("say what the task that reads it returns: `Given STATE returns:`").into());
    }
    stage.change().objects.push((bucket.to_owned(), key.to_owned(), Arc::from(content)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use crate::bdd::trial::Trial;

    const PRINT: &str = r#"{ "StartAt": "PrintAll", "States": { "PrintAll": { "Type": "Map", "End": true,
        "ItemReader": { "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": { "InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW" },
            "Parameters": { "Bucket": "manifests", "Key": "monday.csv" } },
        "ItemProcessor": { "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
            "StartAt": "Print", "States": { "Print": { "Type": "Task", "End": true,
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": { "FunctionName": "print", "Payload": { "id.$": "$.id" } } } } } } } }"#;

    const PASS: &str = r#"{ "StartAt": "A", "States": { "A": { "Type": "Pass", "End": true } } }"#;

    #[rstest]
    #[case::an_object(
        "the S3 object \"manifests/monday.csv\" contains:\n\"\"\"\nid,weight\np-1,2\np-2,7\np-3,1\n\"\"\"",
        "3 times"
    )]
    #[case::items(
        "the items of PrintAll are:\n\"\"\"\n[{ \"id\": \"a\" }, { \"id\": \"b\" }]\n\"\"\"",
        "twice"
    )]
    fn a_reader_gives_what_the_feature_says(#[case] said: &str, #[case] times: &str) {
        assert_eq!(Trial::of(PRINT).play(&format!("Given {said}\nThen Print is attempted {times}")), Ok(()));
    }

    #[rstest]
    #[case::no_list(
        PRINT,
        "the items of PrintAll are:\n\"\"\"\n{}\n\"\"\"",
        "the items are no list; write [ before the first and ] behind the last"
    )]
    #[case::no_reader(
        PRINT,
        "the items of Print are:\n\"\"\"\n[]\n\"\"\"",
        "`Print` has no ItemReader; there is one in PrintAll"
    )]
    #[case::no_key(
        PRINT,
        "the S3 object \"manifests\" contains:\n\"\"\"\n\"\"\"",
        "`manifests` names no object; write \"BUCKET/KEY\""
    )]
    #[case::nobody_reads(
        PASS,
        "the S3 object \"a/b\" contains:\n\"\"\"\nx\n\"\"\"",
        "no state has an ItemReader, so nothing reads the object; say what the task that reads it returns: `Given STATE returns:`"
    )]
    fn what_is_wrong_is_told(#[case] definition: &str, #[case] said: &str, #[case] message: &str) {
        let told = Trial::of(definition).play(&format!("Given {said}")).unwrap_err();
        assert!(told.ends_with(&format!(": {message}")), "{told}");
    }
}
