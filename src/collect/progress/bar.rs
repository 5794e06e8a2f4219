//! One line on a terminal that tells how far a long scan has come. On anything else it is not drawn.

use std::{convert::Infallible, fmt::Write, sync::Arc, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::Instant;

use super::{Counts, Progress};

/// How often the line is drawn anew.
const TICK: Duration = Duration::from_millis(200);

/// Draws until it is dropped, and leaves nothing behind.
pub async fn draw(progress: Arc<Progress>) -> Infallible {
    let line = Line(ProgressBar::new_spinner());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
        line.0.set_style(style);
    }
    let start = Instant::now();
    let mut ticks = tokio::time::interval(TICK);
    let (mut before, mut requests_a_second) = (0, 0.0);
    loop {
        ticks.tick().await;
        let counts = progress.counts();
        let now = (counts.requests - before) as f64 / TICK.as_secs_f64();
        // Smoothed: a figure that jumps five times a second cannot be read.
        requests_a_second = 0.9 * requests_a_second + 0.1 * now;
        before = counts.requests;
        line.0.set_message(words(&counts, requests_a_second, start.elapsed()));
        line.0.tick();
    }
}

struct Line(ProgressBar);

impl Drop for Line {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

pub(super) fn words(counts: &Counts, requests_a_second: f64, elapsed: Duration) -> String {
    let share = |(done, total): (u64, u64)| format!("{done}/{total}");
    let mut words = format!(
        "accounts {} · cells {} · keys {} · {requests_a_second:.0} requests/s",
        share(counts.accounts),
        share(counts.cells),
        share(counts.keys)
    );
    if counts.throttles > 0 {
        let _ = write!(words, " · throttled {}", counts.throttles);
    }
    if let Some(left) = time_left(counts.keys, elapsed) {
        let _ = write!(words, " · about {left} left");
    }
    words
}

/// Told from the keys read so far, once there are enough of them to tell.
fn time_left((done, total): (u64, u64), elapsed: Duration) -> Option<String> {
    if done < 20 || elapsed < Duration::from_secs(5) {
        return None;
    }
    let seconds = elapsed.as_secs_f64() * (total - done.min(total)) as f64 / done as f64;
    Some(if seconds < 90.0 { format!("{seconds:.0} s") } else { format!("{:.0} min", seconds / 60.0) })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Counts, time_left, words};

    #[test]
    fn the_line_tells_what_there_is_to_tell() {
        let counts =
            Counts { accounts: (1, 3), cells: (4, 51), keys: (25, 100), requests: 300, throttles: 2 };
        assert_eq!(
            words(&counts, 61.4, Duration::from_secs(10)),
            "accounts 1/3 · cells 4/51 · keys 25/100 · 61 requests/s · throttled 2 · about 30 s left"
        );
    }

    #[test]
    fn too_little_is_told_by_silence() {
        assert_eq!(time_left((19, 100), Duration::from_secs(60)), None);
        assert_eq!(time_left((50, 100), Duration::from_secs(4)), None);
        assert_eq!(time_left((100, 1000), Duration::from_secs(60)).unwrap(), "9 min");
    }
}
