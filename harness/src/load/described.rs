//! What `DescribeStateMachine` and `DescribeStateMachineForExecution` answer: the definition is a text in it.

use std::path::Path;

use super::definition::Definition;
use super::{Node, SourceFile, syntax};
use crate::asl::MachineType;

/// The definition in an answer of AWS; none where the file is something else. Its lines are those of its own text.
pub(super) fn definition(path: &Path, root: &Node) -> Option<Definition> {
    let member = |name: &str| root.get(name).and_then(Node::as_str);
    member("stateMachineArn").or(member("stateMachineVersionArn"))?;
    let text = member("definition")?;
    let file = SourceFile::new(format!("{} (definition)", path.display()), text);
    let mut definition = match syntax::parse(&file.name, text) {
        Ok(root) => Definition::bare(path, file, root),
        Err(problem) => Definition::unreadable(path, file, problem),
    };
    if let Some(name) = member("name") {
        name.clone_into(&mut definition.name);
    }
    definition.declared_type = match member("type") {
        Some("EXPRESS") => Some(MachineType::Express),
        Some("STANDARD") => Some(MachineType::Standard),
        _ => None,
    };
    Some(definition)
}
