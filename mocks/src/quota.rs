//! Request quotas: one token bucket for each operation, account and region, filled in simulated time.
//! A refused request takes no token, as with AWS.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::operation::{Operation, Rate, Service};
use crate::scenario::Scenario;
use crate::wire::Refusal;

/// The number under which the STS operations share one bucket.
const STS: usize = 255;
/// The number under which all IAM reads share the bucket of the account whose caller assumes the roles.
const IAM_OF_THE_CALLER: Place = (254, None, 0);

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Duration,
}

/// A bucket's place: operation, account (none: the whole organization), region.
type Place = (usize, Option<usize>, usize);

/// All buckets.
#[derive(Debug)]
pub(crate) struct Quotas {
    enforced: bool,
    /// The share of a KMS quota that is left to us.
    kms_share: f64,
    iam: Rate,
    iam_of_the_caller: Rate,
    buckets: Mutex<HashMap<Place, Bucket>>,
}

impl Quotas {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        Self {
            enforced: scenario.quotas,
            kms_share: (1.0 - scenario.neighbour).clamp(0.0, 1.0),
            iam: Rate { refill: scenario.iam_rate, burst: scenario.iam_burst },
            iam_of_the_caller: Rate { refill: scenario.iam_caller_rate, burst: scenario.iam_caller_burst },
            buckets: Mutex::new(HashMap::new()),
        }
    }

    /// Takes a token from every bucket the request is charged to, or from none.
    pub(crate) fn admit(&self, operation: &Operation, place: (usize, usize, usize), now: Duration) -> bool {
        if !self.enforced {
            return true;
        }
        let (number, account, region) = place;
        let own = match operation.service {
            Service::Kms => (number, Some(account), region),
            Service::Sts => (STS, Some(account), region),
            Service::Organizations | Service::Iam | Service::Account => (number, Some(account), 0),
        };
        let of_organization = operation.organization_rate.map(|rate| ((number, None, 0), rate));
        let of_caller =
            (operation.service == Service::Iam).then_some((IAM_OF_THE_CALLER, self.iam_of_the_caller));
        let charged: Vec<(Place, Rate)> =
            [Some((own, self.rate(operation))), of_organization, of_caller].into_iter().flatten().collect();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let full = charged.iter().all(|(place, rate)| fill(&mut buckets, *place, *rate, now));
        if full {
            charged.iter().for_each(|(place, _)| take(&mut buckets, *place));
        }
        full
    }

    fn rate(&self, operation: &Operation) -> Rate {
        match operation.service {
            Service::Kms => {
                let refill = operation.rate.refill * self.kms_share;
                Rate { refill, burst: refill.max(1.0) }
            }
            Service::Iam => self.iam,
            Service::Organizations | Service::Sts | Service::Account => operation.rate,
        }
    }
}

/// Fills a bucket up to now; whether a token is in it.
fn fill(buckets: &mut HashMap<Place, Bucket>, place: Place, rate: Rate, now: Duration) -> bool {
    let bucket = buckets.entry(place).or_insert(Bucket { tokens: rate.burst, filled: now });
    let passed = now.saturating_sub(bucket.filled).as_secs_f64();
    bucket.tokens = (bucket.tokens + passed * rate.refill).min(rate.burst);
    bucket.filled = now;
    // A token a hair short of whole is whole: sums of fractions must not cost a caller its turn.
    bucket.tokens > 1.0 - 1e-9
}

fn take(buckets: &mut HashMap<Place, Bucket>, place: Place) {
    if let Some(bucket) = buckets.get_mut(&place) {
        bucket.tokens = (bucket.tokens - 1.0).max(0.0);
    }
}

/// The refusal of a request over the quota.
pub(crate) fn throttled(service: Service) -> Refusal {
    match service {
        Service::Kms => Refusal::new(
            "ThrottlingException",
            "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.",
        ),
        Service::Organizations => Refusal::new(
            "TooManyRequestsException",
            "AWS Organizations can't complete your request because of the request rate. Try again later.",
        ),
        Service::Iam => Refusal::new("Throttling", "Rate exceeded"),
        Service::Sts => Refusal::new("ThrottlingException", "Rate exceeded"),
        Service::Account => Refusal::new("TooManyRequestsException", "Too Many Requests").with_status(429),
    }
}
