//! The answers of one scenario, by value: what each call of each state returns or throws.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Answer, Call, Objects, Reply, Responder};
use crate::asl::State;

/// The answers of one scenario, by the path of the state (`ShipAll/Ship`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    /// What is not listed is unmocked; `generate::complete` lists every state.
    pub answers: BTreeMap<Arc<str>, Sequence>,
    /// Objects of S3 that item readers read.
    pub objects: Objects,
}

/// The answers of one state's calls in order, over all iterations of the Maps around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sequence {
    /// The answer of call 0, 1, 2, …
    pub calls: Vec<Answer>,
    /// What calls past the last one get.
    pub then: Then,
    /// Who wrote it.
    pub by: Author,
}

/// What the calls past the end of a sequence get.
#[derive(Clone, Debug, PartialEq)]
pub enum Then {
    /// The last answer again.
    Repeat,
    /// This answer (`"*"` in a mock file).
    Answer(Answer),
    /// Nothing: AWS's format wants an answer for every invocation.
    Unmocked,
}

/// Who wrote the answers of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// The user, in a mock file.
    User,
    /// Made from what the machine reads.
    Generated,
}

impl Script {
    /// Answers calls from this script. It counts nothing itself: the same call gets the same answer.
    pub fn responder(&self) -> impl Responder + '_ {
        Playback(self)
    }

    /// The objects that a reader reads: those that were given, unless the user wrote down its items.
    pub fn objects_for(&self, reader: &State) -> Option<Objects> {
        let written_down = self.answers.get(&reader.path).is_some_and(|sequence| sequence.by == Author::User);
        (!self.objects.is_empty() && !written_down).then(|| self.objects.clone())
    }

    /// The same for runs with faults, which call more often than the author of a mock file could count: where
    /// the answers end, the last one is given again.
    #[must_use]
    pub fn repeating(&self) -> Self {
        let mut script = self.clone();
        for sequence in script.answers.values_mut().filter(|sequence| sequence.then == Then::Unmocked) {
            sequence.then = Then::Repeat;
        }
        script
    }

    /// The answer of one call.
    pub fn answer(&self, call: Call<'_>) -> Answer {
        match self.answers.get(&call.state.path) {
            Some(sequence) => sequence.answer(call),
            None => unmocked(format!(
                "state `{}` has no answer; add it to the mocks or let its result be generated",
                call.state.path
            )),
        }
    }
}

/// A script that is played.
struct Playback<'a>(&'a Script);

impl Responder for Playback<'_> {
    fn answer(&mut self, call: Call<'_>) -> Answer {
        self.0.answer(call)
    }

    fn objects(&self, reader: &State) -> Option<Objects> {
        self.0.objects_for(reader)
    }
}

impl Sequence {
    /// One generated answer for every call.
    pub fn generated(answer: Answer) -> Self {
        Self { calls: vec![answer], then: Then::Repeat, by: Author::Generated }
    }

    /// The answer of call number `invocation`, if there is one.
    pub fn get(&self, invocation: usize) -> Option<&Answer> {
        self.calls.get(invocation).or_else(|| match &self.then {
            Then::Repeat => self.calls.last(),
            Then::Answer(answer) => Some(answer),
            Then::Unmocked => None,
        })
    }

    /// This sequence with another answer for one call; the calls after it get what that one got before.
    ///
    /// None if a call before it has no answer.
    pub fn with_answer_at(&self, invocation: usize, answer: Answer) -> Option<Self> {
        let mut calls = (0..invocation).map(|at| self.get(at).cloned()).collect::<Option<Vec<_>>>()?;
        calls.push(answer);
        let until = self.calls.len().max(invocation + 1);
        calls.extend((invocation..until).map_while(|at| self.get(at).cloned()));
        Some(Self { calls, then: self.then.clone(), by: self.by })
    }

    fn answer(&self, call: Call<'_>) -> Answer {
        let invocation = call.invocation as usize;
        self.get(invocation).cloned().unwrap_or_else(|| {
            let state = &call.state.path;
            unmocked(match self.calls.len() {
                0 => format!("the mocked response of state `{state}` is empty; give it an entry \"0\""),
                count => format!(
                    "the mocked response of state `{state}` ends at invocation {}, but the state is called \
                     again; add an entry \"{invocation}\", or \"*\" for all calls that follow",
                    count - 1
                ),
            })
        })
    }
}

fn unmocked(text: String) -> Answer {
    Answer::with(Reply::Unmocked(text))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::value::Value;

    fn sequence(calls: &[i64], then: Then) -> Sequence {
        let calls = calls.iter().map(|call| Answer::of(Value::from(*call))).collect();
        Sequence { calls, then, by: Author::User }
    }

    fn replies(sequence: &Sequence, calls: usize) -> Vec<Option<i64>> {
        (0..calls)
            .map(|at| match &sequence.get(at)?.reply {
                Reply::Return(value) => value.as_i64(),
                _ => None,
            })
            .collect()
    }

    #[rstest]
    #[case::repeat(Then::Repeat, Some(2))]
    #[case::answer(Then::Answer(Answer::of(Value::from(9))), Some(9))]
    #[case::unmocked(Then::Unmocked, None)]
    fn calls_past_the_end(#[case] then: Then, #[case] third: Option<i64>) {
        assert_eq!(replies(&sequence(&[1, 2], then), 3), [Some(1), Some(2), third]);
    }

    #[test]
    fn with_faults_the_last_answer_is_given_again() {
        let answers = [(Arc::from("A"), sequence(&[1, 2], Then::Unmocked))].into();
        let script = Script { answers, ..Script::default() };
        assert_eq!(replies(&script.answers["A"], 3), [Some(1), Some(2), None]);
        assert_eq!(replies(&script.repeating().answers["A"], 3), [Some(1), Some(2), Some(2)]);
    }

    #[test]
    fn a_changed_call_leaves_the_others_and_what_follows_as_they_were() {
        let polled = sequence(&[1], Then::Repeat);
        let changed = |at| polled.with_answer_at(at, Answer::of(Value::from(7))).unwrap();
        assert_eq!(replies(&changed(0), 3), [Some(7), Some(1), Some(1)]);
        assert_eq!(replies(&changed(2), 5), [Some(1), Some(1), Some(7), Some(1), Some(1)]);
    }
}
