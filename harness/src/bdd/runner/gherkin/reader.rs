//! Puts the lines of a file together.

use cucumber::gherkin::{
    Background, Examples, Feature, LineCol, Rule, Scenario, Span, Step, StepType, Table,
};

use super::language::{Heading, Language, StepWord};
use super::line::{self, Line};
use super::outline::{self, Draft, Rows};
use super::{Problem, Readable, slips};
use crate::spelling::nearest;

/// Reads a file, or says everything that is wrong with it.
pub(in crate::bdd::runner) fn read(text: &str) -> Result<Readable, Vec<Problem>> {
    let mut reader = Reader::new();
    let mut lines = text.trim_start_matches('\u{feff}').lines().enumerate().map(|(at, line)| (at + 1, line));
    while let Some((number, line)) = lines.next() {
        reader.at = LineCol { line: number, col: line.chars().take_while(|c| c.is_whitespace()).count() + 1 };
        match Line::of(line, &reader.language) {
            Line::Fence(fence, media) => reader.doc_string(fence, media, line, &mut lines),
            line => reader.line(&line),
        }
    }
    reader.end()
}

/// What was read so far.
struct Reader {
    language: Language,
    at: LineCol,
    problems: Vec<Problem>,
    feature: Option<Feature>,
    /// Scenarios of the feature, and of each rule.
    drafts: Vec<Vec<Draft>>,
    block: Block,
    /// Tags that wait for what they belong to, and where they begin.
    tags: Vec<String>,
    tags_at: Option<LineCol>,
    step_type: StepType,
    /// First lines of headings and rows, for `FILE:LINE`.
    rule_lines: Vec<usize>,
}

/// Where a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Block {
    /// Before the heading of the feature.
    Start,
    /// Below the heading of the feature or of a rule.
    Feature,
    Background,
    Scenario,
    Examples,
}

impl Reader {
    fn new() -> Self {
        Self {
            language: Language::english(),
            at: LineCol { line: 1, col: 1 },
            problems: Vec::new(),
            feature: None,
            drafts: vec![Vec::new()],
            block: Block::Start,
            tags: Vec::new(),
            tags_at: None,
            step_type: StepType::Given,
            rule_lines: Vec::new(),
        }
    }

    fn problem(&mut self, message: impl Into<String>, help: Option<String>) {
        let LineCol { line, col } = self.at;
        self.problem_at(line, col, message, help);
    }

    fn problem_at(&mut self, line: usize, column: usize, message: impl Into<String>, help: Option<String>) {
        self.problems.push(Problem { line, column, message: message.into(), help });
    }

    fn line(&mut self, line: &Line<'_>) {
        match *line {
            Line::Blank | Line::Fence(..) => {}
            Line::Language(code) => self.language(code),
            Line::Tags(text) => self.tags(text),
            Line::Heading(heading, word, name) => self.heading(heading, word, name),
            Line::Step(word, keyword, text) => self.step(word, keyword, text),
            Line::Row(text) => self.row(text),
            Line::Words(text) => self.words(text),
        }
    }

    fn language(&mut self, code: &str) {
        if self.block != Block::Start {
            return;
        }
        if let Some(language) = Language::get(code) {
            self.language = language;
            return;
        }
        let near = nearest(code, Language::codes()).map(|code| format!("did you mean `{code}`?"));
        let help = near.or_else(|| Some("a language is named by its code, such as `de`".to_owned()));
        self.problem(format!("Gherkin has no keywords in the language `{code}`"), help);
    }

    fn tags(&mut self, text: &str) {
        self.tags_at.get_or_insert(self.at);
        match line::tags(text) {
            Ok(tags) => self.tags.extend(tags),
            Err(word) => {
                let help = Some("a tag begins with `@`".to_owned());
                self.problem(format!("`{word}` is no tag"), help);
            }
        }
    }

    fn heading(&mut self, heading: Heading, word: &str, name: &str) {
        if heading == Heading::Feature {
            return self.begin_feature(word, name);
        }
        self.needs_feature(word);
        let tags = std::mem::take(&mut self.tags);
        let first = self.tags_at.take().unwrap_or(self.at).line;
        match heading {
            Heading::Background => self.background(word, name, &tags),
            Heading::Rule => self.rule(word, name, tags, first),
            Heading::Scenario | Heading::Outline => {
                let mut scenario = scenario(word, name, tags);
                scenario.position = self.at;
                let draft =
                    Draft { scenario, first, is_outline: heading == Heading::Outline, rows: Vec::new() };
                self.scenarios().push(draft);
                self.block = Block::Scenario;
            }
            Heading::Examples => self.examples(word, name, tags, first),
            Heading::Feature => {}
        }
        self.step_type = StepType::Given;
    }

    fn begin_feature(&mut self, word: &str, name: &str) {
        if self.block != Block::Start {
            let help = Some("put the second one into a file of its own, or make it a `Rule:`".to_owned());
            return self.problem("a file has one feature", help);
        }
        let tags = std::mem::take(&mut self.tags);
        self.tags_at = None;
        self.feature = Some(Feature { position: self.at, ..feature(word, name, tags) });
        self.block = Block::Feature;
    }

    /// Says once that the heading of the feature is missing, and goes on as if it were there.
    fn needs_feature(&mut self, word: &str) {
        if self.block == Block::Start {
            let heading = self.language.word(Heading::Feature);
            let help = Some(format!("write `{heading}: NAME` above it"));
            self.problem(format!("`{word}` stands before `{heading}:`"), help);
            self.feature = Some(feature(heading, "", Vec::new()));
            self.block = Block::Feature;
        }
    }

    fn background(&mut self, word: &str, name: &str, tags: &[String]) {
        if !tags.is_empty() {
            self.problem("a background has no tags", Some("tag the feature or its scenarios".to_owned()));
        }
        let has_scenarios = !self.scenarios().is_empty();
        let background = Background { position: self.at, ..background(word, name) };
        let slot = self.slot();
        if slot.is_some() || has_scenarios {
            let help = if has_scenarios {
                "write it above the first scenario"
            } else {
                "write its steps into the first one"
            };
            self.problem("the background does not stand here", Some(help.to_owned()));
        }
        *self.slot() = Some(background);
        self.block = Block::Background;
    }

    /// Where the background of the feature or of the last rule goes.
    fn slot(&mut self) -> &mut Option<Background> {
        let feature = self.feature.as_mut().expect("a heading stands below a feature");
        match feature.rules.last_mut() {
            Some(rule) => &mut rule.background,
            None => &mut feature.background,
        }
    }

    fn rule(&mut self, word: &str, name: &str, tags: Vec<String>, first: usize) {
        let rule = Rule { position: self.at, ..rule(word, name, tags) };
        self.feature.as_mut().expect("a heading stands below a feature").rules.push(rule);
        self.rule_lines.push(first);
        self.drafts.push(Vec::new());
        self.block = Block::Feature;
    }

    fn examples(&mut self, word: &str, name: &str, tags: Vec<String>, first: usize) {
        let at = self.at;
        if !matches!(self.block, Block::Scenario | Block::Examples) {
            let outline = self.language.word(Heading::Outline);
            return self.problem(
                format!("`{word}:` belongs to no scenario"),
                Some(format!("write it below a `{outline}:`")),
            );
        }
        let examples = Examples { position: at, ..examples(word, name, tags) };
        if let Some(draft) = self.scenarios().last_mut() {
            draft.scenario.examples.push(examples);
            draft.rows.push(Rows { first, lines: Vec::new() });
        }
        self.block = Block::Examples;
    }

    fn scenarios(&mut self) -> &mut Vec<Draft> {
        self.drafts.last_mut().expect("a feature has a list of scenarios")
    }

    /// The steps of the background or scenario that a line stands in.
    fn steps(&mut self) -> Option<&mut Vec<Step>> {
        match self.block {
            Block::Background => self.slot().as_mut().map(|background| &mut background.steps),
            Block::Scenario => self.scenarios().last_mut().map(|draft| &mut draft.scenario.steps),
            Block::Start | Block::Feature | Block::Examples => None,
        }
    }

    fn step(&mut self, word: StepWord, keyword: &str, text: &str) {
        self.needs_feature(keyword.trim());
        self.stray_tags();
        let step_type = match word {
            StepWord::Type(step_type) => step_type,
            StepWord::Same => self.step_type,
        };
        self.step_type = step_type;
        let step = step(keyword, text, step_type, self.at);
        let is_examples = self.block == Block::Examples;
        if let Some(steps) = self.steps() {
            steps.push(step);
            return;
        }
        let scenario = self.language.word(Heading::Scenario);
        let (message, help) = if is_examples {
            ("a step cannot follow the examples", format!("write it above them, or begin a `{scenario}:`"))
        } else {
            ("a step stands in a scenario", format!("write `{scenario}: NAME` above it"))
        };
        self.problem(message, Some(help));
        // Said once: what follows stands in a scenario that nobody sees.
        let ghost = scenario_of(scenario, self.at);
        self.scenarios().push(ghost);
        self.block = Block::Scenario;
    }

    fn stray_tags(&mut self) {
        if let Some(LineCol { line, col }) = self.tags_at.take() {
            self.tags.clear();
            let help = "tags stand above a feature, a rule, a scenario or examples".to_owned();
            self.problem_at(line, col, "the tags belong to nothing", Some(help));
        }
    }

    fn row(&mut self, text: &str) {
        let at = self.at;
        let cells = match line::cells(text) {
            Ok(cells) => cells,
            Err(message) => return self.problem(message, None),
        };
        let Some(table) = self.table() else {
            return self.problem("the table belongs to no step", Some("write it below its step".to_owned()));
        };
        let table =
            table.get_or_insert_with(|| Table { rows: Vec::new(), span: Span::default(), position: at });
        let width = table.rows.first().map_or(cells.len(), Vec::len);
        let count = cells.len();
        table.rows.push(cells);
        if self.block == Block::Examples {
            let rows = self.scenarios().last_mut().and_then(|draft| draft.rows.last_mut());
            if let Some(rows) = rows {
                rows.lines.push(at.line);
            }
        }
        if count != width {
            let cells = |count: usize| crate::report::counted(count as u64, "cell");
            let help = (count > width).then(|| "a bar within a cell is written `\\|`".to_owned());
            self.problem(format!("the row has {}, the first row has {width}", cells(count)), help);
        }
    }

    /// The table that a row belongs to.
    fn table(&mut self) -> Option<&mut Option<Table>> {
        if self.block == Block::Examples {
            let draft = self.scenarios().last_mut()?;
            return draft.scenario.examples.last_mut().map(|examples| &mut examples.table);
        }
        let step = self.steps()?.last_mut()?;
        if step.docstring.is_some() { None } else { Some(&mut step.table) }
    }

    fn doc_string<'t>(
        &mut self,
        fence: &str,
        media: &str,
        line: &str,
        lines: &mut impl Iterator<Item = (usize, &'t str)>,
    ) {
        let indent = line.len() - line.trim_start().len();
        let mut text: Vec<String> = Vec::new();
        let mut closed = false;
        for (_, line) in lines.by_ref() {
            if line.trim() == fence {
                closed = true;
                break;
            }
            let blank = line.len() - line.trim_start().len();
            text.push(line[blank.min(indent)..].trim_end_matches('\r').replace("\\\"\\\"\\\"", "\"\"\""));
        }
        if !closed {
            let help = Some(format!("end it with a line of {fence}"));
            return self.problem(format!("the text that {fence} begins is never closed"), help);
        }
        if media.contains(fence) || media.contains(char::is_whitespace) || media.starts_with(['{', '[']) {
            let help = Some(format!("only the kind of text may follow, as in {fence}json"));
            return self.problem(format!("the text begins on the line below the {fence}"), help);
        }
        let step = self.steps().and_then(|steps| steps.last_mut());
        match step {
            Some(step) if step.docstring.is_none() && step.table.is_none() => {
                step.docstring = Some(text.join("\n"));
            }
            Some(_) => {
                self.problem("a step takes one text or one table", Some("remove one of them".to_owned()));
            }
            None => self.problem("the text belongs to no step", Some("write it below its step".to_owned())),
        }
    }

    fn words(&mut self, text: &str) {
        if self.block == Block::Start {
            let heading = self.language.word(Heading::Feature);
            let help = slips::heading(text, &self.language)
                .map(|word| format!("did you mean `{word}:`?"))
                .or_else(|| Some(format!("write `{heading}: NAME` above it")));
            self.problem(format!("a feature file begins with `{heading}:`"), help);
            self.feature = Some(feature(heading, "", Vec::new()));
            self.block = Block::Feature;
            return;
        }
        let has_begun = match self.block {
            Block::Background | Block::Scenario => self.steps().is_some_and(|steps| !steps.is_empty()),
            Block::Examples => self.table().is_some_and(|table| table.is_some()),
            Block::Start | Block::Feature => false,
        };
        let in_steps = matches!(self.block, Block::Background | Block::Scenario);
        let slip = slips::heading(text, &self.language).is_some()
            || (in_steps && slips::step(text, &self.language).is_some());
        if has_begun || slip {
            let first = text.split_whitespace().next().unwrap_or_default();
            let help = slips::any(text, &self.language);
            self.problem(format!("`{first}` is no keyword"), help);
            return;
        }
        self.describe(text);
    }

    fn describe(&mut self, text: &str) {
        let block = self.block;
        let description = match block {
            Block::Start => return,
            Block::Background => self.slot().as_mut().map(|background| &mut background.description),
            Block::Scenario => self.scenarios().last_mut().map(|draft| &mut draft.scenario.description),
            Block::Examples => {
                let draft = self.scenarios().last_mut();
                draft
                    .and_then(|draft| draft.scenario.examples.last_mut())
                    .map(|examples| &mut examples.description)
            }
            Block::Feature => self.feature.as_mut().map(|feature| match feature.rules.last_mut() {
                Some(rule) => &mut rule.description,
                None => &mut feature.description,
            }),
        };
        let Some(description) = description else { return };
        match description {
            Some(description) => {
                description.push('\n');
                description.push_str(text);
            }
            None => *description = Some(text.to_owned()),
        }
    }

    fn end(mut self) -> Result<Readable, Vec<Problem>> {
        self.stray_tags();
        let heading = self.language.word(Heading::Feature);
        let Some(mut feature) = self.feature.take() else {
            if self.problems.is_empty() {
                self.at = LineCol { line: 1, col: 1 };
                self.problem("the file has no feature", Some(format!("begin it with `{heading}: NAME`")));
            }
            return Err(self.problems);
        };
        if self.problems.is_empty() && self.drafts.iter().all(Vec::is_empty) {
            let help = Some(format!("write `{}: NAME` and its steps", self.language.word(Heading::Scenario)));
            let LineCol { line, col } = feature.position;
            self.problem_at(line, col, "the feature has no scenario", help);
        }
        let (about, problems) = outline::assemble(&mut feature, self.drafts, &self.rule_lines);
        self.problems.extend(problems);
        self.problems.sort_by_key(|problem| (problem.line, problem.column));
        if self.problems.is_empty() { Ok(Readable { feature, about }) } else { Err(self.problems) }
    }
}

fn feature(word: &str, name: &str, tags: Vec<String>) -> Feature {
    Feature::builder().keyword(word.to_owned()).name(name.to_owned()).tags(tags).build()
}

fn background(word: &str, name: &str) -> Background {
    Background::builder().keyword(word.to_owned()).name(name.to_owned()).steps(Vec::new()).build()
}

fn rule(word: &str, name: &str, tags: Vec<String>) -> Rule {
    Rule::builder().keyword(word.to_owned()).name(name.to_owned()).scenarios(Vec::new()).tags(tags).build()
}

fn scenario(word: &str, name: &str, tags: Vec<String>) -> Scenario {
    Scenario::builder().keyword(word.to_owned()).name(name.to_owned()).steps(Vec::new()).tags(tags).build()
}

fn scenario_of(word: &str, at: LineCol) -> Draft {
    let scenario = Scenario { position: at, ..scenario(word, "", Vec::new()) };
    Draft { scenario, first: at.line, is_outline: false, rows: Vec::new() }
}

fn examples(word: &str, name: &str, tags: Vec<String>) -> Examples {
    let name = Some(name.to_owned()).filter(|name| !name.is_empty());
    Examples::builder().keyword(word.to_owned()).name(name).table(None).tags(tags).build()
}

fn step(keyword: &str, text: &str, step_type: StepType, at: LineCol) -> Step {
    let step = Step::builder().keyword(keyword.to_owned()).ty(step_type).value(text.to_owned());
    step.position(at).build()
}
