//! What tasks answer.

use std::sync::Arc;

use crate::asl::{Kind, State, StateId};
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::{Json, Place, Size, Span, Text};
use crate::bdd::stage::{Change, Subject, To, read_json};
use crate::bdd::step::{Arguments, Keyword, Step, Takes};
use crate::bdd::{Section, Stage};
use crate::config::MocksRef;
use crate::load::Location;
use crate::mock::{Answer, Reply, file};
use crate::value::{Object, Value};

pub(super) const SECTION: Section = Section {
    name: "Answers of tasks",
    about: "What tasks answer where nothing goes wrong. Without any of these it is what `chaos.toml` lists for the \
            machine, else the file beside the definition, `NAME.mocks.json`; what those leave open is generated from what \
            the definition reads. An answer is the whole result of the task, as its API gives it: that of a function has \
            a `Payload`.",
    steps: &[
        Step {
            keyword: Keyword::Given,
            expression: "the mocks {text}",
            about: "A mock file, in the format of Step Functions Local with the extensions of guide.md. `FILE#CASE` picks one \
                    of several test cases.",
            example: "the mocks \"order.mocks.json#Declined\"",
            takes: Takes::Nothing,
            covers: &[],
            run: mocks,
        },
        Step {
            keyword: Keyword::Given,
            expression: "{state} returns:",
            about: "The answer to every call of a task, as JSON.",
            example: "ScoreCredit returns:\n\"\"\"\n{ \"StatusCode\": 200, \"Payload\": { \"score\": 700 } }\n\"\"\"",
            takes: Takes::Text,
            covers: &[],
            run: returns_text,
        },
        Step {
            keyword: Keyword::Given,
            expression: "{state} returns {json}",
            about: "The same in one line.",
            example: "ScoreCredit returns {\"StatusCode\": 200, \"Payload\": {\"score\": 700}}",
            takes: Takes::Nothing,
            covers: &[],
            run: returns,
        },
        Step {
            keyword: Keyword::Given,
            expression: "{state} returns the file {text}",
            about: "The answer to every call of a task, as JSON in a file, relative to the feature.",
            example: "ScoreCredit returns the file \"answers/score.json\"",
            takes: Takes::Nothing,
            covers: &[],
            run: returns_file,
        },
        Step {
            keyword: Keyword::Given,
            expression: "{state} returns these answers:",
            about: "An answer for each call, a line or a row each; the last one is given again. Calls that a fault takes over \
                    get none.",
            example: "AskStatus returns these answers:\n\"\"\"\n{ \"Status\": \"STARTED\" }\n{ \"Status\": \"FINISHED\" }\n\"\"\"",
            takes: Takes::Text,
            covers: &[],
            run: returns_in_turn,
        },
        Step {
            keyword: Keyword::Given,
            expression: "{state} returns {size} of text at {path}",
            about: "The answer that the task gives anyway, with a text of this size at a path.",
            example: "LookUp returns 60 KB of text at $.Payload.text",
            takes: Takes::Nothing,
            covers: &[],
            run: returns_much,
        },
        Step {
            keyword: Keyword::Given,
            expression: "{state} takes {duration}",
            about: "How long every call of a task takes until its answer is there. A job that the task waits for takes that \
                    long.",
            example: "Transform takes 14 minutes",
            takes: Takes::Nothing,
            covers: &[],
            run: takes,
        },
        Step {
            keyword: Keyword::Given,
            expression: "the task token of {state} is answered after {duration}",
            about: "The worker that has the task token answers so much later; heartbeats come in time until then.",
            example: "the task token of AskManager is answered after 2 days",
            takes: Takes::Nothing,
            covers: &[],
            run: answered_after,
        },
        Step {
            keyword: Keyword::Given,
            expression: "the task token of {state} is answered after {duration} with:",
            about: "The same, with what the worker answers, as JSON.",
            example: "the task token of AskManager is answered after 2 days with:\n\"\"\"\n{ \"approved\": true }\n\"\"\"",
            takes: Takes::Text,
            covers: &[],
            run: answered_with,
        },
    ],
};

fn mocks(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Text(text) = arguments.get(0)?;
    let MocksRef { file, test_case } = text.parse().map_err(|message: String| Wrong::new(message))?;
    let file = stage.file("mock file", &file.display().to_string())?;
    stage.change().mocks = Some(MocksRef { file, test_case });
    let subject = stage.subject()?;
    stage.script(&subject).map(|_| ())
}

fn returns_text(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let answer = arguments.json()?;
    answer_with(stage, &arguments.get(0)?, vec![answer])
}

fn returns(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Json(answer) = arguments.get(1)?;
    answer_with(stage, &arguments.get(0)?, vec![answer])
}

fn returns_file(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Text(path) = arguments.get(1)?;
    let answer = read_json("answer", &stage.file("answer", &path)?)?;
    answer_with(stage, &arguments.get(0)?, vec![answer])
}

fn returns_in_turn(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let answers = match arguments.table {
        Some(rows) => rows.iter().map(|row| row_answer(row)).collect::<Result<Vec<_>, Failed>>()?,
        None => line_answers(arguments)?,
    };
    if answers.is_empty() {
        return Err(Wrong::new("there is no answer").help("write one a line, as JSON").into());
    }
    answer_with(stage, &arguments.get(0)?, answers)
}

fn row_answer(row: &[String]) -> Result<Value, Failed> {
    let [cell] = row else {
        return Err(Wrong::new("an answer stands in one column")
            .help("write a row | JSON | for each call")
            .into());
    };
    Value::parse(cell).map_err(|error| Wrong::new(format!("the answer `{cell}` is no JSON: {error}")).into())
}

fn line_answers(arguments: &Arguments<'_>) -> Result<Vec<Value>, Failed> {
    let lines = arguments.text()?.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| {
            Value::parse(line).map_err(|error| {
                let file = arguments.place.0.display().to_string();
                let place = Location { file, line: arguments.text_line() + at, column: error.column };
                let wrong = Wrong::new(format!("the answer is no JSON: {}", error.message));
                let wrong = wrong.help("write each answer in a line of its own");
                Wrong { place: Some(place), ..wrong }.into()
            })
        })
        .collect()
}

fn answer_with(stage: &mut Stage, place: &Place, results: Vec<Value>) -> Result<(), Failed> {
    let subject = stage.subject()?;
    let task = subject.task(&place.0)?;
    let state = subject.model.machine.state(task);
    for result in &results {
        check_fits(&subject, state, result)?;
    }
    stage.may_answer(&state.path)?;
    let calls = results.into_iter().map(Answer::of).collect();
    stage.change().answers.insert(Arc::clone(&state.path), calls);
    Ok(())
}

/// A result that the API of a task cannot give is a slip of the pen, as in a mock file.
fn check_fits(subject: &Subject, state: &State, result: &Value) -> Result<(), Failed> {
    let machine = &subject.model.machine;
    let one = |name: &str, value: Value| Value::Object(Object::from_iter([(Arc::from(name), value)]));
    let case = one("feature", one(&state.path, Value::from("answer")));
    let machines = one("StateMachines", one(&machine.name, one("TestCases", case)));
    let responses = one("answer", one("0", one("Return", result.clone())));
    let Value::Object(mut file) = machines else { return Ok(()) };
    file.insert("MockedResponses", responses);
    let text = Value::Object(file).to_json();
    let problems = match file::parse("answer", &text, machine, file::Selection::default(), subject.validation)
    {
        Ok(loaded) => loaded.remarks,
        Err(problems) => problems,
    };
    let Some(problem) = problems.into_iter().next() else { return Ok(()) };
    let wrong = Wrong::new(problem.message);
    Err(match problem.suggestion {
        Some(suggestion) => wrong.help(suggestion),
        None => wrong,
    }
    .into())
}

fn returns_much(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let (Size { bytes }, at) = (arguments.get(1)?, arguments.get(2)?);
    let subject = stage.subject()?;
    let task = subject.task(&arguments.get::<Place>(0)?.0)?;
    let path = Arc::clone(&subject.model.machine.state(task).path);
    stage.may_answer(&path)?;
    stage.change().answer_changes.push((path, Change { at, to: To::Text(bytes) }));
    stage.script(&subject).map(|_| ())
}

fn takes(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let subject = stage.subject()?;
    let task = subject.task(&arguments.get::<Place>(0)?.0)?;
    delay(stage, &subject, task, arguments.get(1)?)
}

fn answered_after(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let subject = stage.subject()?;
    let task = waiting(&subject, &arguments.get(0)?)?;
    delay(stage, &subject, task, arguments.get(1)?)
}

fn answered_with(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let result = arguments.json()?;
    let subject = stage.subject()?;
    let task = waiting(&subject, &arguments.get(0)?)?;
    let path = Arc::clone(&subject.model.machine.state(task).path);
    stage.change().answers.insert(path, vec![Answer::with(Reply::Return(result))]);
    delay(stage, &subject, task, arguments.get(1)?)
}

fn delay(stage: &mut Stage, subject: &Subject, task: StateId, span: Span) -> Result<(), Failed> {
    if span.ms == 0 {
        return Err(Wrong::new("no answer takes no time at all").help("write at least 1 ms").into());
    }
    let path = Arc::clone(&subject.model.machine.state(task).path);
    stage.may_answer(&path)?;
    stage.change().delays.insert(path, span.ms);
    Ok(())
}

/// A task that waits for its task token.
fn waiting(subject: &Subject, place: &Place) -> Result<StateId, Failed> {
    let task = subject.task(&place.0)?;
    let state = subject.model.machine.state(task);
    let waits = matches!(&state.kind, Kind::Task(task) if task.integration.is_answered_by_worker());
    if waits {
        return Ok(task);
    }
    let wrong = Wrong::new(format!("`{}` waits for no task token", place.0));
    Err(wrong.help(format!("write `{} takes …` for how long its call takes", place.0)).into())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use crate::bdd::trial::Trial;
    use crate::history::{Ending, History};

    /// A poll, and a question to a person.
    const POLL: &str = r#"{ "StartAt": "Ask", "States": {
        "Ask": { "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:batch:describeJobs", "Next": "Done?",
            "Parameters": { "Jobs": ["a"] } },
        "Done?": { "Type": "Choice", "Default": "Ask", "Choices": [
            { "Variable": "$.Jobs[0].Status", "StringEquals": "SUCCEEDED", "Next": "Approve" }] },
        "Approve": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "End": true,
            "Parameters": { "FunctionName": "ask", "Payload": { "token.$": "$$.Task.Token" } } } } }"#;

    const MOCKS: &str = r#"{ "StateMachines": { "machine": { "TestCases": {
            "Quick": { "Ask": "Done" }, "Slow": { "Ask": "Slow" } } } },
        "MockedResponses": {
            "Done": { "0": { "Return": { "Jobs": [{ "Status": "SUCCEEDED" }] } } },
            "Slow": { "0-2": { "Return": { "Jobs": [{ "Status": "RUNNING" }] } },
                      "3": { "Return": { "Jobs": [{ "Status": "SUCCEEDED" }] } } } } }"#;

    fn trial() -> Trial {
        let done = r#"{ "Jobs": [{ "Status": "SUCCEEDED" }] }"#;
        Trial::of(POLL).file("m.json", MOCKS).file("answers/done.json", done)
    }

    fn history(said: &str) -> History {
        let (mut stage, failed) = trial().staged(&format!("Given {said}\nThen the execution succeeds"));
        assert_eq!(failed, None);
        History::clone(&stage.results().unwrap().runs[0].history)
    }

    #[rstest]
    #[case::a_mock_file("the mocks \"m.json#Quick\"", 1)]
    #[case::answers_in_turn("the mocks \"m.json#Slow\"", 4)]
    #[case::text("Ask returns:\n\"\"\"\n{ \"Jobs\": [{ \"Status\": \"SUCCEEDED\" }] }\n\"\"\"", 1)]
    #[case::a_line("Ask returns {\"Jobs\": [{\"Status\": \"SUCCEEDED\"}]}", 1)]
    #[case::a_file("Ask returns the file \"answers/done.json\"", 1)]
    #[case::lines(
        "Ask returns these answers:\n\"\"\"\n{\"Jobs\": [{\"Status\": \"RUNNING\"}]}\n{\"Jobs\": [{\"Status\": \"SUCCEEDED\"}]}\n\"\"\"",
        2
    )]
    #[case::rows(
        "Ask returns these answers:\n| {\"Jobs\": [{\"Status\": \"RUNNING\"}]} |\n| {\"Jobs\": [{\"Status\": \"SUCCEEDED\"}]} |",
        2
    )]
    #[case::words_go_over_the_file(
        "the mocks \"m.json#Slow\"\nAnd Ask returns the file \"answers/done.json\"",
        1
    )]
    fn a_task_is_called_until_its_answer_is_the_last(#[case] said: &str, #[case] calls: usize) {
        assert_eq!(history(said).attempts.len(), calls + 1);
    }

    #[rstest]
    #[case::a_call("Ask takes 90 seconds", 90_100)]
    #[case::a_token("the task token of Approve is answered after 2 days", 2 * 86_400_000 + 100)]
    #[case::both("Ask takes 1 s\nAnd Approve takes 2 s", 3_000)]
    #[case::an_answer_after_the_delay("Ask takes 5 s\nAnd Ask returns the file \"answers/done.json\"", 5_100)]
    fn an_answer_takes_its_time(#[case] said: &str, #[case] ms: u64) {
        assert_eq!(history(&format!("the mocks \"m.json#Quick\"\nAnd {said}")).duration.0, ms);
    }

    #[test]
    fn a_worker_answers_what_the_feature_says() {
        let said = "the mocks \"m.json#Quick\"\n\
                    And the task token of Approve is answered after 3 hours with:\n\"\"\"\n{ \"approved\": true }\n\"\"\"";
        assert_eq!(history(said).outcome.output().unwrap().to_json(), r#"{"approved":true}"#);
    }

    #[test]
    fn an_answer_has_a_text_of_the_size() {
        let said = "the mocks \"m.json#Quick\"\nAnd Ask returns 60 KB of text at $.Jobs[0].StatusReason";
        let Ending::Succeeded(result) = history(said).attempts[0].ending.clone() else {
            panic!("it succeeds")
        };
        let reason = result.get("Jobs").and_then(|jobs| jobs.as_array()?[0].get("StatusReason").cloned());
        assert_eq!(reason.and_then(|reason| reason.as_str().map(str::len)), Some(61_440));
    }

    #[rstest]
    #[case::no_task("Done? returns 1", "`Done?` is a Choice state, not a Task")]
    #[case::a_state(
        "Aks returns 1",
        "there is no state `Aks` in machine.asl.json; there is Ask, Done?, Approve"
    )]
    #[case::a_test_case(
        "the mocks \"m.json#Quik\"",
        "m.json:1:48: no test case `Quik` here; did you mean `Quick`?"
    )]
    #[case::several_test_cases(
        "the mocks \"m.json\"",
        "m.json holds several test cases; name one of Quick, Slow: `Given the mocks \"m.json#Quick\"`"
    )]
    #[case::a_state_of_the_mocks(
        "the mocks \"odd.json\"",
        "odd.json:1:48: no state `Aks` in state machine `machine`; there is `Ask`, `Approve`"
    )]
    #[case::no_file(
        "the mocks \"n.json\"",
        "there is no mock file n.json; paths begin in the folder of the feature: did you mean `m.json`?"
    )]
    #[case::no_json(
        "Ask returns these answers:\n\"\"\"\n{}\n{\n\"\"\"",
        "trial.feature:7:1: the answer is no JSON: EOF while parsing an object; write each answer in a line of its own"
    )]
    #[case::no_such_status(
        "Ask returns {\"Jobs\": [{\"Status\": \"SUCEEDED\"}]}",
        "the mocked result of state `Ask` does not fit: `Jobs[0].Status` is never `SUCEEDED` in an answer of \
         `aws-sdk:batch:describeJobs`; did you mean `SUCCEEDED`?"
    )]
    #[case::no_token(
        "the task token of Ask is answered after 1 hour",
        "`Ask` waits for no task token; write `Ask takes …` for how long its call takes"
    )]
    #[case::no_time("Ask takes 0 seconds", "no answer takes no time at all; write at least 1 ms")]
    #[case::no_object_there(
        "Ask returns {\"Jobs\": []}\nAnd Ask returns 1 KB of text at $.Jobs.a",
        "$.Jobs is a list, not an object"
    )]
    fn what_is_wrong_is_told(#[case] said: &str, #[case] message: &str) {
        let odd = r#"{"StateMachines":{"machine":{"TestCases":{"A":{"Aks":"R"}}}},"MockedResponses":{"R":{"0":{"Return":1}}}}"#;
        let told = trial().file("odd.json", odd).play(&format!("Given {said}")).unwrap_err();
        assert!(told.ends_with(&format!(": {message}")), "{told}");
    }
}
