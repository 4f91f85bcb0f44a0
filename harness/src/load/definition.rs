//! One definition out of its packaging, and how to get there from a path.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::substitution::{self, Substitution};
use super::{
    Document, Node, NodeKind, Problem, ProblemSeverity, SourceFile, Span, SyntaxProblem, described, folder,
    syntax, template,
};
use crate::asl::MachineType;

/// Larger files are refused: AWS accepts 1 MB, and a template holds more than the definition.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// One state machine as somebody wrote it.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Logical id in the template, or the file's stem without `.asl`.
    pub name: String,
    /// The file that holds the definition.
    pub source: PathBuf,
    /// Declared by the packaging, if at all.
    pub declared_type: Option<MachineType>,
    /// The definition with known placeholders filled in.
    pub document: Document,
    /// What is known of placeholders.
    pub substitutions: BTreeMap<String, Substitution>,
    /// What the packaging says of the state machine besides.
    pub packaging: Packaging,
    /// What was wrong on the way here: a text that is no JSON, a file that was found under another name.
    pub problems: Vec<Problem>,
}

/// What a template says of a state machine besides its definition; nothing of one that is a file by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packaging {
    /// Its name in the template.
    pub logical_id: Option<String>,
    /// `StateMachineName`, SAM: `Name`.
    pub machine_name: Option<String>,
    /// Whether executions are logged.
    pub logging: bool,
    /// Whether the template leaves no doubt that they are not.
    pub logs_off: bool,
    /// Whether executions are traced.
    pub tracing: bool,
    /// The key that encrypts it, if not one of AWS's own.
    pub kms_key: Option<String>,
}

/// What the user says about loading.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// Values of placeholders; they win over what a template says.
    pub substitutions: BTreeMap<String, String>,
}

/// Why nothing could be loaded. A definition that is merely wrong is no such error: it is a [`Definition`] with
/// problems, so that the others of the same call go on.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The path cannot be read.
    #[error("failed to read {}: {error}", path.display())]
    Read {
        /// Which path.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The file is too large to be a definition.
    #[error("{} is {bytes} bytes long; definitions have at most 1 MB", path.display())]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// There is no definition at the path.
    #[error("no state machine in {}: {reason}", path.display())]
    NoDefinition {
        /// Which path.
        path: PathBuf,
        /// What was found, and what to do.
        reason: String,
    },
}

/// Every definition of a file or, recursively, of a folder, in sorted order.
pub fn definitions(path: &Path, options: &LoadOptions) -> Result<Vec<Definition>, LoadError> {
    let metadata =
        std::fs::metadata(path).map_err(|error| LoadError::Read { path: path.to_owned(), error })?;
    let mut found = if metadata.is_dir() { folder::definitions(path)? } else { from_file(path)? };
    for definition in &mut found {
        described::beside(definition)?;
        definition.substitute(options);
    }
    Ok(found)
}

/// The definition in another version of the text of its file: `document` as it would be with `text` in the file.
pub(crate) fn reread(
    document: &Document,
    name: &str,
    substitutions: &BTreeMap<String, Substitution>,
    text: &str,
) -> Option<Document> {
    let file = SourceFile::new(document.file.name.clone(), text);
    let root = syntax::parse(&file.name, text).ok()?;
    let path = Path::new(&file.name).to_owned();
    let mut found = if is_definition(&root) {
        Definition::bare(&path, file, root)
    } else {
        let all = template::definitions(&path, &file, &root);
        all.into_iter().find(|definition| definition.name == name)?
    };
    found.substitutions.extend(substitutions.clone());
    found.substitute(&LoadOptions::default());
    (found.document.pointer == document.pointer).then_some(found.document)
}

/// The definition, or the definitions of the template, in one file.
fn from_file(path: &Path) -> Result<Vec<Definition>, LoadError> {
    if let Some(language) = source_language(path) {
        let reason = format!("{language} is not read; {EXPORT}");
        return Err(LoadError::NoDefinition { path: path.to_owned(), reason });
    }
    let file = read(path)?;
    let root = match syntax::parse(&file.name, &file.text) {
        Ok(root) => root,
        Err(problem) => return Ok(vec![Definition::unreadable(path, file, problem)]),
    };
    if is_definition(&root) {
        return Ok(vec![Definition::bare(path, file, root)]);
    }
    if let Some(found) = described::definition(path, &root) {
        return Ok(vec![found]);
    }
    let found = template::definitions(path, &file, &root);
    if !found.is_empty() {
        return Ok(found);
    }
    if let Some(reason) = other_packaging(&root) {
        return Err(LoadError::NoDefinition { path: path.to_owned(), reason });
    }
    // An object that is meant to be a definition but lacks its fields: the compiler says what is missing.
    match &root.kind {
        NodeKind::Object(members) if !members.iter().any(|member| member.key == "Resources") => {
            Ok(vec![Definition::bare(path, file, root)])
        }
        _ => Err(LoadError::NoDefinition {
            path: path.to_owned(),
            reason:
                "it holds neither a definition with StartAt and States nor a template with a state machine"
                    .to_owned(),
        }),
    }
}

/// The text of a file, without a byte order mark.
pub(super) fn read(path: &Path) -> Result<SourceFile, LoadError> {
    let failed = |error| LoadError::Read { path: path.to_owned(), error };
    let bytes = std::fs::metadata(path).map_err(failed)?.len();
    if bytes > FILE_BYTES_MAX {
        return Err(LoadError::TooLarge { path: path.to_owned(), bytes });
    }
    let text = std::fs::read_to_string(path).map_err(failed)?;
    Ok(SourceFile::new(path.display().to_string(), text.strip_prefix('\u{feff}').unwrap_or(&text)))
}

/// Whether a tree is a definition by itself.
pub(super) fn is_definition(root: &Node) -> bool {
    root.get("States").is_some() && root.get("StartAt").is_some()
}

/// How to get at a definition that is packaged in another way.
pub(super) const EXPORT: &str = "export the definition (`aws stepfunctions describe-state-machine --query \
                                 definition --output text`) and load that file";

/// The language of a source file that people keep definitions in.
fn source_language(path: &Path) -> Option<&'static str> {
    match path.extension()?.to_str()? {
        "tf" | "tfvars" => Some("Terraform"),
        "ts" | "js" | "py" | "java" | "cs" | "go" | "kt" => Some("program code"),
        _ => None,
    }
}

/// Packaging that holds definitions but is not read, with the way around it.
fn other_packaging(root: &Node) -> Option<String> {
    let holds = |key: &str| root.get(key).is_some();
    if holds("stepFunctions") {
        Some(format!("Serverless Framework files are not supported yet; {EXPORT}"))
    } else if holds("terraform_version") || holds("planned_values") {
        Some(format!("Terraform plans are not supported yet; {EXPORT}"))
    } else if root.get("events").is_some_and(|events| matches!(events.kind, NodeKind::Array(_))) {
        Some("it looks like the history of an execution; `sfn-chaos diagnose` reads that".to_owned())
    } else {
        None
    }
}

impl Definition {
    /// A definition that is not in a file.
    pub fn from_text(name: &str, text: &str) -> Self {
        Self::from_text_with(name, text, &LoadOptions::default())
    }

    /// The same with values for placeholders.
    pub fn from_text_with(name: &str, text: &str, options: &LoadOptions) -> Self {
        let path = Path::new(name);
        let file = SourceFile::new(name, text);
        let mut definition = match syntax::parse(name, text) {
            Ok(root) => Self::bare(path, file, root),
            Err(problem) => Self::unreadable(path, file, problem),
        };
        definition.substitute(options);
        definition
    }

    /// A file that is a definition by itself.
    pub(super) fn bare(path: &Path, file: SourceFile, root: Node) -> Self {
        Self {
            name: stem(path),
            source: path.to_owned(),
            declared_type: None,
            document: Document { file: Arc::new(file), root, pointer: String::new() },
            substitutions: BTreeMap::new(),
            packaging: Packaging::default(),
            problems: Vec::new(),
        }
    }

    /// A file that should be a definition and is not even JSON or YAML.
    pub(super) fn unreadable(path: &Path, file: SourceFile, problem: SyntaxProblem) -> Self {
        let mut found =
            Problem::in_file(&file, ProblemSeverity::Error, "syntax", problem.message, problem.span);
        found.suggestion = problem.help.map(str::to_owned);
        let nothing = Node { span: problem.span, kind: NodeKind::Null };
        Self { problems: vec![found], ..Self::bare(path, file, nothing) }
    }

    /// Fills in what is known; the user's own values first.
    fn substitute(&mut self, options: &LoadOptions) {
        for (name, value) in &options.substitutions {
            self.substitutions.insert(name.clone(), Substitution::Known(value.clone()));
        }
        // A known value may contain a placeholder that is known in turn.
        for _ in 0..2 {
            self.substitutions = substitution::resolved(&self.substitutions);
        }
        for _ in 0..2 {
            substitution::apply(&mut self.document.root, &self.substitutions);
        }
        let document = &self.document;
        if !document.file.text.trim_start().starts_with(['{', '[']) {
            return; // A plain YAML scalar needs no quotes.
        }
        let mut bare = Vec::new();
        bare_placeholders(&document.root, &mut bare);
        let message = "a placeholder without quotes makes this file no JSON by itself";
        let help = "give it a value, or what depends on it cannot be checked";
        self.problems.extend(bare.into_iter().map(|span| {
            let severity = ProblemSeverity::Warning;
            Problem::new(document, severity, "unquoted-placeholder", message, span).suggest(help)
        }));
    }
}

fn bare_placeholders(node: &Node, found: &mut Vec<Span>) {
    match &node.kind {
        NodeKind::Placeholder(_) => found.push(node.span),
        NodeKind::Array(items) => items.iter().for_each(|item| bare_placeholders(item, found)),
        NodeKind::Object(members) => {
            for member in members {
                bare_placeholders(&member.value, found);
            }
        }
        _ => {}
    }
}

/// `charge` for `charge.asl.json`.
fn stem(path: &Path) -> String {
    let stem = path.file_stem().map_or_else(|| "definition".into(), |stem| stem.to_string_lossy());
    stem.strip_suffix(".asl").unwrap_or(&stem).to_owned()
}
