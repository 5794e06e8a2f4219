//! The real AWS, reached as the environment says: the SDK's default chain of credentials, Region and endpoints, and
//! one HTTP client for all with the proxies and certificates that a company's network asks for.

use std::{env, fs, net::IpAddr, path::PathBuf, time::Duration};

use aws_config::meta::region::RegionProviderChain;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::{
    Connector,
    proxy::ProxyConfig,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    behavior_version::BehaviorVersion,
    http::{HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn},
};
use aws_types::{SdkConfig, region::Region, service_config::ServiceConfigKey};
use rustls::pki_types::{CertificateDer, pem::PemObject};

use super::{Connection, ConnectionError};

/// How long a connection may take to stand.
const CONNECT_TIME_OUT: Duration = Duration::from_secs(5);
/// Where the caller is asked when nothing says where; partitions other than `aws` always say.
const FALLBACK_REGION: &str = "us-east-1";
/// The services asked, by the ids that endpoint settings use.
const SERVICE_IDS: [&str; 5] = ["STS", "Organizations", "Account", "IAM", "KMS"];

impl Connection {
    /// What every AWS tool reads: environment, profiles, single sign-on, container and instance roles.
    pub async fn from_environment() -> Result<Self, ConnectionError> {
        let region = RegionProviderChain::default_provider().or_else(Region::new(FALLBACK_REGION));
        let base = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http_client(ca_bundle()?)?)
            .region(region)
            .load()
            .await;
        refuse_plain_http(&base)?;
        Ok(Self { base })
    }
}

/// One client, so that all accounts share the connections to a Region's endpoint.
fn http_client(tls: TlsContext) -> Result<SharedHttpClient, ConnectionError> {
    let connector = Connector::builder()
        .connector_settings(HttpConnectorSettings::builder().connect_timeout(CONNECT_TIME_OUT).build())
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .proxy_config(ProxyConfig::from_env())
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(tls)
        .build();
    let connector = SharedHttpConnector::new(connector);
    Ok(http_client_fn(move |_, _| connector.clone()))
}

/// The system's certificates, and those of the file that AWS_CA_BUNDLE names.
fn ca_bundle() -> Result<TlsContext, ConnectionError> {
    let mut store = TrustStore::default();
    if let Some(path) = env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty()).map(PathBuf::from) {
        let unreadable = |source| ConnectionError::CaBundleUnreadable { path: path.clone(), source };
        let pem = fs::read(&path).map_err(unreadable)?;
        // Checked here, because the HTTP client panics on a certificate that does not parse.
        if !holds_certificates(&pem) {
            return Err(ConnectionError::CaBundleMalformed(path));
        }
        store = store.with_pem_certificate(pem);
    }
    let context = TlsContext::builder().with_trust_store(store).build();
    context.map_err(|error| ConnectionError::Tls(error.to_string()))
}

fn holds_certificates(pem: &[u8]) -> bool {
    let mut store = rustls::RootCertStore::empty();
    let all_parse = CertificateDer::pem_slice_iter(pem)
        .all(|certificate| certificate.is_ok_and(|certificate| store.add(certificate).is_ok()));
    all_parse && !store.is_empty()
}

fn refuse_plain_http(sdk: &SdkConfig) -> Result<(), ConnectionError> {
    let of_service = |service_id| {
        let key = ServiceConfigKey::builder()
            .service_id(service_id)
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url");
        sdk.service_config()?.load_config(key.build().ok()?)
    };
    let of_all = sdk.endpoint_url().map(str::to_owned);
    of_all
        .into_iter()
        .chain(SERVICE_IDS.into_iter().filter_map(of_service))
        .try_for_each(|url| check_endpoint(&url))
}

fn check_endpoint(url: &str) -> Result<(), ConnectionError> {
    let uri: http::Uri = url.parse().map_err(|_| ConnectionError::NotAUrl(url.to_owned()))?;
    match (uri.scheme_str(), uri.host()) {
        (Some("https"), Some(_)) => Ok(()),
        (Some("http"), Some(host)) if is_loopback(host) => Ok(()),
        (Some("http"), Some(_)) => Err(ConnectionError::PlainHttp(url.to_owned())),
        _ => Err(ConnectionError::NotAUrl(url.to_owned())),
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{ConnectionError, check_endpoint, holds_certificates};

    #[test]
    fn plain_http_stays_on_this_machine() {
        for url in [
            "http://127.0.0.1:5000",
            "http://127.9.9.9",
            "http://[::1]:80/",
            "http://localhost:1",
            "https://kms.example",
        ] {
            assert!(check_endpoint(url).is_ok(), "{url}");
        }
        for url in
            ["http://10.0.0.1", "http://localhost.example", "http://127.0.0.1.example:80", "http://[::2]/"]
        {
            assert!(matches!(check_endpoint(url), Err(ConnectionError::PlainHttp(_))), "{url}");
        }
        for url in ["", "kms.example", "ftp://127.0.0.1"] {
            assert!(matches!(check_endpoint(url), Err(ConnectionError::NotAUrl(_))), "{url}");
        }
    }

    #[test]
    fn a_bundle_without_certificates_is_refused() {
        assert!(!holds_certificates(b""));
        assert!(!holds_certificates(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
    }
}
