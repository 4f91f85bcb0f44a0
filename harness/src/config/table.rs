//! Reading tables of a TOML file key by key; what nobody asked for is unknown.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::ConfigError;
use super::words::unknown;
use crate::load::{Location, SourceFile, Span};

/// A table that is being read.
pub(super) struct Table<'t> {
    pub(super) file: &'t SourceFile,
    members: &'t DeTable<'t>,
    what: &'t str,
}

/// A value with the name it was found under.
pub(super) struct Entry<'t> {
    file: &'t SourceFile,
    key: &'t str,
    value: &'t Spanned<DeValue<'t>>,
}

impl<'t> Table<'t> {
    /// A table, after a check that it has no other keys than these. `what` names it in messages.
    pub(super) fn checked(
        file: &'t SourceFile,
        table: &'t DeTable<'t>,
        what: &'t str,
        keys: &[&'static str],
    ) -> Result<Self, ConfigError> {
        for key in table.keys() {
            let name: &str = key.get_ref();
            if !keys.contains(&name) {
                let message = unknown(&format!("key in {what}:"), name, keys.iter().copied());
                return Err(invalid(file, key.span(), message));
            }
        }
        Ok(Self { file, members: table, what })
    }

    /// The entries, whatever their names, in the order of the file.
    pub(super) fn entries(file: &'t SourceFile, table: &'t DeTable<'t>) -> Vec<Entry<'t>> {
        let mut entries: Vec<_> = table
            .iter()
            .map(|(key, value)| (key.span().start, Entry { file, key: key.get_ref(), value }))
            .collect();
        entries.sort_by_key(|(start, _)| *start);
        entries.into_iter().map(|(_, entry)| entry).collect()
    }

    pub(super) fn get(&self, key: &str) -> Option<Entry<'t>> {
        let (key, value) = self.members.get_key_value(key)?;
        Some(Entry { file: self.file, key: key.get_ref(), value })
    }

    pub(super) fn required(&self, key: &str, at: std::ops::Range<usize>) -> Result<Entry<'t>, ConfigError> {
        self.get(key).ok_or_else(|| invalid(self.file, at, format!("{} needs `{key}`", self.what)))
    }
}

impl<'t> Entry<'t> {
    pub(super) fn key(&self) -> &'t str {
        self.key
    }

    /// The text, if it is one.
    pub(super) fn text(&self) -> Option<&'t str> {
        self.value.get_ref().as_str()
    }

    pub(super) fn string(&self) -> Result<&'t str, ConfigError> {
        self.value.get_ref().as_str().ok_or_else(|| self.wrong("a string"))
    }

    pub(super) fn count(&self) -> Result<u64, ConfigError> {
        let number = self.value.get_ref().as_integer().filter(|number| number.radix() == 10);
        number.and_then(|number| number.as_str().parse().ok()).ok_or_else(|| self.wrong("a number from 0 on"))
    }

    pub(super) fn flag(&self) -> Result<bool, ConfigError> {
        self.value.get_ref().as_bool().ok_or_else(|| self.wrong("true or false"))
    }

    pub(super) fn table(&self) -> Result<&'t DeTable<'t>, ConfigError> {
        self.value.get_ref().as_table().ok_or_else(|| self.wrong("a table"))
    }

    pub(super) fn strings(&self) -> Result<Vec<Self>, ConfigError> {
        let items = self.items("a list of strings")?;
        items.iter().try_for_each(|item| item.string().map(drop))?;
        Ok(items)
    }

    /// A string, or a list with at least one.
    pub(super) fn one_or_more(&self) -> Result<Vec<Self>, ConfigError> {
        if self.value.get_ref().as_str().is_some() {
            return Ok(vec![Self { file: self.file, key: self.key, value: self.value }]);
        }
        let items = self.strings()?;
        if items.is_empty() {
            return Err(self.invalid(format!("`{}` names nothing", self.key)));
        }
        Ok(items)
    }

    pub(super) fn items(&self, wanted: &str) -> Result<Vec<Self>, ConfigError> {
        let array = self.value.get_ref().as_array().ok_or_else(|| self.wrong(wanted))?;
        Ok(array.iter().map(|value| Self { file: self.file, key: self.key, value }).collect())
    }

    pub(super) fn span(&self) -> std::ops::Range<usize> {
        self.value.span()
    }

    pub(super) fn place(&self) -> Location {
        let span = self.value.span();
        self.file.location(Span { start: span.start, end: span.end })
    }

    /// The value as one of the words that a function knows.
    pub(super) fn word<T>(&self, read: impl Fn(&str) -> Result<T, String>) -> Result<T, ConfigError> {
        read(self.string()?).map_err(|message| self.invalid(message))
    }

    pub(super) fn invalid(&self, message: String) -> ConfigError {
        invalid(self.file, self.value.span(), message)
    }

    fn wrong(&self, wanted: &str) -> ConfigError {
        let found = self.value.get_ref().type_str();
        let article = if found.starts_with(['a', 'i']) { "an" } else { "a" };
        self.invalid(format!("`{}` is {wanted}, not {article} {found}", self.key))
    }
}

pub(super) fn invalid(file: &SourceFile, at: std::ops::Range<usize>, message: String) -> ConfigError {
    ConfigError::Invalid { location: file.location(Span { start: at.start, end: at.end }), message }
}
