//! Who waits for one operation in one lane, and for which tokens: those of the lane, and where AWS counts the caller's
//! account as well, those that all lanes share.

use std::collections::{HashMap, VecDeque};

use tokio::{sync::oneshot, time::Instant};

use super::{Lane, Turn, bucket::Bucket};
use crate::call::Call;

/// What is counted against the caller's account, by service.
pub(super) type OfCaller = HashMap<&'static str, Shared>;

/// A bucket that all lanes share.
#[derive(Debug)]
pub(super) struct Shared {
    bucket: Bucket,
    /// How many queues rest for a token of it: each wakes for its own, not all for each.
    resting: u32,
}

/// Those who wait for one operation in one lane.
#[derive(Debug)]
pub(super) struct Queue {
    bucket: Bucket,
    /// The service whose requests are counted against the caller's account as well.
    of_caller: Option<&'static str>,
    /// It is among those that rest for a token of that service.
    rests_for_caller: bool,
    pub(super) lane: Lane,
    pub(super) waiting: VecDeque<oneshot::Sender<Turn>>,
    /// It stands in `ready` or in `resting`.
    pub(super) placed: bool,
}

impl Queue {
    /// Nobody waits yet, at this share of the quotas.
    pub(super) fn new(
        call: &'static Call,
        lane: &Lane,
        of_caller: &mut OfCaller,
        share: f64,
        now: Instant,
    ) -> Self {
        let shared = call.quota_of_the_caller().map(|quota| {
            let bucket = || Shared { bucket: Bucket::new(quota, share, now), resting: 0 };
            of_caller.entry(call.service).or_insert_with(bucket);
            call.service
        });
        Self {
            bucket: Bucket::new(call.quota, share, now),
            of_caller: shared,
            rests_for_caller: false,
            lane: lane.clone(),
            waiting: VecDeque::new(),
            placed: false,
        }
    }

    /// The buckets that a request takes a token from.
    pub(super) fn buckets<'q>(
        &'q mut self,
        of_caller: &'q mut OfCaller,
    ) -> impl Iterator<Item = &'q mut Bucket> {
        let shared = self.of_caller.and_then(|service| of_caller.get_mut(service));
        std::iter::once(&mut self.bucket).chain(shared.map(|shared| &mut shared.bucket))
    }

    /// When all of them have one.
    pub(super) fn next_token(&mut self, of_caller: &mut OfCaller, now: Instant) -> Instant {
        self.buckets(of_caller).map(|bucket| bucket.next_token(now)).max().unwrap_or(now)
    }

    /// When its turn comes. It counts among those that rest for the caller until then.
    pub(super) fn rest(&mut self, of_caller: &mut OfCaller, now: Instant, standing: Standing) -> Instant {
        let own = self.bucket.next_token(now);
        let Some(shared) = self.of_caller.and_then(|service| of_caller.get_mut(service)) else { return own };
        let others = if standing == Standing::Last { shared.resting } else { 0 };
        let at = own.max(shared.bucket.token_after(others, now));
        if at > now {
            shared.resting += 1;
            self.rests_for_caller = true;
        }
        at
    }

    /// It woke, whether or not there is a token.
    pub(super) fn woke(&mut self, of_caller: &mut OfCaller) {
        let shared = self.of_caller.and_then(|service| of_caller.get_mut(service));
        if let Some(shared) = shared.filter(|_| std::mem::take(&mut self.rests_for_caller)) {
            shared.resting = shared.resting.saturating_sub(1);
        }
        self.placed = false;
    }
}

/// Where a queue stands among those that wait for the same tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It has waited for its turn.
    First,
    /// It has just come.
    Last,
}
