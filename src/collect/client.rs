//! A connection to AWS as the caller itself or in a session: the settings that every SDK client shares.

#[cfg(feature = "aws")]
mod environment;

use std::{io, path::PathBuf, sync::Arc};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider},
};
use aws_smithy_async::{
    rt::sleep::{SharedAsyncSleep, TokioSleep},
    time::{SharedTimeSource, SystemTimeSource, TimeSource},
};
use aws_smithy_runtime_api::client::{
    behavior_version::BehaviorVersion, http::SharedHttpClient, identity::SharedIdentityCache,
    stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use aws_types::{SdkConfig, app_name::AppName, region::Region};
use thiserror::Error;

use super::session::Session;

/// AWS cannot be reached in the way the environment asks for.
#[derive(Debug, Error)]
pub enum ConnectionError {
    /// An endpoint without TLS that is not on this machine.
    #[error("the endpoint `{0}` is plain http: only a loopback address may be")]
    PlainHttp(String),
    /// An endpoint that is no URL.
    #[error("the endpoint `{0}` is not a URL")]
    NotAUrl(String),
    /// The file that AWS_CA_BUNDLE names.
    #[error("cannot read the file `{}` that AWS_CA_BUNDLE names", path.display())]
    CaBundleUnreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It holds something else.
    #[error("the file `{}` that AWS_CA_BUNDLE names holds no certificates in PEM", .0.display())]
    CaBundleMalformed(PathBuf),
    /// The TLS library refuses.
    #[error("cannot set up TLS: {0}")]
    Tls(String),
}

/// How AWS is reached, as the caller itself.
#[derive(Debug, Clone)]
pub struct Connection {
    base: SdkConfig,
}

impl Connection {
    /// Another AWS than the real one, in the same process.
    #[must_use]
    pub fn to(
        http_client: SharedHttpClient,
        clock: impl TimeSource + 'static,
        region: &str,
        (access_key_id, secret_access_key): (String, String),
    ) -> Self {
        let credentials = Credentials::new(access_key_id, secret_access_key, None, None, "keyreach");
        let base = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(http_client)
            .time_source(clock)
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .region(Region::new(region.to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build();
        Self { base }
    }

    /// The settings for requests as the caller itself.
    pub(super) fn as_caller(&self) -> SdkConfig {
        let mut settings = self
            .base
            .to_builder()
            .retry_config(RetryConfig::disabled())
            // The whole request is timed where it is asked.
            .timeout_config(TimeoutConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        settings.set_app_name(AppName::new("keyreach").ok());
        settings.build()
    }

    /// The settings for requests in a session.
    pub(super) fn with(&self, session: &Arc<Session>) -> SdkConfig {
        let session: Arc<dyn ProvideCredentials> = Arc::<Session>::clone(session);
        let credentials = SharedCredentialsProvider::from(session);
        self.as_caller()
            .into_builder()
            .credentials_provider(credentials)
            // A session holds its credentials itself; a cache beside it would only hold stale ones.
            .identity_cache(no_cache())
            .build()
    }

    /// The clock of sessions and signatures.
    pub(super) fn clock(&self) -> SharedTimeSource {
        self.base.time_source().unwrap_or_else(|| SharedTimeSource::new(SystemTimeSource::new()))
    }
}

fn no_cache() -> SharedIdentityCache {
    aws_sdk_kms::config::IdentityCache::no_cache()
}
