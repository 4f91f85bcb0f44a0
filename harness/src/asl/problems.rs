//! Collects what is wrong with one definition.

use crate::load::{Document, Problem, ProblemSeverity, Span};

/// Problems that are kept; a generated definition of 10,000 states can have the same mistake in each.
const PROBLEMS_MAX: usize = 500;

/// Comparisons of names that suggestions may cost in all.
const COMPARISONS_MAX: usize = 200_000;

/// The problems of one definition.
pub(super) struct Problems<'d> {
    document: &'d Document,
    list: Vec<Problem>,
    errors: usize,
    /// What is beyond the limit is written here, and lost.
    surplus: Problem,
    surplus_count: usize,
    comparisons: usize,
}

impl<'d> Problems<'d> {
    pub(super) fn new(document: &'d Document, list: Vec<Problem>) -> Self {
        let errors = list.iter().filter(|problem| problem.severity == ProblemSeverity::Error).count();
        let message = "more problems of this kind follow";
        let surplus = Problem::new(
            document,
            ProblemSeverity::Warning,
            "too-many-problems",
            message,
            document.root.span,
        );
        Self { document, list, errors, surplus, surplus_count: 0, comparisons: 0 }
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
        self.add(ProblemSeverity::Error, code, span, pointer, message.into())
    }

    /// AWS accepts this.
    pub(super) fn warning(
        &mut self,
        code: &'static str,
        span: Span,
        pointer: &str,
        message: impl Into<String>,
    ) -> &mut Problem {
        self.add(ProblemSeverity::Warning, code, span, pointer, message.into())
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
        let lower = name.to_lowercase();
        let mut best: Option<(f64, &str)> = None;
        for candidate in candidates {
            self.comparisons += 1;
            if self.comparisons > COMPARISONS_MAX {
                return None;
            }
            let likeness = strsim::normalized_damerau_levenshtein(&lower, &candidate.to_lowercase());
            if likeness >= 0.6 && best.is_none_or(|(most, _)| likeness > most) {
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
        severity: ProblemSeverity,
        code: &'static str,
        span: Span,
        pointer: &str,
        message: String,
    ) -> &mut Problem {
        if self.list.len() >= PROBLEMS_MAX {
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
