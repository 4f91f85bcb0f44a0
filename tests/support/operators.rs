//! Single-edit defects, made from a sound definition by rules of thumb for damage: each says which rule must find it.

use serde_json::{Map, Value};

/// A definition with one defect.
#[derive(Clone, Debug)]
pub struct Defect {
    /// What was done, and where.
    pub label: String,
    /// The state that should be named.
    pub state: String,
    /// The rules of which one must find it.
    pub rules: &'static [&'static str],
    /// The definition.
    pub definition: Value,
}

/// A way to damage a definition.
pub type Operator = fn(&Value) -> Vec<Defect>;

/// All of them, by name.
pub const OPERATORS: [(&str, Operator); 6] = [
    ("retriers taken away", without_retriers),
    ("names misspelt", misspelt_names),
    ("timers let past the catcher", uncaught_timers),
    ("timers taken away", without_timers),
    ("failures sent back to the normal way", swallowed_failures),
    ("paths misspelt", misspelt_paths),
];

const ALL: &str = "States.ALL";

fn without_retriers(definition: &Value) -> Vec<Defect> {
    let edit = |state: &mut Map<String, Value>| state.shift_remove("Retry").is_some();
    each_task(definition, &["transient-not-retried"], &edit)
}

fn misspelt_names(definition: &Value) -> Vec<Defect> {
    let edit = |state: &mut Map<String, Value>| {
        let names = state.get_mut("Retry").and_then(|retry| retry.pointer_mut("/0/ErrorEquals"));
        let Some(names) = names.and_then(Value::as_array_mut) else { return false };
        let mut any = false;
        for name in names {
            let text = name.as_str().and_then(|text| text.strip_suffix("Exception")).map(str::to_owned);
            if let Some(text) = text {
                *name = Value::from(text);
                any = true;
            }
        }
        any
    };
    each_task(definition, &["error-name-never-matches", "transient-not-retried"], &edit)
}

fn uncaught_timers(definition: &Value) -> Vec<Defect> {
    let edit = |state: &mut Map<String, Value>| {
        let has_timer = state.contains_key("TimeoutSeconds");
        let last = state.get_mut("Catch").and_then(Value::as_array_mut).and_then(|all| all.last_mut());
        let name = last.and_then(|catcher| catcher.pointer_mut("/ErrorEquals/0"));
        match name.filter(|name| has_timer && name.as_str() == Some(ALL)) {
            Some(name) => {
                *name = Value::from("States.TaskFailed");
                true
            }
            None => false,
        }
    };
    // Out of an item it escapes to the Map, and takes the others with it.
    each_task(definition, &["failure-uncaught", "item-failure-discards-siblings"], &edit)
}

fn without_timers(definition: &Value) -> Vec<Defect> {
    let edit = |state: &mut Map<String, Value>| {
        let resource = state.get("Resource").and_then(Value::as_str).unwrap_or_default();
        let waits = [".sync", ".waitForTaskToken", ":activity:"].iter().any(|form| resource.contains(form));
        waits && state.shift_remove("TimeoutSeconds").is_some()
    };
    each_task(definition, &["task-unbounded", "callback-unbounded"], &edit)
}

fn swallowed_failures(definition: &Value) -> Vec<Defect> {
    let edit = |state: &mut Map<String, Value>| {
        let Some(next) = state.get("Next").cloned() else { return false };
        let is_notice =
            state.get("Resource").and_then(Value::as_str).is_some_and(|text| text.contains(":sns:"));
        let last = state.get_mut("Catch").and_then(Value::as_array_mut).and_then(|all| all.last_mut());
        match last.and_then(|catcher| catcher.get_mut("Next")).filter(|_| !is_notice) {
            Some(target) => {
                *target = next;
                true
            }
            None => false,
        }
    };
    each_task(
        definition,
        &["failure-swallowed", "handler-fails", "handler-loses-input", "missing-path"],
        &edit,
    )
}

fn misspelt_paths(definition: &Value) -> Vec<Defect> {
    let edit = |state: &mut Map<String, Value>| state.get_mut("Parameters").is_some_and(misspell);
    each_task(definition, &["missing-path"], &edit)
}

/// Puts a name that nothing has into the first path of a template.
fn misspell(template: &mut Value) -> bool {
    match template {
        Value::Object(members) => members.iter_mut().any(|(name, member)| match member {
            Value::String(path) if name.ends_with(".$") && path.starts_with("$.") => {
                *path = path.replacen("$.", "$.nobodyProvides.", 1);
                true
            }
            other => misspell(other),
        }),
        Value::Array(items) => items.iter_mut().any(misspell),
        _ => false,
    }
}

/// The definition with an edit at each task in turn that is not behind a catcher.
fn each_task(
    definition: &Value,
    rules: &'static [&'static str],
    edit: &dyn Fn(&mut Map<String, Value>) -> bool,
) -> Vec<Defect> {
    let mut pointers = Vec::new();
    tasks(definition, "", &mut pointers);
    let made = pointers.into_iter().filter_map(|pointer| {
        let mut changed = definition.clone();
        let state = changed.pointer_mut(&pointer)?.as_object_mut()?;
        if !edit(state) || !all_are_reached(&changed) {
            return None;
        }
        let name = pointer.rsplit('/').next()?.replace("~1", "/").replace("~0", "~");
        Some(Defect { label: pointer, state: name, rules, definition: changed })
    });
    made.collect()
}

/// The pointers of the tasks of the normal way, from a scope down.
fn tasks(scope: &Value, at: &str, found: &mut Vec<String>) {
    let normal = reached(scope, false);
    for (name, state) in scope["States"].as_object().into_iter().flatten() {
        if !normal.contains(name) || !can_end_well(scope, name) {
            continue;
        }
        let pointer = format!("{at}/States/{}", name.replace('~', "~0").replace('/', "~1"));
        if state["Type"] == "Task" {
            found.push(pointer.clone());
        }
        for (index, branch) in state["Branches"].as_array().into_iter().flatten().enumerate() {
            tasks(branch, &format!("{pointer}/Branches/{index}"), found);
        }
        if state.get("ItemProcessor").is_some() {
            tasks(&state["ItemProcessor"], &format!("{pointer}/ItemProcessor"), found);
        }
    }
}

/// Whether something leads to every state of the top level: AWS refuses what nothing leads to.
fn all_are_reached(definition: &Value) -> bool {
    definition["States"].as_object().is_some_and(|states| reached(definition, true).len() == states.len())
}

/// The states of a scope that its start leads to, through catchers or not.
fn reached(scope: &Value, through_catchers: bool) -> Vec<String> {
    reached_from(scope, scope["StartAt"].as_str().unwrap_or_default(), through_catchers)
}

/// Whether the scope can end well from a state on: the way of a failure cannot.
fn can_end_well(scope: &Value, state: &str) -> bool {
    reached_from(scope, state, false).iter().any(|name| {
        let state = &scope["States"][name];
        state["Type"] == "Succeed" || state["End"] == true
    })
}

fn reached_from(scope: &Value, state: &str, through_catchers: bool) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open = vec![state.to_owned()];
    while let Some(name) = open.pop() {
        if found.contains(&name) {
            continue;
        }
        let state = &scope["States"][&name];
        let lists = if through_catchers { &["Choices", "Catch"][..] } else { &["Choices"][..] };
        let listed = lists.iter().flat_map(|list| state[*list].as_array().into_iter().flatten());
        let next = listed.map(|entry| &entry["Next"]).chain([&state["Next"], &state["Default"]]);
        open.extend(next.filter_map(Value::as_str).map(str::to_owned));
        found.push(name);
    }
    found
}
