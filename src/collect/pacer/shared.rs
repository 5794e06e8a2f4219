//! A token bucket that all lanes share, for calls that AWS counts against the caller's account as well.

use tokio::{
    sync::Mutex,
    time::{Instant, sleep_until},
};

use super::bucket::Bucket;
use crate::call::Quota;

/// One bucket for everybody, first come, first served.
#[derive(Debug)]
pub(super) struct Shared {
    bucket: Mutex<Bucket>,
}

impl Shared {
    pub(super) fn new(quota: Quota, share: f64) -> Self {
        Self { bucket: Mutex::new(Bucket::new(quota, share, Instant::now())) }
    }

    /// Waits for a token and takes it. Tokio's lock is fair, so whoever waits longest sleeps holding it.
    pub(super) async fn take(&self) {
        let mut bucket = self.bucket.lock().await;
        loop {
            let now = Instant::now();
            let at = bucket.next_token(now);
            if at <= now {
                return bucket.take(now);
            }
            sleep_until(at).await;
        }
    }
}
