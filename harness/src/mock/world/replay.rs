//! A script whose answers give way to what an earlier execution has left behind.

use super::{Author, Found, Meeting, World};
use crate::asl::State;
use crate::history::Site;
use crate::mock::{Answer, Call, Objects, Reply, Responder};

/// What a call of a second execution met.
#[derive(Clone, Debug)]
pub struct Met {
    /// The call.
    pub site: Site,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// What it met.
    pub found: Found,
    /// Whether the call could be answered; else a condition could not be decided, and the script answered.
    pub is_decided: bool,
}

/// Answers a second execution.
pub struct Repeating<'a> {
    world: World,
    script: &'a mut dyn Responder,
    /// Wall-clock time of the virtual start, in milliseconds since 1970.
    epoch_ms: i64,
    met: Vec<Met>,
}

impl<'a> Repeating<'a> {
    /// The script, and before it the world.
    pub fn new(world: World, script: &'a mut dyn Responder, epoch_ms: i64) -> Self {
        Self { world, script, epoch_ms, met: Vec::new() }
    }

    /// What calls met that the first execution left, in order.
    pub fn met(self) -> Vec<Met> {
        self.met
    }

    fn note(&mut self, call: Call<'_>, found: Found, is_decided: bool) {
        if matches!(found.by, Author::First(_)) {
            self.met.push(Met { site: call.site.clone(), attempt: call.attempt, found, is_decided });
        }
    }
}

impl Responder for Repeating<'_> {
    fn answer(&mut self, call: Call<'_>) -> Answer {
        let answer = self.script.answer(call);
        let Some(task) = call.state.task() else { return answer };
        // What fails by the script says nothing of what is there.
        let Reply::Return(scripted) = &answer.reply else { return answer };
        let now_ms = self.epoch_ms.saturating_add(i64::try_from(call.at.0).unwrap_or(i64::MAX));
        match self.world.meet(task, call.parameters, Some(scripted), now_ms) {
            Meeting::Nothing => {}
            Meeting::Undecided(found) => self.note(call, found, false),
            Meeting::Found(result, found) => {
                self.note(call, found, true);
                return Answer { reply: Reply::Return(result), ..answer };
            }
            Meeting::Refused(error, cause, found) => {
                self.note(call, found, true);
                return Answer { reply: Reply::throw(error, cause), ..answer };
            }
        }
        self.world.apply(task, call.parameters, Author::Second);
        answer
    }

    fn objects(&self, reader: &State) -> Option<Objects> {
        self.script.objects(reader)
    }
}
