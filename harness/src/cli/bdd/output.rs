//! What is printed, and where: `--format junit=report.xml`, `--output report.json`.

use std::path::{Path, PathBuf};

use super::args::BddArgs;
use crate::cli::failure::Failure;
use crate::spelling::nearest;

/// One `--format`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Format {
    kind: Kind,
    file: Option<PathBuf>,
}

/// A form of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// For people.
    Pretty,
    /// For CI: JUnit XML.
    Junit,
    /// For report tools: the JSON of Cucumber.
    Json,
}

/// Where each report goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outputs {
    /// What goes to standard output, if anything does.
    pub(super) stdout: Option<Kind>,
    /// What goes to files.
    pub(super) files: Vec<(Kind, PathBuf)>,
}

impl Kind {
    const ALL: [(&'static str, Self); 3] =
        [("pretty", Self::Pretty), ("junit", Self::Junit), ("json", Self::Json)];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

impl std::str::FromStr for Format {
    type Err = String;

    /// Other runners of features write `junit:report.xml`, so that is understood, too.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, file) = match text.split_once(['=', ':']) {
            Some((name, file)) => (name, Some(file)),
            None => (text, None),
        };
        let names = || Kind::ALL.iter().map(|(name, _)| *name);
        let Some((_, kind)) = Kind::ALL.iter().find(|(known, _)| *known == name) else {
            let hint = nearest(name, names()).map(|near| format!("; did you mean `{near}`?"));
            let all = names().collect::<Vec<_>>().join(", ");
            return Err(format!(
                "it is one of {all}, with =FILE to write a file{}",
                hint.unwrap_or_default()
            ));
        };
        if file == Some("") {
            return Err("the file is missing after the `=`".to_owned());
        }
        Ok(Self { kind: *kind, file: file.map(PathBuf::from) })
    }
}

impl Outputs {
    /// Where the command line wants what. Without a format for it, standard output gets the report for people.
    pub(super) fn new(args: &BddArgs) -> Result<Self, Failure> {
        let (mut bare, mut files) = (Vec::new(), Vec::new());
        for format in &args.formats {
            match &format.file {
                Some(file) => files.push((format.kind, file.clone())),
                None => bare.push(format.kind),
            }
        }
        if let [first, second, ..] = bare[..] {
            return Err(Failure::Usage(format!(
                "the formats {} and {} go to the same place; write `--format {}=FILE`",
                first.name(),
                second.name(),
                second.name()
            )));
        }
        let bare = bare.first().copied();
        let stdout = match &args.output {
            Some(file) => {
                files.push((bare.unwrap_or(Kind::Pretty), file.clone()));
                bare.filter(|kind| *kind != Kind::Pretty).map(|_| Kind::Pretty)
            }
            None => Some(bare.unwrap_or(Kind::Pretty)),
        };
        let twice = |path: &Path| files.iter().filter(|(_, file)| file == path).count() > 1;
        if let Some((_, file)) = files.iter().find(|(_, file)| twice(file)) {
            return Err(Failure::Usage(format!("two formats go to {}", file.display())));
        }
        Ok(Self { stdout, files })
    }
}
