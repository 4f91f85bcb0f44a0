//! A machine by hand, for tests that need places and no behaviour: a task, one in a Map, and one in a branch.

use std::sync::Arc;

use crate::asl::{
    Flow, Kind, Machine, Map, MapItems, MapMode, QueryLanguage, Scope, ScopeId, State, StateId, Task,
    Transition,
};
use crate::catalog::{Integration, Pattern, Service};
use crate::load::{Document, Node, NodeKind, SourceFile, Span};

/// The tasks, and how many Maps are around each.
pub(super) const PLACES: [(StateId, usize); 3] = [(StateId(0), 0), (StateId(2), 1), (StateId(5), 0)];

/// `Charge`, `ShipAll/Ship`, `Fulfil/branch[0]/Pack` and `Fulfil/branch[1]/Ship #2: again`.
pub(super) fn machine() -> Machine {
    let scope = |parent, branch, states: &[u32]| Scope {
        parent,
        branch,
        start: StateId(states[0]),
        states: states.iter().copied().map(StateId).collect(),
    };
    let branches = vec![ScopeId(2), ScopeId(3)];
    let file = SourceFile::new("fixture.json", "");
    Machine {
        name: "fixture".into(),
        declared_type: None,
        timeout_seconds: None,
        query_language: QueryLanguage::JsonPath,
        scopes: vec![
            scope(None, 0, &[0, 1, 3]),
            scope(Some(StateId(1)), 0, &[2]),
            scope(Some(StateId(3)), 0, &[4]),
            scope(Some(StateId(3)), 1, &[5]),
        ],
        states: vec![
            state(0, 0, "Charge", task()),
            state(1, 0, "ShipAll", map()),
            state(2, 1, "Ship", task()),
            state(3, 0, "Fulfil", Kind::Parallel { branches }),
            state(4, 2, "Pack", Kind::Succeed),
            state(5, 3, "Ship #2: again", task()),
        ],
        document: Arc::new(Document {
            file: Arc::new(file),
            root: Node { span: Span::default(), kind: NodeKind::Null },
        }),
    }
}

fn state(id: u32, scope: u32, name: &str, kind: Kind) -> State {
    State {
        id: StateId(id),
        name: name.into(),
        scope: ScopeId(scope),
        pointer: format!("/States/{name}").into(),
        path: name.into(),
        query_language: QueryLanguage::JsonPath,
        flow: Flow::default(),
        assign: None,
        next: Transition::End,
        retry: vec![],
        catch: vec![],
        kind,
    }
}

fn task() -> Kind {
    let integration = Integration {
        kind: Service::LambdaArn,
        service: "lambda".into(),
        action: "invoke".into(),
        pattern: Pattern::RequestResponse,
    };
    Kind::Task(Box::new(Task {
        resource: "arn:aws:lambda:us-east-1:123456789012:function:work".into(),
        integration,
        timeout: None,
        heartbeat: None,
        credentials: None,
    }))
}

fn map() -> Kind {
    Kind::Map(Box::new(Map {
        processor: ScopeId(1),
        mode: MapMode::Inline,
        items: MapItems::Input,
        item_selector: None,
        max_concurrency: None,
        item_reader: None,
        item_batcher: None,
        result_writer: None,
        tolerated_failure_count: None,
        tolerated_failure_percentage: None,
        label: None,
    }))
}
