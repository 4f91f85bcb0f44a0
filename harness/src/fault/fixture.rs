//! Machines for the tests of this module.

use crate::asl::{Machine, StateId, compile_text};

/// A machine from the text of its definition.
pub(super) fn compiled(definition: &str) -> Machine {
    compile_text("fixture", definition).expect("fixtures are valid definitions")
}

/// The tasks of [`machine`], and how many Maps are around each.
pub(super) fn places(machine: &Machine) -> Vec<(StateId, usize)> {
    let place = |name, maps| (machine.find(name).expect("a state of the fixture").id, maps);
    vec![place("Charge", 0), place("Ship", 1), place("Ship #2: again", 0)]
}

/// `Charge`, `ShipAll/Ship`, `Fulfil/branch[0]/Pack` and `Fulfil/branch[1]/Ship #2: again`.
pub(super) fn machine() -> Machine {
    compiled(
        r#"{
  "StartAt": "Charge",
  "States": {
    "Charge": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "ShipAll" },
    "ShipAll": {
      "Type": "Map",
      "ItemProcessor": {
        "StartAt": "Ship",
        "States": { "Ship": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true } }
      },
      "Next": "Fulfil"
    },
    "Fulfil": {
      "Type": "Parallel",
      "Branches": [
        { "StartAt": "Pack", "States": { "Pack": { "Type": "Succeed" } } },
        {
          "StartAt": "Ship #2: again",
          "States": {
            "Ship #2: again": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true }
          }
        }
      ],
      "End": true
    }
  }
}"#,
    )
}
