//! Credentials that STS has confirmed. When they expire, the next ones may be of another account: a profile may have been
//! edited, a program may give others. So they are confirmed, too, before anything is signed with them.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future;
use aws_sdk_sts::config::{Credentials, ProvideCredentials, SharedCredentialsProvider};

use super::calls::Caller;
use super::guard::Checked;
use super::refusal::Refusal;

/// Gives only confirmed credentials.
pub(super) struct Confirmed {
    checked: Arc<Checked>,
    inner: SharedCredentialsProvider,
    /// The id of the key that was confirmed last, and its account.
    known: Mutex<(String, String)>,
}

impl Confirmed {
    /// Asks STS for the first time.
    pub(super) async fn ask(
        checked: Arc<Checked>,
        inner: SharedCredentialsProvider,
        found: Credentials,
    ) -> Result<(Self, Caller), Refusal> {
        let id = found.access_key_id().to_owned();
        let caller = whose(&checked, found).await?;
        let known = Mutex::new((id, caller.account.clone()));
        Ok((Self { checked, inner, known }, caller))
    }

    async fn credentials(&self) -> Result<Credentials, CredentialsError> {
        let found = self.inner.provide_credentials().await?;
        let (id, account) = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if found.access_key_id() == id {
            return Ok(found);
        }
        let caller = whose(&self.checked, found.clone()).await.map_err(CredentialsError::provider_error)?;
        if caller.account != account {
            let why =
                format!("the credentials are now of account {}, no longer of {account}", caller.account);
            return Err(CredentialsError::invalid_configuration(why));
        }
        let id = found.access_key_id().to_owned();
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = (id, account);
        Ok(found)
    }
}

/// Asks STS with these credentials alone, and judges what it says.
async fn whose(checked: &Checked, credentials: Credentials) -> Result<Caller, Refusal> {
    let clients = checked.clients(SharedCredentialsProvider::new(credentials));
    let caller = clients.caller().await.map_err(Refusal::Unanswered)?;
    checked.judge(&caller)?;
    Ok(caller)
}

impl ProvideCredentials for Confirmed {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}

impl fmt::Debug for Confirmed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Confirmed")
    }
}
