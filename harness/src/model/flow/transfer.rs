//! One state over abstract data: the same steps, in the same order, as a real run takes.

use std::collections::BTreeMap;

use super::super::demand::{PlaceId, Source, Step, Uses};
use super::Analysis;
use super::comparison::{Right, operand};
use super::evaluate::{Scene, key};
use super::value::Abstract;
use crate::asl::{
    Amount, Catcher, Choice, DataPath, Kind, Map, MapItems, QueryLanguage, ResultPath, State, StateId, Task,
    TextSource, Transition, Wait,
};
use crate::expr::{ReferencePath, Rule, Segment, Template};
use crate::value::Object;

impl Analysis<'_> {
    /// Runs one state with what is known of its input.
    pub(super) fn enter(&mut self, id: StateId) {
        let machine = self.machine;
        let state = machine.state(id);
        let Some(raw) = self.inputs[id.0 as usize].clone() else { return };
        let input = self.data_path(&state.flow.input_path, state, &raw);
        let scene = Scene::of(state, &input);
        match &state.kind {
            Kind::Choice(choice) => return self.choose(state, choice, scene),
            Kind::Fail { error, cause } => {
                for source in [error, cause].into_iter().flatten() {
                    self.text(source, scene);
                }
                return;
            }
            Kind::Wait(wait) => self.wait(wait, scene),
            Kind::Task(_) | Kind::Pass { .. } | Kind::Succeed | Kind::Parallel { .. } | Kind::Map(_) => {}
        }
        self.catches(state, &raw);
        let Some(result) = self.result(state, scene) else { return };
        if state.query_language == QueryLanguage::Jsonata {
            let works = matches!(state.kind, Kind::Task(_) | Kind::Parallel { .. } | Kind::Map(_));
            let scene = Scene { result: works.then_some(&result), ..scene };
            self.assign_all(state.assign.as_ref(), scene);
            let output = state.flow.output.as_ref().map(|output| self.template(output, scene));
            return self.leave(state, &output.unwrap_or_else(|| result.clone()));
        }
        let selected = match &state.flow.result_selector {
            Some(selector) => self.template(selector, Scene { input: &result, ..scene }),
            None => result,
        };
        // Recorded on AWS: Assign sees what ResultSelector made of the result.
        self.assign_all(state.assign.as_ref(), Scene { input: &selected, ..scene });
        let keeps_input = matches!(state.kind, Kind::Wait(_) | Kind::Succeed);
        let whole = if keeps_input { selected } else { self.put(&raw, &state.flow.result_path, &selected) };
        let output = self.data_path(&state.flow.output_path, state, &whole);
        self.leave(state, &output);
    }

    fn leave(&mut self, state: &State, output: &Abstract) {
        match state.next {
            Transition::Next(next) => self.flow(next, output),
            Transition::End => self.end(state.scope, output),
        }
    }

    /// What the state's work gives; none while an inner scope is not known to end.
    fn result(&mut self, state: &State, scene: Scene<'_>) -> Option<Abstract> {
        let payload = match (&state.kind, &state.flow.parameters) {
            (Kind::Map(_), _) | (_, None) => scene.input.clone(),
            (_, Some(template)) => self.template(template, scene),
        };
        match &state.kind {
            Kind::Task(task) => {
                self.task(task, scene);
                Some(Abstract::origin(self.demands.root_mut(Source::Result(state.id))))
            }
            Kind::Pass { result: Some(result) } => Some(Abstract::constant(result.clone())),
            Kind::Pass { result: None } => Some(payload),
            Kind::Parallel { branches } => {
                for branch in branches {
                    self.start(*branch, &payload);
                }
                let ends = branches.iter().map(|branch| self.outputs[branch.0 as usize].clone());
                ends.collect::<Option<Vec<_>>>().map(Abstract::tuple)
            }
            Kind::Map(map) => self.map(state.id, map, scene),
            Kind::Choice(_) | Kind::Wait(_) | Kind::Succeed | Kind::Fail { .. } => Some(scene.input.clone()),
        }
    }

    fn task(&mut self, task: &Task, scene: Scene<'_>) {
        for amount in [&task.timeout, &task.heartbeat].into_iter().flatten() {
            self.amount(amount, scene, Uses::SECONDS);
        }
        if let Some(credentials) = &task.credentials {
            self.template(credentials, scene);
        }
    }

    fn map(&mut self, id: StateId, map: &Map, scene: Scene<'_>) -> Option<Abstract> {
        let amounts = [&map.max_concurrency, &map.tolerated_failure_count, &map.tolerated_failure_percentage];
        for amount in amounts.into_iter().flatten() {
            self.amount(amount, scene, Uses::NUMBER);
        }
        let templates = [
            map.item_reader.as_ref().and_then(|reader| reader.parameters.as_ref()),
            map.result_writer.as_ref().and_then(|writer| writer.parameters.as_ref()),
        ];
        templates.into_iter().flatten().for_each(|template| {
            self.template(template, scene);
        });
        let item = self.items_of(id, map, scene);
        let known = self.items.get(&id).map_or_else(|| item.clone(), |known| known.join(&item));
        self.items.insert(id, known);
        let selected = match &map.item_selector {
            Some(selector) => self.template(selector, Scene { item: Some(&item), ..scene }),
            None => item,
        };
        let entering = match &map.item_batcher {
            Some(batcher) => self.batch(&selected, batcher.batch_input.as_ref(), scene),
            None => selected,
        };
        self.start(map.processor, &entering);
        let output = self.outputs[map.processor.0 as usize].clone()?;
        // With a ResultWriter the result says where the results are, which no definition makes itself.
        Some(if map.result_writer.is_some() { Abstract::default() } else { Abstract::list_of(output) })
    }

    /// One item of a Map.
    fn items_of(&mut self, id: StateId, map: &Map, scene: Scene<'_>) -> Abstract {
        if map.item_reader.is_some() {
            let list = self.demands.root_mut(Source::ItemReader(id));
            self.demands.used(list, Uses::LIST);
            self.demands.iterates(id, &[list]);
            return Abstract::origin(self.demands.child(list, Step::Each));
        }
        let items = match &map.items {
            MapItems::Input => scene.input.clone(),
            MapItems::Path(path) => self.select(path, scene),
            MapItems::Template(template) => self.template(template, scene),
        };
        self.used(&items, Uses::LIST);
        self.demands.iterates(id, items.origins());
        items.any_item(&mut self.demands)
    }

    /// ASL spec, "ItemBatcher": `{"BatchInput": …, "Items": […]}`.
    fn batch(&mut self, item: &Abstract, batch_input: Option<&Template>, scene: Scene<'_>) -> Abstract {
        let mut fields = BTreeMap::from([(key("Items"), Abstract::list_of(item.clone()))]);
        if let Some(template) = batch_input {
            fields.insert(key("BatchInput"), self.template(template, scene));
        }
        Abstract::object(fields)
    }

    fn wait(&mut self, wait: &Wait, scene: Scene<'_>) {
        match wait {
            Wait::Seconds(amount) => self.amount(amount, scene, Uses::SECONDS),
            Wait::TimestampPath(path) => {
                self.path(path, scene, Uses::TIMESTAMP);
            }
            Wait::TimestampJsonata(query) => {
                self.query(query, scene, Uses::TIMESTAMP);
            }
            Wait::Timestamp(_) => {}
        }
    }

    fn amount(&mut self, amount: &Amount, scene: Scene<'_>, uses: Uses) {
        match amount {
            Amount::Path(path) => {
                self.path(path, scene, uses);
            }
            Amount::Jsonata(query) => {
                self.query(query, scene, uses);
            }
            Amount::Literal(_) => {}
        }
    }

    fn text(&mut self, source: &TextSource, scene: Scene<'_>) {
        if let TextSource::Template(template) = source {
            let value = self.template(template, scene);
            self.used(&value, Uses::TEXT);
        }
    }

    /// The error output goes into the raw input of the state that failed.
    fn catches(&mut self, state: &State, raw: &Abstract) {
        for Catcher { result_path, next, assign, output, .. } in &state.catch {
            let failure = Abstract::origin(self.demands.root_mut(Source::Failure(state.id)));
            let jsonata = state.query_language == QueryLanguage::Jsonata;
            let scene = if jsonata {
                Scene { failure: Some(&failure), ..Scene::of(state, raw) }
            } else {
                Scene::of(state, &failure)
            };
            self.assign_all(assign.as_ref(), scene);
            let output = match output {
                Some(output) => self.template(output, scene),
                None if jsonata => failure.clone(),
                None => self.put(raw, result_path, &failure),
            };
            self.flow(*next, &output);
        }
    }

    fn assign_all(&mut self, assign: Option<&Template>, scene: Scene<'_>) {
        match assign {
            Some(Template::Object(members)) => {
                for (name, member) in members {
                    let value = self.template(member, scene);
                    self.assign(name, &value);
                }
            }
            Some(Template::Literal(value)) => {
                for (name, value) in value.as_object().into_iter().flat_map(Object::iter) {
                    self.assign(name, &Abstract::constant(value.clone()));
                }
            }
            Some(_) | None => {}
        }
    }

    fn choose(&mut self, state: &State, choice: &Choice, scene: Scene<'_>) {
        let kept = self.data_path(&state.flow.output_path, state, scene.input);
        for (at, rule) in choice.rules.iter().enumerate() {
            self.rule(state.id, at, &rule.rule, scene);
            self.assign_all(rule.assign.as_ref(), scene);
            let output = rule.output.as_ref().map(|output| self.template(output, scene));
            self.flow(rule.next, output.as_ref().unwrap_or(&kept));
        }
        self.assign_all(state.assign.as_ref(), scene);
        if let Some(default) = choice.default {
            let output = state.flow.output.as_ref().map(|output| self.template(output, scene));
            self.flow(default, output.as_ref().unwrap_or(&kept));
        }
    }

    fn rule(&mut self, choice: StateId, at: usize, rule: &Rule, scene: Scene<'_>) {
        match rule {
            Rule::And(rules) | Rule::Or(rules) => {
                for rule in rules {
                    self.rule(choice, at, rule, scene);
                }
            }
            Rule::Not(rule) => self.rule(choice, at, rule, scene),
            Rule::Jsonata(condition) => {
                self.query(condition.query(), scene, Uses::BOOLEAN);
                self.rule(choice, at, condition.outline(), scene);
            }
            Rule::Test { variable, comparison } => {
                let (uses, right) = operand(comparison);
                let value = self.path(variable, scene, uses);
                let origins: Vec<PlaceId> = value.origins().to_vec();
                self.demands.depends(choice, at, variable.text(), &origins);
                match right {
                    Right::Literal(literal) => self.compared(&value, &literal),
                    Right::Path(path) => {
                        let other = self.path(path, scene, uses);
                        let origins: Vec<PlaceId> = other.origins().to_vec();
                        self.demands.depends(choice, at, path.text(), &origins);
                        for constant in other.constants() {
                            self.compared(&value, constant);
                        }
                    }
                    Right::Nothing => {}
                }
            }
        }
    }

    fn data_path(&mut self, path: &DataPath, state: &State, value: &Abstract) -> Abstract {
        match path {
            DataPath::All => value.clone(),
            DataPath::Nothing => Abstract::object(BTreeMap::new()),
            DataPath::Path(path) => self.path(path, Scene::of(state, value), Uses::READ),
        }
    }

    fn put(&mut self, raw: &Abstract, path: &ResultPath, result: &Abstract) -> Abstract {
        match path {
            ResultPath::Replace => result.clone(),
            ResultPath::Discard => raw.clone(),
            ResultPath::At(path) => {
                // A member is put into an object; what is there before must not be a text or a list.
                self.used(raw, Uses::OBJECT);
                raw.put(&reference(path), result, &mut self.demands)
            }
        }
    }
}

fn reference(path: &ReferencePath) -> Vec<Step> {
    let step = |segment: &Segment| match segment {
        Segment::Field(name) => Step::Field(name.clone()),
        Segment::Index(index) => u32::try_from(*index).map_or(Step::Each, Step::Index),
        Segment::Wildcard | Segment::Other(_) => Step::Each,
    };
    path.segments().iter().map(step).collect()
}
