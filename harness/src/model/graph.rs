//! The states as a graph: loops, failure routes, and how a scope can end from here.

use crate::asl::{Edge, Kind, Machine, ScopeId, State, StateId, Transition};

/// What follows what, for all scopes of a machine. Linear in the number of transitions.
#[derive(Clone, Debug)]
pub struct Graph {
    facts: Vec<Facts>,
    loops: Vec<Loop>,
}

/// States that lead back to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loop {
    /// Its states, in the order of the file.
    pub states: Vec<StateId>,
    /// Those of them that pause.
    pub waits: Vec<StateId>,
    /// Those of them that call a service.
    pub tasks: Vec<StateId>,
}

/// What is known of one state.
#[derive(Clone, Debug, Default)]
struct Facts {
    successors: Vec<(Edge, StateId)>,
    entered: Entered,
    ends_well: bool,
    ends_badly: bool,
    in_loop: Option<usize>,
}

/// Whether executions enter a state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Entered {
    #[default]
    Never,
    AfterFailures,
    Normally,
}

impl Graph {
    /// The graph of a machine.
    pub fn new(machine: &Machine) -> Self {
        let mut facts: Vec<Facts> = machine
            .states
            .iter()
            .map(|state| Facts { successors: state.successors(), ..Facts::default() })
            .collect();
        mark_reachable(machine, &mut facts);
        mark_ends(machine, &mut facts);
        let loops = find_loops(machine, &facts);
        for (at, found) in loops.iter().enumerate() {
            for state in &found.states {
                facts[state.0 as usize].in_loop = Some(at);
            }
        }
        Self { facts, loops }
    }

    /// What may come directly after a state in its scope.
    pub fn successors(&self, state: StateId) -> &[(Edge, StateId)] {
        &self.of(state).successors
    }

    /// Whether any execution can enter the state.
    pub fn is_reachable(&self, state: StateId) -> bool {
        self.of(state).entered != Entered::Never
    }

    /// Whether an execution enters the state only after a catcher has taken a failure.
    pub fn is_failure_only(&self, state: StateId) -> bool {
        self.of(state).entered == Entered::AfterFailures
    }

    /// Whether its scope can still end well from here: a Succeed state, or `End`.
    pub fn can_end_well(&self, state: StateId) -> bool {
        self.of(state).ends_well
    }

    /// Whether its scope can end in a Fail state from here.
    pub fn can_end_badly(&self, state: StateId) -> bool {
        self.of(state).ends_badly
    }

    /// Whether the state belongs to what happens after a failure: it is entered only so, or every way from it
    /// ends in a Fail state.
    pub fn is_failure_path(&self, state: StateId) -> bool {
        self.is_failure_only(state) || (!self.can_end_well(state) && self.can_end_badly(state))
    }

    /// The loop that a state belongs to.
    pub fn loop_of(&self, state: StateId) -> Option<&Loop> {
        self.of(state).in_loop.map(|at| &self.loops[at])
    }

    /// All loops, in the order of their first states.
    pub fn loops(&self) -> &[Loop] {
        &self.loops
    }

    /// Every state that can follow without a failure, the state itself excluded (unless it is in a loop).
    pub fn downstream(&self, state: StateId) -> Vec<StateId> {
        let mut seen = vec![false; self.facts.len()];
        let mut open = vec![state];
        while let Some(at) = open.pop() {
            for (edge, next) in self.successors(at) {
                if !matches!(edge, Edge::Catch(_)) && !std::mem::replace(&mut seen[next.0 as usize], true) {
                    open.push(*next);
                }
            }
        }
        (0..).map(StateId).zip(seen).filter_map(|(id, seen)| seen.then_some(id)).collect()
    }

    fn of(&self, state: StateId) -> &Facts {
        &self.facts[state.0 as usize]
    }
}

impl Loop {
    /// Whether the state is part of it.
    pub fn contains(&self, state: StateId) -> bool {
        self.states.binary_search(&state).is_ok()
    }

    /// Whether the loop asks, pauses and asks again.
    pub fn polls(&self) -> bool {
        !self.waits.is_empty() && !self.tasks.is_empty()
    }
}

/// The scopes that a Parallel or Map state runs.
pub fn inner_scopes(state: &State) -> &[ScopeId] {
    match &state.kind {
        Kind::Parallel { branches } => branches,
        Kind::Map(map) => std::slice::from_ref(&map.processor),
        _ => &[],
    }
}

/// Two walks from `StartAt`: without Catch edges for what is normal, with them for what is reachable at all.
fn mark_reachable(machine: &Machine, facts: &mut [Facts]) {
    let Some(top) = machine.scopes.first() else { return };
    for follow_catch in [false, true] {
        let mut seen = vec![false; facts.len()];
        let mut open = vec![top.start];
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut seen[at.0 as usize], true) {
                continue;
            }
            let fact = &mut facts[at.0 as usize];
            if !follow_catch {
                fact.entered = Entered::Normally;
            } else if fact.entered == Entered::Never {
                fact.entered = Entered::AfterFailures;
            }
            let taken = |edge: &Edge| follow_catch || !matches!(edge, Edge::Catch(_));
            open.extend(fact.successors.iter().filter(|(edge, _)| taken(edge)).map(|(_, next)| *next));
            open.extend(inner_scopes(machine.state(at)).iter().map(|scope| machine.scope(*scope).start));
        }
    }
}

/// Walks backwards from everything that ends a scope.
fn mark_ends(machine: &Machine, facts: &mut [Facts]) {
    let mut predecessors: Vec<Vec<StateId>> = vec![Vec::new(); facts.len()];
    for state in &machine.states {
        for (_, next) in &facts[state.id.0 as usize].successors {
            predecessors[next.0 as usize].push(state.id);
        }
    }
    for well in [true, false] {
        let ends_here = |state: &&State| match &state.kind {
            Kind::Fail { .. } => !well,
            Kind::Succeed => well,
            Kind::Choice(_) => false,
            _ => well && state.next == Transition::End,
        };
        let mut open: Vec<StateId> = machine.states.iter().filter(ends_here).map(|state| state.id).collect();
        while let Some(at) = open.pop() {
            let fact = &mut facts[at.0 as usize];
            let seen = if well { &mut fact.ends_well } else { &mut fact.ends_badly };
            if !std::mem::replace(seen, true) {
                open.extend(&predecessors[at.0 as usize]);
            }
        }
    }
}

/// Strongly connected components with more than one state, or with a state that follows itself.
///
/// Tarjan's algorithm with an explicit stack: a chain of 10,000 states must not exhaust the thread's.
fn find_loops(machine: &Machine, facts: &[Facts]) -> Vec<Loop> {
    let mut search = LoopSearch {
        index: vec![None; facts.len()],
        low: vec![0; facts.len()],
        on_stack: vec![false; facts.len()],
        stack: Vec::new(),
        entered: 0,
        found: Vec::new(),
    };
    for state in &machine.states {
        if search.index[state.id.0 as usize].is_none() {
            search.walk(state.id, facts);
        }
    }
    let mut loops: Vec<Loop> = search.found.into_iter().map(|states| loop_of(machine, states)).collect();
    loops.sort_by_key(|found| found.states[0]);
    loops
}

fn loop_of(machine: &Machine, mut states: Vec<StateId>) -> Loop {
    states.sort_unstable();
    let pick = |wanted: fn(&Kind) -> bool| -> Vec<StateId> {
        states.iter().copied().filter(|id| wanted(&machine.state(*id).kind)).collect()
    };
    let waits = pick(|kind| matches!(kind, Kind::Wait(_)));
    let tasks = pick(|kind| matches!(kind, Kind::Task(_)));
    Loop { states, waits, tasks }
}

struct LoopSearch {
    index: Vec<Option<usize>>,
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<StateId>,
    entered: usize,
    found: Vec<Vec<StateId>>,
}

impl LoopSearch {
    fn walk(&mut self, root: StateId, facts: &[Facts]) {
        let mut calls = vec![(root, 0)];
        self.enter(root);
        while let Some((state, edge)) = calls.last_mut() {
            let at = state.0 as usize;
            if let Some((_, next)) = facts[at].successors.get(*edge) {
                *edge += 1;
                match self.index[next.0 as usize] {
                    None => {
                        self.enter(*next);
                        calls.push((*next, 0));
                    }
                    Some(index) if self.on_stack[next.0 as usize] => self.low[at] = self.low[at].min(index),
                    Some(_) => {}
                }
                continue;
            }
            let done = *state;
            calls.pop();
            if let Some((parent, _)) = calls.last() {
                self.low[parent.0 as usize] = self.low[parent.0 as usize].min(self.low[at]);
            }
            if Some(self.low[at]) == self.index[at] {
                self.close(done, facts);
            }
        }
    }

    fn enter(&mut self, state: StateId) {
        let number = self.entered;
        self.entered += 1;
        let at = state.0 as usize;
        self.index[at] = Some(number);
        self.low[at] = number;
        self.on_stack[at] = true;
        self.stack.push(state);
    }

    fn close(&mut self, root: StateId, facts: &[Facts]) {
        let mut members = Vec::new();
        while let Some(member) = self.stack.pop() {
            self.on_stack[member.0 as usize] = false;
            members.push(member);
            if member == root {
                break;
            }
        }
        let follows_itself = facts[root.0 as usize].successors.iter().any(|(_, next)| *next == root);
        if members.len() > 1 || follows_itself {
            self.found.push(members);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::compile_text;

    fn names(machine: &Machine, ids: &[StateId]) -> Vec<String> {
        ids.iter().map(|id| machine.state(*id).name.to_string()).collect()
    }

    #[test]
    fn a_polling_loop_knows_its_pause_and_its_call_and_what_comes_after_a_failure() {
        let machine = compile_text(
            "poll",
            r#"{"StartAt":"Pause","States":{
              "Pause":{"Type":"Wait","Seconds":5,"Next":"Ask"},
              "Ask":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},
                "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Undo"}],"Next":"Ended?"},
              "Ended?":{"Type":"Choice","Choices":[{"Variable":"$.ended","BooleanEquals":true,"Next":"Done"}],
                "Default":"Pause"},
              "Done":{"Type":"Succeed"},
              "Undo":{"Type":"Pass","Next":"Failed"},
              "Failed":{"Type":"Fail","Error":"NotDone"}}}"#,
        )
        .unwrap();
        let graph = Graph::new(&machine);
        let [found] = graph.loops() else { panic!("one loop") };
        assert_eq!(names(&machine, &found.states), ["Pause", "Ask", "Ended?"]);
        assert!(found.polls());
        let only: Vec<_> =
            machine.states.iter().map(|state| state.id).filter(|id| graph.is_failure_only(*id)).collect();
        assert_eq!(names(&machine, &only), ["Undo", "Failed"]);
        let undo = machine.find("Undo").unwrap().id;
        assert_eq!((graph.can_end_well(undo), graph.can_end_badly(undo)), (false, true));
    }

    #[test]
    fn ten_thousand_states_in_a_ring_are_one_loop() {
        let mut states: Vec<_> = (1..10_000)
            .map(|at| format!(r#""S{at}":{{"Type":"Pass","Next":"S{}"}}"#, (at + 1) % 10_000))
            .collect();
        states.push(
            r#""S0":{"Type":"Choice","Choices":[{"Variable":"$.a","IsPresent":true,"Next":"S1"}],"Default":"End"},
               "End":{"Type":"Succeed"}"#
                .to_owned(),
        );
        let text = format!(r#"{{"StartAt":"S0","States":{{{}}}}}"#, states.join(","));
        let machine = match compile_text("ring", &text) {
            Ok(machine) => machine,
            Err(problems) => panic!("{}", problems[0].message),
        };
        assert_eq!(Graph::new(&machine).loops()[0].states.len(), 10_000);
    }
}
