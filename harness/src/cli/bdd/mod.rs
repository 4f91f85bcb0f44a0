//! `bdd`: runs Gherkin features.

mod action;
mod args;
mod output;
mod snapshots;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::accepting::today;
use super::backend::{Act, Performed};
use super::failure::Failure;
use super::selection::folder_join;
use super::settings::every_core;
use super::{Colour, ExitCode, Streams};
use crate::bdd::{self, Order, Place, Pretty, Selection, Snapshots, Terms, Told, Verdict};
use crate::campaign::Campaign;
use crate::walk::{Executor, Executors};
pub(super) use args::BddArgs;
use output::{Kind, Outputs};

/// Where features are, by default.
const FEATURES: &str = "features";

pub(super) fn bdd(program: &str, args: &BddArgs, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    if let Some(action) = &args.action {
        return action::act(program, action, streams);
    }
    let outputs = Outputs::new(args)?;
    let order = order(args, snapshots::mode(args.update)?, &streams.folder);
    let pretty = Pretty { colour: streams.out_colour, again: again(program, args) };
    let performed = args.backend.perform(streams, &mut |executor, act, streams| {
        let mut order = order.clone();
        order.executors = order.executors.with(executor.clone());
        if act == Act::Rehearsal {
            order.terms.snapshots = Snapshots::Compare;
        }
        Ok(bdd::run(&order, &mut |feature| match outputs.stdout {
            Some(Kind::Pretty) => pretty.feature(feature, streams.out).and_then(|()| streams.out.flush()),
            Some(Kind::Junit | Kind::Json) | None => Ok(()),
        })?)
    })?;
    let (told, code) = match performed {
        Performed::Done(told, code) => (told, code),
        Performed::Planned => return Ok(ExitCode::Clean),
    };
    match outputs.stdout {
        Some(Kind::Pretty) => pretty.ending(&told, streams.out)?,
        Some(kind) => write(kind, &told, &pretty, streams.out)?,
        None => {}
    }
    for (kind, file) in &outputs.files {
        let path = folder_join(&streams.folder, file);
        write_file(*kind, &told, &pretty, &path)
            .map_err(|error| Failure::Usage(format!("failed to write {}: {error}", file.display())))?;
    }
    if told.unreadable.is_empty() && told.scenarios().next().is_none() {
        return Err(Failure::NothingSelected(nothing(args, &order)));
    }
    let left = snapshots::tell(&told, is_whole(&order), args.unreferenced, streams)?;
    Ok(exit_code(&told).worst(left).worst(code))
}

fn order(args: &BddArgs, snapshots: Snapshots, folder: &Path) -> Order {
    let places = args.paths.iter().map(|path| Place::parse(path, folder)).collect();
    let by_default = || {
        let features = Path::new(FEATURES);
        let path = if folder.join(features).is_dir() { features } else { Path::new(".") };
        vec![Place { path: path.to_owned(), lines: Vec::new() }]
    };
    Order {
        places: if args.paths.is_empty() { by_default() } else { places },
        folder: folder.to_owned(),
        selection: Selection { tags: args.tags.clone(), name: args.name.clone() },
        concurrency: args.concurrency.unwrap_or_else(every_core),
        fail_fast: args.fail_fast,
        backend: args.backend.backend,
        executors: Executors::default(),
        terms: Terms {
            seed: args.seed.unwrap_or(Campaign::SEED),
            executor: Executor::simulator(),
            snapshots,
            show_values: args.show_values,
            today: args.today.unwrap_or_else(today),
        },
    }
}

/// Whether all scenarios of whole folders are run.
fn is_whole(order: &Order) -> bool {
    let Selection { tags, name } = &order.selection;
    let is_folder = |place: &Place| place.lines.is_empty() && order.folder.join(&place.path).is_dir();
    tags.is_none() && name.is_none() && !order.fail_fast && order.places.iter().all(is_folder)
}

/// The command that shows a scenario again, without its place.
fn again(program: &str, args: &BddArgs) -> String {
    let seed = args.seed.map(|seed| format!(" --seed {seed}")).unwrap_or_default();
    let backend =
        args.backend.backend.map(|backend| format!(" --backend {}", backend.name())).unwrap_or_default();
    let today = args.today.map(|today| format!(" --today {today}")).unwrap_or_default();
    format!("{program} bdd{seed}{backend}{today}")
}

fn write_file(kind: Kind, told: &Told, pretty: &Pretty, path: &Path) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let mut out = BufWriter::new(File::create(path)?);
    write(kind, told, pretty, &mut out)?;
    out.flush()
}

/// Writes everything at once, without colours.
fn write(kind: Kind, told: &Told, pretty: &Pretty, out: &mut dyn Write) -> std::io::Result<()> {
    let pretty = Pretty { colour: Colour::Plain, ..pretty.clone() };
    match kind {
        Kind::Pretty => {
            told.features.iter().try_for_each(|feature| pretty.feature(feature, out))?;
            pretty.ending(told, out)
        }
        Kind::Junit => bdd::junit(told, &pretty, out),
        Kind::Json => bdd::json(told, &pretty, out),
    }
}

/// Why there is nothing to run.
fn nothing(args: &BddArgs, order: &Order) -> String {
    let places: Vec<String> = order.places.iter().map(|place| place.path.display().to_string()).collect();
    let places = places.join(", ");
    let asked = [
        args.tags.as_ref().map(|tags| format!("the tags {tags}")),
        args.name.as_ref().map(|name| format!("a name with `{name}`")),
    ];
    let asked: Vec<String> = asked.into_iter().flatten().collect();
    if asked.is_empty() {
        format!("there is no scenario in {places}; name a feature file, or a folder with some")
    } else {
        format!("no scenario in {places} has {}", asked.join(" and "))
    }
}

/// The worst that happened decides; where everything was skipped, nothing was shown.
fn exit_code(told: &Told) -> ExitCode {
    let code = |verdict| match verdict {
        Verdict::LeftOut | Verdict::Passed | Verdict::Skipped => ExitCode::Clean,
        Verdict::Inconclusive => ExitCode::Inconclusive,
        Verdict::Failed => ExitCode::Finding,
        Verdict::Wrong => ExitCode::Usage,
        Verdict::Defect => ExitCode::Internal,
    };
    let unreadable = if told.unreadable.is_empty() { ExitCode::Clean } else { ExitCode::Usage };
    let codes = told.scenarios().map(|scenario| code(scenario.verdict()));
    let worst = codes.fold(unreadable, ExitCode::worst);
    let all_skipped = told.scenarios().all(|scenario| scenario.verdict() == Verdict::Skipped);
    if worst == ExitCode::Clean && all_skipped { ExitCode::NothingSelected } else { worst }
}
