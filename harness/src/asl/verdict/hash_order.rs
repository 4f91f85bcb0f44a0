//! The order in which AWS lists names of fields: that of a Java `HashSet` of 16 buckets.

/// Recorded on AWS: `[States, StartAt]`, `[Next, End]`, `[SecondsPath, Seconds, TimestampPath, Timestamp]`.
const BUCKETS: u32 = 16;

/// Sorts names as AWS lists them.
pub(super) fn sort(names: &mut [&'static str]) {
    names.sort_by_key(|name| bucket(name));
}

fn bucket(name: &str) -> u32 {
    let hash = name.encode_utf16().fold(0_u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(unit.into()));
    (hash ^ (hash >> 16)) % BUCKETS
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    #[rstest]
    #[case::machine(["StartAt", "States"], ["States", "StartAt"])]
    #[case::transition(["End", "Next"], ["Next", "End"])]
    #[case::processor(["Iterator", "ItemProcessor"], ["ItemProcessor", "Iterator"])]
    fn names_are_listed_as_a_hash_set_lists_them(
        #[case] mut names: [&'static str; 2],
        #[case] expected: [&str; 2],
    ) {
        super::sort(&mut names);
        assert_eq!(names, expected);
    }
}
