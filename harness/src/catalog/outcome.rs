//! Words for how work went: which of them say that all is well, which that it is not, or not yet.

/// What statuses are called when all is well, the plainest first.
const WELL: &[&str] = &[
    "succeeded",
    "success",
    "successful",
    "completed",
    "complete",
    "available",
    "active",
    "approved",
    "approve",
    "accepted",
    "ok",
    "ready",
    "done",
    "passed",
    "pass",
    "enabled",
    "valid",
    "finished",
    "true",
    "yes",
    "in_sync",
    "200",
];
/// Parts of words that say that something went wrong, or is not over.
const ILL: &[&str] = &[
    "fail",
    "error",
    "reject",
    "denied",
    "deny",
    "invalid",
    "cancel",
    "abort",
    "timed",
    "timeout",
    "stop",
    "unhealthy",
    "progress",
    "pending",
    "running",
    "queued",
    "creating",
    "starting",
    "not_",
    "unknown",
    "false",
    "expired",
    "decline",
    "wait",
    "submitted",
    "no_",
    "fault",
    "delet",
];

/// How far a word is from the plainest word of success; `None` if it says that something went wrong or is not over.
pub fn rank(word: &str) -> Option<usize> {
    let word = word.to_lowercase();
    match WELL.iter().position(|well| *well == word) {
        Some(at) => Some(at),
        None if ILL.iter().any(|part| word.contains(part)) => None,
        None => Some(WELL.len()),
    }
}

/// The word that means best: the plainest word of success, else the first that says nothing bad.
pub(super) fn well_meaning<'t>(words: impl IntoIterator<Item = &'t str>) -> Option<&'t str> {
    let ranked = words.into_iter().filter_map(|word| Some((rank(word)?, word)));
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(&["FAILED", "SUCCEEDED", "RUNNING"], Some("SUCCEEDED"))]
    #[case(&["REJECTED", "gold", "silver"], Some("gold"))]
    #[case(&["FAILED", "IN_PROGRESS"], None)]
    fn the_word_that_means_well(#[case] words: &[&str], #[case] expected: Option<&str>) {
        assert_eq!(well_meaning(words.iter().copied()), expected);
    }
}
