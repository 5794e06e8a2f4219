//! STS: who the caller is.

use aws_sdk_sts::Client;
use keyreach_policy::aws::{AccountId, Arn, Partition};

use super::{
    ask::{Asker, Door},
    gap::Refusal,
};
use crate::call;
use crate::snapshot::gap::Gap;

/// Who is asking.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) arn: String,
    pub(super) account: AccountId,
    pub(super) partition: Partition,
}

/// The caller as STS sees it.
pub(super) async fn get_caller_identity(asker: &Asker, door: &Door, client: &Client) -> Result<Caller, Gap> {
    let call = &call::GET_CALLER_IDENTITY;
    let answer = asker.ask(door, call, "the caller", || client.get_caller_identity().send()).await?;
    let found = answer.arn.zip(answer.account).and_then(|(arn, account)| {
        let partition = Partition::new(arn.parse::<Arn>().ok()?.partition());
        Some(Caller { arn, account: account.parse().ok()?, partition })
    });
    found.ok_or_else(|| {
        Refusal::malformed("the answer lacks an ARN or an account").into_gap(call, "the caller")
    })
}
