//! The features of this repository hold.

use std::path::Path;

use sfn_chaos::cli::ExitCode;
use sfn_chaos_tests::program::run;

#[test]
fn the_features_of_the_repository_hold() {
    let ended = run(Path::new(env!("CARGO_MANIFEST_DIR")), &["bdd", "features"]);
    assert_eq!(ended.code, ExitCode::Clean, "\n{}{}", ended.out, ended.err);
}
