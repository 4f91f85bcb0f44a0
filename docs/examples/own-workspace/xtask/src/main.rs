fn main() -> std::process::ExitCode {
    sfn_chaos::cli::main("cargo xtask", std::env::args_os().skip(1)).into()
}
