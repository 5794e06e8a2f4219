//! STS: roles assumed and identities told. A role lets in whom the scenario says; nothing is evaluated.

use std::sync::Arc;

use crate::answer::{tag, xml_result};
use crate::clock;
use crate::operation::Service;
use crate::seed;
use crate::session::{self, Caller, Session};
use crate::wire::{Ask, Refusal, Reply};
use crate::world::Door;

/// The longest session of a chained role.
const CHAINED: i64 = 3600;

/// `GetCallerIdentity`.
pub(crate) fn get_caller_identity(ask: &Ask<'_>) -> Reply {
    let result = tag("Arn", &ask.caller.arn)
        + &tag("UserId", &ask.caller.user_id)
        + &tag("Account", &ask.world.account(ask.caller.account).id);
    Ok(xml_result(Service::Sts, "GetCallerIdentity", &result, ask.request_id))
}

/// `AssumeRole`.
pub(crate) fn assume_role(ask: &Ask<'_>) -> Reply {
    let arn = ask.input.text("RoleArn").ok_or_else(|| validation("roleArn must not be null"))?;
    let name =
        ask.input.text("RoleSessionName").ok_or_else(|| validation("roleSessionName must not be null"))?;
    if name.len() < 2 || name.len() > 64 || !name.chars().all(is_session_letter) {
        return Err(validation(&format!(
            "1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy constraint: Member \
             must satisfy regular expression pattern: [\\w+=,.@-]*"
        )));
    }
    let allowed = match ask.input.text("Policy") {
        None => u64::MAX,
        Some(policy) => session_policy(policy)?,
    };
    let (account, door) = door(ask, arn)?;
    let duration = duration(ask, door)?;
    let account_id = &ask.world.account(account).id;
    let caller = Caller {
        account,
        arn: format!("arn:{}:sts::{account_id}:assumed-role/{}/{name}", ask.world.partition, door.name),
        user_id: format!("{}:{name}", door.id),
        is_session: true,
        allowed,
    };
    Ok(issue(ask, caller, duration))
}

/// Makes credentials known and writes them.
fn issue(ask: &Ask<'_>, caller: Caller, duration: i64) -> String {
    let drawn = seed::hash(ask.world.seed, &["session", &caller.arn, ask.request_id]);
    let key = format!("ASIA{}", seed::upper(drawn, 16));
    let secret = seed::lower(seed::mix(drawn), 40);
    let token = format!("IQoJb3JpZ2luX2Vj{}{}", seed::hex64(drawn), seed::hex64(seed::mix(drawn)));
    let expires = ask.now + duration;
    let result = format!(
        "<AssumedRoleUser>{}{}</AssumedRoleUser><Credentials>{}{}{}{}</Credentials>\
         <PackedPolicySize>0</PackedPolicySize>",
        tag("AssumedRoleId", &caller.user_id),
        tag("Arn", &caller.arn),
        tag("AccessKeyId", &key),
        tag("SecretAccessKey", &secret),
        tag("SessionToken", &token),
        tag("Expiration", &clock::iso(expires))
    );
    ask.sessions.add(key, Session { caller: Arc::new(caller), token, expires });
    xml_result(Service::Sts, "AssumeRole", &result, ask.request_id)
}

fn session_policy(policy: &str) -> Result<u64, Refusal> {
    if policy.len() > 2048 {
        let message = format!(
            "Packed policy consumes {}% of allotted space, please use smaller policy.",
            policy.len() * 100 / 2048
        );
        return Err(Refusal::new("PackedPolicyTooLarge", message));
    }
    session::listed_operations(policy)
        .ok_or_else(|| Refusal::new("MalformedPolicyDocument", "This policy contains invalid Json"))
}

/// The role, if it exists, is alive, and lets this caller in.
fn door<'a>(ask: &Ask<'a>, arn: &str) -> Result<(usize, &'a Door), Refusal> {
    let refused = || {
        let caller = &ask.caller.arn;
        let message =
            format!("User: {caller} is not authorized to perform: sts:AssumeRole on resource: {arn}");
        Refusal::new("AccessDenied", message).with_status(403)
    };
    let mut parts = arn.splitn(6, ':');
    let (partition, account, role) = (parts.nth(1), parts.nth(2), parts.next());
    let is_role = role.is_some_and(|role| role.starts_with("role/"));
    if partition.is_none() || !is_role {
        return Err(validation(&format!("{arn} is invalid")));
    }
    if partition != Some(ask.world.partition.as_str()) {
        return Err(refused());
    }
    let account = account.and_then(|id| ask.world.account_number(id)).ok_or_else(refused)?;
    let member = ask.world.account(account);
    if !matches!(member.state.as_str(), "ACTIVE" | "PENDING_CLOSURE") {
        return Err(refused());
    }
    let door = member.doors.iter().find(|door| door.arn == arn).ok_or_else(refused)?;
    let own = &ask.world.account(ask.caller.account).id;
    let trusted =
        door.trusted.iter().any(|trusted| trusted == own || *trusted == ask.caller.arn || trusted == "*");
    let known = door.external_id.as_deref().is_none_or(|wanted| ask.input.text("ExternalId") == Some(wanted));
    if trusted && known { Ok((account, door)) } else { Err(refused()) }
}

fn duration(ask: &Ask<'_>, door: &Door) -> Result<i64, Refusal> {
    let seconds = ask.input.number("DurationSeconds").unwrap_or(3600);
    if !(900..=43_200).contains(&seconds) {
        let bound =
            if seconds < 900 { "greater than or equal to 900" } else { "less than or equal to 43200" };
        return Err(validation(&format!(
            "1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: Member \
             must have value {bound}"
        )));
    }
    if ask.caller.is_session && seconds > CHAINED {
        return Err(validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ));
    }
    if seconds > door.max_session {
        return Err(validation(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    Ok(seconds)
}

fn is_session_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)
}

fn validation(message: &str) -> Refusal {
    Refusal::new("ValidationError", message)
}
