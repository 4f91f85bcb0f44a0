//! A thousand scenarios, to see how long `bdd` takes for them:
//!
//! ```sh
//! cargo run --release -p sfn-chaos --example many_features -- target/many 1000
//! cargo build --release -p sfn-chaos
//! time target/release/sfn-chaos bdd target/many
//! ```

mod scenarios;

use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = arguments.first().ok_or("name the folder to write the features to")?;
    let count = arguments.get(1).map_or(Ok(1_000), |count| count.parse())?;
    Ok(scenarios::write(Path::new(folder), count)?)
}
