//! Which names of profiles and roles are refused: those that a `chaos.toml` denies, and those that look like production.

use crate::config::{Aws, Upward, Written};
use crate::load::Location;
use crate::model::matches_pattern;

/// What every `chaos.toml` from the folder upward says against names.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    denied: Vec<Written<String>>,
    /// Of the folder's own file alone: a file above opens nothing.
    not_production: Vec<String>,
}

/// Why a name is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Against {
    /// A pattern of `deny-profiles` fits.
    Denied { pattern: String, place: Location },
    /// It looks like production.
    LooksLikeProduction,
}

impl Names {
    pub(super) fn of(upward: &Upward) -> Self {
        let names = |aws: &Aws| aws.not_production.iter().map(|name| name.value.clone()).collect();
        Self {
            denied: upward.all().flat_map(|aws| aws.deny_profiles.iter().cloned()).collect(),
            not_production: upward.allowing.as_ref().map(names).unwrap_or_default(),
        }
    }

    /// What speaks against a name. A written denial wins over everything.
    pub(super) fn against(&self, name: &str) -> Option<Against> {
        let lower = name.to_lowercase();
        let fits = |denied: &&Written<String>| matches_pattern(&denied.value.to_lowercase(), &lower);
        if let Some(denied) = self.denied.iter().find(fits) {
            let (pattern, place) = (denied.value.clone(), denied.place.clone());
            return Some(Against::Denied { pattern, place });
        }
        let is_known = self.not_production.iter().any(|known| known == name);
        (!is_known && looks_like_production(&lower)).then_some(Against::LooksLikeProduction)
    }
}

/// `acme-prod`, `PRD1`, `shop_live`, but not `product-owner`, `nonprod` or `delivery`.
fn looks_like_production(lower: &str) -> bool {
    let mut left = lower.to_owned();
    for harmless in ["nonprod", "non-prod", "non_prod", "non.prod"] {
        left = left.replace(harmless, "");
    }
    let has_prod = left.match_indices("prod").any(|(at, _)| {
        let rest = &left[at..];
        !rest.starts_with("product") || rest.starts_with("production")
    });
    let mut words = left.split(|letter: char| !letter.is_alphanumeric());
    has_prod || left.contains("prd") || words.any(|word| word == "live")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_word("acme-prod", true)]
    #[case::in_one_word("acmeprod", true)]
    #[case::in_full("Production", true)]
    #[case::in_short("PRD-eu", true)]
    #[case::with_a_number("prod2", true)]
    #[case::live("shop_live", true)]
    #[case::before("preprod", true)]
    #[case::hidden_by_its_opposite("nonprod-and-prod", true)]
    #[case::before_in_full("preproduction", true)]
    #[case::a_product("product-owner", false)]
    #[case::products("products", false)]
    #[case::not("acme-nonprod", false)]
    #[case::not_in_two_words("acme-non-prod", false)]
    #[case::delivery("delivery", false)]
    #[case::sandbox("sandbox", false)]
    fn what_looks_like_production(#[case] name: &str, #[case] expected: bool) {
        assert_eq!(Names::default().against(name).is_some(), expected);
    }

    #[test]
    fn a_denial_wins_over_a_name_that_is_let_through() {
        let place = Location { file: "chaos.toml".to_owned(), line: 3, column: 18 };
        let denied = vec![Written { value: "*-EU".to_owned(), place: place.clone() }];
        let not_production = vec!["prod-eu".to_owned(), "prod-us".to_owned()];
        let names = Names { denied, not_production };
        let expected = Against::Denied { pattern: "*-EU".to_owned(), place };
        assert_eq!(names.against("prod-eu"), Some(expected));
        assert_eq!(names.against("prod-us"), None);
        assert_eq!(names.against("prod-ap"), Some(Against::LooksLikeProduction));
    }
}
