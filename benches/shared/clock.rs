//! How the benches measure, and how they bound what they measured: by another time of the same run, so that neither the
//! machine nor what else runs on it matters.

use std::{
    fs,
    time::{Duration, Instant},
};

/// Longer than a turn on the processor: only then does the system tell exactly what a thread had of it.
const A_TURN: Duration = Duration::from_millis(20);

/// The least of three times: what the work takes when nobody else has the processor. Work that is longer than a turn
/// on the processor is measured by what its thread had of it, where the system tells.
pub(crate) fn least<T>(work: impl Fn() -> T) -> Duration {
    let times = (0..3).map(|_| {
        let (start, had) = (Instant::now(), processor());
        std::hint::black_box(work());
        let (time, has) = (start.elapsed(), processor());
        has.zip(had).map(|(has, had)| has - had).filter(|had| *had > A_TURN).unwrap_or(time)
    });
    times.min().unwrap()
}

/// The time that this thread had on a processor.
fn processor() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// Prints a time as so many of another, and says whether it is within its bound.
pub(crate) fn within(what: &str, time: Duration, unit: Duration, bound: f64) -> bool {
    let measured = time.as_secs_f64() / unit.as_secs_f64();
    let held = measured <= bound;
    println!(
        "{} {what}: {time:.1?}, {measured:.1} times {unit:.1?}; {bound} may be",
        if held { "ok  " } else { "FAIL" }
    );
    held
}
