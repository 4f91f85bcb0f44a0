//! Patterns that an integration has not, and what Express workflows cannot do.

use crate::asl::compile::{Compiler, Place};
use crate::asl::{MachineType, ScopeId, StateId};
use crate::catalog::{Integration, Pattern, Service};

/// Docs, "Service integration patterns": not every call can be waited for. Docs, "Choosing workflow type": no callbacks, no jobs that are waited for, no activities.
pub(in crate::asl) fn check<'d>(
    compiler: &mut Compiler<'d>,
    id: StateId,
    resource: &Place<'d>,
    integration: &Integration,
) {
    let optional = matches!(integration.kind, Service::Optimized | Service::Sdk | Service::Http);
    if optional && !integration.allows(integration.pattern, MachineType::Standard) {
        let message =
            format!("`{integration}` is no integration: it has no `{}`", integration.pattern.suffix());
        compiler.problems.error("invalid-resource", resource.span(), &resource.pointer, message);
        return;
    }
    let what = match (integration.kind, integration.pattern) {
        (Service::Activity, _) => "activities",
        (_, Pattern::RequestResponse) => return,
        (_, Pattern::Callback) => "`.waitForTaskToken`",
        (_, Pattern::Sync | Pattern::Sync2) => "`.sync`",
    };
    let Some(owner) = express(compiler, id) else { return };
    let message = format!("{owner} cannot use {what}");
    let problem = compiler.problems.error("express-pattern", resource.span(), &resource.pointer, message);
    problem.suggestion = Some("use a Standard workflow, or answer without waiting".to_owned());
}

/// The Express workflow in which a state runs, if it is one: the machine, or a Map state's child executions.
fn express(compiler: &Compiler<'_>, id: StateId) -> Option<String> {
    let mut scope = compiler.outline.state(id).scope;
    loop {
        let entry = compiler.outline.scope_entry(scope);
        let config = entry.place.get("ProcessorConfig");
        let word = |name: &str| config.as_ref()?.node.get(name)?.as_str();
        if word("Mode") == Some("DISTRIBUTED") {
            let map = entry.parent.map_or("", |parent| compiler.outline.state(parent).name);
            return (word("ExecutionType") == Some("EXPRESS"))
                .then(|| format!("an item of the Map state `{map}` is an Express workflow and"));
        }
        match entry.parent {
            Some(parent) => scope = compiler.outline.state(parent).scope,
            None => break,
        }
    }
    debug_assert_eq!(scope, ScopeId::TOP, "the top level is the only scope without a parent");
    let express = compiler.definition.declared_type == Some(MachineType::Express);
    express.then(|| "an Express workflow".to_owned())
}

/// Docs, "Distributed mode": a distributed Map needs a Standard workflow around it.
pub(in crate::asl) fn check_distributed<'d>(compiler: &mut Compiler<'d>, id: StateId, map: &Place<'d>) {
    let Some(owner) = express(compiler, id) else { return };
    let message = format!("{owner} cannot run a distributed Map");
    compiler.problems.error("express-pattern", map.key_span, &map.pointer, message);
}
