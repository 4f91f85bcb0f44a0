//! Repetitions in a sequence, folded.

/// A part of a sequence, and how often it comes in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part<T> {
    /// What comes.
    pub(super) items: Vec<T>,
    /// How often in a row.
    pub(super) times: usize,
}

/// The longest loop that is looked for.
const PERIOD_MAX: usize = 16;

/// The sequence as parts, those that repeat at once folded into one.
pub(super) fn fold<T: Clone + PartialEq>(sequence: &[T]) -> Vec<Part<T>> {
    let mut parts: Vec<Part<T>> = Vec::new();
    let mut at = 0;
    while at < sequence.len() {
        let rest = &sequence[at..];
        if let Some((period, times)) = repetition(rest) {
            parts.push(Part { items: rest[..period].to_vec(), times });
            at += period * times;
            continue;
        }
        match parts.last_mut() {
            Some(last) if last.times == 1 => last.items.push(rest[0].clone()),
            _ => parts.push(Part { items: vec![rest[0].clone()], times: 1 }),
        }
        at += 1;
    }
    parts
}

/// The shortest beginning that repeats at once, and how often it comes.
fn repetition<T: PartialEq>(rest: &[T]) -> Option<(usize, usize)> {
    (1..=PERIOD_MAX.min(rest.len() / 2)).find_map(|period| {
        let times = rest.chunks_exact(period).take_while(|chunk| *chunk == &rest[..period]).count();
        (times > 1).then_some((period, times))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_of_a_loop_are_one_part() {
        let parts = fold(&"abcbcbcd".chars().collect::<Vec<_>>());
        let shown: Vec<_> =
            parts.iter().map(|part| (part.items.iter().collect::<String>(), part.times)).collect();
        assert_eq!(shown, [("a".to_owned(), 1), ("bc".to_owned(), 3), ("d".to_owned(), 1)]);
    }
}
