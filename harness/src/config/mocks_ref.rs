//! Which mock file, and which test case of it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// `order.mocks.json`, `order.mocks.json#Declined`
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MocksRef {
    /// The file.
    pub file: PathBuf,
    /// The test case; without one each is a baseline of its own.
    pub test_case: Option<String>,
}

impl FromStr for MocksRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.rsplit_once('#') {
            // Step Functions Local takes a bare trailing `#` for "no mocks"; here it is a slip.
            Some((_, "")) => Err("a test case is missing after `#`".to_owned()),
            Some((file, case)) => Ok(Self { file: file.into(), test_case: Some(case.to_owned()) }),
            None => Ok(Self { file: text.into(), test_case: None }),
        }
    }
}

impl fmt::Display for MocksRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        match &self.test_case {
            Some(case) => write!(f, "#{case}"),
            None => Ok(()),
        }
    }
}
