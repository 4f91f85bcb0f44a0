//! Everything that one machine goes through: baselines, search, judges, reduction, ranking.

use std::num::NonZeroUsize;
use std::sync::Arc;

use super::findings::{finding_id, rank};
use super::record::{Record, Watched};
use super::{Finding, IntentSummary, MachineOutcome, MachineVerdict, PhaseCount};
use crate::advice::{self, Advice, AdviceId, Setting};
use crate::asl::{Machine, MachineType, Problem, StateId};
use crate::catalog::Service;
use crate::contested::Rules;
use crate::fault::Plan;
use crate::generate::{self, Baselines, Examples, Origin, Scenario};
use crate::history::{History, Outcome, Unknown};
use crate::mock::{Author, Script};
use crate::model::{Declarations, Denied, Model};
use crate::oracle::{self, Oracle, RuleId, Verdict};
use crate::search::{Arena, Budget, Ground, Judged, Phase, Search, Trial, search};
use crate::sim::{Case, Limits, Start};
use crate::value::Value;
use crate::walk::Executor;

/// A campaign against one machine; everything but the machine has a default.
///
/// ```
/// use std::sync::Arc;
/// use sfn_chaos::{asl, campaign::Campaign};
///
/// let machine = asl::compile_text("wait", r#"{
///     "StartAt": "Pause", "States": { "Pause": { "Type": "Wait", "Seconds": 5, "End": true } }
/// }"#).expect("a valid definition");
/// Campaign::new(Arc::new(machine)).run().assert_clean();
/// ```
#[derive(Clone)]
pub struct Campaign {
    pub(super) machine: Arc<Machine>,
    source: String,
    problems: Vec<Problem>,
    machine_type: MachineType,
    inputs: Vec<(String, Value)>,
    mocks: Vec<(String, Script)>,
    seed: u64,
    threads: NonZeroUsize,
    budget: Budget,
    pub(super) phases: Vec<Phase>,
    start: Start,
    limits: Limits,
    pub(super) executor: Executor,
    oracles: Vec<&'static dyn Oracle>,
    pub(super) rules: Vec<RuleId>,
    advice: Vec<AdviceId>,
    logs_off: bool,
    contested: Rules,
    pub(super) declarations: Declarations,
    pub(super) denied: Vec<Denied>,
    undecided: Vec<String>,
    #[cfg(feature = "bdd")]
    scenarios: Option<Vec<Scenario>>,
}

impl Campaign {
    /// The seed of a campaign that is given none.
    pub const SEED: u64 = 1;

    /// A Standard execution ends at 25,000 events, and so does each child of a distributed Map. What goes on for much
    /// more steps than that has got into a loop that takes no time, which only an Express execution can.
    pub(crate) const STEPS_MAX: u64 = 200_000;

    /// A campaign with every phase and every judge, generated inputs and answers, on one thread.
    pub fn new(machine: Arc<Machine>) -> Self {
        Self {
            source: machine.document.file.name.clone(),
            problems: Vec::new(),
            machine_type: machine.declared_type.unwrap_or_default(),
            inputs: Vec::new(),
            mocks: Vec::new(),
            seed: Self::SEED,
            threads: NonZeroUsize::MIN,
            budget: Budget::default(),
            phases: Phase::ALL.to_vec(),
            start: Start::default(),
            limits: Limits { steps_max: Self::STEPS_MAX, ..Limits::default() },
            executor: Executor::simulator(),
            oracles: oracle::all().to_vec(),
            rules: RuleId::ALL.to_vec(),
            advice: AdviceId::ALL.to_vec(),
            logs_off: false,
            contested: Rules::default(),
            declarations: Declarations::default(),
            denied: Vec::new(),
            undecided: Vec::new(),
            #[cfg(feature = "bdd")]
            scenarios: None,
            machine,
        }
    }

    /// The file that the machine came from, as reports name it.
    #[must_use]
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = source.into();
        self
    }

    /// Warnings about the definition, to be reported with the rest.
    #[must_use]
    pub fn problems(mut self, problems: Vec<Problem>) -> Self {
        self.problems = problems;
        self
    }

    /// Standard or Express, where the definition does not say or says otherwise.
    #[must_use]
    pub fn machine_type(mut self, machine_type: MachineType) -> Self {
        self.machine_type = machine_type;
        self
    }

    /// Inputs to start from, each with a name for reports; without any they are generated.
    #[must_use]
    pub fn inputs(mut self, inputs: Vec<(String, Value)>) -> Self {
        self.inputs = inputs;
        self
    }

    /// Answers of tasks, each set with a name for reports; what they do not say is generated.
    #[must_use]
    pub fn mocks(mut self, mocks: Vec<(String, Script)>) -> Self {
        self.mocks = mocks;
        self
    }

    /// Where everything random comes from.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many threads share the runs; the result is the same for any number.
    #[must_use]
    pub fn threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = threads;
        self
    }

    /// Who executes the cases; by default the simulator.
    #[must_use]
    pub fn executor(mut self, executor: Executor) -> Self {
        self.executor = executor;
        self
    }

    /// How much to search.
    #[must_use]
    pub fn budget(mut self, budget: Budget) -> Self {
        self.budget = budget;
        self
    }

    /// Which phases follow the baseline.
    #[must_use]
    pub fn phases(mut self, phases: &[Phase]) -> Self {
        self.phases = phases.to_vec();
        self
    }

    /// How each execution is started: its name, its time, and how long an attempt takes.
    #[must_use]
    pub fn start(mut self, start: Start) -> Self {
        self.start = start;
        self
    }

    /// Where each run stops.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Other judges than those of [`oracle::all`].
    #[must_use]
    pub fn oracles(mut self, oracles: &[&'static dyn Oracle]) -> Self {
        self.oracles = oracles.to_vec();
        self
    }

    /// Only findings of these rules.
    #[must_use]
    pub fn rules(mut self, rules: &[RuleId]) -> Self {
        self.rules = rules.to_vec();
        self
    }

    /// Only advice of these ids. Without any, not even warnings of rules are given.
    #[must_use]
    pub fn advice(mut self, advice: &[AdviceId]) -> Self {
        self.advice = advice.to_vec();
        self
    }

    /// The template says that executions are not logged.
    #[must_use]
    pub fn logs_off(mut self, logs_off: bool) -> Self {
        self.logs_off = logs_off;
        self
    }

    /// The rules on which documentation and recordings of AWS disagree, otherwise than by default.
    #[must_use]
    pub fn contested(mut self, rules: Rules) -> Self {
        self.contested = rules;
        self
    }

    /// What the user declares about tasks: effects, keys, signals.
    #[must_use]
    pub fn declarations(mut self, declarations: Declarations) -> Self {
        self.declarations = declarations;
        self
    }

    /// What the role of the machine lacks, and which permissions cannot be decided, in words.
    #[must_use]
    pub fn permissions(mut self, denied: Vec<Denied>, undecided: Vec<String>) -> Self {
        self.denied = denied;
        self.undecided = undecided;
        self
    }

    /// Starts from these scenarios and no others: nothing is varied.
    #[cfg(feature = "bdd")]
    pub(crate) fn starting_from(mut self, scenarios: Vec<Scenario>) -> Self {
        self.scenarios = Some(scenarios);
        self
    }

    /// Runs it all.
    pub fn run(self) -> MachineOutcome {
        self.watched(&mut |_, _| ())
    }

    /// Runs it all. `watch` sees every run, with what it started from, in an order that does not depend on the threads.
    pub(crate) fn watched(self, watch: &mut dyn FnMut(&[Ground], &Judged)) -> MachineOutcome {
        let arena = self.arena();
        let baselines = self.baselines(&arena);
        let mut grounds = grounds(&baselines);
        let mut record =
            Watched { record: Record::new(self.rules.clone(), baselines.unknowns.clone()), watch };
        for ground in 0..grounds.len() {
            let judged = arena.judge(&grounds, Trial { ground, plan: Plan::default() });
            record.take(&arena, &grounds, &judged);
        }
        let usual = grounds.len();
        let mut load_runs = self.loads(&arena, &mut grounds, &mut record);
        load_runs += self.stampedes(&arena, &mut grounds, &mut record);
        for (scenario, history) in &baselines.blamed {
            grounds.push(Ground { scenario: scenario.clone(), history: history.clone() });
            let ground = grounds.len() - 1;
            let judged = arena.judge(&grounds, Trial { ground, plan: Plan::default() });
            record.take(&arena, &grounds, &judged);
        }
        let mut phases = vec![PhaseCount { phase: "baseline", runs: baselines.runs + load_runs }];
        let stopped_because = if baselines.usable() {
            self.search(&arena, &grounds[..usual], &mut record, &mut phases)
        } else {
            "no scenario succeeds without faults".to_owned()
        };
        let record = record.record;
        let scenarios = || grounds[..usual].iter().map(|ground| &ground.scenario);
        let mut assumptions = assumptions(&self.machine, scenarios());
        assumptions.extend(self.undecided.iter().cloned());
        let spare = scenarios().next().cloned().unwrap_or_else(nothing_known);
        let mut warnings = warnings(&arena, &spare, &self.rules);
        let rules = record.rules();
        let intents = record.intents(&arena.model);
        let coverage = record.coverage(&self.machine);
        let unknowns = record.unknowns().to_vec();
        let findings = record.findings(&arena, &grounds, &self.budget, self.threads);
        // What a run has proven needs no advice.
        warnings.retain(|warning| {
            let cause = warning.violation.fingerprint();
            findings
                .iter()
                .all(|finding| finding.id != warning.id && finding.violation.fingerprint() != cause)
        });
        if self.advice.is_empty() {
            warnings.clear();
        }
        MachineOutcome {
            advice: self.advise(&arena.model, &findings, &warnings),
            name: self.machine.name.to_string(),
            source: self.source,
            verdict: verdict(&baselines, &findings, &unknowns, &intents),
            machine: Some(self.machine),
            problems: self.problems,
            phases,
            coverage,
            findings,
            warnings,
            rules,
            intents,
            unknowns,
            assumptions,
            baselines: grounds
                .into_iter()
                .take(usual)
                .map(|ground| (ground.scenario, ground.history))
                .collect(),
            stopped_because,
        }
    }

    /// The advice that is asked for, without what findings and warnings say of the same states.
    fn advise(&self, model: &Model, findings: &[Finding], warnings: &[Finding]) -> Vec<Advice> {
        let setting = Setting { machine_type: self.machine_type, logs_off: self.logs_off };
        let found = |rule: RuleId, state: StateId| {
            findings.iter().chain(warnings).any(|finding| {
                let violation = &finding.violation;
                violation.rule == rule
                    && (violation.state == Some(state) || violation.states.contains(&state))
            })
        };
        let wanted =
            advice::advise(model, setting).into_iter().filter(|advice| self.advice.contains(&advice.id));
        wanted.filter_map(|advice| advice.without_found(found)).collect()
    }

    /// A case with what all runs share, for the search for baselines.
    fn any_case(&self) -> Case {
        let case = Case::started(Value::Null, self.start.clone());
        Case { machine_type: self.machine_type, seed: self.seed, ..case }
    }

    /// What all runs share.
    pub(super) fn arena(&self) -> Arena {
        let model = Model::new(self.machine.clone()).under(self.contested);
        Arena {
            model: Arc::new(model.declare(self.declarations.clone()).denying(self.denied.clone())),
            machine_type: self.machine_type,
            seed: self.seed,
            start: self.start.clone(),
            limits: self.limits,
            oracles: self.oracles.clone(),
            executor: self.executor.clone(),
        }
    }

    /// How the machine runs without faults.
    fn baselines(&self, arena: &Arena) -> Baselines {
        #[cfg(feature = "bdd")]
        if let Some(scenarios) = &self.scenarios {
            let run = |scenario: &Scenario| {
                let ground = arena.ground(scenario.clone());
                (ground.scenario, ground.history)
            };
            return Baselines::given(&arena.model, scenarios.iter().map(run).collect());
        }
        let examples = Examples { inputs: self.inputs.clone(), scripts: self.mocks.clone() };
        generate::baselines(&arena.model, &examples, self.any_case())
    }

    /// Searches from the baselines that succeed; says why it stopped.
    fn search(
        &self,
        arena: &Arena,
        grounds: &[Ground],
        record: &mut Watched<'_>,
        phases: &mut Vec<PhaseCount>,
    ) -> String {
        let settings = Search { phases: self.phases.clone(), budget: self.budget, threads: self.threads };
        let summary = search(arena, grounds, &settings, &mut |judged| record.take(arena, grounds, judged));
        phases
            .extend(summary.runs.iter().map(|(phase, runs)| PhaseCount { phase: phase.name(), runs: *runs }));
        summary.stopped_because
    }
}

/// The scenarios of the baselines, and the run that explains why none goes well.
fn grounds(baselines: &Baselines) -> Vec<Ground> {
    let mut grounds: Vec<Ground> = Vec::new();
    for (scenario, history) in baselines.scenarios.iter().chain(&baselines.failing) {
        if !grounds.iter().any(|ground| Arc::ptr_eq(&ground.history, history)) {
            grounds.push(Ground { scenario: scenario.clone(), history: history.clone() });
        }
    }
    grounds
}

fn verdict(
    baselines: &Baselines,
    findings: &[Finding],
    unknowns: &[Unknown],
    intents: &[IntentSummary],
) -> MachineVerdict {
    if !baselines.usable() {
        let explains =
            |(_, history): &(Scenario, Arc<History>)| !matches!(history.outcome, Outcome::Unknown(_));
        let explained = baselines.failing.as_ref().is_some_and(explains);
        return if explained || unknowns.is_empty() {
            MachineVerdict::BaselineFailed
        } else {
            MachineVerdict::Unknown
        };
    }
    // What the user declared and no run could try is not passed.
    let untried = intents.iter().any(|intent| intent.verdict == Verdict::Vacuous);
    match (findings.is_empty(), unknowns.is_empty() && !untried) {
        (false, _) => MachineVerdict::Violated,
        (true, false) => MachineVerdict::Unknown,
        (true, true) => MachineVerdict::Clean,
    }
}

/// What was taken for granted.
fn assumptions<'s>(machine: &Machine, mut scenarios: impl Iterator<Item = &'s Scenario>) -> Vec<String> {
    let mut assumptions = Vec::new();
    let unresolved: Vec<&str> = machine
        .states
        .iter()
        .filter(|state| state.task().is_some_and(|task| task.integration.kind == Service::Unresolved))
        .map(|state| &*state.path)
        .collect();
    if !unresolved.is_empty() {
        let (tasks, have) = if unresolved.len() == 1 { ("task", "has") } else { ("tasks", "have") };
        assumptions.push(format!(
            "{} {tasks} ({}) {have} a resource without a known value and {} taken for Lambda functions",
            unresolved.len(),
            unresolved.join(", "),
            if unresolved.len() == 1 { "is" } else { "are" },
        ));
    }
    let is_generated =
        |scenario: &Scenario| scenario.script.answers.values().any(|answers| answers.by == Author::Generated);
    if scenarios.any(is_generated) {
        assumptions
            .push("results of tasks without mocks are generated from what the definition reads".to_owned());
    }
    assumptions
}

/// What the definition alone shows.
fn warnings(arena: &Arena, scenario: &Scenario, rules: &[RuleId]) -> Vec<Finding> {
    let advice = oracle::advice(&arena.model).into_iter().filter(|violation| rules.contains(&violation.rule));
    let mut warnings: Vec<Finding> = advice
        .map(|violation| Finding {
            id: finding_id(&arena.model.machine, &violation),
            violation,
            case: arena.case(scenario, &Plan::default()),
            scenario: scenario.clone(),
            history: None,
            accepted: None,
            count: 0,
            also: Vec::new(),
            fix_verdict: None,
        })
        .collect();
    rank(&mut warnings);
    warnings
}

/// The scenario of a machine that has none.
fn nothing_known() -> Scenario {
    Scenario {
        name: "none".to_owned(),
        input: Value::empty_object(),
        script: Arc::default(),
        origin: Origin::Generated,
    }
}
