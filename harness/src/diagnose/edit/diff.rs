//! Two versions of a text as a unified diff.

use std::fmt::Write as _;

/// Lines around a change.
const CONTEXT: usize = 3;
/// Texts that differ in more lines than this, each with each, are shown as one change.
const CELLS_MAX: usize = 4_000_000;

/// A unified diff of a file: `a/NAME` and `b/NAME`, as `git apply` and `patch -p1` read it. `sections` say from which
/// line on the old text is about what; each hunk names its own.
pub(crate) fn unified(name: &str, old: &str, new: &str, sections: &[(usize, &str)]) -> String {
    let (before, after): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let lines = lines(&before, &after);
    let mut text = format!("--- a/{name}\n+++ b/{name}\n");
    for hunk in hunks(&lines) {
        let (mut at_old, mut at_new) = (0, 0);
        for line in &lines[..hunk.start] {
            at_old += usize::from(line.kind != Kind::Added);
            at_new += usize::from(line.kind != Kind::Removed);
        }
        let part = &lines[hunk];
        let before = part.iter().take_while(|line| line.kind == Kind::Same).count();
        let section = sections.iter().rev().find(|(line, _)| *line <= at_old + before);
        let heading = section.map(|(_, name)| format!(" {name}")).unwrap_or_default();
        let old_count = part.iter().filter(|line| line.kind != Kind::Added).count();
        let new_count = part.iter().filter(|line| line.kind != Kind::Removed).count();
        let _ = writeln!(text, "@@ -{},{old_count} +{},{new_count} @@{heading}", at_old + 1, at_new + 1);
        for line in part {
            let sign = match line.kind {
                Kind::Same => ' ',
                Kind::Removed => '-',
                Kind::Added => '+',
            };
            let _ = writeln!(text, "{sign}{}", line.text);
        }
    }
    text
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Same,
    Removed,
    Added,
}

struct Line<'t> {
    kind: Kind,
    text: &'t str,
}

/// All lines of both texts, those that are the same once.
fn lines<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<Line<'t>> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let rest = (&old[head..], &new[head..]);
    let tail = rest.0.iter().rev().zip(rest.1.iter().rev()).take_while(|(a, b)| a == b).count();
    let (middle_old, middle_new) = (&rest.0[..rest.0.len() - tail], &rest.1[..rest.1.len() - tail]);
    let same = |text: &&'t str| Line { kind: Kind::Same, text };
    let mut all: Vec<Line<'t>> = old[..head].iter().map(same).collect();
    all.extend(middle(middle_old, middle_new));
    all.extend(old[old.len() - tail..].iter().map(same));
    all
}

/// The part that differs, by its longest common subsequence.
fn middle<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<Line<'t>> {
    let removed = |text: &&'t str| Line { kind: Kind::Removed, text };
    let added = |text: &&'t str| Line { kind: Kind::Added, text };
    if old.len() * new.len() > CELLS_MAX {
        return old.iter().map(removed).chain(new.iter().map(added)).collect();
    }
    let width = new.len() + 1;
    let mut longest = vec![0_u32; (old.len() + 1) * width];
    for (a, old_line) in old.iter().enumerate().rev() {
        for (b, new_line) in new.iter().enumerate().rev() {
            longest[a * width + b] = if old_line == new_line {
                longest[(a + 1) * width + b + 1] + 1
            } else {
                longest[(a + 1) * width + b].max(longest[a * width + b + 1])
            };
        }
    }
    let (mut all, mut a, mut b) = (Vec::new(), 0, 0);
    while a < old.len() || b < new.len() {
        if a < old.len() && b < new.len() && old[a] == new[b] {
            all.push(Line { kind: Kind::Same, text: old[a] });
            (a, b) = (a + 1, b + 1);
        } else if b == new.len()
            || (a < old.len() && longest[(a + 1) * width + b] >= longest[a * width + b + 1])
        {
            all.push(removed(&old[a]));
            a += 1;
        } else {
            all.push(added(&new[b]));
            b += 1;
        }
    }
    all
}

/// Ranges of lines: each change with its context, those that touch as one.
fn hunks(lines: &[Line<'_>]) -> Vec<std::ops::Range<usize>> {
    let mut hunks: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, _) in lines.iter().enumerate().filter(|(_, line)| line.kind != Kind::Same) {
        let (start, end) = (at.saturating_sub(CONTEXT), (at + CONTEXT + 1).min(lines.len()));
        match hunks.last_mut() {
            Some(last) if last.end >= start => last.end = end,
            _ => hunks.push(start..end),
        }
    }
    hunks
}
