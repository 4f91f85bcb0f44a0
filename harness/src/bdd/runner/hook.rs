//! Keeps the panic hook of the process: the Cucumber crate replaces it by nothing while it runs, and two runs at the
//! same time would leave it at that. Failures of steps call no hook, so what a hook tells is a defect worth telling.

use std::panic::{self, PanicHookInfo};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Hook = Arc<Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>>;

/// One run at a time.
static RUN: Mutex<()> = Mutex::new(());

/// The hook that there was before the run.
static BEFORE: Mutex<Option<Hook>> = Mutex::new(None);

/// Gives the hook back at its end.
pub(super) struct Kept {
    _run: MutexGuard<'static, ()>,
}

/// Keeps the hook until the end of a run. Other runs wait.
pub(super) fn keep() -> Kept {
    let run = RUN.lock().unwrap_or_else(PoisonError::into_inner);
    *before() = Some(Arc::new(panic::take_hook()));
    Kept { _run: run }
}

/// Puts the hook back where the crate has taken it away.
pub(super) fn restore() {
    if let Some(hook) = before().clone() {
        panic::set_hook(Box::new(move |info| hook(info)));
    }
}

fn before() -> MutexGuard<'static, Option<Hook>> {
    BEFORE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Kept {
    fn drop(&mut self) {
        drop(panic::take_hook());
        let hook = before().take().and_then(Arc::into_inner);
        hook.into_iter().for_each(panic::set_hook);
    }
}
