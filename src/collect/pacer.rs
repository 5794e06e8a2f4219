//! When the next request may leave. A token bucket per account, Region and operation at a share of the
//! published quota, and one over all accounts where AWS counts the caller's account as well; a bound on requests
//! in flight over all; the largest cells first, turn by turn among equals. A bucket that AWS throttles slows down
//! and recovers by itself.

mod bucket;
pub mod gate;
mod queue;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
};

use tokio::{
    sync::{Notify, oneshot},
    time::Instant,
};

use self::queue::{OfCaller, Queue, Standing};
use crate::call::Call;

/// How fast a scan may go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// The share of each published quota to use, above 0 and at most 1.
    pub quota_share: f64,
    /// How many requests may be under way at once.
    pub in_flight: usize,
}

/// One account in one Region, as far as quotas are concerned.
#[derive(Debug, Clone)]
pub struct Lane {
    id: u32,
    /// The power of two of the work left: more work goes first.
    weight: Arc<AtomicU8>,
}

/// Goes before all work on keys: what is found early can be ordered well.
const FIRST: u8 = u8::MAX;

impl Lane {
    /// Tells how much work is left here, so that the longest work starts first.
    pub fn set_work_left(&self, keys: usize) {
        let weight = usize::BITS - keys.leading_zeros();
        self.weight.store(u8::try_from(weight).unwrap_or(FIRST), Ordering::Relaxed);
    }

    fn weight(&self) -> u8 {
        self.weight.load(Ordering::Relaxed)
    }
}

type BucketId = (u32, &'static str);

/// Hands out turns. Cheap to share.
#[derive(Debug)]
pub struct Pacer {
    pace: Pace,
    state: Mutex<State>,
    /// Rung when the next moment to look has moved forward.
    earlier: Notify,
}

#[derive(Debug, Default)]
struct State {
    lanes: u32,
    in_flight: usize,
    /// Counts turns; a bucket that just had one stands behind its equals.
    turn: u64,
    buckets: HashMap<BucketId, Queue>,
    of_caller: OfCaller,
    /// Buckets with somebody waiting and a token to give.
    ready: BTreeMap<(Reverse<u8>, u64), BucketId>,
    /// Buckets with somebody waiting and no token until then.
    resting: BinaryHeap<Reverse<(Instant, BucketId)>>,
    /// When the clockwork looks again.
    alarm: Option<Instant>,
}

/// One request may leave. Give it back, by dropping it, once the answer is there.
#[derive(Debug)]
pub struct Turn {
    pacer: Arc<Pacer>,
    bucket: BucketId,
    left_at: Instant,
    /// Nobody waited for it any more: there is nothing to give back.
    unused: bool,
}

impl Pacer {
    /// A pacer, and the clockwork that must run beside it.
    #[must_use]
    pub fn new(pace: Pace) -> Arc<Self> {
        Arc::new(Self { pace, state: Mutex::default(), earlier: Notify::new() })
    }

    /// The pace it keeps.
    #[must_use]
    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// A new lane. Its work goes first until [`Lane::set_work_left`] says otherwise.
    #[must_use]
    pub fn lane(&self) -> Lane {
        let mut state = self.lock();
        state.lanes += 1;
        Lane { id: state.lanes, weight: Arc::new(AtomicU8::new(FIRST)) }
    }

    /// Waits until a request for this operation may leave this lane.
    pub async fn turn(self: &Arc<Self>, lane: &Lane, call: &'static Call) -> Turn {
        loop {
            let (grant, granted) = oneshot::channel();
            self.queue_up(lane, call, grant);
            // The sender cannot be lost while the pacer lives; if it were, standing in line again is safe.
            if let Ok(turn) = granted.await {
                return turn;
            }
        }
    }

    fn queue_up(self: &Arc<Self>, lane: &Lane, call: &'static Call, grant: oneshot::Sender<Turn>) {
        let id = (lane.id, call.name);
        let now = Instant::now();
        let mut state = self.lock();
        let State { buckets, of_caller, .. } = &mut *state;
        let queue = buckets
            .entry(id)
            .or_insert_with(|| Queue::new(call, lane, of_caller, self.pace.quota_share, now));
        queue.waiting.push_back(grant);
        state.place(id, now, Standing::Last);
        self.dispatch(&mut state);
    }

    /// Wakes buckets whose token has come. Runs for as long as the scan.
    pub async fn run(self: Arc<Self>) {
        loop {
            let alarm = {
                let mut state = self.lock();
                state.alarm = state.next_rested();
                state.alarm
            };
            tokio::select! {
                () = until(alarm) => self.dispatch(&mut self.lock()),
                () = self.earlier.notified() => {}
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets as many requests leave as may.
    fn dispatch(self: &Arc<Self>, state: &mut State) {
        let now = Instant::now();
        state.wake(now);
        while state.in_flight < self.pace.in_flight {
            let Some((_, id)) = state.ready.pop_first() else { break };
            state.grant(self, id, now);
        }
        let too_late = |next| state.alarm.is_none_or(|alarm| next < alarm);
        if state.next_rested().is_some_and(too_late) {
            self.earlier.notify_one();
        }
    }
}

/// Sleeps until then; for ever, if there is no then.
async fn until(alarm: Option<Instant>) {
    match alarm {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

impl State {
    /// When the first resting bucket has a token.
    fn next_rested(&self) -> Option<Instant> {
        self.resting.peek().map(|Reverse((at, _))| *at)
    }

    /// Puts a bucket with somebody waiting where it belongs.
    fn place(&mut self, id: BucketId, now: Instant, standing: Standing) {
        let Some(queue) = self.buckets.get_mut(&id) else { return };
        if queue.placed || queue.waiting.is_empty() {
            return;
        }
        queue.placed = true;
        match queue.rest(&mut self.of_caller, now, standing) {
            at if at <= now => {
                self.turn += 1;
                self.ready.insert((Reverse(queue.lane.weight()), self.turn), id);
            }
            at => self.resting.push(Reverse((at, id))),
        }
    }

    /// Moves buckets whose token has come from `resting` to `ready`.
    fn wake(&mut self, now: Instant) {
        while let Some(Reverse((at, id))) = self.resting.peek().copied() {
            if at > now {
                break;
            }
            self.resting.pop();
            if let Some(queue) = self.buckets.get_mut(&id) {
                queue.woke(&mut self.of_caller);
            }
            self.place(id, now, Standing::First);
        }
    }

    /// Gives one turn of a ready bucket to the first who still waits for it.
    fn grant(&mut self, pacer: &Arc<Pacer>, id: BucketId, now: Instant) {
        let Some(queue) = self.buckets.get_mut(&id) else { return };
        queue.placed = false;
        let mut standing = Standing::First;
        // A token may have gone since the bucket was found ready: it was throttled, or another account took it.
        if queue.next_token(&mut self.of_caller, now) <= now {
            while let Some(waiting) = queue.waiting.pop_front() {
                let turn = Turn { pacer: Arc::clone(pacer), bucket: id, left_at: now, unused: false };
                match waiting.send(turn) {
                    Ok(()) => {
                        queue.buckets(&mut self.of_caller).for_each(|bucket| bucket.take(now));
                        self.in_flight += 1;
                        standing = Standing::Last;
                        break;
                    }
                    // Its drop must not ask for the lock that is held here.
                    Err(mut turn) => turn.unused = true,
                }
            }
        }
        self.place(id, now, standing);
    }
}

impl Turn {
    /// AWS throttled this request: its buckets slow down. AWS does not say which of them was empty.
    pub fn throttled(&self) {
        let (now, mut state) = (Instant::now(), self.pacer.lock());
        let State { buckets, of_caller, .. } = &mut *state;
        if let Some(queue) = buckets.get_mut(&self.bucket) {
            queue.buckets(of_caller).for_each(|bucket| bucket.slow_down(self.left_at, now));
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.unused {
            return;
        }
        let mut state = self.pacer.lock();
        state.in_flight = state.in_flight.saturating_sub(1);
        self.pacer.dispatch(&mut state);
    }
}
