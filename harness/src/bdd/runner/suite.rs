//! What there is to run: the selected scenarios of all features, laid out and checked before anything runs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use cucumber::gherkin::{self, Background, Feature, Rule, Scenario};
use regex::Regex;

use super::board::Seat;
use super::check::check;
use super::gherkin::Readable;
use super::sources::Source;
use super::tags::Tags;
use super::told::{Fate, ToldFeature, ToldScenario, ToldStep};

use crate::bdd::failed::{Failed, Wrong};
use crate::bdd::stage::Tally;
use crate::walk::{Backend, Executor, Executors};

/// Which scenarios.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// With these tags.
    pub tags: Option<Tags>,
    /// With a name in which this is found.
    pub name: Option<Regex>,
}

/// What there is to run.
#[derive(Debug, Default)]
pub(super) struct Suite {
    /// Everything that is selected, as nothing has happened yet.
    pub(super) told: Vec<ToldFeature>,
    /// Features with the scenarios that run, for the Cucumber crate.
    pub(super) features: Vec<Feature>,
    /// Where each of them writes, and who runs it.
    pub(super) seats: BTreeMap<(PathBuf, usize), Seat>,
    pub(super) executors: BTreeMap<Seat, Executor>,
}

/// Who is to execute the scenarios.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// The backend that was asked for; without one, tags decide.
    pub(super) backend: Option<Backend>,
    /// Those that may be asked.
    pub(super) executors: &'a Executors,
}

/// What begins the tag that names a backend.
const BACKEND_TAG: &str = "backend:";

impl Suite {
    /// Selects, lays out and checks.
    pub(super) fn new(sources: Vec<Source>, selection: &Selection, wanted: Wanted<'_>) -> Self {
        let mut suite = Self::default();
        for source in sources {
            let scenarios = source.laid_out(selection);
            if !scenarios.is_empty() {
                suite.add(source, scenarios, wanted);
            }
        }
        suite
    }

    fn add(&mut self, source: Source, mut scenarios: Vec<ToldScenario>, wanted: Wanted<'_>) {
        let at = self.told.len();
        let file = source.feature().path.clone().unwrap_or_default();
        for (n, scenario) in scenarios.iter_mut().enumerate() {
            if !check(scenario) {
                continue;
            }
            match choose(&scenario.tags, wanted) {
                Ok(executor) => {
                    self.executors.insert((at, n), executor);
                    self.seats.insert((file.clone(), scenario.line), (at, n));
                }
                Err(failed) => scenario.problem = Some(failed),
            }
        }
        let Source { path, read: Readable { mut feature, .. }, .. } = source;
        self.told.push(ToldFeature {
            path,
            keyword: feature.keyword.clone(),
            name: feature.name.clone(),
            description: feature.description.clone().unwrap_or_default(),
            line: feature.position.line,
            tags: feature.tags.clone(),
            scenarios,
        });
        let runs = |scenario: &Scenario| self.seats.contains_key(&(file.clone(), scenario.position.line));
        feature.scenarios.retain(runs);
        feature.rules.iter_mut().for_each(|rule| rule.scenarios.retain(runs));
        feature.rules.retain(|rule| !rule.scenarios.is_empty());
        if !(feature.scenarios.is_empty() && feature.rules.is_empty()) {
            self.features.push(feature);
        }
    }
}

impl Source {
    /// Its selected scenarios, in the order of their lines.
    fn laid_out(&self, selection: &Selection) -> Vec<ToldScenario> {
        let own = self.feature().scenarios.iter().map(|scenario| (None, scenario));
        let rules = self.feature().rules.iter();
        let below = rules.flat_map(|rule| rule.scenarios.iter().map(move |scenario| (Some(rule), scenario)));
        own.chain(below)
            .map(|(rule, scenario)| laid_out(self.feature(), rule, scenario))
            .filter(|scenario| selection.wants(scenario))
            .filter(|scenario| self.wants(scenario.line))
            .collect()
    }
}

impl Selection {
    fn wants(&self, scenario: &ToldScenario) -> bool {
        self.tags.as_ref().is_none_or(|tags| tags.select(&scenario.tags))
            && self.name.as_ref().is_none_or(|name| name.is_match(&scenario.name))
    }
}

fn laid_out(feature: &Feature, rule: Option<&Rule>, scenario: &Scenario) -> ToldScenario {
    let background = |background: Option<&Background>| -> Vec<ToldStep> {
        let steps = background.map(|background| &background.steps[..]).unwrap_or_default();
        steps.iter().map(|step| told(step, true)).collect()
    };
    let mut steps = background(feature.background.as_ref());
    steps.extend(background(rule.and_then(|rule| rule.background.as_ref())));
    steps.extend(scenario.steps.iter().map(|step| told(step, false)));
    let inherited = feature.tags.iter().chain(rule.into_iter().flat_map(|rule| &rule.tags));
    let mut tags: Vec<String> = Vec::new();
    for tag in inherited.chain(&scenario.tags) {
        if !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
    ToldScenario {
        rule: rule.map(|rule| rule.name.clone()),
        keyword: scenario.keyword.clone(),
        name: scenario.name.clone(),
        description: scenario.description.clone().unwrap_or_default(),
        line: scenario.position.line,
        tags,
        problem: None,
        steps,
        tally: Tally::default(),
        took: Duration::ZERO,
        left_out: false,
    }
}

fn told(step: &gherkin::Step, in_background: bool) -> ToldStep {
    ToldStep {
        keyword: step.keyword.trim().to_owned(),
        text: step.value.clone(),
        line: step.position.line,
        doc_string: step.docstring.clone(),
        table: step.table.as_ref().map(|table| table.rows.clone()).unwrap_or_default(),
        in_background,
        fate: Fate::Unreached,
    }
}

/// Who runs a scenario with these tags. A tag names a backend on which the scenario makes sense; a scenario without
/// such a tag makes sense on all.
fn choose(tags: &[String], wanted: Wanted<'_>) -> Result<Executor, Failed> {
    let named = tags.iter().filter_map(|tag| tag.strip_prefix(BACKEND_TAG));
    let named: Vec<Backend> = named
        .map(Backend::parse)
        .collect::<Result<_, _>>()
        .map_err(|message| Failed::from(Wrong::new(message)))?;
    let default =
        if named.is_empty() || named.contains(&Backend::default()) { Backend::default() } else { named[0] };
    let chosen = wanted.backend.unwrap_or(default);
    if named.is_empty() || named.contains(&chosen) {
        return wanted.executors.of(chosen).cloned().ok_or_else(|| {
            let name = chosen.name();
            Failed::Skipped(format!("its tags say that it is for {name}, which only `--backend {name}` asks"))
        });
    }
    let names: Vec<&str> = named.iter().map(|backend| backend.name()).collect();
    Err(Failed::Skipped(format!(
        "its tags say that it is for {}, not for {}",
        names.join(" and "),
        chosen.name()
    )))
}
