//! How many keys may be open at once, so that memory stays bounded: the largest cells first, turn by turn
//! among equals, as with requests.

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use super::Lane;

/// Lets keys be opened.
#[derive(Debug)]
pub struct Gate {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    free: usize,
    turn: u64,
    waiting: BTreeMap<(Reverse<u8>, u64), oneshot::Sender<Pass>>,
}

/// One key may be open until this is dropped.
#[derive(Debug)]
pub struct Pass {
    /// Taken out when nobody waited for it any more.
    gate: Option<Arc<Gate>>,
}

impl Gate {
    /// A gate for that many open keys.
    #[must_use]
    pub fn new(keys: usize) -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(State { free: keys, turn: 0, waiting: BTreeMap::new() }) })
    }

    /// Waits until a key of this lane may be opened.
    pub async fn pass(self: &Arc<Self>, lane: &Lane) -> Pass {
        loop {
            let (grant, granted) = oneshot::channel();
            {
                let mut state = self.lock();
                state.turn += 1;
                let place = (Reverse(lane.weight()), state.turn);
                state.waiting.insert(place, grant);
                self.open(&mut state);
            }
            if let Ok(pass) = granted.await {
                return pass;
            }
        }
    }

    fn open(self: &Arc<Self>, state: &mut State) {
        while state.free > 0 {
            let Some((_, waiting)) = state.waiting.pop_first() else { return };
            match waiting.send(Pass { gate: Some(Arc::clone(self)) }) {
                Ok(()) => state.free -= 1,
                // Its drop must not ask for the lock that is held here.
                Err(mut pass) => pass.gate = None,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if let Some(gate) = self.gate.take() {
            let mut state = gate.lock();
            state.free += 1;
            gate.open(&mut state);
        }
    }
}
