//! Feature files: found in the order of names, and read.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use cucumber::gherkin::Feature;

use super::gherkin::{self, Problem, Readable};
use crate::spelling::nearest;

/// Something to run: a feature file or a folder with such, as it was named, and lines of scenarios in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file or folder.
    pub path: PathBuf,
    /// Lines, from 1; none means all of it.
    pub lines: Vec<usize>,
}

/// A feature file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The file or folder, as it was named.
    pub path: PathBuf,
    /// Line and column, from 1, where there is a place.
    pub place: Option<(usize, usize)>,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

/// A feature file that was read.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// As it was named.
    pub(super) path: PathBuf,
    /// Only the scenarios at these lines; none means all.
    pub(super) lines: Vec<usize>,
    /// With its outlines filled in; its path is where the file is.
    pub(super) read: Readable,
}

impl Source {
    /// The feature, with the path to its file.
    pub(super) fn feature(&self) -> &Feature {
        &self.read.feature
    }

    /// Whether the scenario at a line is wanted.
    pub(super) fn wants(&self, line: usize) -> bool {
        self.lines.is_empty() || self.lines.iter().any(|wanted| self.read.at(*wanted).contains(&line))
    }
}

impl Place {
    /// `features/order.feature:12:40` names two lines of a file.
    pub fn parse(text: &Path, folder: &Path) -> Self {
        let (mut path, mut lines) = (text.to_owned(), Vec::new());
        while !folder.join(&path).exists() {
            let Some((before, line)) = path.to_str().and_then(|path| path.rsplit_once(':')) else { break };
            let Ok(line) = line.parse() else { break };
            lines.insert(0, line);
            path = PathBuf::from(before);
        }
        if lines.is_empty() { Self { path: text.to_owned(), lines } } else { Self { path, lines } }
    }
}

impl Unreadable {
    fn new(path: &Path, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), place: None, message: message.into(), help: None }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        self.place.iter().try_for_each(|(line, column)| write!(f, ":{line}:{column}"))?;
        write!(f, ": {}", self.message)?;
        self.help.iter().try_for_each(|help| write!(f, "; {help}"))
    }
}

/// Reads all feature files of the places, each once; folders are searched. `folder` is where paths begin.
pub(super) fn read(places: &[Place], folder: &Path) -> (Vec<Source>, Vec<Unreadable>) {
    let (mut sources, mut unreadable) = (Vec::<Source>::new(), Vec::new());
    for place in places {
        let files = match files(&place.path, folder) {
            Ok(files) => files,
            Err(error) => {
                unreadable.push(missing(&place.path, folder, &error));
                continue;
            }
        };
        for path in files {
            if let Some(known) = sources.iter_mut().find(|source| source.path == path) {
                known.lines = if known.lines.is_empty() || place.lines.is_empty() {
                    Vec::new()
                } else {
                    [&known.lines[..], &place.lines[..]].concat()
                };
                continue;
            }
            match parse(&join(folder, &path)) {
                Ok(read) => sources.push(Source { path, lines: place.lines.clone(), read }),
                Err(problems) => {
                    unreadable.extend(problems.into_iter().map(|problem| located(&path, problem)));
                }
            }
        }
    }
    (sources, unreadable)
}

/// A path as the user wrote it, where the folder is the process's own.
fn join(folder: &Path, path: &Path) -> PathBuf {
    if folder == Path::new(".") { path.to_owned() } else { folder.join(path) }
}

fn parse(file: &Path) -> Result<Readable, Vec<Problem>> {
    let whole = |message: String| vec![Problem { line: 0, column: 0, message, help: None }];
    let bytes = std::fs::read(file).map_err(|error| whole(format!("failed to read: {error}")))?;
    let text = String::from_utf8(bytes)
        .map_err(|error| not_utf8(error.as_bytes(), error.utf8_error().valid_up_to()))?;
    let mut read = gherkin::read(&text)?;
    read.feature.path = Some(file.to_owned());
    Ok(read)
}

/// Where the first byte stands that is none of UTF-8.
fn not_utf8(bytes: &[u8], at: usize) -> Vec<Problem> {
    let before = String::from_utf8_lossy(&bytes[..at]).into_owned();
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    let help = Some("save the file in UTF-8".to_owned());
    let message = "the file is no text in UTF-8".to_owned();
    vec![Problem { line: before.matches('\n').count() + 1, column, message, help }]
}

fn located(path: &Path, problem: Problem) -> Unreadable {
    let Problem { line, column, message, help } = problem;
    Unreadable { path: path.to_owned(), place: Some((line, column)).filter(|_| line > 0), message, help }
}

/// The file itself, or all feature files below a folder.
fn files(path: &Path, folder: &Path) -> io::Result<Vec<PathBuf>> {
    let found = folder.join(path);
    if !found.metadata()?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut names: Vec<_> =
        found.read_dir()?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<_>>()?;
    names.sort();
    let mut files = Vec::new();
    for name in names {
        let below = if path == Path::new(".") { PathBuf::from(&name) } else { path.join(&name) };
        let is_folder = folder.join(&below).is_dir();
        let is_searched = is_folder && !is_hidden(&name);
        if is_searched {
            files.extend(self::files(&below, folder)?);
        } else if !is_folder && below.extension().is_some_and(|extension| extension == "feature") {
            files.push(below);
        }
    }
    Ok(files)
}

/// Folders that hold no features of a team: hidden ones, and products of builds.
fn is_hidden(name: &std::ffi::OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with('.') || ["target", "node_modules"].contains(&name))
}

fn missing(path: &Path, folder: &Path, error: &io::Error) -> Unreadable {
    if error.kind() != io::ErrorKind::NotFound {
        return Unreadable::new(path, format!("failed to read: {error}"));
    }
    let parent = path.parent().unwrap_or(Path::new(""));
    let entries = folder.join(parent).read_dir().into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    let wanted = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let near = nearest(wanted, names.iter().map(String::as_str));
    Unreadable {
        help: near.map(|name| format!("did you mean `{}`?", parent.join(name).display())),
        ..Unreadable::new(path, "there is no such file or folder")
    }
}
