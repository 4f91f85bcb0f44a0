//! State machines of SAM and CloudFormation templates.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::intrinsic::Resolver;
use super::substitution::{Substitution, whole_placeholder};
use super::{
    Definition, Document, Member, Node, NodeKind, Packaging, Problem, ProblemSeverity, SourceFile,
    definition, embedded, lookup, pointer_token, syntax,
};
use crate::asl::MachineType;

const SAM: &str = "AWS::Serverless::StateMachine";
const CLOUDFORMATION: &str = "AWS::StepFunctions::StateMachine";

/// Every state machine of a template, in order; empty if the tree is no template or has none.
pub(super) fn definitions(path: &Path, file: &SourceFile, root: &Node) -> Vec<Definition> {
    let file = Arc::new(file.clone());
    let template = Template { path, file: &file, root };
    state_machines(root).map(|member| template.definition(member)).collect()
}

/// Members that declare a state machine; of a fragment without `Resources`, too, which a build step merges.
fn state_machines(root: &Node) -> impl Iterator<Item = &Member> {
    let resources = root.get("Resources").unwrap_or(root);
    resources.members().unwrap_or_default().iter().filter(|member| {
        let kind = member.value.get("Type").and_then(Node::as_str);
        kind.is_some_and(|kind| kind == SAM || kind == CLOUDFORMATION)
    })
}

struct Template<'t> {
    path: &'t Path,
    file: &'t Arc<SourceFile>,
    root: &'t Node,
}

impl Template<'_> {
    fn definition(&self, member: &Member) -> Definition {
        let nothing = Node { span: member.value.span, kind: NodeKind::Object(Vec::new()) };
        let properties = member.value.get("Properties").unwrap_or(&nothing);
        let mut resolver = Resolver::new(self.root);
        let mut found = self.body(member, properties, &mut resolver);
        found.name.clone_from(&member.key);
        found.declared_type = declared_type(properties);
        found.packaging = packaging(&member.key, properties, &mut resolver);
        found.substitutions = substitutions(properties, &mut resolver);
        found
    }

    /// The definition by the property that holds it.
    fn body(&self, member: &Member, properties: &Node, resolver: &mut Resolver<'_>) -> Definition {
        if let Some(uri) =
            ["DefinitionUri", "DefinitionS3Location"].iter().find_map(|key| properties.get(key))
        {
            return self.read_uri(uri);
        }
        let at = |property: &str| {
            let resources = if self.root.get("Resources").is_some() { "/Resources" } else { "" };
            format!("{resources}/{}/Properties/{property}", pointer_token(&member.key))
        };
        if let Some(inline) = properties.get("Definition") {
            let mut found = self.here(resolver.definition(inline));
            found.document.pointer = at("Definition");
            return found;
        }
        let Some(text) = properties.get("DefinitionString") else {
            let message = "the state machine has no definition";
            let help = "write DefinitionUri, Definition or DefinitionString";
            return self.broken(member.key_span, "missing-definition", message.to_owned(), help);
        };
        let Some(body) = resolver.text(text) else {
            let message = "this form of DefinitionString is not supported yet";
            return self.broken(text.span, "unsupported-packaging", message.to_owned(), definition::EXPORT);
        };
        match embedded::parse(self.file, text.span, &body) {
            Ok(root) => {
                let mut found = self.here(root);
                found.document.pointer = at("DefinitionString");
                found
            }
            Err(problem) => {
                self.broken(problem.span, "syntax", problem.message, problem.help.unwrap_or_default())
            }
        }
    }

    fn read_uri(&self, uri: &Node) -> Definition {
        let NodeKind::String(relative) = &uri.kind else {
            let message = "a definition in S3 cannot be read".to_owned();
            return self.broken(uri.span, "unsupported-packaging", message, "load the file itself");
        };
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let Some(found) = lookup::find(folder, relative) else {
            let message = format!("there is no file `{relative}`");
            return self.broken(
                uri.span,
                "definition-not-found",
                message,
                "the path is relative to the template",
            );
        };
        let source = match definition::read(&found.path) {
            Ok(source) => source,
            Err(error) => return self.broken(uri.span, "definition-not-found", error.to_string(), ""),
        };
        let mut loaded = match syntax::parse(&source.name, &source.text) {
            Ok(root) => Definition::bare(&found.path, source, root),
            Err(problem) => Definition::unreadable(&found.path, source, problem),
        };
        if let Some(difference) = found.difference {
            let message = format!("`{relative}` was found {difference}; sam build does not find it there");
            let problem =
                Problem::in_file(self.file, ProblemSeverity::Warning, "definition-uri", message, uri.span);
            loaded.problems.push(problem);
        }
        loaded
    }

    /// A definition that stands in the template itself.
    fn here(&self, root: Node) -> Definition {
        Definition {
            name: String::new(),
            source: self.path.to_owned(),
            declared_type: None,
            document: Document { file: self.file.clone(), root, pointer: String::new() },
            substitutions: BTreeMap::new(),
            packaging: Packaging::default(),
            problems: Vec::new(),
        }
    }

    /// A state machine whose definition cannot be had.
    fn broken(&self, span: super::Span, code: &'static str, message: String, help: &str) -> Definition {
        let mut problem = Problem::in_file(self.file, ProblemSeverity::Error, code, message, span);
        if !help.is_empty() {
            problem = problem.suggest(help);
        }
        let nothing = Node { span, kind: NodeKind::Null };
        Definition { problems: vec![problem], ..self.here(nothing) }
    }
}

fn declared_type(properties: &Node) -> Option<MachineType> {
    match ["Type", "StateMachineType"].iter().find_map(|key| properties.get(key)?.as_str())? {
        "EXPRESS" => Some(MachineType::Express),
        "STANDARD" => Some(MachineType::Standard),
        _ => None,
    }
}

/// Properties of SAM and CloudFormation that say the same under two names.
fn packaging(logical_id: &str, properties: &Node, resolver: &mut Resolver<'_>) -> Packaging {
    let one_of = |names: [&str; 2]| names.iter().find_map(|name| properties.get(name));
    let logging = one_of(["Logging", "LoggingConfiguration"]);
    let level = logging.and_then(|logging| logging.get("Level")).map(|level| resolver.text(level));
    // What a function such as `Fn::If` gives may have any level.
    let is_plain = logging.and_then(Node::members).is_none_or(|members| {
        members.iter().all(|member| ["Level", "Destinations", "IncludeExecutionData"].contains(&&*member.key))
    });
    let is_plain = is_plain && logging.is_none_or(|logging| logging.members().is_some());
    let tracing = one_of(["Tracing", "TracingConfiguration"]).and_then(|tracing| tracing.get("Enabled"));
    let key = properties.get("EncryptionConfiguration").and_then(|encryption| encryption.get("KmsKeyId"));
    let name = one_of(["Name", "StateMachineName"]);
    Packaging {
        logical_id: Some(logical_id.to_owned()),
        machine_name: name.and_then(|name| resolver.text(name)),
        // CloudFormation reference, "LoggingConfiguration": without a level nothing is logged.
        logging: level.as_ref().is_some_and(|level| level.as_deref().is_some_and(|level| level != "OFF")),
        logs_off: is_plain && level.is_none_or(|level| level.as_deref() == Some("OFF")),
        tracing: tracing.and_then(|enabled| resolver.text(enabled)).is_some_and(|enabled| enabled == "true"),
        kms_key: key.and_then(|key| resolver.text(key)),
    }
}

/// `DefinitionSubstitutions`, and what the definition itself refers to.
fn substitutions(properties: &Node, resolver: &mut Resolver<'_>) -> BTreeMap<String, Substitution> {
    let mut known = BTreeMap::new();
    let declared = properties.get("DefinitionSubstitutions").and_then(Node::members);
    for member in declared.unwrap_or_default() {
        let Some(text) = resolver.text(&member.value) else { continue };
        let reference = whole_placeholder(&text).and_then(|name| resolver.references.get(name));
        known.insert(member.key.clone(), reference.cloned().unwrap_or(Substitution::Known(text)));
    }
    for (name, reference) in &resolver.references {
        known.entry(name.clone()).or_insert_with(|| reference.clone());
    }
    known
}
