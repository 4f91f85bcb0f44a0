//! Variables while an expression is evaluated.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use super::item::{Item, Tuple};
use super::tree::Symbol;

/// The variables of one block or call, inside those around it.
pub(super) struct Frame {
    bindings: RefCell<Tuple>,
    around: Option<Rc<Frame>>,
}

impl Frame {
    /// A frame inside another.
    pub(super) fn inside(around: Option<Rc<Self>>, bindings: Tuple) -> Rc<Self> {
        Rc::new(Self { bindings: RefCell::new(bindings), around })
    }

    /// The value of a variable; `None` where nothing binds it.
    pub(super) fn get(&self, symbol: Symbol) -> Option<Item> {
        let mut frame = self;
        loop {
            let bindings = frame.bindings.borrow();
            if let Some((_, item)) = bindings.iter().rev().find(|(known, _)| *known == symbol) {
                return Some(item.clone());
            }
            drop(bindings);
            frame = frame.around.as_deref()?;
        }
    }

    pub(super) fn bind(&self, symbol: Symbol, item: Item) {
        let mut bindings = self.bindings.borrow_mut();
        match bindings.iter_mut().find(|(known, _)| *known == symbol) {
            Some((_, slot)) => *slot = item,
            None => bindings.push((symbol, item)),
        }
    }

    /// Forgets the variables: a function that is bound in the frame it was made in would keep itself alive.
    pub(super) fn clear(&self) {
        let bindings = std::mem::take(&mut *self.bindings.borrow_mut());
        drop(bindings);
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame of {}", self.bindings.borrow().len())
    }
}
