//! The `sfn-chaos` program: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    sfn_chaos::cli::main("sfn-chaos", std::env::args_os().skip(1)).into()
}
