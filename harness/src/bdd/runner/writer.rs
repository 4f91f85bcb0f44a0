//! Keeps what the Cucumber crate reports, in the order of the files.

use cucumber::event::{self, Event, StepError};
use cucumber::gherkin::{Feature, Rule, Scenario, Step};
use cucumber::{cli, parser, writer};

use super::actor::Actor;
use super::told::{ToldFeature, ToldScenario, ToldStep};
use crate::bdd::failed::Failed;

/// What was reported so far.
#[derive(Debug, Default)]
pub(super) struct Writer {
    features: Vec<ToldFeature>,
}

impl Writer {
    /// One that gets what happens in the order of the files, however many scenarios run at once.
    pub(super) fn ordered() -> writer::Normalize<Actor, Self> {
        writer::Normalize::new(Self::default())
    }

    /// What was reported.
    pub(super) fn features(&self) -> &[ToldFeature] {
        &self.features
    }

    fn feature(&mut self, feature: &Feature, event: &event::Feature<Actor>) {
        match event {
            event::Feature::Started => self.features.push(ToldFeature {
                path: feature.path.clone().unwrap_or_default(),
                name: feature.name.clone(),
                scenarios: Vec::new(),
            }),
            event::Feature::Scenario(scenario, happened) => self.scenario(None, scenario, &happened.event),
            event::Feature::Rule(rule, event::Rule::Scenario(scenario, happened)) => {
                self.scenario(Some(rule), scenario, &happened.event);
            }
            event::Feature::Rule(_, event::Rule::Started | event::Rule::Finished)
            | event::Feature::Finished => {}
        }
    }

    fn scenario(&mut self, rule: Option<&Rule>, scenario: &Scenario, event: &event::Scenario<Actor>) {
        let feature = self.features.last_mut().expect("a feature starts before its scenarios");
        match event {
            event::Scenario::Started => feature.scenarios.push(ToldScenario {
                rule: rule.map(|rule| rule.name.clone()),
                name: scenario.name.clone(),
                line: scenario.position.line,
                tags: scenario.tags.clone(),
                steps: Vec::new(),
            }),
            event::Scenario::Background(step, happened) | event::Scenario::Step(step, happened) => {
                let scenario = feature.scenarios.last_mut().expect("a scenario starts before its steps");
                scenario.steps.extend(told(step, happened));
            }
            event::Scenario::Hook(..) | event::Scenario::Log(_) | event::Scenario::Finished => {}
        }
    }
}

fn told(step: &Step, event: &event::Step<Actor>) -> Option<ToldStep> {
    let failed = match event {
        event::Step::Started => return None,
        event::Step::Passed(..) => None,
        // Every line matches, so nothing is skipped for want of a function.
        event::Step::Skipped => Some(Failed::Defect("the step was skipped".to_owned())),
        event::Step::Failed(_, _, _, error) => Some(failure(error)),
    };
    Some(ToldStep {
        keyword: step.keyword.trim().to_owned(),
        text: step.value.clone(),
        line: step.position.line,
        failed,
    })
}

fn failure(error: &StepError) -> Failed {
    match error {
        StepError::Panic(info) => match info.downcast_ref::<Failed>() {
            Some(failed) => failed.clone(),
            None => Failed::Defect(error.to_string()),
        },
        StepError::NotFound | StepError::AmbiguousMatch(_) => Failed::Defect(error.to_string()),
    }
}

impl cucumber::Writer<Actor> for Writer {
    type Cli = cli::Empty;

    async fn handle_event(&mut self, event: parser::Result<Event<event::Cucumber<Actor>>>, _: &cli::Empty) {
        if let Ok(event::Cucumber::Feature(feature, event)) = event.map(Event::into_inner) {
            self.feature(&feature, &event);
        }
    }
}
