//! The repository's front door: `cargo xtask …`.
#![expect(clippy::print_stdout, reason = "a command line prints")]

mod conformance;

use std::path::Path;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [command, folder, rest @ ..] if command == "conformance" => {
            let areas = conformance::run(Path::new(folder), rest.iter().any(|flag| flag == "--verbose"))?;
            conformance::print(&areas);
            Ok(())
        }
        _ => anyhow::bail!("usage: cargo xtask conformance DIR [--verbose]"),
    }
}
