//! Clients of the services, from a configuration of the SDK: one HTTP client, one way to wait and to try again.

use std::time::Duration;

use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_sdk_sfn::config::retry::{RetryConfig, RetryPartition};
use aws_sdk_sfn::config::timeout::TimeoutConfig;
use aws_sdk_sfn::config::{
    ConfigBag, Credentials, Intercept, RuntimeComponents, SharedCredentialsProvider, SharedHttpClient,
};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::{Builder, Connector, tls};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::endpoint::EndpointPrefix;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;

use super::calls::Clients;
use crate::config::Endpoint;

/// How this program names itself in the header `User-Agent`.
const APP_NAME: &str = "sfn-chaos";

/// How long an answer is waited for, and how often it is tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How often a call is made at most; the first time counts.
    pub attempts_max: u32,
    /// How long is waited before it is made again; twice as long each time, less by chance.
    pub backoff_first: Duration,
    /// How long is waited at most.
    pub backoff_max: Duration,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long one attempt may take.
    pub attempt_timeout: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempts_max: 8,
            backoff_first: Duration::from_millis(500),
            backoff_max: Duration::from_secs(20),
            connect_timeout: Duration::from_secs(5),
            attempt_timeout: Duration::from_mins(1),
        }
    }
}

impl Patience {
    /// Not the adaptive mode of the SDK: its second bucket begins at half a call a second, and the first throttling holds
    /// a call for as long as a backoff may be. Our own bucket slows down instead.
    fn retries(&self) -> RetryConfig {
        RetryConfig::standard()
            .with_max_attempts(self.attempts_max.max(1))
            .with_initial_backoff(self.backoff_first)
            .with_max_backoff(self.backoff_max)
    }

    fn timeouts(&self) -> TimeoutConfig {
        TimeoutConfig::builder()
            .connect_timeout(self.connect_timeout)
            .operation_attempt_timeout(self.attempt_timeout)
            .build()
    }
}

/// The one HTTP client: hyper with rustls on ring and the certificates of the system. It goes through the proxy of the
/// environment, but for an endpoint on this computer.
pub(in crate::aws) fn http_client(endpoint: Option<&str>) -> SharedHttpClient {
    let proxy = if endpoint.is_some() { ProxyConfig::disabled() } else { ProxyConfig::from_env() };
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder().proxy_config(proxy.clone());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring)).build()
    })
}

/// Clients for a region and its credentials, or for an endpoint on this computer.
///
/// Whatever the environment says of endpoints, these are called: AWS, or the one that is given.
pub(in crate::aws) fn clients(
    config: &SdkConfig,
    endpoint: Option<&Endpoint>,
    patience: &Patience,
) -> Clients {
    let endpoint = endpoint.map(Endpoint::url);
    let shared = config
        .to_builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http_client(endpoint))
        .retry_config(patience.retries())
        .timeout_config(patience.timeouts())
        .app_name(AppName::new(APP_NAME).expect("letters and hyphens are allowed"))
        .build();
    let place = endpoint.unwrap_or_else(|| config.region().map_or("", AsRef::as_ref));
    // The limits of retries are one for all clients of a process with the same partition.
    let partition = |service: &str| RetryPartition::new(format!("{APP_NAME} {service} {place}"));
    let mut sfn = aws_sdk_sfn::config::Builder::from(&shared).retry_partition(partition("sfn"));
    let mut sts = aws_sdk_sts::config::Builder::from(&shared).retry_partition(partition("sts"));
    let mut iam = aws_sdk_iam::config::Builder::from(&shared).retry_partition(partition("iam"));
    sfn.set_endpoint_url(endpoint.map(str::to_owned));
    sts.set_endpoint_url(endpoint.map(str::to_owned));
    iam.set_endpoint_url(endpoint.map(str::to_owned));
    if endpoint.is_some() {
        sfn = sfn.interceptor(NoHostPrefix);
    }
    Clients::of(
        aws_sdk_sfn::Client::from_conf(sfn.build()),
        aws_sdk_sts::Client::from_conf(sts.build()),
        aws_sdk_iam::Client::from_conf(iam.build()),
    )
}

/// Clients for a server on this computer, with a key that no account has.
pub(in crate::aws) fn on_loopback(endpoint: &Endpoint, region: &str, patience: &Patience) -> Clients {
    let key = Credentials::new("test", "test", None, None, "loopback");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .credentials_provider(SharedCredentialsProvider::new(key))
        .build();
    clients(&config, Some(endpoint), patience)
}

/// Docs, "TestState": the host of the call is `sync-states.…`. An endpoint on loopback has no second name.
#[derive(Debug)]
struct NoHostPrefix;

impl Intercept for NoHostPrefix {
    fn name(&self) -> &'static str {
        "NoHostPrefix"
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().unset::<EndpointPrefix>();
        Ok(())
    }
}
