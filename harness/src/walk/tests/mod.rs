//! A walk and a simulation of the same case tell the same.

mod live;
mod small;
mod told;

use std::sync::Arc;

use super::{Ask, Form, Offline, Settings, Walked, walk, walk_with};
use crate::asl::{Machine, compile_text};
use crate::fault::Plan;
use crate::generate::complete;
use crate::history::{History, wire};
use crate::mock::Script;
use crate::model::Model;
use crate::sim::{self, Case};
use crate::value::Value;

/// A machine with an input, faults and generated answers.
struct Fixture {
    machine: Arc<Machine>,
    script: Script,
    case: Case,
}

impl Fixture {
    fn new(definition: &str, input: &str, plan: &str) -> Self {
        let machine = Arc::new(compile_text("machine", definition).unwrap());
        let script = complete(&Model::new(Arc::clone(&machine)), &Script::default());
        let plan = Plan::parse(plan, &machine).unwrap();
        let case = Case { plan, ..Case::new(Value::parse(input).unwrap()) };
        Self { machine, script, case }
    }

    fn walked(&self, ask: &dyn Ask) -> Walked {
        walk(&self.machine, &self.case, &self.script, ask).unwrap()
    }

    fn simulated(&self) -> History {
        sim::run(&self.machine, &self.case, &mut self.script.responder())
    }

    /// The walk, which must tell what the simulation tells, in whichever form it asks.
    fn same(&self) -> Walked {
        let simulated = telling(&self.simulated(), &self.machine);
        let [walked, _] = [Form::Whole, Form::Single].map(|form| {
            let settings = Settings { form, ..Settings::default() };
            let walked =
                walk_with(&settings, &self.machine, &self.case, &self.script, &Offline::default()).unwrap();
            assert_eq!(telling(&walked.history, &self.machine), simulated, "{form:?}");
            walked
        });
        walked
    }
}

/// Everything that judges read of a history, as text; what is marked as simulated is not part of it.
fn telling(history: &History, machine: &Machine) -> String {
    let unmarked = History { simulated: Vec::new(), ..history.clone() };
    let events = wire::execution(&unmarked, machine, Case::EPOCH_MS);
    let events = serde_json::to_string_pretty(&events).unwrap();
    let History { attempts, failures, decisions, injected, strands, duration, .. } = history;
    format!("{events}\n{attempts:?}\n{failures:?}\n{decisions:?}\n{injected:?}\n{strands:?}\n{duration}")
}

/// What was simulated, as text.
fn marks(walked: &Walked, machine: &Machine) -> Vec<String> {
    walked.history.simulated.iter().map(|mark| mark.display(machine).to_string()).collect()
}
