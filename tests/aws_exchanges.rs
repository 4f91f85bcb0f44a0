//! Recorded exchanges of TestState over HTTP: a server on loopback answers each request as AWS did, the client of the
//! SDK asks, and nothing is lost or changed on the way, there or back. Then this program's own TestState is asked the
//! same.
//!
//! `SFN_CHAOS_CONFORMANCE` names the folder of the recordings.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a test that reports what it found")]

#[path = "../xtask/src/conformance/matcher.rs"]
mod matcher;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};
use sfn_chaos::aws::{Pace, Patience, Service};
use sfn_chaos::value::Value;
use sfn_chaos::walk::{Ask, AskError, Offline};
use sfn_chaos_tests::server::{Reply, Server};

use matcher::{Matcher, normalised};

/// Percent of the exchanges on which this program's own TestState agrees with AWS.
const AGREED_PERCENT: usize = 95;

/// Fields of requests that are JSON texts; the recordings hold them decoded.
const REQUEST_TEXTS: [&str; 4] = ["definition", "input", "context", "variables"];

/// Fields of answers that are no JSON texts.
const ANSWER_VALUES: [&str; 4] =
    ["errorDetails", "maxConcurrency", "toleratedFailureCount", "toleratedFailurePercentage"];

#[test]
fn recorded_exchanges_come_through_the_client_whole() {
    let Some(folder) = std::env::var_os("SFN_CHAOS_CONFORMANCE") else {
        println!("skipped: SFN_CHAOS_CONFORMANCE is not set");
        return;
    };
    let next = Arc::new(Mutex::new(Reply::Reset));
    let server = Server::start({
        let next = Arc::clone(&next);
        move |_| next.lock().unwrap().clone()
    });
    let mut tally = Tally::default();
    for path in recordings(Path::new(&folder)) {
        let case: Json = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let exchange = Exchange::of(&case);
        *next.lock().unwrap() = exchange.reply();
        // One each: equal requests would be asked once.
        let endpoint = server.url().parse().unwrap();
        let service =
            Service::on_loopback(&endpoint, "us-east-1", &Patience::default(), Pace::default()).unwrap();
        let before = server.count();
        match service.ask(&exchange.request) {
            Err(AskError::Unanswered(why)) => {
                assert_eq!(server.count(), before, "{}: {why}", path.display());
                tally.unsent.push(format!("{}: {why}", exchange.id));
            }
            answer => {
                tally.sent += 1;
                let asked = server.asked().pop().unwrap();
                tally.lost.extend(exchange.difference(&asked.json(), &told(answer)));
            }
        }
        match disagreement(&case, &told(Offline::default().ask(&exchange.request))) {
            None => tally.agreed += 1,
            Some(difference) => tally.misses.push(format!("{}: {difference}", exchange.id)),
        }
    }
    tally.print();
    let exchanges = tally.sent + tally.unsent.len();
    assert!(exchanges > 0, "no recordings in {}", Path::new(&folder).display());
    assert_eq!(tally.lost, Vec::<String>::new());
    assert!(tally.agreed * 100 >= exchanges * AGREED_PERCENT, "{} of {exchanges} agree", tally.agreed);
}

fn recordings(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.join("test_state").read_dir().unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    paths
}

/// What was found.
#[derive(Debug, Default)]
struct Tally {
    sent: usize,
    /// Requests that the client does not send, and why.
    unsent: Vec<String>,
    /// What another form arrived of.
    lost: Vec<String>,
    agreed: usize,
    misses: Vec<String>,
}

impl Tally {
    fn print(&self) {
        let exchanges = self.sent + self.unsent.len();
        println!("{exchanges} exchanges, {} over HTTP, {} changed on the way", self.sent, self.lost.len());
        for unsent in &self.unsent {
            println!("  not sent: {unsent}");
        }
        println!("{} of {exchanges} agree with this program's own TestState", self.agreed);
        for miss in &self.misses {
            println!("  {miss}");
        }
    }
}

/// One recorded exchange as it is on the wire.
struct Exchange {
    id: String,
    request: Value,
    /// What arrives at the service.
    sent: Json,
    /// What it answers; the client shows the same.
    answer: Json,
}

impl Exchange {
    fn of(case: &Json) -> Self {
        let mut sent = case["request"].clone();
        for name in REQUEST_TEXTS {
            let raw = case["request_fields_as_raw_text"].as_array();
            let is_raw = raw.is_some_and(|raw| raw.contains(&json!(name)));
            if let Some(field) = sent.get_mut(name).filter(|_| !is_raw) {
                *field = json!(field.to_string());
            }
        }
        let request = Value::parse(&sent.to_string()).unwrap();
        let answer = match refusal(&case["response"]["api_error"]) {
            Some((code, message)) => json!({"code": code, "message": message}),
            None => on_the_wire(&case["response"]),
        };
        Self { id: case["id"].as_str().unwrap().to_owned(), request, sent, answer }
    }

    fn reply(&self) -> Reply {
        match (self.answer["code"].as_str(), self.answer["message"].as_str()) {
            (Some(code), Some(message)) => Reply::error(400, code, message),
            _ => Reply::json(&self.answer),
        }
    }

    /// What arrived otherwise than it was sent.
    fn difference(&self, arrived: &Json, told: &Json) -> Option<String> {
        if *arrived != self.sent {
            return Some(format!("{}: the request arrived as {arrived}, it was {}", self.id, self.sent));
        }
        (*told != self.answer)
            .then(|| format!("{}: the answer arrived as {told}, it was {}", self.id, self.answer))
    }
}

/// Where this program's own answer departs from the recorded one.
fn disagreement(case: &Json, ours: &Json) -> Option<String> {
    if let Some(why) = ours["nothing"].as_str() {
        return Some(why.to_owned());
    }
    let mut theirs = case["response"].clone();
    theirs.as_object_mut().unwrap().remove("ResponseMetadata");
    if let Some((code, message)) = refusal(&theirs["api_error"]) {
        theirs = json!({"code": code, "message": message});
    }
    Matcher::new(&case["placeholders"]).matches(&theirs, &normalised(ours)).err()
}

/// Code and message of a recorded refusal, in either of the forms that recorders show it in.
fn refusal(error: &Json) -> Option<(String, String)> {
    if let Some(code) = error["exception_typename"].as_str() {
        let text = error["exception_value"].as_str().unwrap();
        let (_, message) = text.split_once("operation: ").unwrap();
        return Some((code.to_owned(), message.to_owned()));
    }
    let code = error["Error"]["Code"].as_str()?;
    Some((code.to_owned(), error["Error"]["Message"].as_str().unwrap().to_owned()))
}

/// An answer as the service sends it: payloads are JSON texts.
fn on_the_wire(response: &Json) -> Json {
    let mut answer = response.clone();
    let members = answer.as_object_mut().unwrap();
    members.remove("ResponseMetadata");
    encode(members.get_mut("output"));
    for (name, value) in members.get_mut("inspectionData").and_then(Json::as_object_mut).into_iter().flatten()
    {
        if !ANSWER_VALUES.contains(&name.as_str()) {
            encode(Some(value));
        }
    }
    answer
}

fn encode(value: Option<&mut Json>) {
    if let Some(value) = value.filter(|value| !value.is_string()) {
        *value = json!(value.to_string());
    }
}

/// What a question brought, refusals as code and message.
fn told(answer: Result<Value, AskError>) -> Json {
    match answer {
        Ok(answer) => serde_json::from_str(&answer.to_json()).unwrap(),
        Err(AskError::Refused { code, message }) => json!({"code": code, "message": message}),
        Err(other) => json!({"nothing": other.to_string()}),
    }
}
