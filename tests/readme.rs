//! What the README shows is what the program prints.

use std::ffi::OsString;
use std::path::Path;

use sfn_chaos::cli::{Colour, Progress, Streams, call};

const DEFINITION: &str = "scenarios/order-payment/flawed.asl.json";

#[test]
fn the_output_in_the_readme_is_what_the_program_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).expect("the README can be read");
    let printed = printed(root);
    let start = readme.find(DEFINITION).expect("the README shows this definition");
    let shown = readme[start..].split("```").next().expect("a block has an end").trim_end();
    for part in shown.split("\n\n") {
        assert!(printed.contains(part), "the README shows\n{part}\n\nthe program prints\n{printed}");
    }
}

/// The report about the definition, as `cargo xtask` prints it in the root of the repository.
fn printed(root: &Path) -> String {
    let definition = root.join(DEFINITION);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut streams = Streams {
        out: &mut out,
        err: &mut err,
        out_colour: Colour::Plain,
        err_progress: Progress::Silent,
        folder: root.to_owned(),
    };
    let arguments = [OsString::from("chaos"), definition.clone().into_os_string()];
    call("cargo xtask", arguments.to_vec(), &mut streams);
    let text = String::from_utf8(out).expect("reports are UTF-8");
    // The path is longer here than where a user stands, which moves no line break: places have lines of their own.
    text.replace(&definition.display().to_string(), DEFINITION)
}
