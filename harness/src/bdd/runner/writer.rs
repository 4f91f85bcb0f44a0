//! Listens to the Cucumber crate for the ends of scenarios, and tells features in the order of the files.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use cucumber::event::{self, Event};
use cucumber::gherkin::{Feature, Scenario};
use cucumber::{cli, parser};

use super::actor::Actor;
use super::board::Board;
use super::told::ToldFeature;

/// Who is told of a feature when all its scenarios have ended.
pub(super) type Listener<'l> = &'l mut dyn FnMut(&ToldFeature) -> io::Result<()>;

/// Tells features as they end. It needs no order of events: the board keeps one.
pub(super) struct Writer<'l> {
    board: Rc<RefCell<Board>>,
    listener: Listener<'l>,
    /// The first failure to tell.
    failed: Option<io::Error>,
}

impl<'l> Writer<'l> {
    /// Tells at once what has ended already: features of which no scenario runs.
    pub(super) fn new(board: Rc<RefCell<Board>>, listener: Listener<'l>) -> Self {
        let mut writer = Self { board, listener, failed: None };
        writer.tell();
        writer
    }

    /// Whether everything could be told.
    pub(super) fn done(&self) -> io::Result<()> {
        let copy = |error: &io::Error| io::Error::new(error.kind(), error.to_string());
        self.failed.as_ref().map_or(Ok(()), |error| Err(copy(error)))
    }

    fn tell(&mut self) {
        while let Some(feature) = self.board.borrow_mut().next() {
            let told = (self.listener)(feature);
            self.failed = self.failed.take().or(told.err());
        }
    }

    fn scenario(&mut self, feature: &Feature, scenario: &Scenario, event: &event::Scenario<Actor>) {
        if !matches!(event, event::Scenario::Finished) {
            return;
        }
        let file = feature.path.clone().unwrap_or_default();
        let mut board = self.board.borrow_mut();
        if let Some(seat) = board.seat(&file, scenario.position.line) {
            board.ended(seat);
        }
        drop(board);
        self.tell();
    }
}

impl cucumber::Writer<Actor> for Writer<'_> {
    type Cli = cli::Empty;

    async fn handle_event(&mut self, event: parser::Result<Event<event::Cucumber<Actor>>>, _: &cli::Empty) {
        let Ok(event::Cucumber::Feature(feature, event)) = event.map(Event::into_inner) else { return };
        match event {
            event::Feature::Scenario(scenario, event)
            | event::Feature::Rule(_, event::Rule::Scenario(scenario, event)) => {
                self.scenario(&feature, &scenario, &event.event);
            }
            event::Feature::Started
            | event::Feature::Finished
            | event::Feature::Rule(_, event::Rule::Started | event::Rule::Finished) => {}
        }
    }
}
