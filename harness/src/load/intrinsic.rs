//! CloudFormation's intrinsic functions, as far as their texts can be known without deploying.

use std::collections::BTreeMap;

use super::substitution::{Part, Substitution, parts, pseudo_parameter};
use super::{Node, NodeKind};

/// A template and what its expressions referred to so far.
pub(crate) struct Resolver<'t> {
    template: &'t Node,
    /// By the name of the placeholder that stands for the reference.
    pub(super) references: BTreeMap<String, Substitution>,
}

impl<'t> Resolver<'t> {
    pub(crate) fn new(template: &'t Node) -> Self {
        Self { template, references: BTreeMap::new() }
    }

    /// The text of an expression. References to resources are `${Name.Attribute}` in it. None where the text
    /// depends on what only the deployed stack knows.
    pub(crate) fn text(&mut self, node: &Node) -> Option<String> {
        match &node.kind {
            NodeKind::String(text) | NodeKind::Placeholder(text) | NodeKind::Number(text) => {
                Some(text.clone())
            }
            NodeKind::Bool(truth) => Some(truth.to_string()),
            NodeKind::Object(members) => match &members[..] {
                [member] => self.function(&member.key, &member.value),
                _ => None,
            },
            NodeKind::Null | NodeKind::Array(_) => None,
        }
    }

    /// A definition written inside the template: every function becomes its text.
    pub(super) fn definition(&mut self, node: &Node) -> Node {
        let kind = match &node.kind {
            NodeKind::Array(items) => {
                NodeKind::Array(items.iter().map(|item| self.definition(item)).collect())
            }
            NodeKind::Object(members) => match &members[..] {
                [member] if is_function(&member.key) => NodeKind::String(
                    self.function(&member.key, &member.value)
                        .unwrap_or_else(|| format!("${{{}}}", member.key)),
                ),
                _ => NodeKind::Object(
                    members
                        .iter()
                        .map(|member| super::Member {
                            key: member.key.clone(),
                            key_span: member.key_span,
                            value: self.definition(&member.value),
                        })
                        .collect(),
                ),
            },
            other => other.clone(),
        };
        Node { span: node.span, kind }
    }

    fn function(&mut self, name: &str, argument: &Node) -> Option<String> {
        match name {
            "Ref" => Some(self.reference(argument.as_str()?, None)),
            "Fn::GetAtt" => {
                let (resource, attribute) = match argument.items() {
                    Some([resource, attribute]) => (resource.as_str()?, attribute.as_str()?),
                    _ => argument.as_str()?.split_once('.')?,
                };
                Some(self.reference(resource, Some(attribute)))
            }
            "Fn::Sub" => match argument.items() {
                Some([text, variables]) => Some(self.sub(text.as_str()?, Some(variables))),
                _ => Some(self.sub(argument.as_str()?, None)),
            },
            "Fn::Join" => {
                let [separator, list] = argument.items()? else { return None };
                let pieces: Option<Vec<_>> = list.items()?.iter().map(|item| self.text(item)).collect();
                Some(pieces?.join(separator.as_str()?))
            }
            "Fn::FindInMap" => {
                let keys: Option<Vec<_>> = argument.items()?.iter().map(|key| self.text(key)).collect();
                let found =
                    keys?.iter().try_fold(self.template.get("Mappings")?, |node, key| node.get(key))?;
                self.text(&found.clone())
            }
            _ => None,
        }
    }

    fn sub(&mut self, text: &str, variables: Option<&Node>) -> String {
        let mut out = String::with_capacity(text.len());
        for part in parts(text) {
            match part {
                // `${!Name}` is how Fn::Sub writes `${Name}` without replacing it.
                Part::Text(text) => out.push_str(&text.replace("${!", "${")),
                Part::Placeholder(name) => {
                    let local = variables.and_then(|variables| variables.get(name));
                    let value = match (local, name.split_once('.')) {
                        (Some(local), _) => self.text(local),
                        (None, Some((resource, attribute))) => {
                            Some(self.reference(resource, Some(attribute)))
                        }
                        (None, None) => Some(self.reference(name, None)),
                    };
                    out.push_str(&value.unwrap_or_else(|| format!("${{{name}}}")));
                }
            }
        }
        out
    }

    /// A parameter's default, a pseudo parameter's value, or a placeholder for a resource.
    fn reference(&mut self, name: &str, attribute: Option<&str>) -> String {
        if attribute.is_none() {
            // They are filled in with everything else, or kept where the user wants to see them.
            if pseudo_parameter(name).is_some() {
                return format!("${{{name}}}");
            }
            if let Some(default) = self.parameter_default(name) {
                return default;
            }
        }
        let resource = self.template.get("Resources").unwrap_or(self.template).get(name);
        let resource_type = resource.and_then(|resource| resource.get("Type")?.as_str()).map(str::to_owned);
        let key = attribute.map_or_else(|| name.to_owned(), |attribute| format!("{name}.{attribute}"));
        let text = format!("${{{key}}}");
        self.references.insert(
            key,
            Substitution::Reference {
                logical_id: name.to_owned(),
                attribute: attribute.map(str::to_owned),
                resource_type,
            },
        );
        text
    }

    fn parameter_default(&self, name: &str) -> Option<String> {
        let parameter = self.template.get("Parameters")?.get(name)?;
        // The default of an SSM parameter is the name under which the value is stored.
        if parameter.get("Type").and_then(Node::as_str).is_some_and(|kind| kind.starts_with("AWS::SSM")) {
            return None;
        }
        match &parameter.get("Default")?.kind {
            NodeKind::String(text) | NodeKind::Number(text) if !text.is_empty() => Some(text.clone()),
            _ => None,
        }
    }
}

fn is_function(name: &str) -> bool {
    name == "Ref" || name.starts_with("Fn::")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::load::yaml;

    const TEMPLATE: &str = r"
Parameters:
  Stage: {Type: String, Default: dev}
  Secret: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /path}
Mappings:
  Names: {Tables: {Lock: locks}}
Resources:
  Charge: {Type: AWS::Serverless::Function}
";

    #[rstest]
    #[case::plain("text", Some("text"))]
    #[case::number("5", Some("5"))]
    #[case::parameter("!Ref Stage", Some("dev"))]
    #[case::stored_parameter("!Ref Secret", Some("${Secret}"))]
    #[case::pseudo_parameter("!Ref AWS::Partition", Some("${AWS::Partition}"))]
    #[case::attribute("!GetAtt Charge.Arn", Some("${Charge.Arn}"))]
    #[case::sub(
        "!Sub 'arn:${AWS::Partition}:${Stage}:${Charge}'",
        Some("arn:${AWS::Partition}:dev:${Charge}")
    )]
    #[case::sub_with_variables("!Sub ['${a}-${b}', {a: 1}]", Some("1-${b}"))]
    #[case::join("!Join ['-', [a, !Ref Stage]]", Some("a-dev"))]
    #[case::find_in_map("!FindInMap [Names, Tables, Lock]", Some("locks"))]
    #[case::condition("!If [c, a, b]", None)]
    fn the_text_of(#[case] expression: &str, #[case] expected: Option<&str>) {
        let template = yaml::parse(TEMPLATE).unwrap();
        let node = yaml::parse(expression).unwrap();
        assert_eq!(Resolver::new(&template).text(&node).as_deref(), expected);
    }

    #[test]
    fn a_reference_knows_the_type_of_its_resource() {
        let template = yaml::parse(TEMPLATE).unwrap();
        let mut resolver = Resolver::new(&template);
        resolver.text(&yaml::parse("!GetAtt Charge.Arn").unwrap());
        let expected = Substitution::Reference {
            logical_id: "Charge".to_owned(),
            attribute: Some("Arn".to_owned()),
            resource_type: Some("AWS::Serverless::Function".to_owned()),
        };
        assert_eq!(resolver.references.get("Charge.Arn"), Some(&expected));
    }
}
