//! One account in one Region: its keys first, and nothing else where there is nothing of the customer's.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use aws_sdk_kms::types::{
    IncludeKeyMaterial::{AllKeyMaterial, RotationsOnly},
    KeyListEntry,
};
use futures_util::{StreamExt, future::OptionFuture, stream};

use super::{
    ask::fact,
    kms::{Alias, Kms},
    pacer::gate::Gate,
};
use crate::snapshot::{
    cell::{Cell, Visit},
    gap::{Fact, Listing},
    key::{Key, KeyMetadata},
};

/// Keys of one cell open at once: more than any quota lets through while an answer is on its way.
const OPEN_KEYS: usize = 128;

/// Reads all there is to know of the keys behind the door.
pub(super) async fn visit(kms: &Kms, gate: &Arc<Gate>, last_usage: bool, mut cell: Cell) -> Cell {
    let listed = kms.list_keys().await;
    if let Some(gap) = listed.gap {
        let interrupted = kms.asker.is_stopped() && listed.items.is_empty();
        cell.visit = match (interrupted, listed.items.is_empty()) {
            (true, _) => Visit::NotStarted,
            (false, true) => Visit::Failed,
            (false, false) => Visit::Visited,
        };
        if !interrupted {
            cell.gaps.push(gap);
        }
    }
    if listed.items.is_empty() {
        return cell;
    }
    // One page names AWS's own keys in all but the largest cells; the rest is read beside the keys.
    let (aliases, next) = kms.first_aliases().await;
    let of_aws: BTreeSet<&str> =
        aliases.items.iter().filter(|a| a.is_of_aws()).map(|a| a.key_id.as_str()).collect();
    let (managed, customer): (Vec<_>, Vec<_>) =
        listed.items.into_iter().filter_map(listed_key).partition(|key| of_aws.contains(key.id.as_str()));
    cell.aws_managed_keys = count(managed.len());
    cell.gaps.extend(aliases.gap);
    if customer.is_empty() {
        return cell;
    }
    kms.asker.progress.found_keys(customer.len());
    let (key_stores, keys, more) =
        tokio::join!(kms.describe_custom_key_stores(), visit_keys(kms, gate, last_usage, customer), async {
            OptionFuture::from(next.map(|next| kms.more_aliases(next))).await.unwrap_or_default()
        });
    cell.aws_managed_keys += count(keys.iter().filter(|key| key.is_none()).count());
    cell.keys = keys.into_iter().flatten().collect();
    cell.keys.sort_by(|a, b| a.key_id.cmp(&b.key_id));
    cell.key_stores = key_stores;
    cell.gaps.extend(more.gap);
    name(&mut cell.keys, aliases.items.into_iter().chain(more.items));
    cell
}

/// Gives each key its aliases, in order.
fn name(keys: &mut [Key], aliases: impl Iterator<Item = Alias>) {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for alias in aliases {
        names.entry(alias.key_id).or_default().push(alias.name);
    }
    for key in keys {
        key.aliases = names.remove(&key.key_id).unwrap_or_default();
        key.aliases.sort();
        // A broken pager may have given the first page again.
        key.aliases.dedup();
    }
}

/// A key that ListKeys names.
struct ListedKey {
    id: String,
    arn: String,
}

fn listed_key(entry: KeyListEntry) -> Option<ListedKey> {
    let id = entry.key_id?;
    Some(ListedKey { arn: entry.key_arn.unwrap_or_else(|| id.clone()), id })
}

/// Many keys at once. `None` stands for a key of AWS's own.
async fn visit_keys(
    kms: &Kms,
    gate: &Arc<Gate>,
    last_usage: bool,
    listed: Vec<ListedKey>,
) -> Vec<Option<Key>> {
    let mut left = listed.len();
    let mut found = Vec::with_capacity(left);
    kms.door.lane.set_work_left(left);
    let mut open = stream::iter(listed)
        .map(|key| async move {
            let _pass = gate.pass(&kms.door.lane).await;
            // Boxed here, so that keys in line weigh little.
            Box::pin(visit_key(kms, last_usage, key)).await
        })
        .buffer_unordered(OPEN_KEYS);
    while let Some(key) = open.next().await {
        left -= 1;
        kms.door.lane.set_work_left(left);
        kms.asker.progress.key_done();
        found.push(key);
    }
    found
}

async fn visit_key(kms: &Kms, last_usage: bool, listed: ListedKey) -> Option<Key> {
    let ListedKey { id, arn } = listed;
    let metadata = match kms.describe_key(&id, &arn).await {
        Ok(Some(metadata)) => Fact::Known(metadata),
        Ok(None) => return None,
        Err(gap) => Fact::Unknown(gap),
    };
    // Where the kind of key is not known, KMS is asked and says so itself if the key cannot rotate.
    let rotates = metadata.known().is_none_or(KeyMetadata::tells_rotation);
    let materials = if metadata.known().is_some() { AllKeyMaterial } else { RotationsOnly };
    let usage = async { if last_usage { Some(fact(kms.get_key_last_usage(&id, &arn).await)) } else { None } };
    let (policy, ram_policy, grants, rotation, rotations, tags, last_usage) = tokio::join!(
        kms.get_key_policy(&id, &arn),
        kms.get_ram_policy(&id, &arn),
        kms.list_grants(&id, &arn),
        async { if rotates { kms.get_key_rotation_status(&id, &arn).await.map(Some) } else { Ok(None) } },
        async {
            if rotates { kms.list_key_rotations(&id, &arn, materials).await } else { Listing::default() }
        },
        kms.list_resource_tags(&id, &arn),
        usage,
    );
    Some(Key {
        key_id: id,
        arn,
        metadata,
        policy: fact(policy),
        ram_policy: fact(ram_policy),
        grants,
        rotation: fact(rotation),
        rotations,
        tags: fact(tags),
        aliases: Vec::new(),
        last_usage,
    })
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
