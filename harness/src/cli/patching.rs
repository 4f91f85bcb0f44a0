//! `--write-patched`: the definition with the fixes that are proven, in a file that the user names. Nothing else in
//! this program writes a definition.

use std::path::PathBuf;

use super::Streams;
use super::args::PatchingArgs;
use super::failure::Failure;
use super::selection::folder_join;
use crate::campaign::{Campaign, Finding, MachineOutcome, Mended, mend};
use crate::diagnose::edited;
use crate::report::counted;

/// Where the patched definition goes, and which fixes it gets.
#[derive(Clone, Debug)]
pub(super) struct Patching {
    file: PathBuf,
    fixes: Vec<String>,
}

impl Patching {
    /// Checks what was asked for before the search starts.
    pub(super) fn new(
        args: &PatchingArgs,
        machines: usize,
        streams: &Streams<'_>,
    ) -> Result<Option<Self>, Failure> {
        let Some(file) = &args.write_patched else { return Ok(None) };
        let path = folder_join(&streams.folder, file);
        if machines != 1 {
            return Err(Failure::Usage(format!(
                "--write-patched writes one definition, and {machines} are selected; name one"
            )));
        }
        if path.exists() && !args.overwrite {
            return Err(Failure::Usage(format!(
                "--write-patched: {} exists; choose another name, or say --overwrite",
                file.display()
            )));
        }
        Ok(Some(Self { file: path, fixes: args.fixes.clone() }))
    }

    /// Writes the definition, and says what is in it.
    pub(super) fn write(
        &self,
        campaign: &Campaign,
        outcome: &MachineOutcome,
        streams: &mut Streams<'_>,
    ) -> Result<(), Failure> {
        for wanted in &self.fixes {
            Self::check(wanted, outcome)?;
        }
        let wanted = |finding: &Finding| {
            self.fixes.is_empty() || self.fixes.iter().any(|id| finding.id.starts_with(id.as_str()))
        };
        let file = self.file.display();
        match mend(campaign, outcome.clone(), &wanted) {
            Some(mended) if !mended.applied.is_empty() => {
                let Mended { machine, patch, applied, .. } = mended;
                let own = outcome.machine.as_ref().and_then(|machine| edited(machine, &patch));
                if own.is_none() {
                    let reason = "the text cannot be edited in place, so the bare definition is written";
                    writeln!(streams.err, "note: {}: {reason}", outcome.source)?;
                }
                let text = own.unwrap_or_else(|| format!("{}\n", machine.document.root.to_json()));
                std::fs::write(&self.file, text)?;
                let fixes = counted(applied.len() as u64, "patch");
                writeln!(streams.err, "wrote {file} with {fixes}: {}", applied.join(", "))?;
            }
            _ => writeln!(streams.err, "note: {file} is not written: no fix is proven")?,
        }
        Ok(())
    }

    fn check(wanted: &str, outcome: &MachineOutcome) -> Result<(), Failure> {
        let all = || outcome.findings.iter().chain(&outcome.warnings);
        if all().any(|finding| finding.id.starts_with(wanted)) {
            return Ok(());
        }
        let ids: Vec<&str> = all().map(|finding| finding.id.as_str()).collect();
        Err(Failure::Usage(format!("--fix: no finding is named `{wanted}`; there is {}", ids.join(", "))))
    }
}
