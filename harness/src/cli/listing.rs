//! `chaos list`: the places where faults can strike and which ones, without a search.

use std::sync::Arc;

use serde::Serialize;

use super::args::{Format, ListArgs};
use super::failure::Failure;
use super::selection::{Target, select};
use super::{ExitCode, Streams};
use crate::asl::Machine;
use crate::config::Config;
use crate::fault::{Burst, Offer, offers};
use crate::model::Model;
use crate::report::counted;

/// A machine, as `--format json` prints it.
#[derive(Serialize)]
struct Listed {
    name: String,
    source: String,
    valid: bool,
    sites: Vec<ListedSite>,
}

/// A task with what can be injected there.
#[derive(Serialize)]
struct ListedSite {
    path: String,
    integration: String,
    faults: Vec<ListedFault>,
}

/// A class, those that would show the same, and how long each lasts; no number stands for "every attempt".
#[derive(Serialize)]
struct ListedFault {
    class: String,
    same: Vec<String>,
    bursts: Vec<Option<u32>>,
}

pub(super) fn list(args: &ListArgs, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    let config = Config::find(&streams.folder)?;
    config.profile(args.selection.profile.as_deref())?;
    let targets = select(&args.selection, &config, &streams.folder)?;
    let listed: Vec<_> = targets.into_iter().map(Listed::new).collect();
    match args.format {
        Format::Json => {
            let text =
                serde_json::to_string_pretty(&listed).expect("views have only text, numbers and lists");
            writeln!(streams.out, "{text}")?;
        }
        Format::Human => listed.iter().try_for_each(|machine| machine.write(streams))?,
    }
    Ok(if listed.iter().all(|machine| machine.valid) { ExitCode::Clean } else { ExitCode::Usage })
}

impl Listed {
    fn new(target: Target) -> Self {
        let (name, source) = (target.definition.name, target.definition.source.display().to_string());
        match target.compiled.machine {
            Some(machine) => Self { name, source, valid: true, sites: sites(machine) },
            None => Self { name, source, valid: false, sites: Vec::new() },
        }
    }

    fn write(&self, streams: &mut Streams<'_>) -> Result<(), Failure> {
        let Self { name, source, .. } = self;
        if !self.valid {
            writeln!(streams.out, "{name} ({source}): AWS would refuse this definition; see `validate`\n")?;
            return Ok(());
        }
        let sites = counted(self.sites.len() as u64, "site");
        writeln!(streams.out, "{name} ({source}): {sites}")?;
        for site in &self.sites {
            writeln!(streams.out, "  {} ({})", site.path, site.integration)?;
            for fault in &site.faults {
                writeln!(streams.out, "    {}", fault.line())?;
            }
        }
        writeln!(streams.out)?;
        Ok(())
    }
}

impl ListedFault {
    fn new(offer: &Offer) -> Self {
        let attempts = |burst: &Burst| match burst {
            Burst::Attempts(count) => Some(*count),
            Burst::Forever => None,
            Burst::Attempt(_) => Some(1),
        };
        Self {
            class: offer.class.to_string(),
            same: offer.same.iter().map(ToString::to_string).collect(),
            bursts: offer.bursts.iter().map(attempts).collect(),
        }
    }

    /// `throttling for 1 or 4 attempts (the same: service-error)`
    fn line(&self) -> String {
        let count = |burst: &Option<u32>| burst.map_or_else(|| "all".to_owned(), |count| count.to_string());
        let bursts: Vec<_> = self.bursts.iter().map(count).collect();
        let noun = if self.bursts == [Some(1)] { "attempt" } else { "attempts" };
        let same = match self.same.as_slice() {
            [] => String::new(),
            same => format!(" (the same: {})", same.join(", ")),
        };
        format!("{} for {} {noun}{same}", self.class, bursts.join(" or "))
    }
}

fn sites(machine: Machine) -> Vec<ListedSite> {
    let model = Model::new(Arc::new(machine));
    let tasks = model.machine.states.iter().filter_map(|state| Some((state, state.task()?)));
    tasks
        .map(|(state, task)| ListedSite {
            path: state.path.to_string(),
            integration: task.integration.to_string(),
            faults: offers(&model, state).iter().map(ListedFault::new).collect(),
        })
        .collect()
}
