//! Accepted findings: which day it is, and `--write-accepted`, a baseline to be reviewed.

use std::path::PathBuf;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::Streams;
use super::args::SearchArgs;
use super::failure::Failure;
use super::selection::folder_join;
use super::settings::Settings;
use crate::campaign::Outcome;
use crate::config::Config;
use crate::report::{accepted_toml, counted};

/// How long a written entry lasts, in days: a quarter is time to mend something, or to decide again.
const LASTS_DAYS: i32 = 90;

/// What accepting findings needs.
pub(super) struct Accepting {
    today: Date,
    file: Option<PathBuf>,
}

impl Accepting {
    /// Checks what was asked for before the search starts.
    pub(super) fn new(args: &SearchArgs, streams: &Streams<'_>) -> Result<Self, Failure> {
        let file = args.write_accepted.as_ref();
        if let Some(file) = file.filter(|file| folder_join(&streams.folder, file).exists())
            && !args.patching.overwrite
        {
            return Err(Failure::Usage(format!(
                "--write-accepted: {} exists; choose another name, or say --overwrite",
                file.display()
            )));
        }
        let file = file.map(|file| folder_join(&streams.folder, file));
        Ok(Self { today: args.today.unwrap_or_else(today), file })
    }

    /// Marks what is accepted, and writes what is not yet.
    pub(super) fn apply(
        &self,
        outcome: &mut Outcome,
        config: &Config,
        settings: &Settings,
        all_machines: bool,
        streams: &mut Streams<'_>,
    ) -> Result<(), Failure> {
        let judged = &settings.rules;
        let stale = crate::campaign::accept(&mut outcome.machines, &config.accepted, self.today, judged);
        // Where some machines were chosen, an entry may be for the others.
        outcome.stale = if all_machines { stale } else { Vec::new() };
        let Some(file) = &self.file else { return Ok(()) };
        let until = self.today.saturating_add(LASTS_DAYS.days());
        let (text, count) = accepted_toml(outcome, settings.fail_on, until, settings.values);
        std::fs::write(file, text)?;
        let count = counted(count, "finding");
        writeln!(
            streams.err,
            "wrote {} with {count}; give each a reason, and name the file in chaos.toml: accepted = \"FILE\"",
            file.display()
        )?;
        Ok(())
    }
}

/// The day in UTC: the only place of the program that asks.
#[expect(
    clippy::disallowed_methods,
    reason = "accepted findings expire, and `--today` makes a report reproducible"
)]
pub(super) fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}
