//! The backend `test-state`: what will be asked is found out first and told, then the guard decides, then AWS is asked.

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use super::backend::{Act, BackendArgs, Performed, Work};
use super::failure::Failure;
use super::{ExitCode, Progress, Streams, access_aws};
use crate::aws::{Cleared, Counts, Keeping, Quota, Service};
use crate::report::{Colour, counted};
use crate::value::Value;
use crate::walk::{Backend, Executor, Rehearsal};

impl BackendArgs {
    pub(super) fn perform_on_aws<T>(
        &self,
        streams: &mut Streams<'_>,
        work: &mut Work<'_, T>,
    ) -> Result<Performed<T>, Failure> {
        // One that shows everything and sends nothing needs no permission.
        let checked = if self.dry_run { None } else { Some(access_aws::checked(&self.aws, streams)?) };
        let rehearsal = Arc::new(Rehearsal::default());
        let rehearsing = Executor::asking(Backend::TestState, rehearsal.clone());
        silently(&streams.folder, |silent| work(&rehearsing, Act::Rehearsal, silent))?;
        let requests = rehearsal.requests();
        let Some(checked) = checked else {
            return show(&requests, streams).map(|()| Performed::Planned);
        };
        writeln!(streams.err, "{}", plan(requests.len() as u64, checked.settings().quota))?;
        let cleared = access_aws::cleared(checked)?;
        let service = Arc::new(self.service(&cleared, requests.len(), streams)?);
        let executor = Executor::asking(Backend::TestState, service.clone());
        let done = work(&executor, Act::Performance, streams)?;
        let code = tell(&service, streams)?;
        Ok(Performed::Done(done, code))
    }

    fn service(
        &self,
        cleared: &Cleared,
        planned: usize,
        streams: &mut Streams<'_>,
    ) -> Result<Service, Failure> {
        let (account, region) = (cleared.account(), &cleared.settings().region.value);
        writeln!(streams.err, "note: TestState of account {account} in {region}, as {}", cleared.arn())?;
        let folder = cleared.settings().cache.clone().unwrap_or_else(|| streams.folder.join(CACHE));
        let keeping = match (self.no_cache, self.refresh) {
            (true, _) => Keeping::InMemory,
            (false, true) => Keeping::Anew(folder),
            (false, false) => Keeping::In(folder),
        };
        let service = cleared.service(keeping)?;
        Ok(match streams.err_progress {
            Progress::Line => service.with_progress(move |counts| progress(counts, planned)),
            Progress::Silent => service,
        })
    }
}

/// Where answers are kept unless `chaos.toml` names another folder.
pub(super) const CACHE: &str = ".sfn-chaos/test-state";

/// The plan: how many calls, and how long they take at least.
fn plan(requests: u64, quota: Quota) -> String {
    let calls = counted(requests, "call");
    let seconds = quota.time_for(requests).as_secs_f64().ceil() as u64;
    format!(
        "plan: {calls} of TestState at most, about {}; what is kept of earlier runs is not asked again",
        counted(seconds, "second")
    )
}

/// Every request that would be sent, a line each.
fn show(requests: &[Value], streams: &mut Streams<'_>) -> Result<(), Failure> {
    for request in requests {
        writeln!(streams.out, "{}", request.to_json())?;
    }
    writeln!(streams.err, "{}; none was sent", plan(requests.len() as u64, Quota::default()))?;
    Ok(())
}

/// What was asked, and whether everything was answered.
fn tell(service: &Service, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    if streams.err_progress == Progress::Line {
        write!(streams.err, "{ERASE}")?;
    }
    for note in service.notes() {
        writeln!(streams.err, "note: {note}")?;
    }
    let Counts { answered, kept, sent, throttled, unanswered, .. } = service.counts();
    let asked = counted(answered, "request");
    writeln!(
        streams.err,
        "note: TestState answered {asked}; {kept} had been answered before; {sent} sent, {throttled} throttled"
    )?;
    match service.ended() {
        Some(why) => writeln!(streams.err, "error: {why}")?,
        None if unanswered > 0 => {
            writeln!(streams.err, "error: {} had no answer", counted(unanswered, "request"))?;
        }
        None => return Ok(ExitCode::Clean),
    }
    Ok(ExitCode::Inconclusive)
}

/// Back to the first column, and away with what stands there (ECMA-48, EL).
const ERASE: &str = "\r\x1b[K";

/// Rewrites the line of a terminal. Several threads ask, and the streams of the command are another's.
fn progress(counts: &Counts, planned: usize) {
    let done = counts.answered + counts.kept + counts.unanswered;
    let mut screen = io::stderr().lock();
    // A line that cannot be shown is not missed.
    let _ = write!(screen, "{ERASE}[{done}/{planned}] TestState, {} sent", counts.sent);
    let _ = screen.flush();
}

/// Work that nobody sees.
fn silently<T>(
    folder: &Path,
    work: impl FnOnce(&mut Streams<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let (mut out, mut err) = (io::sink(), io::sink());
    work(&mut Streams {
        out: &mut out,
        err: &mut err,
        out_colour: Colour::Plain,
        err_progress: Progress::Silent,
        folder: folder.to_owned(),
    })
}
