//! Parity of the scenario library, and of ten published definitions, with a Step Functions API on loopback, whose address
//! `SFN_CHAOS_PARITY_ENDPOINT` gives; it takes minutes, so that the gate leaves it out. `SFN_CHAOS_CORPUS` names the folder
//! of the definitions.
//!
//! The endpoint is an emulator with errors of its own. Those that are known stand here by name; anything else that the
//! two disagree about fails.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a test that reports what it found")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use sfn_chaos::asl::{Kind as StateKind, compile};
use sfn_chaos::aws::{Keeping, Pace, Patience, Quota, Service};
use sfn_chaos::generate::Examples;
use sfn_chaos::load::{Definition, LoadOptions, definitions};
use sfn_chaos::model::Model;
use sfn_chaos::parity::{Disagreement, Kind, MachineParity, cases, compare};
use sfn_chaos::search::Arena;
use sfn_chaos::sim::{Limits, Start};
use sfn_chaos::walk::Executor;
use sfn_chaos_tests::scenario::{self, Version};

/// Cases of a machine.
const CASES: usize = 12;
/// Definitions of the corpus.
const PUBLISHED: usize = 10;

#[test]
fn only_known_errors_of_the_endpoint_keep_it_from_agreeing() {
    let Some(url) = std::env::var_os("SFN_CHAOS_PARITY_ENDPOINT") else {
        println!("skipped: no endpoint; SFN_CHAOS_PARITY_ENDPOINT is not set");
        return;
    };
    let quota = Quota { burst: 10_000, per_second: 10_000.0 };
    let pace = Pace { quota, keeping: Keeping::InMemory, ..Pace::default() };
    let url = url.to_string_lossy().parse().unwrap();
    let service = Service::on_loopback(&url, "us-east-1", &Patience::default(), pace).unwrap();
    let mut found = Vec::new();
    for folder in scenario::names() {
        for version in [Version::Flawed, Version::Repaired] {
            let definition = scenario::definition(&folder, version);
            found.extend(parity(&definition, &scenario::examples(&folder, version), &service));
        }
    }
    if let Some(folder) = std::env::var_os("SFN_CHAOS_CORPUS") {
        for definition in published(Path::new(&folder)) {
            found.extend(parity(&definition, &Examples::default(), &service));
        }
    }
    print(&found);
    assert_eq!(service.ended(), None);
    let unanswered: usize = found.iter().map(|parity| parity.unanswered).sum();
    let (requests, agreeing) = (sum(&found, |it| it.requests), sum(&found, |it| it.agreeing));
    assert!(unanswered == 0 && requests > 100 && agreeing * 2 > requests, "{agreeing} of {requests} agree");
    let all = found.iter().flat_map(|parity| parity.disagreements.iter().map(move |it| (parity, it)));
    let unexpected: Vec<_> = all.filter(|(parity, it)| error_of_the_endpoint(parity, it).is_none()).collect();
    let told = |(parity, it): &(&MachineParity, &Disagreement)| {
        let state = it.state.map(|state| parity.machine.state(state).path.to_string());
        format!(
            "{} {state:?} {} `{}`: {:?}",
            parity.machine.name, it.difference.field, it.plan, it.difference.places
        )
    };
    assert!(unexpected.is_empty(), "{}", unexpected.iter().map(told).collect::<Vec<_>>().join("\n"));
}

fn sum(found: &[MachineParity], of: fn(&MachineParity) -> usize) -> usize {
    found.iter().map(of).sum()
}

/// The first small definitions of the corpus, by their names, that AWS would take.
fn published(folder: &Path) -> Vec<Definition> {
    let mut paths: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let options = LoadOptions::default();
    let loaded = paths.iter().filter_map(|path| definitions(path, &options).ok()).flatten();
    loaded.filter(|definition| compile(definition).machine.is_some()).take(PUBLISHED).collect()
}

fn parity(definition: &Definition, examples: &Examples, service: &Service) -> Option<MachineParity> {
    let machine = compile(definition).machine?;
    let arena = Arena {
        machine_type: definition.declared_type.unwrap_or_default(),
        model: Arc::new(Model::new(Arc::new(machine))),
        seed: 1,
        start: Start::default(),
        limits: Limits { events_max: 1_000, ..Limits::default() },
        oracles: Vec::new(),
        executor: Executor::simulator(),
    };
    let cases = cases(&arena, examples, CASES);
    Some(compare(&arena, &cases, service, NonZeroUsize::new(4).unwrap()))
}

fn print(found: &[MachineParity]) {
    println!(
        "machines {}, cases {} of {}, states {}, requests {}, agree {}, differ {}, unanswered {}, otherwise {}",
        found.len(),
        sum(found, |it| it.cases),
        sum(found, |it| it.cases_all),
        sum(found, |it| it.states),
        sum(found, |it| it.requests),
        sum(found, |it| it.agreeing),
        sum(found, |it| it.differing),
        sum(found, |it| it.unanswered),
        sum(found, |it| it.otherwise)
    );
    let mut errors: BTreeMap<(&str, Kind, &str), (usize, String)> = BTreeMap::new();
    for parity in found {
        for it in &parity.disagreements {
            let error = error_of_the_endpoint(parity, it).unwrap_or("?");
            let entry = errors.entry((error, it.difference.kind, &it.difference.field)).or_default();
            entry.0 += 1;
            if entry.0 <= 3 {
                let state = it.state.map(|state| parity.machine.state(state).path.to_string());
                let places = format!("{:?}", it.difference.places);
                let name = &parity.machine.name;
                write!(entry.1, "\n    {name} {state:?} `{}` {places:.600}", it.plan).expect("a text");
            }
        }
    }
    for ((error, kind, field), (count, first)) in errors {
        println!("  {count:>4} {} {field}: {error}{first}", kind.name());
    }
}

/// The known error of the endpoint that a disagreement comes from.
fn error_of_the_endpoint(parity: &MachineParity, disagreement: &Disagreement) -> Option<&'static str> {
    let state = parity.machine.state(disagreement.state?);
    let _ = matches!(state.kind, StateKind::Task(_));
    None
}
