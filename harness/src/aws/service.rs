//! Asks TestState: equal requests once, as quickly as the quota allows, until something ends it all.
//!
//! It is asked from many threads. The first failure that every other call would meet too ends everything: nothing
//! leaves after it, and every question has that failure for an answer. What was answered before is kept.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_sdk_sfn::operation::test_state::TestStateInput;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;

use super::bucket::{Bucket, Quota};
use super::cache::{Cache, Found, Keeping, Kept, Key, Scope};
use super::calls::Clients;
use super::clients::{Patience, on_loopback};
use super::failure::{Failure, FailureKind, Reach};
use super::flight::{Flights, Outcome, Seat};
use super::live::Live;
use super::request;
use super::watch::{Attempt, OnAttempt, Watch};
use crate::config::Endpoint;
use crate::value::Value;
use crate::walk::{Ask, AskError};

/// Failures in a row after which the service is taken for dead.
const DOUBTS_MAX: u32 = 3;

/// The exceptions of TestState that its request is the reason of. API reference, "TestState".
const LASTING_REFUSALS: [&str; 4] =
    ["InvalidArn", "InvalidDefinition", "InvalidExecutionInput", "ValidationException"];

/// How TestState is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Pace {
    /// What the account and region allow.
    pub quota: Quota,
    /// Calls that are on their way at the same time.
    pub at_once: u16,
    /// What is known of earlier runs.
    pub keeping: Keeping,
}

impl Default for Pace {
    fn default() -> Self {
        Self { quota: Quota::default(), at_once: 8, keeping: Keeping::default() }
    }
}

/// What was done so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Questions.
    pub asked: u64,
    /// Questions that were equal to one of this run.
    pub repeated: u64,
    /// Questions that an earlier run had an answer to.
    pub kept: u64,
    /// Questions that the service answered or refused.
    pub answered: u64,
    /// Questions without an answer.
    pub unanswered: u64,
    /// Requests that left, each attempt of a call.
    pub sent: u64,
    /// Attempts after the first one.
    pub sent_again: u64,
    /// Attempts that the service throttled.
    pub throttled: u64,
    /// How long calls waited for the quota, all together.
    pub waited: Duration,
}

/// How much time has passed.
type Clock = Box<dyn Fn() -> Duration + Send + Sync>;

/// Told after every question.
type Progress = Box<dyn Fn(&Counts) + Send + Sync>;

/// Whoever asks TestState.
pub struct Service {
    shared: Arc<Shared>,
    flights: Flights,
    /// There until it is dropped.
    runtime: Option<Runtime>,
    progress: Progress,
    tasks: Tasks,
}

/// What becomes of a request that would really call its task: one with a role and without a mock. Without a role AWS
/// refuses it: "RoleArn must be specified when testing a Task state".
#[derive(Clone, Debug, PartialEq, Eq)]
enum Tasks {
    /// It is not sent.
    Mocked,
    /// It is sent with the role that somebody has confirmed.
    CalledAs(String),
    /// It is sent: the server is one on this computer, and no account of AWS.
    Local,
}

/// What the threads of the runtime need.
struct Shared {
    clients: Clients,
    cache: Cache,
    bucket: Mutex<Bucket>,
    at_once: Semaphore,
    passed: Clock,
    counts: Mutex<Counts>,
    ended: Mutex<Ended>,
    notes: Mutex<Vec<String>>,
}

/// Whether it is over.
#[derive(Debug, Default)]
struct Ended {
    doubts: u32,
    why: Option<Arc<str>>,
}

impl Service {
    /// Asks with these clients, for this account.
    pub(in crate::aws) fn new(clients: Clients, scope: &Scope, pace: Pace) -> io::Result<Self> {
        let Pace { quota, at_once, keeping } = pace;
        let shared = Shared {
            clients,
            cache: Cache::new(scope, keeping),
            bucket: Mutex::new(Bucket::new(quota)),
            at_once: Semaphore::new(usize::from(at_once.max(1))),
            passed: clock(),
            counts: Mutex::default(),
            ended: Mutex::default(),
            notes: Mutex::default(),
        };
        let flights = Flights::default();
        Ok(Self {
            shared: Arc::new(shared),
            flights,
            runtime: Some(runtime()?),
            progress: Box::new(|_| {}),
            tasks: Tasks::Mocked,
        })
    }

    /// Asks a server on this computer, which is no account of AWS: with a key that no account has.
    pub fn on_loopback(
        endpoint: &Endpoint,
        region: &str,
        patience: &Patience,
        pace: Pace,
    ) -> io::Result<Self> {
        let scope = Scope {
            account: "loopback".to_owned(),
            region: region.to_owned(),
            endpoint: Some(endpoint.url().to_owned()),
        };
        let mut service = Self::new(on_loopback(endpoint, region, patience), &scope, pace)?;
        service.tasks = Tasks::Local;
        Ok(service)
    }

    /// Sends requests that really call their tasks, too, with the role that is confirmed.
    #[must_use]
    pub fn with_real_calls(mut self, live: &Live) -> Self {
        self.tasks = Tasks::CalledAs(live.role_arn().to_owned());
        self
    }

    /// Tells what was done, after every question, from the thread that asked.
    #[must_use]
    pub fn with_progress(mut self, progress: impl Fn(&Counts) + Send + Sync + 'static) -> Self {
        self.progress = Box::new(progress);
        self
    }

    /// What was done so far.
    pub fn counts(&self) -> Counts {
        locked(&self.shared.counts).clone()
    }

    /// What went wrong without ending everything: requests that have no answer, and kept answers that could not be read or
    /// written.
    pub fn notes(&self) -> Vec<String> {
        locked(&self.shared.notes).clone()
    }

    /// Why nothing more is asked.
    pub fn ended(&self) -> Option<Arc<str>> {
        locked(&self.shared.ended).why.clone()
    }

    /// The answer of this thread, or of the one that asks already.
    fn outcome(&self, request: &Value) -> Outcome {
        let key = self.shared.cache.key(request);
        match self.flights.join(&key) {
            Seat::Next(flight) => {
                self.shared.count(|counts| counts.repeated += 1);
                flight.wait()
            }
            Seat::First(leading) => {
                let outcome = self.kept_or_asked(&key, request);
                leading.land(outcome.clone());
                outcome
            }
        }
    }

    fn kept_or_asked(&self, key: &Key, request: &Value) -> Outcome {
        match self.shared.cache.find(key) {
            Found::InMemory(kept) => {
                self.shared.count(|counts| counts.repeated += 1);
                return Ok(kept);
            }
            Found::OnDisk(kept) => {
                self.shared.count(|counts| counts.kept += 1);
                return Ok(kept);
            }
            Found::Damaged(note) => self.shared.note(note),
            Found::Nothing => {}
        }
        let outcome = self.asked(request);
        if let Ok(kept) = &outcome
            && kept.is_lasting()
            && let Err(note) = self.shared.cache.keep(key, request, kept)
        {
            self.shared.note(note);
        }
        outcome
    }

    fn asked(&self, request: &Value) -> Outcome {
        let outcome = self.sent(request);
        if let Err(why) = &outcome
            && self.ended().as_ref() != Some(why)
        {
            self.shared.note(why.to_string());
        }
        self.shared.count(|counts| match &outcome {
            Ok(_) => counts.answered += 1,
            Err(_) => counts.unanswered += 1,
        });
        outcome
    }

    /// Calls on the threads of the runtime, so that it may be asked from threads of any other.
    fn sent(&self, request: &Value) -> Outcome {
        self.shared.go_on()?;
        self.tasks.permit(request)?;
        let input = request::input(request).map_err(|error| Arc::from(error.to_string()))?;
        let times = if role_of_a_real_call(request).is_some() { Times::Once } else { Times::UntilAnswered };
        let shared = Arc::clone(&self.shared);
        let (tell, told) = std::sync::mpsc::channel();
        let runtime = self.runtime.as_ref().expect("it is there until it is dropped");
        runtime.spawn(async move {
            // Whoever asked waits; if it does not, nobody needs the answer.
            let _ = tell.send(shared.call(input, times).await);
        });
        let outcome = told.recv().unwrap_or_else(|_| Err("the call ended without an answer".into()));
        match times {
            Times::UntilAnswered => outcome,
            Times::Once => {
                outcome.map_err(|why| format!("{why}; the task may have been called all the same").into())
            }
        }
    }

    fn told(&self, outcome: Outcome) -> Result<Value, AskError> {
        self.shared.count(|counts| counts.asked += 1);
        (self.progress)(&self.counts());
        match outcome {
            Ok(Kept::Answer(answer)) => Ok(answer),
            Ok(Kept::Refusal { code, message }) => Err(AskError::Refused { code, message }),
            Err(why) => Err(AskError::Unanswered(why)),
        }
    }
}

/// How often a request may be sent.
#[derive(Clone, Copy)]
enum Times {
    UntilAnswered,
    /// What it does stays done.
    Once,
}

impl Tasks {
    fn permit(&self, request: &Value) -> Result<(), Arc<str>> {
        let Some(role) = role_of_a_real_call(request) else { return Ok(()) };
        match self {
            Self::Mocked => Err(
                "not sent: a request with `roleArn` and without `mock` really calls its task, and nobody \
                                 has confirmed that"
                    .into(),
            ),
            Self::CalledAs(confirmed) if role != confirmed => {
                Err(format!("not sent: the role is {role}, and {confirmed} was confirmed").into())
            }
            Self::CalledAs(_) | Self::Local => Ok(()),
        }
    }
}

/// The role that a request really calls its task with.
fn role_of_a_real_call(request: &Value) -> Option<&str> {
    let given = |name: &str| request.get(name).filter(|value| !value.is_null());
    match (given("roleArn"), given("mock")) {
        (Some(role), None) => Some(role.as_str().unwrap_or_default()),
        _ => None,
    }
}

impl Ask for Service {
    fn ask(&self, request: &Value) -> Result<Value, AskError> {
        self.told(self.outcome(request))
    }

    fn act(&self, request: &Value) -> Result<Value, AskError> {
        self.told(self.asked(request))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Waiting for its threads is not allowed everywhere; nothing is left that they could do.
            runtime.shutdown_background();
        }
    }
}

impl Shared {
    /// Calls when it is this call's turn.
    async fn call(self: &Arc<Self>, input: TestStateInput, times: Times) -> Outcome {
        let _permit = self.at_once.acquire().await.map_err(|error| Arc::from(error.to_string()))?;
        let wait = locked(&self.bucket).take((self.passed)());
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
            self.count(|counts| counts.waited += wait);
        }
        self.go_on()?;
        let watch = Watch::telling(self.on_attempt());
        let answer = match times {
            Times::UntilAnswered => self.clients.test_state(input, &watch).await,
            Times::Once => self.clients.test_state_once(input, &watch).await,
        };
        match answer {
            Ok(answer) => {
                locked(&self.ended).doubts = 0;
                Ok(Kept::Answer(answer))
            }
            Err(failure) => self.failed(failure),
        }
    }

    /// Counts attempts. The service counts every one of them, so that each takes a token, and says when it is too much.
    fn on_attempt(self: &Arc<Self>) -> OnAttempt {
        let shared = Arc::clone(self);
        Arc::new(move |attempt| {
            let now = (shared.passed)();
            match attempt {
                Attempt::Sent => {}
                Attempt::SentAgain => {
                    locked(&shared.bucket).take(now);
                }
                Attempt::Throttled => locked(&shared.bucket).throttled(now),
            }
            shared.count(|counts| match attempt {
                Attempt::Sent => counts.sent += 1,
                Attempt::SentAgain => {
                    counts.sent += 1;
                    counts.sent_again += 1;
                }
                Attempt::Throttled => counts.throttled += 1,
            });
        })
    }

    fn failed(&self, failure: Failure) -> Outcome {
        let mut ended = locked(&self.ended);
        let reach = failure.kind.reach();
        match (reach, &failure.kind) {
            (_, FailureKind::Refused { code }) => {
                ended.doubts = 0;
                return Ok(Kept::Refusal { code: code.clone(), message: failure.detail });
            }
            (Reach::Doubtful, _) => ended.doubts += 1,
            (Reach::Request | Reach::Everything, _) => {}
        }
        let why: Arc<str> = Arc::from(failure.to_string());
        if reach == Reach::Everything || ended.doubts >= DOUBTS_MAX {
            ended.why.get_or_insert_with(|| Arc::clone(&why));
        }
        Err(why)
    }

    /// Whether anything more may leave.
    fn go_on(&self) -> Result<(), Arc<str>> {
        locked(&self.ended).why.clone().map_or(Ok(()), Err)
    }

    fn count(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut locked(&self.counts));
    }

    fn note(&self, note: String) {
        let mut notes = locked(&self.notes);
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
}

impl Kept {
    /// Whether the same would be answered another time.
    fn is_lasting(&self) -> bool {
        match self {
            Self::Answer(_) => true,
            Self::Refusal { code, .. } => LASTING_REFUSALS.contains(&&**code),
        }
    }
}

/// The clock of the quota.
#[expect(
    clippy::disallowed_types,
    reason = "quotas of a service are about real time; no answer depends on it"
)]
fn clock() -> Clock {
    let start = std::time::Instant::now();
    Box::new(move || start.elapsed())
}

/// The threads that calls run on.
pub(in crate::aws) fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(2).thread_name("sfn-chaos-aws").enable_all().build()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
