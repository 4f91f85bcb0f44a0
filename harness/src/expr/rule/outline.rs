//! The comparisons in a JSONata condition, as far as operators of JSONPath rules can say them. Analyses and the search
//! for inputs look at these; what decides is the condition itself.

use std::sync::Arc;

use super::{Comparison, Operand, Rule};
use crate::expr::Path;
use crate::expr::jsonata::{Relation, Sketch};
use crate::value::Value;

/// The rule nearest to a condition. What it cannot say holds always.
pub(super) fn outline(sketch: &Sketch) -> Rule {
    match sketch {
        Sketch::Literal(value) => truth(value.as_bool().unwrap_or(true)),
        Sketch::And(a, b) => Rule::And(vec![outline(a), outline(b)]),
        Sketch::Or(a, b) => Rule::Or(vec![outline(a), outline(b)]),
        Sketch::Call(name, arguments) => call(name, arguments),
        Sketch::Compare(relation, a, b) => compare(*relation, a, b),
        Sketch::Block(parts) if parts.len() == 1 => outline(&parts[0]),
        Sketch::Conditional { condition, then, otherwise } => {
            let condition = outline(condition);
            let otherwise = otherwise.as_ref().map_or_else(|| truth(false), |branch| outline(branch));
            let no = Rule::Not(Box::new(condition.clone()));
            Rule::Or(vec![Rule::And(vec![condition, outline(then)]), Rule::And(vec![no, otherwise])])
        }
        _ => match path(sketch) {
            Some(variable) => test(variable, Comparison::BooleanEquals(Operand::Literal(true))),
            None => truth(true),
        },
    }
}

fn truth(holds: bool) -> Rule {
    if holds { Rule::And(Vec::new()) } else { Rule::Or(Vec::new()) }
}

fn test(variable: Path, comparison: Comparison) -> Rule {
    Rule::Test { variable, comparison }
}

fn call(name: &str, arguments: &[Sketch]) -> Rule {
    match (name, arguments) {
        ("not", [inner]) => Rule::Not(Box::new(outline(inner))),
        ("boolean", [inner]) => outline(inner),
        ("exists", [inner]) => {
            path(inner).map_or_else(|| truth(true), |variable| test(variable, Comparison::IsPresent(true)))
        }
        ("contains", [inner, Sketch::Literal(Value::String(part))]) => match path(inner) {
            Some(variable) => {
                let part = part.replace('\\', "\\\\").replace('*', "\\*");
                test(variable, Comparison::StringMatches(Arc::from(format!("*{part}*"))))
            }
            None => truth(true),
        },
        _ => truth(true),
    }
}

fn compare(relation: Relation, left: &Sketch, right: &Sketch) -> Rule {
    match (left, right) {
        (_, Sketch::List(items)) if relation == Relation::In => {
            Rule::Or(items.iter().map(|item| compare(Relation::Equal, left, item)).collect())
        }
        (Sketch::Literal(value), _) => compared(mirrored(relation), right, value),
        (_, Sketch::Literal(value)) => compared(relation, left, value),
        _ => match (value_path(left), value_path(right), relation) {
            (Some(a), Some(b), Relation::Equal) => test(a, Comparison::StringEquals(Operand::Path(b))),
            (Some(a), Some(b), Relation::NotEqual) => {
                Rule::Not(Box::new(test(a, Comparison::StringEquals(Operand::Path(b)))))
            }
            (Some(a), Some(b), Relation::Less) => test(a, Comparison::NumericLessThan(Operand::Path(b))),
            (Some(a), Some(b), Relation::Greater) => {
                test(a, Comparison::NumericGreaterThan(Operand::Path(b)))
            }
            (Some(a), Some(b), Relation::LessOrEqual) => {
                test(a, Comparison::NumericLessThanEquals(Operand::Path(b)))
            }
            (Some(a), Some(b), Relation::GreaterOrEqual) => {
                test(a, Comparison::NumericGreaterThanEquals(Operand::Path(b)))
            }
            _ => truth(true),
        },
    }
}

/// A value compared with a literal.
fn compared(relation: Relation, sketch: &Sketch, literal: &Value) -> Rule {
    if let (Sketch::Call(name, arguments), Value::Number(number)) = (sketch, literal)
        && &**name == "count"
        && let [list] = &arguments[..]
    {
        return counted(relation, list, number.as_f64());
    }
    let Some(variable) = value_path(sketch) else { return truth(true) };
    let not = |comparison| Rule::Not(Box::new(test(variable.clone(), comparison)));
    match (literal, relation) {
        (_, Relation::In) => truth(true),
        (Value::String(text), _) => {
            let operand = || Operand::Literal(text.clone());
            match relation {
                Relation::NotEqual => not(Comparison::StringEquals(operand())),
                Relation::Less => test(variable, Comparison::StringLessThan(operand())),
                Relation::LessOrEqual => test(variable, Comparison::StringLessThanEquals(operand())),
                Relation::Greater => test(variable, Comparison::StringGreaterThan(operand())),
                Relation::GreaterOrEqual => test(variable, Comparison::StringGreaterThanEquals(operand())),
                Relation::Equal | Relation::In => test(variable, Comparison::StringEquals(operand())),
            }
        }
        (Value::Number(number), _) => {
            let operand = || Operand::Literal(*number);
            match relation {
                Relation::NotEqual => not(Comparison::NumericEquals(operand())),
                Relation::Less => test(variable, Comparison::NumericLessThan(operand())),
                Relation::LessOrEqual => test(variable, Comparison::NumericLessThanEquals(operand())),
                Relation::Greater => test(variable, Comparison::NumericGreaterThan(operand())),
                Relation::GreaterOrEqual => test(variable, Comparison::NumericGreaterThanEquals(operand())),
                Relation::Equal | Relation::In => test(variable, Comparison::NumericEquals(operand())),
            }
        }
        (Value::Bool(truth), Relation::Equal) => {
            test(variable, Comparison::BooleanEquals(Operand::Literal(*truth)))
        }
        (Value::Bool(truth), Relation::NotEqual) => {
            test(variable, Comparison::BooleanEquals(Operand::Literal(!*truth)))
        }
        (Value::Null, Relation::Equal) => test(variable, Comparison::IsNull(true)),
        (Value::Null, Relation::NotEqual) => test(variable, Comparison::IsNull(false)),
        _ => truth(true),
    }
}

/// `$count(list) > 2`: that there is a third item.
fn counted(relation: Relation, list: &Sketch, count: f64) -> Rule {
    let least = match relation {
        Relation::Greater | Relation::LessOrEqual => count + 1.0,
        _ => count,
    };
    let index = (least - 1.0).max(0.0) as i64;
    let Some(item) = path(&Sketch::Item(Box::new(list.clone()), index)) else { return truth(true) };
    match relation {
        Relation::Greater | Relation::GreaterOrEqual => test(item, Comparison::IsPresent(true)),
        Relation::Less | Relation::LessOrEqual => test(item, Comparison::IsPresent(false)),
        Relation::Equal if count == 0.0 => test(item, Comparison::IsPresent(false)),
        Relation::NotEqual if count == 0.0 => test(item, Comparison::IsPresent(true)),
        Relation::Equal | Relation::NotEqual | Relation::In => truth(true),
    }
}

fn mirrored(relation: Relation) -> Relation {
    match relation {
        Relation::Less => Relation::Greater,
        Relation::LessOrEqual => Relation::GreaterOrEqual,
        Relation::Greater => Relation::Less,
        Relation::GreaterOrEqual => Relation::LessOrEqual,
        Relation::Equal | Relation::NotEqual | Relation::In => relation,
    }
}

/// The path of a value, also of one that is only written another way before it is compared.
fn value_path(sketch: &Sketch) -> Option<Path> {
    match sketch {
        Sketch::Call(name, arguments)
            if matches!(&**name, "number" | "string" | "uppercase" | "lowercase" | "trim") =>
        {
            path(arguments.first()?)
        }
        _ => path(sketch),
    }
}

/// The path of a place in the input, the context or a variable.
fn path(sketch: &Sketch) -> Option<Path> {
    let mut text = String::new();
    write_path(sketch, &mut text).then(|| Path::parse(&text).ok()).flatten()
}

/// Whether a part is a place; its path is written behind the text.
fn write_path(sketch: &Sketch, text: &mut String) -> bool {
    match sketch {
        Sketch::Variable(name) if &**name == "states" || name.is_empty() => false,
        Sketch::Variable(name) => {
            text.push('$');
            text.push_str(name);
            true
        }
        // What is inside at any depth is looked for right there, where it is invented, too.
        Sketch::Step(before, member) if **member == Sketch::Inside => write_path(before, text),
        Sketch::Step(before, member) => {
            let Sketch::Member(name) = &**member else { return false };
            match (&**before, &**name) {
                (Sketch::Variable(states), "input") if &**states == "states" => text.push('$'),
                (Sketch::Variable(states), "context") if &**states == "states" => text.push_str("$$"),
                _ => {
                    if !write_path(before, text) {
                        return false;
                    }
                    write_member(name, text);
                }
            }
            true
        }
        Sketch::Item(before, index) => {
            if !write_path(before, text) {
                return false;
            }
            text.extend(["[", &index.to_string(), "]"]);
            true
        }
        _ => false,
    }
}

fn write_member(name: &str, text: &mut String) {
    let plain = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain {
        text.extend([".", name]);
    } else {
        let quoted = name.replace('\\', "\\\\").replace('\'', "\\'");
        text.extend(["['", &quoted, "']"]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::jsonata::Expression;

    fn of(text: &str) -> String {
        shown(&outline(&Expression::parse(text).unwrap().sketch()))
    }

    fn shown(rule: &Rule) -> String {
        let all = |rules: &[Rule]| rules.iter().map(shown).collect::<Vec<_>>().join(", ");
        match rule {
            Rule::And(rules) => format!("and({})", all(rules)),
            Rule::Or(rules) => format!("or({})", all(rules)),
            Rule::Not(rule) => format!("not({})", shown(rule)),
            Rule::Test { variable, comparison } => {
                let name = format!("{comparison:?}");
                format!("{} {}", variable.text(), name.split('(').next().unwrap_or_default())
            }
            Rule::Jsonata(_) => "jsonata".to_owned(),
        }
    }

    #[rstest::rstest]
    #[case::a_text("$states.input.x = 'A'", "$.x StringEquals")]
    #[case::the_literal_first("10 < $states.input.x.y", "$.x.y NumericGreaterThan")]
    #[case::no_equality("$x != 'A'", "not($x StringEquals)")]
    #[case::a_truth("$states.input.x", "$.x BooleanEquals")]
    #[case::presence("$exists($states.input.x)", "$.x IsPresent")]
    #[case::parts(
        "$a = 1 and ($b = 2 or $not($c))",
        "and($a NumericEquals, or($b NumericEquals, not($c BooleanEquals)))"
    )]
    #[case::one_of("$x in ['a', 'b']", "or($x StringEquals, $x StringEquals)")]
    #[case::a_number_in_a_text("$number($x) > 0", "$x NumericGreaterThan")]
    #[case::a_count("$count($states.input.l) > 0", "$.l[0] IsPresent")]
    #[case::two_paths("$a < $b", "$a NumericLessThan")]
    #[case::the_context("$states.context.Execution.Input.n = 1", "$$.Execution.Input.n NumericEquals")]
    #[case::a_name_with_a_blank("$states.input.`a b` = 1", "$['a b'] NumericEquals")]
    #[case::a_part_of_a_text("$contains($x, 'ab')", "$x StringMatches")]
    #[case::anything_else("$sum($x) > 1", "and()")]
    fn a_condition_is_told_in_operators(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(of(text), expected);
    }
}
