//! How data passes through a state, and variables.

use super::state::Current;
use super::{Compiler, Place};
use crate::asl::{DataPath, Flow, QueryLanguage, ResultPath};
use crate::expr::Template;
use crate::load::NodeKind;

/// Characters of a variable's name. Docs, "Passing data between states with variables".
const VARIABLE_NAME_MAX: usize = 80;

impl<'d> Compiler<'d> {
    pub(super) fn flow(&mut self, current: &Current<'d>) -> Option<Flow> {
        let (place, language) = (&current.place, current.language);
        if language == QueryLanguage::Jsonata {
            return Some(Flow {
                parameters: self.template_field(place, "Arguments", language),
                output: self.template_field(place, "Output", language),
                ..Flow::default()
            });
        }
        let input_path = place.get("InputPath").map_or(Some(DataPath::All), |at| self.data_path(&at));
        let output_path = place.get("OutputPath").map_or(Some(DataPath::All), |at| self.data_path(&at));
        let parameters = self.payload(place, "Parameters");
        let result_selector = self.payload(place, "ResultSelector");
        let result_path = self.result_path(place);
        Some(Flow {
            input_path: input_path?,
            parameters,
            result_selector,
            result_path: result_path?,
            output_path: output_path?,
            output: None,
        })
    }

    /// `Parameters`, `ResultSelector`, `ItemSelector`: a payload template.
    pub(super) fn payload(&mut self, place: &Place<'d>, name: &str) -> Option<Template> {
        self.template_field(place, name, QueryLanguage::JsonPath)
    }

    fn data_path(&mut self, at: &Place<'d>) -> Option<DataPath> {
        match &at.node.kind {
            NodeKind::Null => Some(DataPath::Nothing),
            NodeKind::String(text) if text == "$" => Some(DataPath::All),
            _ => self.path(at).map(DataPath::Path),
        }
    }

    /// `ResultPath` of a state or a catcher.
    pub(super) fn result_path(&mut self, place: &Place<'d>) -> Option<ResultPath> {
        let Some(at) = place.get("ResultPath") else { return Some(ResultPath::Replace) };
        match &at.node.kind {
            NodeKind::Null => Some(ResultPath::Discard),
            NodeKind::String(text) if text == "$" => Some(ResultPath::Replace),
            _ => self.reference_path(&at).map(ResultPath::At),
        }
    }

    /// `Assign` of a state, a rule or a catcher.
    pub(super) fn assign(&mut self, place: &Place<'d>, language: QueryLanguage) -> Option<Template> {
        let at = place.get("Assign")?;
        if !self.object(&at) {
            return None;
        }
        for (name, field) in at.members() {
            let name =
                name.strip_suffix(".$").filter(|_| language == QueryLanguage::JsonPath).unwrap_or(name);
            self.variable_name(name, &field);
        }
        self.template(&at, language)
    }

    /// Docs, "Passing data between states with variables": names follow Unicode identifiers, `states` is taken.
    fn variable_name(&mut self, name: &str, at: &Place<'d>) {
        let mut chars = name.chars();
        let starts = chars.next().is_some_and(|first| first.is_alphabetic() || first == '_');
        let message = if name == "states" {
            "`states` is a reserved name of variables".to_owned()
        } else if name.chars().count() > VARIABLE_NAME_MAX {
            format!("the name of a variable has at most {VARIABLE_NAME_MAX} characters")
        } else if super::read::is_unknown(name) || (starts && chars.all(|c| c.is_alphanumeric() || c == '_'))
        {
            return;
        } else {
            format!("`{name}` cannot be the name of a variable")
        };
        let problem = self.problems.error("variable-name", at.key_span, &at.pointer, message);
        problem.suggestion = Some("names start with a letter and hold letters, digits and _".to_owned());
    }
}
