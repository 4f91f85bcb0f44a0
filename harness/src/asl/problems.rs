//! Collects what is wrong with one definition.

use crate::load::{Document, Problem, ProblemSeverity, Span};

/// Problems of each severity that are kept; a generated definition of 10,000 states can have the same mistake in each.
const PROBLEMS_MAX: usize = 500;

/// Comparisons of names that suggestions may cost in all.
const COMPARISONS_MAX: usize = 100_000;

/// How like two names must be for one to be suggested for the other.
const LIKENESS_MIN: f64 = 0.6;

/// The problems of one definition.
pub(super) struct Problems<'d> {
    document: &'d Document,
    list: Vec<Problem>,
    errors: usize,
    warnings: usize,
    /// What is beyond the limit is written here, and lost.
    surplus: Problem,
    surplus_count: usize,
    comparisons: usize,
}

impl<'d> Problems<'d> {
    pub(super) fn new(document: &'d Document, list: Vec<Problem>) -> Self {
        let errors = list.iter().filter(|problem| problem.severity == ProblemSeverity::Error).count();
        let warnings = list.len() - errors;
        let message = "more problems of this kind follow";
        let surplus = Problem::new(
            document,
            ProblemSeverity::Warning,
            "too-many-problems",
            message,
            document.root.span,
        );
        Self { document, list, errors, warnings, surplus, surplus_count: 0, comparisons: 0 }
    }

    /// AWS refuses this.
    pub(super) fn error(
        &mut self,
        code: &'static str,
        span: Span,
        pointer: &str,
        message: impl Into<String>,
    ) -> &mut Problem {
        self.errors += 1;
        let kept = self.errors <= PROBLEMS_MAX;
        self.add(kept, ProblemSeverity::Error, code, span, pointer, message.into())
    }

    /// AWS accepts this.
    pub(super) fn warning(
        &mut self,
        code: &'static str,
        span: Span,
        pointer: &str,
        message: impl Into<String>,
    ) -> &mut Problem {
        self.warnings += 1;
        let kept = self.warnings <= PROBLEMS_MAX;
        self.add(kept, ProblemSeverity::Warning, code, span, pointer, message.into())
    }

    /// Whether further errors are only counted.
    pub(super) fn is_full(&self) -> bool {
        self.errors >= PROBLEMS_MAX
    }

    /// Whether AWS would refuse the definition.
    pub(super) fn any_error(&self) -> bool {
        self.errors > 0
    }

    /// The candidate that is most like a name, if one is like it at all.
    pub(super) fn nearest<'c>(
        &mut self,
        name: &str,
        candidates: impl IntoIterator<Item = &'c str>,
    ) -> Option<&'c str> {
        if self.is_full() {
            return None;
        }
        let lower = name.to_lowercase();
        let mut best: Option<(f64, &str)> = None;
        for candidate in candidates {
            self.comparisons += 1;
            if self.comparisons > COMPARISONS_MAX {
                return None;
            }
            let likeness = likeness(&lower, &candidate.to_lowercase());
            if likeness >= LIKENESS_MIN && best.is_none_or(|(most, _)| likeness > most) {
                best = Some((likeness, candidate));
            }
        }
        best.map(|(_, candidate)| candidate)
    }

    /// All of them, in the order of the file.
    pub(super) fn finish(mut self) -> Vec<Problem> {
        self.list.sort_by_key(|problem| (problem.location.file != self.document.file.name, problem.span));
        if self.surplus_count > 0 {
            let message = format!("{} further problems are not shown", self.surplus_count);
            let root = self.document.root.span;
            let code = "too-many-problems";
            self.list.push(Problem::new(self.document, ProblemSeverity::Warning, code, message, root));
        }
        self.list
    }

    fn add(
        &mut self,
        kept: bool,
        severity: ProblemSeverity,
        code: &'static str,
        span: Span,
        pointer: &str,
        message: String,
    ) -> &mut Problem {
        if !kept {
            self.surplus_count += 1;
            return &mut self.surplus;
        }
        let mut problem = Problem::new(self.document, severity, code, message, span);
        pointer.clone_into(&mut problem.pointer);
        self.list.push(problem);
        let last = self.list.len() - 1;
        &mut self.list[last]
    }
}

/// The part of two names that is the same, from 0 to 1.
fn likeness(a: &str, b: &str) -> f64 {
    let longest = a.len().max(b.len()).max(1) as f64;
    // Most pairs differ too much in length alone, which is cheaper to see than their distance.
    if (a.len().min(b.len()) as f64) < longest * LIKENESS_MIN {
        return 0.0;
    }
    1.0 - strsim::osa_distance(a, b) as f64 / longest
}
