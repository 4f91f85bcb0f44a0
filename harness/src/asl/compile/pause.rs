//! Wait and Fail states.

use std::sync::Arc;

use super::read::{is_query, is_unknown};
use super::state::Current;
use super::{Compiler, Limits, Place, SECONDS_MAX};
use crate::asl::{Kind, QueryLanguage, TextSource, Wait};
use crate::expr::{Template, Timestamp};

/// Taken for `Seconds` whose placeholder has no value.
const SECONDS_STAND_IN: f64 = 60.0;

impl<'d> Compiler<'d> {
    /// ASL spec, "Wait State": exactly one of the fields that say how long.
    pub(super) fn wait(&mut self, current: &Current<'d>) -> Option<Wait> {
        let place = &current.place;
        let names: &[&str] = match current.language {
            QueryLanguage::JsonPath => &["Seconds", "SecondsPath", "Timestamp", "TimestampPath"],
            QueryLanguage::Jsonata => &["Seconds", "Timestamp"],
        };
        let given: Vec<_> = names.iter().filter(|name| place.get(name).is_some()).collect();
        let Some((first, others)) = given.split_first() else {
            let message = format!("the time to wait is missing: {}", super::read::alternatives(names));
            self.problems.error("missing-field", place.key_span, &place.pointer, message);
            return None;
        };
        for other in others.iter().filter_map(|name| place.get(name)) {
            self.exclusive(&other, first);
        }
        if !others.is_empty() {
            return None;
        }
        let at = place.get(first)?;
        match **first {
            "Seconds" | "SecondsPath" => {
                let limits = Limits::whole(0, SECONDS_MAX, SECONDS_STAND_IN);
                self.amount(place, "Seconds", current.language, &limits).map(Wait::Seconds)
            }
            "TimestampPath" => self.path(&at).map(Wait::TimestampPath),
            _ if current.language == QueryLanguage::Jsonata && is_query(&at) => {
                self.query(&at).map(Wait::TimestampJsonata)
            }
            _ => self.timestamp(&at),
        }
    }

    fn timestamp(&mut self, at: &Place<'d>) -> Option<Wait> {
        let text = self.text(at)?;
        if Timestamp::parse(text).is_none() && !is_unknown(text) {
            let message = format!("`{text}` is no RFC 3339 timestamp");
            let problem = self.problems.error("invalid-timestamp", at.span(), &at.pointer, message);
            problem.suggestion = Some("write it like `2026-11-21T09:30:00Z`".to_owned());
            return None;
        }
        Some(Wait::Timestamp(Arc::from(text)))
    }

    pub(super) fn fail(&mut self, current: &Current<'d>) -> Kind {
        let error = self.text_source(current, "Error");
        let cause = self.text_source(current, "Cause");
        Kind::Fail { error, cause }
    }

    /// A literal, an expression in a `…Path` field, or JSONata.
    fn text_source(&mut self, current: &Current<'d>, name: &str) -> Option<TextSource> {
        let place = &current.place;
        let (literal, path) = (place.get(name), place.get(&format!("{name}Path")));
        if let (Some(_), Some(path)) = (&literal, &path) {
            self.exclusive(path, name);
        }
        match (literal, path) {
            (Some(at), _) if current.language == QueryLanguage::Jsonata && is_query(&at) => {
                self.query(&at).map(|query| TextSource::Template(Template::Jsonata(query)))
            }
            (Some(at), _) => self.text(&at).map(|text| TextSource::Literal(text.into())),
            (None, Some(at)) if current.language == QueryLanguage::JsonPath => {
                self.expression(&at).map(TextSource::Template)
            }
            _ => None,
        }
    }
}
