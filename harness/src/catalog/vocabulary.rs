//! What the words of an enumeration say about work that is waited for, where no table knows the API.
//!
//! Careful on purpose: a word that is not known for sure is ambiguous, and no judge holds an ambiguous end against a
//! workflow.

/// What a status says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meaning {
    /// The work is done.
    Success,
    /// It ended, but not well.
    Failure,
    /// It has not ended.
    Pending,
    /// It depends on what is waited for, or nobody knows.
    Ambiguous,
}

/// Ends of work that went well.
const WELL: [&str; 16] = [
    "SUCCEEDED",
    "SUCCESS",
    "SUCCESSFUL",
    "SUCCEED",
    "COMPLETED",
    "COMPLETE",
    "FINISHED",
    "DONE",
    "AVAILABLE",
    "ACTIVE",
    "READY",
    "INSERVICE",
    "IN_SERVICE",
    "INSYNC",
    "IN_SYNC",
    "DEPLOYED",
];
/// Ends that are bad whatever they are the end of.
const ILL: [&str; 20] = [
    "FAILED",
    "FAILURE",
    "FAIL",
    "ERROR",
    "ERRORED",
    "FAULT",
    "FAULTED",
    "ABORTED",
    "CANCELLED",
    "CANCELED",
    "TIMED_OUT",
    "TIMEDOUT",
    "TIMEOUT",
    "EXPIRED",
    "CRASHED",
    "KILLED",
    "CREATE_FAILED",
    "UPDATE_FAILED",
    "DELETE_FAILED",
    "INTERNAL_FAILURE",
];
/// Work that is not over, besides all words in `…ING` and those that are pending or in progress.
const ON_THE_WAY: [&str; 10] = [
    "QUEUED",
    "SUBMITTED",
    "SCHEDULED",
    "INITIATED",
    "INITIALIZED",
    "INPROGRESS",
    "IN_PROGRESS",
    "NOT_STARTED",
    "PICKED",
    "RUNNABLE",
];
/// Ends of a job by somebody's hand; a thing that can be started again merely rests.
const STOPPED: &str = "STOPPED";
/// Words that only jobs have as their good end.
const DONE: [&str; 8] =
    ["SUCCEEDED", "SUCCESS", "SUCCESSFUL", "SUCCEED", "COMPLETED", "COMPLETE", "FINISHED", "DONE"];

/// What one word of an enumeration says beside the others.
pub(super) fn meaning<'w>(word: &str, mut all: impl Iterator<Item = &'w str>) -> Meaning {
    let word = plain(word);
    let has = |part: &str| word.split('_').any(|token| token == part);
    // `CANCEL_PENDING`, `UPDATE_ROLLBACK_IN_PROGRESS` are on the way to something, whatever else they say.
    if has("PENDING") || word.contains("IN_PROGRESS") || word.ends_with("ING") && !word.ends_with("WARNING") {
        return Meaning::Pending;
    }
    if has("WITH") || has("PARTIAL") || has("PARTIALLY") {
        return Meaning::Ambiguous;
    }
    let is = |words: &[&str]| words.contains(&word.as_str());
    let failed = ["_FAILED", "_ERROR", "_FAILURE", "_TIMED_OUT"].iter().any(|end| word.ends_with(end));
    let mut stopped = || word == STOPPED && all.any(|other| DONE.contains(&plain(other).as_str()));
    if is(&ON_THE_WAY) {
        Meaning::Pending
    } else if is(&WELL) {
        Meaning::Success
    } else if is(&ILL) || failed || stopped() {
        Meaning::Failure
    } else {
        Meaning::Ambiguous
    }
}

/// `TimedOut`, `timed-out`, `TIMED OUT`: `TIMED_OUT`
fn plain(word: &str) -> String {
    let mut plain = String::with_capacity(word.len() + 4);
    let mut after_small = false;
    for sign in word.chars() {
        if !sign.is_ascii_alphanumeric() {
            plain.push('_');
            after_small = false;
            continue;
        }
        if sign.is_ascii_uppercase() && after_small {
            plain.push('_');
        }
        after_small = sign.is_ascii_lowercase();
        plain.push(sign.to_ascii_uppercase());
    }
    plain
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const JOB: [&str; 4] = ["RUNNING", "STOPPED", "COMPLETED", "FAILED"];
    const MACHINE: [&str; 3] = ["running", "stopped", "terminated"];

    #[rstest]
    #[case::done("SUCCEEDED", &JOB, Meaning::Success)]
    #[case::in_camels("Completed", &JOB, Meaning::Success)]
    #[case::bad("TimedOut", &JOB, Meaning::Failure)]
    #[case::with_a_dash("create-failed", &JOB, Meaning::Failure)]
    #[case::of_a_part("RESTORE_FAILED", &JOB, Meaning::Failure)]
    #[case::on_the_way("Stopping", &JOB, Meaning::Pending)]
    #[case::on_the_way_to_an_end("CANCEL_PENDING", &JOB, Meaning::Pending)]
    #[case::rolling_back("UPDATE_ROLLBACK_IN_PROGRESS", &JOB, Meaning::Pending)]
    #[case::a_job_that_was_stopped("STOPPED", &JOB, Meaning::Failure)]
    #[case::a_machine_that_rests("stopped", &MACHINE, Meaning::Ambiguous)]
    #[case::not_all_is_well("COMPLETED_WITH_ERRORS", &JOB, Meaning::Ambiguous)]
    #[case::nobody_knows("SUPERSEDED", &JOB, Meaning::Ambiguous)]
    fn a_word_says_how_it_went(#[case] word: &str, #[case] all: &[&str], #[case] expected: Meaning) {
        assert_eq!(meaning(word, all.iter().copied()), expected);
    }
}
