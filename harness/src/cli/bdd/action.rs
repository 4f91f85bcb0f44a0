//! `bdd steps` and `bdd new`: the vocabulary, and a first feature for a definition.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use crate::bdd::{self, DraftOrder, StepsFormat};
use crate::cli::accepting::today;
use crate::cli::args::name_and_value;
use crate::cli::failure::Failure;
use crate::cli::selection::folder_join;
use crate::cli::{ExitCode, Streams};

/// What can be done besides running features.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum BddAction {
    /// Prints what features can say: every sentence with its parameters and an example
    Steps(StepsArgs),
    /// Writes a first feature for a definition: its tasks, what can go wrong, and what the simulator shows then
    New(NewArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct StepsArgs {
    /// How to print; `glue` is JavaScript that the Cucumber extensions of editors read
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Printed::Text)]
    format: Printed,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct NewArgs {
    /// A definition or template; FILE#NAME for one of several machines
    #[arg(value_name = "DEF[#NAME]")]
    definition: String,
    /// The feature to write; without it, it is printed
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The value of a placeholder ${NAME}, which the feature then says; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = name_and_value)]
    substitutions: Vec<(String, String)>,
    /// Writes over a file that is there
    #[arg(long, requires = "output")]
    overwrite: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Printed {
    Text,
    Markdown,
    Json,
    Glue,
}

pub(super) fn act(program: &str, action: &BddAction, streams: &mut Streams<'_>) -> Result<ExitCode, Failure> {
    match action {
        BddAction::Steps(args) => {
            let format = match args.format {
                Printed::Text => StepsFormat::Text,
                Printed::Markdown => StepsFormat::Markdown,
                Printed::Json => StepsFormat::Json,
                Printed::Glue => StepsFormat::Glue,
            };
            write!(streams.out, "{}", bdd::steps(format))?;
        }
        BddAction::New(args) => new(program, args, streams)?,
    }
    Ok(ExitCode::Clean)
}

fn new(program: &str, args: &NewArgs, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let (definition, name) = DraftOrder::split(&args.definition);
    let whole = |path: &Path| {
        let path = folder_join(&streams.folder, path);
        // Without `..`, so that the way between two files is the shortest.
        path.canonicalize().unwrap_or_else(|_| std::path::absolute(&path).unwrap_or(path))
    };
    let feature = match &args.output {
        // The file need not be there yet; its folder is made.
        Some(file) => {
            let path = folder_join(&streams.folder, file);
            let parent = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = parent.unwrap_or(Path::new("."));
            std::fs::create_dir_all(folder)?;
            whole(folder).join(path.file_name().unwrap_or_default())
        }
        None => whole(Path::new(".")).join("new.feature"),
    };
    if feature.exists() && args.output.is_some() && !args.overwrite {
        let message = format!("{} is there already; --overwrite writes over it", feature.display());
        return Err(Failure::Usage(message));
    }
    let order = DraftOrder {
        definition: whole(&definition),
        name,
        feature,
        today: today(),
        command: command(program, args),
        substitutions: args.substitutions.clone(),
    };
    order.check().map_err(|wrong| Failure::Usage(wrong.to_string()))?;
    let text = bdd::draft(&order).map_err(|failed| Failure::Usage(failed.in_a_line()))?;
    match &args.output {
        None => write!(streams.out, "{text}")?,
        Some(file) => {
            std::fs::write(&order.feature, text)?;
            writeln!(streams.out, "{} is written; `{program} bdd {0}` runs it", file.display())?;
        }
    }
    Ok(())
}

/// The command that writes the feature, as it is typed in a shell.
fn command(program: &str, args: &NewArgs) -> String {
    let set =
        args.substitutions.iter().map(|(name, value)| format!(" --set {}", word(&format!("{name}={value}"))));
    format!("{program} bdd new {}{}", word(&args.definition), set.collect::<String>())
}

/// A word of a shell, in quotes where it needs them.
fn word(text: &str) -> String {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "-_./:=#@%+,".contains(sign);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain("a/b.json#Order", "a/b.json#Order")]
    #[case::an_arn("Arn=arn:aws:sns:eu-west-1:1:t", "Arn=arn:aws:sns:eu-west-1:1:t")]
    #[case::a_space("Note=two words", "'Note=two words'")]
    #[case::a_quote("Note=it's", r"'Note=it'\''s'")]
    #[case::nothing("", "''")]
    fn a_word_of_a_shell_stays_one_word(#[case] text: &str, #[case] written: &str) {
        assert_eq!(word(text), written);
    }
}
