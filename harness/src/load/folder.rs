//! All state machines below a folder, each once.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Definition, LoadError, definition, syntax, template};

/// Folders with copies and products of builds.
const SKIPPED: [&str; 3] = ["node_modules", "target", "cdk.out"];

/// Levels of folders that are searched.
const DEPTH_MAX: usize = 24;

/// Every state machine below `root`, sorted by the path of the template or definition.
pub(super) fn definitions(root: &Path) -> Result<Vec<Definition>, LoadError> {
    let mut files = Vec::new();
    collect(root, 0, &mut files)?;
    files.sort();
    let mut found: Vec<(PathBuf, Definition)> = Vec::new();
    // Templates first: a definition that one of them names is that state machine, not another one.
    for path in &files {
        if !is_named_definition(path) {
            found.extend(of_template(path).into_iter().map(|definition| (path.clone(), definition)));
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|(_, definition)| seen.insert((definition.name.clone(), same_file(&definition.source))));
    let packaged: BTreeSet<_> = seen.into_iter().map(|(_, source)| source).collect();
    for path in files {
        if !packaged.contains(&same_file(&path))
            && let Some(definition) = bare(&path)
        {
            found.push((path, definition));
        }
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    if found.is_empty() {
        let reason = "looked for *.asl.json, *.asl.yaml, templates with state machines, and JSON files with \
                      StartAt and States"
            .to_owned();
        return Err(LoadError::NoDefinition { path: root.to_owned(), reason });
    }
    Ok(found.into_iter().map(|(_, definition)| definition).collect())
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), LoadError> {
    let failed = |error| LoadError::Read { path: folder.to_owned(), error };
    for entry in folder.read_dir().map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(failed)?;
        if name.starts_with('.') {
            continue;
        }
        if kind.is_dir() {
            if !SKIPPED.contains(&name.as_str()) && depth < DEPTH_MAX {
                collect(&entry.path(), depth + 1, files)?;
            }
        } else if [".json", ".yaml", ".yml"].iter().any(|extension| name.ends_with(extension)) {
            let path = entry.path();
            // What is found in the current folder is named as the user would name it.
            files.push(path.strip_prefix(".").unwrap_or(&path).to_owned());
        }
    }
    Ok(())
}

/// Whether the name alone says that the file is a definition.
fn is_named_definition(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    [".asl.json", ".asl.yaml", ".asl.yml"].iter().any(|suffix| name.ends_with(suffix))
}

/// The state machines of a file, if it is a template that has some.
fn of_template(path: &Path) -> Vec<Definition> {
    let Ok(file) = definition::read(path) else { return Vec::new() };
    if !file.text.contains("::StateMachine") {
        return Vec::new();
    }
    match syntax::parse(&file.name, &file.text) {
        Ok(root) => template::definitions(path, &file, &root),
        Err(problem) if is_template_name(path) => vec![Definition::unreadable(path, file, problem)],
        Err(_) => Vec::new(),
    }
}

fn is_template_name(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem == "template")
}

/// A file that is a definition by itself. Broken ones count if their name or content says what they are meant
/// to be.
fn bare(path: &Path) -> Option<Definition> {
    let named = is_named_definition(path);
    let json = path.extension().is_some_and(|extension| extension == "json");
    if !named && !json {
        return None;
    }
    let file = definition::read(path).ok()?;
    let looks_like_one = ["\"StartAt\"", "\"States\""].iter().all(|field| file.text.contains(field));
    if !named && !looks_like_one {
        return None;
    }
    match syntax::parse(&file.name, &file.text) {
        Ok(root) if named || definition::is_definition(&root) => Some(Definition::bare(path, file, root)),
        Ok(_) => None,
        Err(problem) => Some(Definition::unreadable(path, file, problem)),
    }
}

/// One name for a file however it was reached.
fn same_file(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
