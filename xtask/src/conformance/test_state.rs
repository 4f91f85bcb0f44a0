//! A recorded exchange with TestState: the request is answered by the simulator, and the answers are compared.

use serde_json::{Value as Json, json};
use sfn_chaos::test_state::{self, ApiError, Refusal, Request};
use sfn_chaos::value::Value;

use super::case::Verdict;
use super::matcher::{Matcher, normalised};

/// Fields that the API takes as JSON text and that the cases hold decoded.
const TEXTS: [&str; 4] = ["definition", "input", "context", "variables"];

/// Answers the request of a case, and gives the verdict and what was produced.
pub(crate) fn judge(case: &Json) -> (Verdict, Json) {
    let expected = &case["response"];
    let answer = match answer(case) {
        Ok(answer) => answer,
        Err(Refusal::Unknown(unknown)) => {
            let difference = Some(unknown.to_string());
            return (Verdict { unknown: true, difference, ..Verdict::default() }, json!({"response": null}));
        }
        Err(Refusal::Api(error)) => json!({"api_error": api_error(&error, &expected["api_error"])}),
    };
    let answer = like_client(answer, expected);
    let verdict = compare(&Matcher::new(&case["placeholders"]), expected, &answer);
    (verdict, json!({"response": answer}))
}

fn answer(case: &Json) -> Result<Json, Refusal> {
    let mut request = case["request"].clone();
    for name in TEXTS {
        let raw = case["request_fields_as_raw_text"].as_array().is_some_and(|raw| raw.contains(&json!(name)));
        if let Some(field) = request.get_mut(name).filter(|_| !raw) {
            *field = json!(field.to_string());
        }
    }
    let request = Request::parse(&Value::parse(&request.to_string()).unwrap_or_default())?;
    let response = test_state::answer(&request)?.to_json().to_json();
    Ok(serde_json::from_str(&response).unwrap_or_default())
}

/// An error in the form in which the client library of this recording shows errors.
fn api_error(error: &ApiError, form: &Json) -> Json {
    let (code, message) = (error.code, &error.message);
    if form.get("exception_typename").is_some() {
        let text = format!("An error occurred ({code}) when calling the TestState operation: {message}");
        return json!({"exception_typename": code, "exception_value": text});
    }
    let mut shown = json!({"Error": {"Code": code, "Message": message}});
    if form.get("message").is_some() {
        shown["message"] = json!(message);
    }
    like_client_status(shown, form, 400)
}

fn like_client(answer: Json, expected: &Json) -> Json {
    if answer.get("api_error").is_some() { answer } else { like_client_status(answer, expected, 200) }
}

/// The status of the HTTP exchange, where the client library of this recording shows it.
fn like_client_status(mut answer: Json, form: &Json, status: u16) -> Json {
    if form.get("ResponseMetadata").is_some() {
        answer["ResponseMetadata"] = json!({"HTTPHeaders": {}, "HTTPStatusCode": status});
    }
    answer
}

fn compare(matcher: &Matcher, expected: &Json, answer: &Json) -> Verdict {
    let answer = normalised(answer);
    let mut verdict = Verdict::default();
    // A field is compared in its place, because its name decides how texts are.
    let only = |value: &Json, field: &str| json!({field: value[field]});
    let differs = |field: &&str| matcher.matches(&only(expected, field), &only(&answer, field)).err();
    let outcome = ["status", "nextState", "error", "output", "api_error"].iter().find_map(differs);
    verdict.outcome = outcome.is_none();
    verdict.sequence = verdict.outcome;
    let all = outcome.or_else(|| matcher.matches(expected, &answer).err());
    verdict.exact = all.is_none();
    verdict.difference = all;
    verdict
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;
    use std::sync::Arc;

    use rstest::rstest;
    use sfn_chaos::asl::{MachineType, compile_text};
    use sfn_chaos::generate::Examples;
    use sfn_chaos::model::Model;
    use sfn_chaos::parity::record::{Origin, records};
    use sfn_chaos::parity::{cases, compare as compare_cases};
    use sfn_chaos::search::Arena;
    use sfn_chaos::sim::{Limits, Start};
    use sfn_chaos::walk::{Ask, AskError, Executor, Offline};

    use super::*;

    const PASS: &str =
        r#"{"StartAt": "Keep", "States": {"Keep": {"Type": "Pass", "Result": {"a": [1]}, "End": true}}}"#;

    #[rstest]
    #[case::an_answer(r#""{\"a\":[1]}""#, r#""{\"a\":[2]}""#, ".output.a[0]: expected 2, got 1")]
    #[case::a_refusal("", "", ".status: expected null")]
    #[case::nothing("\"SUCCEEDED\"", "\"SUCCEEDED\"", "")]
    fn what_parity_saves_shows_the_same_disagreement(
        #[case] now: &str,
        #[case] new: &str,
        #[case] difference: &str,
    ) {
        let (now, new) = (now.to_owned(), new.to_owned());
        let theirs = move |request: &Value| {
            let answer = Offline::default().ask(request)?;
            if now.is_empty() {
                let (code, message) = ("ValidationException".to_owned(), "not that".to_owned());
                return Err(AskError::Refused { code, message });
            }
            Ok(Value::parse(&answer.to_json().replace(&now, &new)).expect("JSON"))
        };
        let arena = Arena {
            model: Arc::new(Model::new(Arc::new(compile_text("m", PASS).expect("a machine")))),
            machine_type: MachineType::Standard,
            seed: 1,
            start: Start::default(),
            limits: Limits::default(),
            oracles: Vec::new(),
            executor: Executor::simulator(),
        };
        let cases = cases(&arena, &Examples::default(), 5);
        let parity = compare_cases(&arena, &cases, &theirs, NonZeroUsize::MIN);
        let origin = Origin { source: "a test".to_owned(), recorded: "01-01-2026, 00:00:00".to_owned() };
        let records = records(&parity, &origin);
        assert_eq!(records.len(), usize::from(!difference.is_empty()));
        for record in records {
            let (verdict, _) = judge(&serde_json::from_str(&record.case.to_json()).expect("JSON"));
            let told = verdict.difference.expect("a difference");
            assert!(told.starts_with(difference), "{told}");
        }
    }
}
