//! A line now and then that tells how far a long scan has come, for logs.

use std::{convert::Infallible, sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{Progress, bar::words};

/// How often there is a line.
const EVERY: Duration = Duration::from_secs(30);

/// Tells until it is dropped; nothing of a scan that is short.
pub async fn tell(progress: Arc<Progress>, say: impl Fn(&str)) -> Infallible {
    let start = Instant::now();
    let mut ticks = tokio::time::interval(EVERY);
    ticks.tick().await;
    let mut before = 0;
    loop {
        ticks.tick().await;
        let counts = progress.counts();
        let requests_a_second = (counts.requests - before) as f64 / EVERY.as_secs_f64();
        before = counts.requests;
        say(&words(&counts, requests_a_second, start.elapsed()));
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, sync::Arc, time::Duration};

    use super::{Progress, tell};

    #[test]
    fn a_long_scan_is_told_of_every_half_minute() {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let (progress, said) = (Arc::new(Progress::default()), RefCell::new(Vec::new()));
        progress.found_accounts(3);
        (0..60).for_each(|_| progress.asked());
        let telling = tell(Arc::clone(&progress), |line| said.borrow_mut().push(line.to_owned()));
        let over = runtime.block_on(async { tokio::time::timeout(Duration::from_secs(65), telling).await });
        assert!(over.is_err());
        let rate = |rate: u32| format!("accounts 0/3 · cells 0/0 · keys 0/0 · {rate} requests/s");
        assert_eq!(*said.borrow(), [rate(2), rate(0)]);
    }
}
