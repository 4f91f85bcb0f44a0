//! Which known name a text was meant to be. A suggestion costs nothing when it is wrong, so that [`nearest`] is
//! generous; [`slip`] is evidence of a mistake, and strict.

/// How much alike a suggestion is at the least, from 0 to 1 by Jaro and Winkler.
const LIKENESS_MIN: f64 = 0.75;

/// The name that is most like a text, whatever the case, if one is alike; for suggestions.
pub(crate) fn nearest<'n>(text: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let wanted = text.to_lowercase();
    let scored = names.into_iter().map(|name| (strsim::jaro_winkler(&wanted, &name.to_lowercase()), name));
    let likely = scored.filter(|(likeness, _)| *likeness > LIKENESS_MIN);
    likely.max_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, name)| name)
}

/// The name that a text is most likely a slip of the pen of, if there is one: at most one edit in four characters, and
/// three in all.
pub(crate) fn slip<'n>(text: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let limit = (text.chars().count() / 4).clamp(1, 3);
    names
        .into_iter()
        .filter(|name| name.chars().count().abs_diff(text.chars().count()) <= limit)
        .map(|name| (edits(name, text), name))
        .filter(|(edits, _)| *edits <= limit)
        .min()
        .map(|(_, name)| name)
}

/// Edits between two names; a difference in case alone counts as none.
pub(crate) fn edits(left: &str, right: &str) -> usize {
    if left.eq_ignore_ascii_case(right) { 0 } else { strsim::osa_distance(left, right) }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_letter_too_many("puttItem", Some("putItem"), Some("putItem"))]
    #[case::another_case("PutItem", Some("putItem"), Some("putItem"))]
    #[case::another_ending("putItems", Some("putItem"), Some("putItem"))]
    #[case::a_word_more("putItemNow", Some("putItem"), None)]
    #[case::nothing_like_it("query", None, None)]
    fn a_name_is_found(#[case] text: &str, #[case] suggested: Option<&str>, #[case] meant: Option<&str>) {
        let names = ["getItem", "putItem"];
        assert_eq!((nearest(text, names), slip(text, names)), (suggested, meant));
    }
}
