//! Names of states and errors.

use std::sync::LazyLock;

use regex::Regex;

use super::{Parameter, ParameterType};

/// A state, as it is written: a name, a path, an item, a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::bdd) struct Place(pub(in crate::bdd) String);

/// Several states in an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::bdd) struct Places(pub(in crate::bdd) Vec<Place>);

/// The name of an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::bdd) struct Error(pub(in crate::bdd) String);

impl Parameter for Place {
    const TYPE: ParameterType = ParameterType {
        name: "state",
        pattern: r#""[^"]+"|[^\s",]*[^\s",:]"#,
        about: "A state by its name, or by its path where several have the name. Names with spaces stand in quotes. \
                `[3]` after a Map means its item 3, counted from 0; `#2` the second time that the state is entered.",
        examples: &[
            "ChargePayment",
            "\"Charge payment\"",
            "Fulfil/branch[1]/Ship",
            "ShipAll[3]/Ship",
            "AskStatus#2",
        ],
    };

    fn read(text: &str) -> Result<Self, String> {
        Ok(Self(text.trim_matches('"').to_owned()))
    }
}

impl Parameter for Places {
    const TYPE: ParameterType = ParameterType {
        name: "states",
        pattern: r#"(?:"[^"]+"|[^\s",]+)(?:(?:, and |, | and )(?:"[^"]+"|[^\s",]+))+"#,
        about: "Two or more states, with commas or `and` between them.",
        examples: &["Reserve and Charge", "Reserve, Charge and \"Send mail\""],
    };

    fn read(text: &str) -> Result<Self, String> {
        static NAME: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r#""[^"]+"|[^\s",]+"#).expect("a constant expression"));
        let words = NAME.find_iter(text).map(|found| found.as_str());
        words.filter(|word| *word != "and").map(Place::read).collect::<Result<_, _>>().map(Self)
    }
}

impl Parameter for Error {
    const TYPE: ParameterType = ParameterType {
        name: "error",
        pattern: r#""[^"]+"|[A-Za-z_$][\w.$-]*"#,
        about: "The name of an error, as Retry and Catch see it. Names with spaces stand in quotes.",
        examples: &[
            "PaymentDeclined",
            "States.Timeout",
            "Lambda.TooManyRequestsException",
            "\"Out of stock\"",
        ],
    };

    fn read(text: &str) -> Result<Self, String> {
        Ok(Self(text.trim_matches('"').to_owned()))
    }
}
