//! Whether fixes work: the patch of a finding is applied, the same campaign runs again, and the findings before and
//! after are compared.
//!
//! A patch moves handlers and adds states, so findings are known again by rule and path; the route only tells those
//! of one state apart.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::patched::patched;
use super::{Campaign, Finding, FixVerdict, MachineOutcome, MachineVerdict, Shown, replay_denying};
use crate::asl::Machine;
use crate::case::CaseFile;
use crate::oracle::PatchOperation;

/// Tries the fix of every finding and of all advice, each alone, and notes what becomes of it.
pub fn prove(campaign: &Campaign, outcome: &mut MachineOutcome) {
    let verdict = |finding: &Finding| Some(attempt(campaign, outcome, finding).0);
    let findings: Vec<_> = outcome.findings.iter().map(verdict).collect();
    let warnings: Vec<_> = outcome.warnings.iter().map(verdict).collect();
    let note = |(finding, verdict): (&mut Finding, Option<FixVerdict>)| finding.fix_verdict = verdict;
    outcome.findings.iter_mut().zip(findings).for_each(note);
    outcome.warnings.iter_mut().zip(warnings).for_each(note);
}

/// A machine after many fixes.
#[derive(Clone, Debug)]
pub struct Mended {
    /// The definition with all of them.
    pub machine: Arc<Machine>,
    /// The patches, one after the other.
    pub patch: Vec<PatchOperation>,
    /// The ids of the findings whose patches were applied, in order.
    pub applied: Vec<String>,
    /// What is still found.
    pub outcome: MachineOutcome,
}

/// Applies the patches of all findings that are `wanted`, one after the other, each to what the others left, as long
/// as each mends its own finding.
pub fn mend(
    campaign: &Campaign,
    outcome: MachineOutcome,
    wanted: &dyn Fn(&Finding) -> bool,
) -> Option<Mended> {
    let machine = outcome.machine.clone()?;
    let mut mended = Mended { machine, patch: Vec::new(), applied: Vec::new(), outcome };
    let mut tried = BTreeSet::new();
    let mut campaign = campaign.clone();
    loop {
        let all = mended.outcome.findings.iter().chain(&mended.outcome.warnings);
        let next = all
            .filter(|finding| !finding.violation.fix.asl_patch.is_empty() && wanted(finding))
            .find(|finding| !tried.contains(&finding.id));
        let Some(next) = next.cloned() else { return Some(mended) };
        tried.insert(next.id.clone());
        if let (FixVerdict::Proven { .. }, Some((machine, outcome))) =
            attempt(&campaign, &mended.outcome, &next)
        {
            campaign = campaign.against(machine.clone());
            mended.patch.extend(next.violation.fix.asl_patch);
            mended.applied.push(next.id);
            mended.machine = machine;
            mended.outcome = outcome;
        }
    }
}

/// What becomes of the machine with the fix of one finding, and the machine with what is found in it then.
fn attempt(
    campaign: &Campaign,
    before: &MachineOutcome,
    finding: &Finding,
) -> (FixVerdict, Option<(Arc<Machine>, MachineOutcome)>) {
    let Some(machine) = &before.machine else { return (FixVerdict::WordsOnly, None) };
    if finding.violation.fix.asl_patch.is_empty() {
        return (FixVerdict::WordsOnly, None);
    }
    let mended = match patched(machine, &finding.violation.fix.asl_patch) {
        Ok(mended) => mended,
        Err(why) => return (FixVerdict::DoesNotApply { why }, None),
    };
    let again = campaign.against(mended.clone());
    if let Some(how) = still_shown(&again, machine, &mended, finding) {
        return (FixVerdict::StillThere { how }, None);
    }
    let after = again.run();
    (compared(before, &after, finding), Some((mended, after)))
}

/// The case that proved the finding, run on the patched machine.
fn still_shown(
    campaign: &Campaign,
    machine: &Machine,
    mended: &Arc<Machine>,
    finding: &Finding,
) -> Option<String> {
    finding.history.as_ref()?;
    let case = CaseFile::of(finding, machine, "");
    let replayed = replay_denying(
        &case,
        mended,
        campaign.declarations.clone(),
        campaign.denied.clone(),
        campaign.executor.clone(),
    )
    .ok()?;
    match replayed.shown {
        Shown::Finding(shown) if shown.route == finding.violation.route => {
            Some("its own proof still shows it".to_owned())
        }
        Shown::Finding(_) | Shown::Failure | Shown::Nothing => None,
    }
}

/// What the findings of both machines say of the fix of one of them.
fn compared(before: &MachineOutcome, after: &MachineOutcome, mended: &Finding) -> FixVerdict {
    if after.verdict == MachineVerdict::BaselineFailed && before.verdict != MachineVerdict::BaselineFailed {
        return FixVerdict::Unproven { why: "the patched machine fails without any fault".to_owned() };
    }
    let is_known = |construct: &str| before.unknowns.iter().any(|unknown| unknown.construct == construct);
    if let Some(unknown) = after.unknowns.iter().find(|unknown| !is_known(&unknown.construct)) {
        let why = format!("{} is not simulated: {}", unknown.construct, unknown.detail);
        return FixVerdict::Unproven { why };
    }
    let target = Sight::of(before, mended);
    let mut known: Vec<Sight<'_>> = sights(before).filter(|sight| sight.finding.id != mended.id).collect();
    let mut new: Vec<Sight<'_>> = sights(after).collect();
    pair(&mut known, &mut new, mended, Sight::is_same);
    pair(&mut known, &mut new, mended, Sight::is_near);
    if let Some(rest) = new.iter().find(|sight| sight.is_same(&target) || sight.is_near(&target)) {
        return FixVerdict::StillThere { how: rest.told() };
    }
    let (grave, mild): (Vec<_>, Vec<_>) = new.iter().partition(|sight| sight.severity() >= target.severity());
    let told = |sights: Vec<&Sight<'_>>| sights.into_iter().map(Sight::told).collect::<Vec<_>>();
    if grave.is_empty() {
        FixVerdict::Proven { milder: told(mild) }
    } else {
        FixVerdict::BringsNew { findings: told(grave) }
    }
}

/// Takes out of both lists what is the same finding before and after. What has become as severe as the mended finding
/// and was not before stays among the new ones.
fn pair<'o>(
    known: &mut Vec<Sight<'o>>,
    new: &mut Vec<Sight<'o>>,
    mended: &Finding,
    is_same: impl Fn(&Sight<'o>, &Sight<'o>) -> bool,
) {
    new.retain(|sight| {
        let Some(at) = known.iter().position(|old| is_same(old, sight)) else { return true };
        let old = known.remove(at);
        sight.severity() > old.severity() && sight.severity() >= mended.violation.severity
    });
}

/// A finding by what does not change when other parts of the definition do.
struct Sight<'o> {
    finding: &'o Finding,
    /// The state to change; none where one finding stands for a habit or for the machine.
    place: Option<String>,
    /// Every state that shows it.
    states: BTreeSet<String>,
}

fn sights(outcome: &MachineOutcome) -> impl Iterator<Item = Sight<'_>> {
    outcome.findings.iter().chain(&outcome.warnings).map(|finding| Sight::of(outcome, finding))
}

impl<'o> Sight<'o> {
    fn of(outcome: &MachineOutcome, finding: &'o Finding) -> Self {
        let path = |id| outcome.machine.as_ref().map(|machine| machine.state(id).path.to_string());
        let violation = &finding.violation;
        Self {
            finding,
            place: violation.fingerprint().state.and_then(path),
            states: violation.state.iter().chain(&violation.states).filter_map(|id| path(*id)).collect(),
        }
    }

    fn severity(&self) -> crate::oracle::Severity {
        self.finding.violation.severity
    }

    /// The same fingerprint.
    fn is_same(&self, other: &Self) -> bool {
        let (mine, yours) = (&self.finding.violation, &other.finding.violation);
        mine.rule == yours.rule && self.place == other.place && mine.route == yours.route
    }

    /// The same rule at the same state; the route names handlers by number, which an edit moves.
    fn is_near(&self, other: &Self) -> bool {
        let (mine, yours) = (&self.finding.violation, &other.finding.violation);
        mine.rule == yours.rule
            && ((self.states.is_empty() && other.states.is_empty())
                || !self.states.is_disjoint(&other.states))
    }

    /// `high handler-fails at Undo`
    fn told(&self) -> String {
        let violation = &self.finding.violation;
        let place = self.states.iter().next().map_or("the machine", String::as_str);
        format!("{} {} at {place}: {}", violation.severity, violation.rule, violation.title)
    }
}
