//! Choice states.

use std::sync::Arc;

use super::read::is_query;
use super::state::Current;
use super::{Compiler, Place};
use crate::asl::fields::RULE;
use crate::asl::{Choice, ChoiceRule, QueryLanguage};
use crate::expr::{Comparison, Condition, OPERATORS, Rule};

impl<'d> Compiler<'d> {
    pub(super) fn choice(&mut self, current: &Current<'d>) -> Option<Choice> {
        let place = &current.place;
        let default = place.get("Default").map(|at| self.go(current.id, &at));
        let choices = self.required(place, "Choices")?;
        if !self.list(&choices) {
            return None;
        }
        if choices.items().next().is_none() {
            let message = "`Choices` must not be empty";
            self.problems.error("missing-field", choices.key_span, &choices.pointer, message);
        }
        let rules: Vec<_> = choices.items().map(|at| self.choice_rule(current, &at)).collect();
        let rules: Option<Vec<_>> = rules.into_iter().collect();
        let default = match default {
            Some(target) => Some(target?),
            None => None,
        };
        Some(Choice { rules: rules?, default })
    }

    fn choice_rule(&mut self, current: &Current<'d>, at: &Place<'d>) -> Option<ChoiceRule> {
        if !self.object(at) {
            return None;
        }
        let language = current.language;
        let next = self.required(at, "Next").and_then(|next| self.go(current.id, &next));
        let assign = self.assign(at, language);
        let output = match language {
            QueryLanguage::Jsonata => self.template_field(at, "Output", language),
            QueryLanguage::JsonPath => None,
        };
        let rule = match language {
            QueryLanguage::JsonPath => self.rule(at),
            QueryLanguage::Jsonata => self.condition(at),
        };
        Some(ChoiceRule { rule: rule?, next: next?, assign, output })
    }

    /// JSONata: one `Condition`.
    fn condition(&mut self, at: &Place<'d>) -> Option<Rule> {
        let mut strange = false;
        for (name, field) in at.members() {
            if name != "Condition" && !RULE.contains(&name) {
                strange = true;
                let message = format!("a JSONata rule has no field `{name}`");
                let problem = self.problems.error("unknown-field", field.key_span, &field.pointer, message);
                problem.suggestion =
                    Some("write the whole condition as `\"Condition\": \"{% … %}\"`".to_owned());
            }
        }
        if strange && at.get("Condition").is_none() {
            return None;
        }
        let condition = self.required(at, "Condition")?;
        // Recorded on AWS: a literal is a condition. All of nothing hold, any of nothing does not.
        if let crate::load::NodeKind::Bool(truth) = condition.node.kind {
            return Some(if truth { Rule::And(Vec::new()) } else { Rule::Or(Vec::new()) });
        }
        if !is_query(&condition) {
            self.wrong_type(&condition, "a JSONata expression in {% %}");
            return None;
        }
        let query = Arc::unwrap_or_clone(self.query(&condition)?);
        Some(Rule::Jsonata(Arc::new(Condition::new(query))))
    }

    /// JSONPath: `And`, `Or`, `Not`, or one comparison.
    fn rule(&mut self, at: &Place<'d>) -> Option<Rule> {
        let operators: Vec<_> = at
            .members()
            .filter(|(name, _)| *name != "Variable" && (!RULE.contains(name) || *name == "Output"))
            .collect();
        let combiners = ["And", "Or", "Not"];
        match &operators[..] {
            [] => {
                let message = "the rule compares nothing: its operator is missing";
                let problem = self.problems.error("missing-field", at.key_span, &at.pointer, message);
                problem.suggestion =
                    Some("add an operator such as `StringEquals`, or `And`, `Or`, `Not`".to_owned());
                None
            }
            [(name, operand)] if combiners.contains(name) => {
                if let Some(variable) = at.get("Variable") {
                    let message = format!("`Variable` has no meaning beside `{name}`");
                    let pointer = &variable.pointer;
                    self.problems.error("exclusive-fields", variable.key_span, pointer, message);
                }
                self.combined(name, operand)
            }
            [(name, operand)] => {
                if !self.is_operator(name, operand) {
                    return None;
                }
                let variable = self.required(at, "Variable").and_then(|at| self.path(&at));
                let comparison = self.comparison(name, operand);
                Some(Rule::Test { variable: variable?, comparison: comparison? })
            }
            [(first, _), (name, second), ..] => {
                if self.is_operator(name, second) && self.is_operator(first, second) {
                    let message = format!("a rule has one operator, this has `{first}` and `{name}`");
                    let problem =
                        self.problems.error("exclusive-fields", second.key_span, &second.pointer, message);
                    problem.suggestion = Some("put each into its own rule inside `And`".to_owned());
                }
                None
            }
        }
    }

    fn combined(&mut self, name: &str, operand: &Place<'d>) -> Option<Rule> {
        if name == "Not" {
            return self.nested(operand).map(|rule| Rule::Not(Box::new(rule)));
        }
        if !self.list(operand) {
            return None;
        }
        if operand.items().next().is_none() {
            let message = format!("`{name}` must not be empty");
            self.problems.error("missing-field", operand.key_span, &operand.pointer, message);
        }
        let rules: Vec<_> = operand.items().map(|at| self.nested(&at)).collect();
        let rules = rules.into_iter().collect::<Option<Vec<_>>>()?;
        Some(if name == "And" { Rule::And(rules) } else { Rule::Or(rules) })
    }

    /// ASL spec, "Choice State": only top-level rules have `Next`.
    fn nested(&mut self, at: &Place<'d>) -> Option<Rule> {
        if !self.object(at) {
            return None;
        }
        for name in ["Next", "Assign"] {
            if let Some(field) = at.get(name) {
                let message = format!("`{name}` stands only in the outermost rule");
                self.problems.error("nested-next", field.key_span, &field.pointer, message);
            }
        }
        self.rule(at)
    }

    fn comparison(&mut self, name: &str, operand: &Place<'d>) -> Option<Comparison> {
        let value = self.operand(name, operand);
        match Comparison::from_operator(name, &value) {
            Ok(comparison) => Some(comparison),
            Err(error) => {
                let (span, pointer) = (operand.span(), &operand.pointer);
                self.problems.error("invalid-operand", span, pointer, error.message);
                None
            }
        }
    }

    /// Whether a name is an operator; reported if not.
    fn is_operator(&mut self, name: &str, at: &Place<'d>) -> bool {
        if OPERATORS.contains(&name) || ["And", "Or", "Not"].contains(&name) {
            return true;
        }
        let message = match name {
            "Condition" => "`Condition` is for JSONata states".to_owned(),
            _ => format!("there is no operator `{name}`"),
        };
        let nearest =
            self.problems.nearest(name, OPERATORS.into_iter().chain(["And", "Or", "Not", "Variable"]));
        let problem = self.problems.error("unknown-operator", at.key_span, &at.pointer, message);
        problem.suggestion = nearest.map(|nearest| format!("did you mean `{nearest}`?"));
        false
    }
}
