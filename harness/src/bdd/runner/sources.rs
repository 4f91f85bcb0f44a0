//! Feature files: found, parsed, their outlines filled in.

use std::path::{Path, PathBuf};

use cucumber::feature::Ext as _;
use cucumber::gherkin::{Feature, GherkinEnv};
use cucumber::{cli, parser};
use futures::stream;

/// A feature file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The file or folder, as it was named.
    pub path: PathBuf,
    /// What is wrong, with the line where there is one.
    pub message: String,
}

/// The features that could be read, as the Cucumber crate wants them.
pub(super) struct Sources(Vec<Feature>);

impl parser::Parser<()> for Sources {
    type Cli = cli::Empty;
    type Output = stream::Iter<std::vec::IntoIter<parser::Result<Feature>>>;

    fn parse(self, (): (), _: cli::Empty) -> Self::Output {
        stream::iter(self.0.into_iter().map(Ok).collect::<Vec<_>>())
    }
}

/// Reads all feature files of the paths; folders are searched, in the order of names.
pub(super) fn read(paths: &[PathBuf]) -> (Sources, Vec<Unreadable>) {
    let (mut features, mut unreadable) = (Vec::new(), Vec::new());
    for path in paths {
        for file in files(path) {
            match parse(&file) {
                Ok(feature) => features.push(feature),
                Err(message) => unreadable.push(Unreadable { path: file, message }),
            }
        }
    }
    (Sources(features), unreadable)
}

fn parse(file: &Path) -> Result<Feature, String> {
    let feature = Feature::parse_path(file, GherkinEnv::default()).map_err(|error| error.to_string())?;
    feature.expand_examples().map_err(|error| error.to_string())
}

/// The file itself, or all feature files below a folder.
fn files(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = path.read_dir() else { return vec![path.to_owned()] };
    let mut below: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    below.sort();
    let is_feature = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "feature");
    below.into_iter().filter(|path| path.is_dir() || is_feature(path)).flat_map(|path| files(&path)).collect()
}
