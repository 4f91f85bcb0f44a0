//! The role of a state machine in a SAM or CloudFormation template. Names that only the deployed stack has stay open
//! (`${Table.Arn}`), and so do functions that cannot be worked out: what depends on them is unknown, not refused.

use super::read::Reader;
use super::{Effect, Grants, Pattern, Policy, PolicyError, Selection, Statement, sam};
use crate::load::{Location, Node, NodeKind, Resolver, SourceFile};

/// Whether a tree is a template, or one resource of it.
pub(super) fn is_template(root: &Node) -> bool {
    root.get("Resources").is_some_and(|resources| resources.members().is_some())
}

/// What the role of a machine may do; `role` names another resource, `machine` the machine.
pub(super) fn grants(
    file: &SourceFile,
    root: &Node,
    role: Option<&str>,
    machine: &str,
) -> Result<Grants, PolicyError> {
    let template = Template { root };
    let mut reader = Reader { file, resolver: Some(Resolver::new(root)) };
    let holder = template.holder(&mut reader, role, machine)?;
    let mut grants = Grants::default();
    let properties = template.properties(holder);
    if template.kind(holder) == SAM {
        template.sam(&mut reader, properties, &mut grants)?;
    } else {
        template.role(&mut reader, holder, properties, &mut grants)?;
    }
    Ok(grants)
}

const SAM: &str = "AWS::Serverless::StateMachine";
const MACHINE: &str = "AWS::StepFunctions::StateMachine";
const ROLE: &str = "AWS::IAM::Role";

struct Template<'t> {
    root: &'t Node,
}

impl<'t> Template<'t> {
    fn resources(&self) -> impl Iterator<Item = (&'t str, &'t Node)> {
        let members = self.root.get("Resources").and_then(Node::members).unwrap_or_default();
        members.iter().map(|member| (member.key.as_str(), &member.value))
    }

    fn resource(&self, name: &str) -> Option<&'t Node> {
        self.resources().find(|(key, _)| *key == name).map(|(_, resource)| resource)
    }

    fn kind(&self, name: &str) -> &'t str {
        self.resource(name).map_or("", kind_of)
    }

    fn properties(&self, name: &str) -> &'t Node {
        self.resource(name).and_then(|resource| resource.get("Properties")).unwrap_or(self.root)
    }

    /// The resource whose policies count: a role, or a SAM machine that makes its own.
    fn holder(
        &self,
        reader: &mut Reader<'_>,
        role: Option<&str>,
        machine: &str,
    ) -> Result<&'t str, PolicyError> {
        let holders: Vec<(&str, &Node)> = self
            .resources()
            .filter(|(_, resource)| kind_of(resource) == ROLE || makes_its_role(resource))
            .collect();
        if role.is_some() {
            let found = reader.chosen(&holders, role, self.root.span)?;
            return Ok(self.name_of(found));
        }
        let machines: Vec<&str> = self
            .resources()
            .filter(|(_, resource)| [SAM, MACHINE].contains(&kind_of(resource)))
            .map(|(name, _)| name)
            .collect();
        let meant = machines.iter().find(|name| **name == machine).or(match &machines[..] {
            [only] => Some(only),
            _ => None,
        });
        if let Some(machine) = meant {
            return self.role_of(reader, machine);
        }
        let found = reader.chosen(&holders, None, self.root.span)?;
        Ok(self.name_of(found))
    }

    fn name_of(&self, found: &Node) -> &'t str {
        self.resources().find(|(_, resource)| std::ptr::eq(*resource, found)).map_or("", |(name, _)| name)
    }

    /// The role that a machine names, or the machine itself.
    fn role_of(&self, reader: &mut Reader<'_>, machine: &'t str) -> Result<&'t str, PolicyError> {
        let properties = self.properties(machine);
        let Some(node) = ["RoleArn", "Role"].iter().find_map(|key| properties.get(key)) else {
            return Ok(machine);
        };
        let text = reader.texts(node)?.concat();
        let named = self.resources().find(|(name, resource)| {
            kind_of(resource) == ROLE
                && (text == format!("${{{name}.Arn}}") || text == format!("${{{name}}}"))
        });
        named.map(|(name, _)| name).ok_or_else(|| {
            let message = format!("the role of `{machine}` is not in this template");
            reader.wrong(node.span, &message, "give the policies of that role: `aws iam get-role-policy`")
        })
    }

    fn role(
        &self,
        reader: &mut Reader<'_>,
        name: &str,
        properties: &Node,
        grants: &mut Grants,
    ) -> Result<(), PolicyError> {
        for inline in list(properties.get("Policies")) {
            if let Some(document) = inline.get("PolicyDocument") {
                let named = inline.get("PolicyName").and_then(Node::as_str).unwrap_or(name);
                grants.policies.push(policy(reader, named, document)?);
            }
        }
        for arn in list(properties.get("ManagedPolicyArns")) {
            grants.policies.push(self.managed(reader, arn)?);
        }
        if let Some(boundary) = properties.get("PermissionsBoundary") {
            grants.boundary.push(self.managed(reader, boundary)?);
        }
        // Policies that name the role, instead of the other way round.
        let reference = [format!("${{{name}}}"), format!("${{{name}.Arn}}")];
        for (own, resource) in self.resources() {
            let Some(properties) = resource.get("Properties") else { continue };
            let roles = match kind_of(resource) {
                "AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy" => list(properties.get("Roles")),
                "AWS::IAM::RolePolicy" => list(properties.get("RoleName")),
                _ => continue,
            };
            let mut is_meant = false;
            for role in roles {
                is_meant |= reader.texts(role)?.iter().any(|text| reference.contains(text));
            }
            if let Some(document) = properties.get("PolicyDocument").filter(|_| is_meant) {
                grants.policies.push(policy(reader, own, document)?);
            }
        }
        Ok(())
    }

    /// `Policies` of a SAM machine: names, ARNs, documents and SAM's policy templates, mixed.
    fn sam(
        &self,
        reader: &mut Reader<'_>,
        properties: &Node,
        grants: &mut Grants,
    ) -> Result<(), PolicyError> {
        for item in list(properties.get("Policies")) {
            let own = match item.members() {
                Some(_) if item.get("Statement").is_some() => policy(reader, "Policies", item)?,
                Some([template]) if !is_function(&template.key) => {
                    sam::policy(reader, &template.key, &template.value)?
                }
                _ => self.managed(reader, item)?,
            };
            grants.policies.push(own);
        }
        if let Some(boundary) = properties.get("PermissionsBoundary") {
            grants.boundary.push(self.managed(reader, boundary)?);
        }
        Ok(())
    }

    /// A managed policy of this template, or of AWS.
    fn managed(&self, reader: &mut Reader<'_>, node: &Node) -> Result<Policy, PolicyError> {
        let arn = reader.texts(node)?.concat();
        let own = self.resources().find(|(name, resource)| {
            kind_of(resource) == "AWS::IAM::ManagedPolicy"
                && (arn == format!("${{{name}}}") || arn == format!("${{{name}.PolicyArn}}"))
        });
        let document =
            own.and_then(|(name, resource)| Some((name, resource.get("Properties")?.get("PolicyDocument")?)));
        match document {
            Some((name, document)) => policy(reader, name, document),
            None => Ok(reader.known_managed(&arn, Some(node.span))),
        }
    }
}

/// A policy by its document.
fn policy(reader: &mut Reader<'_>, name: &str, document: &Node) -> Result<Policy, PolicyError> {
    Ok(Policy { name: name.to_owned(), statements: Some(reader.document(document)?) })
}

fn kind_of(resource: &Node) -> &str {
    resource.get("Type").and_then(Node::as_str).unwrap_or_default()
}

/// SAM reference: `Role` wins over `Policies`.
fn makes_its_role(resource: &Node) -> bool {
    let properties = resource.get("Properties");
    kind_of(resource) == SAM && properties.is_some_and(|properties| properties.get("Role").is_none())
}

fn is_function(name: &str) -> bool {
    name == "Ref" || name.starts_with("Fn::")
}

/// The items of a list, or the one value that stands in its place.
fn list(node: Option<&Node>) -> &[Node] {
    match node {
        None | Some(Node { kind: NodeKind::Null, .. }) => &[],
        Some(node) => node.items().unwrap_or(std::slice::from_ref(node)),
    }
}

/// One statement that allows these actions on everything.
pub(super) fn allow_all(label: &str, actions: &[&str], location: &Location) -> Vec<Statement> {
    vec![Statement {
        label: label.to_owned(),
        effect: Effect::Allow,
        actions: Selection::Only(actions.iter().map(|action| Pattern::action(action)).collect()),
        resources: Selection::Only(vec![Pattern::new("*")]),
        conditions: Vec::new(),
        location: location.clone(),
    }]
}
