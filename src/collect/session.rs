//! A session in one account: entered once, limited to the calls of that place, renewed before it ends.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, error::CredentialsError, future},
};
use aws_smithy_async::time::SharedTimeSource;
use tokio::time::Instant;

use super::{
    ask::{Asker, Door},
    gap::Refusal,
};
use crate::call::{self, Place};

/// As long as role chaining allows, whatever the role itself would.
const LASTS: Duration = Duration::from_secs(3600);
/// Renewed that long before it ends: longer than any request takes.
const RENEW_BEFORE: Duration = Duration::from_secs(300);
/// The time left below which no request leaves any more.
const LAST_REQUEST_BEFORE: Duration = Duration::from_secs(60);
/// What CloudTrail shows.
const SESSION_NAME: &str = "keyreach";

/// How a role is assumed.
#[derive(Clone)]
pub(super) struct RoleRequest {
    pub(super) role_arn: String,
    pub(super) external_id: Option<String>,
    pub(super) place: Place,
}

/// The external id is a shared secret: it stays out of every log.
impl fmt::Debug for RoleRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RoleRequest").field("role_arn", &self.role_arn).finish_non_exhaustive()
    }
}

/// What STS gave, and when.
#[derive(Debug, Clone)]
struct Held {
    credentials: Credentials,
    since: Instant,
}

/// A session that keeps itself fresh.
#[derive(Debug)]
pub(super) struct Session {
    request: RoleRequest,
    sts: aws_sdk_sts::Client,
    door: Door,
    clock: SharedTimeSource,
    held: Mutex<Option<Held>>,
    /// Held while the role is being assumed, so that it is assumed once.
    renewal: tokio::sync::Mutex<()>,
}

impl Session {
    /// A session that has not begun. `door` leads to STS as the caller itself.
    pub(super) fn new(
        request: RoleRequest,
        sts: aws_sdk_sts::Client,
        door: Door,
        clock: SharedTimeSource,
    ) -> Self {
        Self { request, sts, door, clock, held: Mutex::new(None), renewal: tokio::sync::Mutex::new(()) }
    }

    /// Assumes the role, unless the session lasts a while yet.
    pub(super) async fn keep_fresh(&self, asker: &Asker) -> Result<(), Refusal> {
        if self.is_fresh() {
            return Ok(());
        }
        let _alone = self.renewal.lock().await;
        if self.is_fresh() {
            return Ok(());
        }
        let credentials = self.assume(asker).await?;
        *self.held() = Some(Held { credentials, since: Instant::now() });
        Ok(())
    }

    /// AWS says that the session has ended, whatever its date says. A session begun after that request
    /// left is another one.
    pub(super) fn forget(&self, left_at: Instant) {
        self.held().take_if(|held| held.since <= left_at);
    }

    /// Whether a request that leaves now is answered before the session ends.
    pub(super) fn outlasts_a_request(&self) -> bool {
        self.lasts(LAST_REQUEST_BEFORE)
    }

    fn is_fresh(&self) -> bool {
        self.lasts(RENEW_BEFORE)
    }

    fn lasts(&self, time: Duration) -> bool {
        let soon = self.clock.now() + time;
        self.current().is_some_and(|credentials| credentials.expiry().is_none_or(|expiry| expiry > soon))
    }

    fn current(&self) -> Option<Credentials> {
        self.held().as_ref().map(|held| held.credentials.clone())
    }

    fn held(&self) -> MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn assume(&self, asker: &Asker) -> Result<Credentials, Refusal> {
        let RoleRequest { role_arn, external_id, place } = &self.request;
        let answer = asker
            .ask(&self.door, &call::ASSUME_ROLE, role_arn, || {
                self.sts
                    .assume_role()
                    .role_arn(role_arn)
                    .role_session_name(SESSION_NAME)
                    .set_external_id(external_id.clone())
                    .policy(call::policy(*place))
                    .duration_seconds(i32::try_from(LASTS.as_secs()).unwrap_or(i32::MAX))
                    .send()
            })
            .await
            .map_err(|gap| Refusal { kind: gap.kind, code: gap.code, message: gap.message })?;
        let got = answer.credentials.ok_or_else(|| Refusal::malformed("the answer holds no credentials"))?;
        let expiry = SystemTime::try_from(got.expiration).map_err(|e| Refusal::malformed(e.to_string()))?;
        Ok(Credentials::new(
            got.access_key_id,
            got.secret_access_key,
            Some(got.session_token),
            Some(expiry),
            "keyreach",
        ))
    }
}

impl ProvideCredentials for Session {
    /// Gives what there is; renewal happens before a request takes its turn, never inside it.
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let current = self.current().ok_or_else(|| CredentialsError::not_loaded("the session has not begun"));
        future::ProvideCredentials::ready(current)
    }
}
