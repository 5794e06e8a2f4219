//! The one way to ask AWS anything: in turn, within a time-out, again when that can help, and with a gap in
//! place of the answer when it cannot. The SDK's own retries are off: they would pass the pacer by.

use std::{collections::BTreeSet, future::Future, sync::Arc, time::Duration};

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;
use tokio::{sync::watch, time::Instant};
use tracing::debug;

use super::{
    gap::Refusal,
    pacer::{Lane, Pacer, Turn},
    progress::Progress,
    session::Session,
};
use crate::call::Call;
use crate::snapshot::gap::{Fact, Gap, GapKind, Listing};

/// Asks that many times when AWS throttles; the pacer slows down meanwhile.
const THROTTLED_ATTEMPTS: u32 = 16;
/// Asks that many times when an answer got lost or AWS failed.
const FAILED_ATTEMPTS: u32 = 4;
/// The first pause before asking again. It doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Asks AWS. Cheap to share.
#[derive(Debug, Clone)]
pub(super) struct Asker {
    pub(super) pacer: Arc<Pacer>,
    pub(super) progress: Arc<Progress>,
    stop: watch::Receiver<bool>,
    time_out: Duration,
}

/// Whom to ask as, and where.
#[derive(Debug, Clone)]
pub(super) struct Door {
    pub(super) lane: Lane,
    /// The session to keep fresh; none where the caller asks as itself.
    pub(super) session: Option<Arc<Session>>,
}

/// A request of the SDK on its way: what its `send` gives.
pub(super) trait Request:
    Future<Output = Result<Self::Answer, SdkError<Self::Refusal, HttpResponse>>> + Send
{
    /// What AWS answers.
    type Answer: RequestId;
    /// What it says when it refuses.
    type Refusal: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static;
}

impl<O, E, F> Request for F
where
    F: Future<Output = Result<O, SdkError<E, HttpResponse>>> + Send,
    O: RequestId,
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    type Answer = O;
    type Refusal = E;
}

impl Asker {
    pub(super) fn new(
        pacer: Arc<Pacer>,
        progress: Arc<Progress>,
        stop: watch::Receiver<bool>,
        time_out: Duration,
    ) -> Self {
        Self { pacer, progress, stop, time_out }
    }

    /// Whether the scan was stopped.
    pub(super) fn is_stopped(&self) -> bool {
        *self.stop.borrow()
    }

    /// Asks through one door.
    pub(super) fn through<'a>(&'a self, door: &'a Door) -> Through<'a> {
        Through { asker: self, door }
    }

    /// Asks until there is an answer or a gap.
    pub(super) async fn ask<R: Request>(
        &self,
        door: &Door,
        call: &'static Call,
        resource: &str,
        send: impl Fn() -> R,
    ) -> Result<R::Answer, Gap> {
        let mut attempt = 1;
        loop {
            let refusal = match self.ask_once(door, call, resource, &send).await {
                Ok(answer) => return Ok(answer),
                Err(refusal) => refusal,
            };
            // Who asks as the caller has nothing to renew.
            let is_final = refusal.lacks_credentials() && door.session.is_none();
            if self.is_stopped() || is_final || !may_ask_again(&refusal, attempt) {
                return Err(refusal.into_gap(call, resource));
            }
            self.pause(attempt).await;
            attempt += 1;
        }
    }

    async fn ask_once<R: Request>(
        &self,
        door: &Door,
        call: &'static Call,
        resource: &str,
        send: impl Fn() -> R,
    ) -> Result<R::Answer, Refusal> {
        let mut stop = self.stop.clone();
        let answered = async {
            let turn = self.turn(door, call).await?;
            let left_at = Instant::now();
            self.progress.asked();
            // Boxed here, so that requests in line weigh little.
            let answer = tokio::time::timeout(self.time_out, Box::pin(send())).await;
            match answer {
                Err(_) => Err(Refusal::timed_out()),
                Ok(Ok(answer)) => {
                    debug!(action = call.action(), resource, request_id = answer.request_id(), "answered");
                    Ok(answer)
                }
                Ok(Err(error)) => {
                    let refusal = Refusal::of(&error);
                    debug!(
                        action = call.action(), resource, request_id = error.request_id(),
                        code = refusal.code, kind = %refusal.kind, "refused"
                    );
                    if refusal.kind == GapKind::Throttled {
                        turn.throttled();
                        self.progress.throttled();
                    }
                    if let (GapKind::Expired, Some(session)) = (refusal.kind, &door.session) {
                        session.forget(left_at);
                    }
                    Err(refusal)
                }
            }
        };
        tokio::select! {
            biased;
            _ = stop.wait_for(|stopped| *stopped) => Err(Refusal::interrupted()),
            answered = answered => answered,
        }
    }

    /// A turn, and a session that lasts for it.
    async fn turn(&self, door: &Door, call: &'static Call) -> Result<Turn, Refusal> {
        loop {
            if let Some(session) = &door.session {
                // Not with the turn in hand: a renewal needs a turn of its own.
                Box::pin(session.keep_fresh(self)).await?;
            }
            let turn = self.pacer.turn(&door.lane, call).await;
            // A long line can outlast a session. Then the turn is given back, and the next in line finds
            // the session renewed.
            if door.session.as_ref().is_none_or(|session| session.outlasts_a_request()) {
                return Ok(turn);
            }
        }
    }

    /// A pause of random length, so that those who failed together do not ask together.
    async fn pause(&self, attempt: u32) {
        let longest = FIRST_PAUSE.saturating_mul(1 << attempt.min(10)).min(LONGEST_PAUSE);
        let pause = longest.mul_f64(0.5 + fastrand::f64() / 2.0);
        let mut stop = self.stop.clone();
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stop.wait_for(|stopped| *stopped) => {}
        }
    }
}

/// Somebody who asks, at a door.
pub(super) struct Through<'a> {
    asker: &'a Asker,
    door: &'a Door,
}

impl Through<'_> {
    /// Asks for page after page of a list.
    pub(super) async fn list<R: Request, T: PartialEq>(
        &self,
        call: &'static Call,
        resource: &str,
        send: impl Fn(Option<String>) -> R,
        read: impl Fn(R::Answer) -> Page<T>,
    ) -> Listing<T> {
        let page = async |token: Option<String>| {
            self.asker.ask(self.door, call, resource, || send(token.clone())).await.map(&read)
        };
        pages_from(None, call, resource, page).await
    }
}

fn may_ask_again(refusal: &Refusal, attempt: u32) -> bool {
    let attempts = if refusal.kind == GapKind::Throttled { THROTTLED_ATTEMPTS } else { FAILED_ATTEMPTS };
    refusal.can_pass() && attempt < attempts
}

/// One page of a list.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    /// Where the next one begins.
    pub(super) next: Option<String>,
}

impl<T> Page<T> {
    /// What AWS sent of a list, each item read by `read`; what it makes nothing of is left out.
    pub(super) fn of<S>(sent: Option<Vec<S>>, next: Option<String>, read: impl Fn(S) -> Option<T>) -> Self {
        Self { items: sent.unwrap_or_default().into_iter().filter_map(read).collect(), next }
    }
}

/// Reads page after page, from where a page said that the next one begins. What came before a gap is kept, once.
pub(super) async fn pages_from<T: PartialEq, F>(
    mut next: Option<String>,
    call: &'static Call,
    resource: &str,
    page: impl Fn(Option<String>) -> F,
) -> Listing<T>
where
    F: Future<Output = Result<Page<T>, Gap>>,
{
    let mut listing = Listing::default();
    let mut seen = BTreeSet::new();
    seen.extend(next.clone());
    loop {
        let page = match page(next.take()).await {
            Ok(page) => page,
            Err(gap) => {
                listing.gap = Some(gap);
                return listing;
            }
        };
        let Some(token) = page.next else {
            listing.items.extend(page.items);
            return listing;
        };
        if !seen.insert(token.clone()) {
            // Whoever repeats a token may repeat the page as well.
            let new = page.items.into_iter().filter(|item| !listing.items.contains(item));
            listing.items.extend(new.collect::<Vec<_>>());
            let refusal = Refusal::malformed("the list never ends: the same paging token came twice");
            listing.gap = Some(refusal.into_gap(call, resource));
            return listing;
        }
        listing.items.extend(page.items);
        next = Some(token);
    }
}

/// An answer or its gap, as a fact.
pub(super) fn fact<T>(answer: Result<T, Gap>) -> Fact<T> {
    match answer {
        Ok(value) => Fact::Known(value),
        Err(gap) => Fact::Unknown(gap),
    }
}

/// The instant of a time that AWS sent.
pub(super) fn timestamp(time: Option<aws_smithy_types::DateTime>) -> Option<jiff::Timestamp> {
    jiff::Timestamp::new(time?.secs(), i32::try_from(time?.subsec_nanos()).ok()?).ok()
}
