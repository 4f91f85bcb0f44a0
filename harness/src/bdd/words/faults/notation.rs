//! Faults in the notation of plans, as reports print them; and that there are none.

use super::WHEN;
use super::sense;
use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::parameter::Text;
use crate::bdd::stage::{Calls, Spread, Strike};
use crate::bdd::step::{Arguments, Covers, Step};
use crate::bdd::{Section, Stage};
use crate::fault::Plan;

pub(super) const SECTION: Section = Section {
    name: "Faults by notation",
    about: "Faults as reports and `run --faults` write them, and that there are none.",
    steps: &[
        Step {
            expression: "the fault(s) {text} strike(s)",
            about: "Any faults, in the notation of reports: `ChargePayment:throttling*4 + \
                    ShipAll[3]/Ship:timeout`.",
            example: "the faults \"ChargePayment:throttling*2 + SaveOrder:service-error\" strike",
            covers: &[Covers::EveryClass],
            run: strike,
            ..WHEN
        },
        Step {
            expression: "nothing goes wrong",
            about: "There are no faults. A scenario without this sentence and without faults means the same; \
                    with it, a fault is refused.",
            example: "nothing goes wrong",
            covers: &[],
            run: nothing,
            ..WHEN
        },
    ],
};

fn strike(stage: &mut Stage, arguments: &Arguments<'_>) -> Result<(), Failed> {
    let Text(text) = arguments.get(0)?;
    let subject = stage.subject()?;
    let machine = &subject.model.machine;
    let plan = Plan::parse(&text, machine).map_err(|error| Wrong::new(error.to_string()))?;
    if plan.is_empty() {
        return Err(Wrong::new("there is no fault in the text").help("write `nothing goes wrong`").into());
    }
    for fault in plan.faults() {
        let state = machine.state(fault.site.state);
        sense::check(stage, &subject, state, &fault.class)?;
        let strike = Strike {
            fault: fault.clone(),
            path: state.path.clone(),
            items: Spread::Here,
            calls: Calls::AsItComes,
            cause: None,
        };
        stage.change().trouble.strike(strike, machine)?;
    }
    plan.incidents().iter().try_for_each(|incident| stage.change().trouble.happen(*incident))
}

fn nothing(stage: &mut Stage, _: &Arguments<'_>) -> Result<(), Failed> {
    stage.change().trouble.exclude()
}
