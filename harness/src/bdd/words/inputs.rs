//! What the execution is started with.

use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::{Count, Json, Parameter as _, Path, Size, Text};
use crate::bdd::stage::{Change, Inputs, To};
use crate::bdd::step::{Arguments, Keyword, Step, Takes};
use crate::bdd::{Section, Stage};
use crate::model::Source;
use crate::value::Value;

/// How many inputs `any valid input` stands for.
const ANY: usize = 20;
/// More are not generated.
const MAX: usize = 1_000;

pub(super) const SECTION: Section = Section {
    name: "Input",
    about: "What the execution is started with. Without any of these it is the input that `chaos.toml` lists for the \
            machine, else the file beside the definition, `NAME.input.json`, else an input with everything that the \
            definition reads. With several inputs, what is asked must hold for each.",
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
            expression: "these inputs:",
            about: "An input a row: the input so far with other values at the paths that the heading names. A cell is \
                    JSON, or a text as it stands; an empty cell takes the member away. The column `name`, which may be \
                    left out, is what reports call the input.",
            example: "these inputs:\n| name  | $.total | $.customer.tier |\n| small | 5       | basic           |\n| large | 90000   | gold            |",
            takes: Takes::Table,
            covers: &[],
            run: table,
        },
        Step {
            keyword: Keyword::Given,
            expression: "any valid input",
            about: "Up to 20 generated inputs that differ and that the definition can read: it finds what it looks for, and \
                    its rules take them, by a run without faults. Its own Fail states are endings like others. What is \
                    asked must hold for each.",
            example: "any valid input",
            takes: Takes::Nothing,
            covers: &[],
            run: any,
        },
        Step {
            keyword: Keyword::Given,
            expression: "{count} valid inputs",
            about: "So many generated inputs that differ and that the definition can read; a definition that reads too little to \
                    have so many is a failure.",
            example: "200 valid inputs",
            takes: Takes::Nothing,
            covers: &[],
            run: so_many,
        },
        Step {
            keyword: Keyword::Given,
            expression: "the input has {json} at {path}",
            about: "The input with another value at a path, which the input has or the definition reads.",
            example: "the input has 90000 at $.order.total",
            takes: Takes::Nothing,
            covers: &[],
            run: has,
        },
        Step {
            keyword: Keyword::Given,
            expression: "the input lacks {path}",
            about: "The input without what stands at a path.",
            example: "the input lacks $.order.coupon",
            takes: Takes::Nothing,
            covers: &[],
            run: lacks,
        },
        Step {
            keyword: Keyword::Given,
            expression: "the input carries {size} of text at {path}",
            about: "The input with a text of this size at a path.",
            example: "the input carries 200 KB of text at $.order.note",
            takes: Takes::Nothing,
            covers: &[],
            run: carries,
        },
    ],
};

fn written_here(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let input = arguments.json()?;
    stage.change().start_with(Inputs::These(vec![("the input of the feature".to_owned(), input)]));
    Ok(())
}

fn in_file(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Text(file) = arguments.get(0)?;
    let value = stage.shelf.input(&stage.file("input", &file)?)?;
    stage.change().start_with(Inputs::These(vec![(file, value)]));
    Ok(())
}

fn table(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let [heading, rows @ ..] = arguments.rows()? else { return Err(no_rows().into()) };
    if rows.is_empty() {
        return Err(no_rows().into());
    }
    let subject = stage.subject()?;
    let before = stage.inputs(&subject)?;
    let [(_, base)] = &before[..] else {
        let wrong = Wrong::new(format!("the rows go into one input, and there are {} before", before.len()));
        return Err(wrong.help("name one input before the table, or none").into());
    };
    let columns = heading.iter().map(|title| column(title)).collect::<Result<Vec<_>, Failed>>()?;
    let mut inputs = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let (mut name, mut input) = (format!("input {} of the table", at + 1), base.clone());
        for (column, cell) in columns.iter().zip(row) {
            match column {
                None => name.clone_from(cell),
                Some(path) => {
                    let change = Change { at: path.clone(), to: cell_value(cell) };
                    change.check(&subject, Source::Input, base)?;
                    input = change.apply(&input)?;
                }
            }
        }
        inputs.push((name, input));
    }
    stage.change().start_with(Inputs::These(inputs));
    Ok(())
}

fn no_rows() -> Wrong {
    Wrong::new("the table has no rows")
        .help("write the paths in the first row and an input in each row below it")
}

/// The path of a column; none: it names the inputs.
fn column(title: &str) -> Result<Option<Path>, Failed> {
    if title == "name" {
        return Ok(None);
    }
    if !title.starts_with('$') {
        let wrong = Wrong::new(format!("`{title}` is no path into the input"));
        return Err(wrong
            .help(format!("write $.{}, or `name` for what the inputs are called", title.trim()))
            .into());
    }
    Path::read(title).map(Some).map_err(|message| Wrong::new(message).into())
}

fn cell_value(cell: &str) -> To {
    if cell.is_empty() {
        return To::Nothing;
    }
    To::Value(Value::parse(cell).unwrap_or_else(|_| Value::from(cell)))
}

fn any(stage: &mut Stage, _: &Arguments<'_>) -> Result<(), Failed> {
    stage.subject()?;
    stage.change().start_with(Inputs::Generated(ANY));
    Ok(())
}

fn so_many(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Count(count) = arguments.get(0)?;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    if !(1..=MAX).contains(&count) {
        return Err(Wrong::new(format!("{count} inputs cannot be generated"))
            .help(format!("write 1 to {MAX}"))
            .into());
    }
    let subject = stage.subject()?;
    stage.change().start_with(Inputs::Generated(count));
    let found = stage.inputs(&subject)?.len();
    if found == count {
        return Ok(());
    }
    let wrong = Wrong::new(format!("only {found} of {count} inputs were found that differ and can be read"));
    Err(wrong.help("`any valid input` stands for as many as there are, up to 20").into())
}

fn has(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Json(value) = arguments.get(0)?;
    change(stage, arguments.get(1)?, To::Value(value))
}

fn lacks(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    change(stage, arguments.get(0)?, To::Nothing)
}

fn carries(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Size { bytes } = arguments.get(0)?;
    change(stage, arguments.get(1)?, To::Text(bytes))
}

fn change(stage: &mut Stage, at: Path, to: To) -> Result<(), Failed> {
    let subject = stage.subject()?;
    let change = Change { at, to };
    for (_, input) in stage.inputs(&subject)? {
        change.check(&subject, Source::Input, &input)?;
        change.apply(&input)?;
    }
    stage.change().input_changes.push(change);
    Ok(())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use crate::bdd::trial::Trial;

    /// Reads `kind`, `order.total` and the `sku` of each item.
    const ORDER: &str = r#"{ "StartAt": "Kind", "States": {
        "Kind": { "Type": "Choice", "Default": "Each", "Choices": [
            { "And": [{ "Variable": "$.kind", "StringEquals": "gift" },
                      { "Variable": "$.order.total", "NumericGreaterThan": 100 }], "Next": "TooMuch" }] },
        "Each": { "Type": "Map", "ItemsPath": "$.items", "End": true, "ItemProcessor": { "StartAt": "Pack", "States": {
            "Pack": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
                "Parameters": { "FunctionName": "pack", "Payload": { "sku.$": "$.sku" } } } } } },
        "TooMuch": { "Type": "Fail", "Error": "TooMuch" } } }"#;

    const INPUT: &str =
        r#"{ "kind": "gift", "order": { "total": 5 }, "items": [{ "sku": "a" }], "note": "hi" }"#;

    fn inputs(said: &str) -> Vec<(String, String)> {
        let trial =
            Trial::of(ORDER).file("machine.input.json", INPUT).file("in/small.json", r#"{"kind":"x"}"#);
        let (stage, failed) = trial.staged(&format!("Given {said}"));
        assert_eq!(failed, None);
        let inputs = stage.inputs(&stage.subject().unwrap()).unwrap().into_iter();
        inputs.map(|(name, input)| (name, input.to_json())).collect()
    }

    #[rstest]
    #[case::written("the input:\n\"\"\"\n{ \"kind\": 1 }\n\"\"\"", r#"{"kind":1}"#)]
    #[case::a_file("the input \"in/small.json\"", r#"{"kind":"x"}"#)]
    #[case::a_value(
        "the input has 900 at $.order.total\nAnd the input has \"book\" at $.kind",
        r#"{"kind":"book","order":{"total":900},"items":[{"sku":"a"}],"note":"hi"}"#
    )]
    #[case::in_every_item(
        "the input has \"b\" at $.items[*].sku",
        r#"{"kind":"gift","order":{"total":5},"items":[{"sku":"b"}],"note":"hi"}"#
    )]
    #[case::a_value_that_is_only_read(
        "the input \"in/small.json\"\nAnd the input has [] at $.items",
        r#"{"kind":"x","items":[]}"#
    )]
    #[case::less("the input lacks $.note", r#"{"kind":"gift","order":{"total":5},"items":[{"sku":"a"}]}"#)]
    #[case::text(
        "the input carries 3 bytes of text at $.note",
        r#"{"kind":"gift","order":{"total":5},"items":[{"sku":"a"}],"note":"xxx"}"#
    )]
    #[case::another_input_after_a_change(
        "the input lacks $.note\nAnd the input \"in/small.json\"",
        r#"{"kind":"x"}"#
    )]
    fn one_input(#[case] said: &str, #[case] expected: &str) {
        let found = inputs(said);
        assert_eq!(found.iter().map(|(_, input)| input.as_str()).collect::<Vec<_>>(), [expected]);
    }

    #[test]
    fn a_table_has_an_input_a_row() {
        let found = inputs(
            "these inputs:\n| name | $.kind | $.order.total | $.note |\n| a | gift | 101 |  |\n| b | \"7\" | 7 | null |",
        );
        let expected = [
            ("a", r#"{"kind":"gift","order":{"total":101},"items":[{"sku":"a"}]}"#),
            ("b", r#"{"kind":"7","order":{"total":7},"items":[{"sku":"a"}],"note":null}"#),
        ];
        assert_eq!(found, expected.map(|(name, input)| (name.to_owned(), input.to_owned())));
    }

    #[test]
    fn what_is_asked_must_hold_for_every_input_of_a_table() {
        let trial = Trial::of(ORDER).file("machine.input.json", INPUT);
        let told = trial
            .play("Given these inputs:\n| $.order.total |\n| 100 |\n| 101 |\nThen the execution succeeds");
        assert!(told.unwrap_err().contains("it ends as FAILED with TooMuch"));
    }

    #[rstest]
    #[case::no_json(
        "the input:\n\"\"\"\n{\n  \"kind\": ,\n}\n\"\"\"",
        "trial.feature:7:11: the text between \"\"\" is no JSON: expected value"
    )]
    #[case::a_file_that_is_no_json(
        "the input \"in/broken.json\"",
        "in/broken.json:2:1: the input is no JSON: EOF while parsing an object"
    )]
    #[case::no_file(
        "the input \"in/brokn.json\"",
        "there is no input in/brokn.json; paths begin in the folder of the feature: did you mean `in/broken.json`?"
    )]
    #[case::no_member(
        "the input has 3 at $.order.totl",
        "nothing is at $.order.totl, and the state machine does not read it; did you mean $.order.total?"
    )]
    #[case::nothing_like_it(
        "the input has 3 at $.zzz",
        "nothing is at $.zzz, and the state machine does not read it; at $ there is kind, order, items, note"
    )]
    #[case::no_object(
        "the input has 3 at $.note.length",
        "nothing is at $.note.length, and the state machine does not read it"
    )]
    #[case::no_item(
        "the input has \"b\" at $.items[4].sku",
        "$.items has 1 items, so there is no $.items[4]"
    )]
    #[case::a_column(
        "these inputs:\n| kind |\n| gift |",
        "`kind` is no path into the input; write $.kind, or `name` for what the inputs are called"
    )]
    #[case::a_column_that_is_nowhere(
        "these inputs:\n| $.kinds |\n| gift |",
        "nothing is at $.kinds, and the state machine does not read it; did you mean $.kind?"
    )]
    #[case::no_rows(
        "these inputs:\n| $.kind |",
        "the table has no rows; write the paths in the first row and an input in each row below it"
    )]
    fn what_is_wrong_is_told(#[case] said: &str, #[case] message: &str) {
        let trial = Trial::of(ORDER).file("machine.input.json", INPUT).file("in/broken.json", "{\n");
        let told = trial.play(&format!("Given {said}")).unwrap_err();
        let line = said.lines().next().unwrap();
        assert_eq!(told, format!("{line}: {message}"));
    }
}
