//! KMS: one short function an operation, SDK types in, facts out.

use std::collections::BTreeMap;

use aws_sdk_kms::{
    Client,
    operation::list_resource_tags::ListResourceTagsOutput,
    types::{
        AliasListEntry, CustomKeyStoresListEntry, GrantListEntry, IncludeKeyMaterial, KeyListEntry,
        KeyManagerType, MultiRegionConfiguration, RotationsListEntry,
    },
};
use keyreach_policy::aws::Region;

use super::{
    ask::{Asker, Door, Page, Request, pages_from, timestamp},
    gap::Refusal,
};
use crate::call::{self, Call};
use crate::snapshot::{
    cell::KeyStore,
    gap::{Gap, Listing},
    grant::{Grant, GrantConstraints},
    key::{KeyMetadata, LastUsage, MultiRegion, RegionalKey, Rotation, RotationStatus},
};

/// KMS in one account and Region.
pub(super) struct Kms {
    pub(super) asker: Asker,
    pub(super) door: Door,
    pub(super) client: Client,
    /// What is asked about when it is no single key.
    pub(super) place: String,
}

/// What ListAliases says.
#[derive(PartialEq)]
pub(super) struct Alias {
    pub(super) name: String,
    pub(super) key_id: String,
}

impl Alias {
    /// The `alias/aws/` names are AWS's own, and so are the keys they name.
    pub(super) fn is_of_aws(&self) -> bool {
        self.name.starts_with("alias/aws/")
    }
}

impl Kms {
    async fn list<R: Request, T: PartialEq>(
        &self,
        call: &'static Call,
        resource: &str,
        send: impl Fn(Option<String>) -> R,
        read: impl Fn(R::Answer) -> Page<T>,
    ) -> Listing<T> {
        self.asker.through(&self.door).list(call, resource, send, read).await
    }

    pub(super) async fn list_keys(&self) -> Listing<KeyListEntry> {
        let send = |marker| self.client.list_keys().limit(1000).set_marker(marker).send();
        self.list(&call::LIST_KEYS, &self.place, send, |answer| {
            Page::of(answer.keys, answer.next_marker, Some)
        })
        .await
    }

    /// The first page of aliases, and where the next one begins.
    pub(super) async fn first_aliases(&self) -> (Listing<Alias>, Option<String>) {
        match self.aliases(None).await {
            Ok(page) => (Listing::complete(page.items), page.next),
            Err(gap) => (Listing::unread(gap), None),
        }
    }

    /// All aliases from there on.
    pub(super) async fn more_aliases(&self, next: String) -> Listing<Alias> {
        pages_from(Some(next), &call::LIST_ALIASES, &self.place, |marker| self.aliases(marker)).await
    }

    async fn aliases(&self, marker: Option<String>) -> Result<Page<Alias>, Gap> {
        let send = || self.client.list_aliases().limit(100).set_marker(marker.clone()).send();
        let answer = self.asker.ask(&self.door, &call::LIST_ALIASES, &self.place, send).await?;
        // Some of AWS's own aliases name no key yet.
        let named =
            |alias: AliasListEntry| Some(Alias { name: alias.alias_name?, key_id: alias.target_key_id? });
        Ok(Page::of(answer.aliases, answer.next_marker, named))
    }

    /// What DescribeKey says of a customer's key; none for one of AWS's own.
    /// By id only: asked by an alias of AWS's own, KMS would create the key.
    pub(super) async fn describe_key(&self, key_id: &str, arn: &str) -> Result<Option<KeyMetadata>, Gap> {
        let send = || self.client.describe_key().key_id(key_id).send();
        let answer = self.asker.ask(&self.door, &call::DESCRIBE_KEY, arn, send).await?;
        let Some(found) = answer.key_metadata else {
            return Err(Refusal::malformed("the answer holds no metadata").into_gap(&call::DESCRIBE_KEY, arn));
        };
        let of_aws = found.key_manager == Some(KeyManagerType::Aws);
        Ok((!of_aws).then(|| metadata(found)))
    }

    pub(super) async fn get_key_policy(&self, key_id: &str, arn: &str) -> Result<String, Gap> {
        let policy = self.policy(key_id, "default", arn).await?;
        policy.ok_or_else(|| {
            Refusal::malformed("the answer holds no policy").into_gap(&call::GET_KEY_POLICY, arn)
        })
    }

    /// The policy of Resource Access Manager. Most keys have none, and KMS says so by an error.
    pub(super) async fn get_ram_policy(&self, key_id: &str, arn: &str) -> Result<Option<String>, Gap> {
        match self.policy(key_id, "AWS_RAM", &format!("{arn} (AWS_RAM)")).await {
            Err(gap) if gap.code.as_deref() == Some("NotFoundException") => Ok(None),
            other => other,
        }
    }

    async fn policy(&self, key_id: &str, name: &str, resource: &str) -> Result<Option<String>, Gap> {
        let send = || self.client.get_key_policy().key_id(key_id).policy_name(name).send();
        Ok(self.asker.ask(&self.door, &call::GET_KEY_POLICY, resource, send).await?.policy)
    }

    pub(super) async fn list_grants(&self, key_id: &str, arn: &str) -> Listing<Grant> {
        let send = |marker| self.client.list_grants().key_id(key_id).limit(100).set_marker(marker).send();
        self.list(&call::LIST_GRANTS, arn, send, |answer| {
            Page::of(answer.grants, answer.next_marker, |found| Some(grant(found)))
        })
        .await
    }

    pub(super) async fn get_key_rotation_status(
        &self,
        key_id: &str,
        arn: &str,
    ) -> Result<RotationStatus, Gap> {
        let send = || self.client.get_key_rotation_status().key_id(key_id).send();
        let answer = self.asker.ask(&self.door, &call::GET_KEY_ROTATION_STATUS, arn, send).await?;
        Ok(RotationStatus {
            enabled: answer.key_rotation_enabled,
            period_in_days: answer.rotation_period_in_days,
            next_rotation_date: timestamp(answer.next_rotation_date),
            on_demand_rotation_start_date: timestamp(answer.on_demand_rotation_start_date),
        })
    }

    /// With every material, also those imported and not yet in use, where the kind of key has any.
    pub(super) async fn list_key_rotations(
        &self,
        key_id: &str,
        arn: &str,
        materials: IncludeKeyMaterial,
    ) -> Listing<Rotation> {
        let send = |marker| {
            let asked = self.client.list_key_rotations().key_id(key_id).limit(1000);
            asked.include_key_material(materials.clone()).set_marker(marker).send()
        };
        self.list(&call::LIST_KEY_ROTATIONS, arn, send, |answer| {
            Page::of(answer.rotations, answer.next_marker, |found| Some(rotation(found)))
        })
        .await
    }

    pub(super) async fn list_resource_tags(
        &self,
        key_id: &str,
        arn: &str,
    ) -> Result<BTreeMap<String, String>, Gap> {
        let send =
            |marker| self.client.list_resource_tags().key_id(key_id).limit(50).set_marker(marker).send();
        let read = |answer: ListResourceTagsOutput| Page::of(answer.tags, answer.next_marker, Some);
        let tags = self.list(&call::LIST_RESOURCE_TAGS, arn, send, read).await;
        match tags.gap {
            Some(gap) => Err(gap),
            None => Ok(tags.items.into_iter().map(|tag| (tag.tag_key, tag.tag_value)).collect()),
        }
    }

    pub(super) async fn get_key_last_usage(&self, key_id: &str, arn: &str) -> Result<LastUsage, Gap> {
        let send = || self.client.get_key_last_usage().key_id(key_id).send();
        let answer = self.asker.ask(&self.door, &call::GET_KEY_LAST_USAGE, arn, send).await?;
        // A key that was not used comes with an empty object, not with none.
        let usage = answer.key_last_usage;
        Ok(LastUsage {
            operation: usage
                .as_ref()
                .and_then(|usage| usage.operation.as_ref())
                .map(|o| o.as_str().to_owned()),
            used_at: timestamp(usage.and_then(|usage| usage.timestamp)),
            tracking_start_date: timestamp(answer.tracking_start_date),
        })
    }

    pub(super) async fn describe_custom_key_stores(&self) -> Listing<KeyStore> {
        let send = |marker| self.client.describe_custom_key_stores().set_marker(marker).send();
        self.list(&call::DESCRIBE_CUSTOM_KEY_STORES, &self.place, send, |answer| {
            Page::of(answer.custom_key_stores, answer.next_marker, key_store)
        })
        .await
    }
}

fn metadata(found: aws_sdk_kms::types::KeyMetadata) -> KeyMetadata {
    KeyMetadata {
        description: found.description.unwrap_or_default(),
        key_state: text(found.key_state.map(|v| v.as_str().to_owned())),
        key_spec: text(found.key_spec.map(|v| v.as_str().to_owned())),
        key_usage: text(found.key_usage.map(|v| v.as_str().to_owned())),
        origin: text(found.origin.map(|v| v.as_str().to_owned())),
        creation_date: timestamp(found.creation_date),
        deletion_date: timestamp(found.deletion_date),
        pending_deletion_window_in_days: found.pending_deletion_window_in_days,
        valid_to: timestamp(found.valid_to),
        expiration_model: found.expiration_model.map(|v| v.as_str().to_owned()),
        custom_key_store_id: found.custom_key_store_id,
        cloud_hsm_cluster_id: found.cloud_hsm_cluster_id,
        xks_key_id: found.xks_key_configuration.and_then(|xks| xks.id),
        current_key_material_id: found.current_key_material_id,
        multi_region: found.multi_region_configuration.map(multi_region),
    }
}

/// AWS always sends these; a simulation of it may not.
fn text(value: Option<String>) -> String {
    value.unwrap_or_else(|| "UNKNOWN".to_owned())
}

fn multi_region(found: MultiRegionConfiguration) -> MultiRegion {
    let regional = |key: aws_sdk_kms::types::MultiRegionKey| {
        Some(RegionalKey { arn: key.arn?, region: Region::new(key.region?) })
    };
    let mut replicas: Vec<_> =
        found.replica_keys.unwrap_or_default().into_iter().filter_map(regional).collect();
    replicas.sort_by(|a, b| a.region.cmp(&b.region));
    MultiRegion {
        key_type: text(found.multi_region_key_type.map(|v| v.as_str().to_owned())),
        primary: found.primary_key.and_then(regional),
        replicas,
    }
}

fn grant(found: GrantListEntry) -> Grant {
    let mut operations: Vec<String> =
        found.operations.unwrap_or_default().iter().map(|operation| operation.as_str().to_owned()).collect();
    operations.sort();
    let constraints =
        found.constraints.map_or_else(GrantConstraints::default, |constraints| GrantConstraints {
            encryption_context_equals: constraints
                .encryption_context_equals
                .map(|map| map.into_iter().collect()),
            encryption_context_subset: constraints
                .encryption_context_subset
                .map(|map| map.into_iter().collect()),
            source_arn: constraints.source_arn,
        });
    Grant {
        grant_id: found.grant_id.unwrap_or_default(),
        name: found.name.filter(|name| !name.is_empty()),
        creation_date: timestamp(found.creation_date),
        grantee_principal: found.grantee_principal,
        grantee_service_principal: found.grantee_service_principal,
        retiring_principal: found.retiring_principal,
        retiring_service_principal: found.retiring_service_principal,
        issuing_account: found.issuing_account,
        operations,
        constraints,
    }
}

fn rotation(found: RotationsListEntry) -> Rotation {
    Rotation {
        key_material_id: found.key_material_id,
        key_material_state: found.key_material_state.map(|v| v.as_str().to_owned()),
        import_state: found.import_state.map(|v| v.as_str().to_owned()),
        expiration_model: found.expiration_model.map(|v| v.as_str().to_owned()),
        valid_to: timestamp(found.valid_to),
        rotation_date: timestamp(found.rotation_date),
        rotation_type: found.rotation_type.map(|v| v.as_str().to_owned()),
    }
}

fn key_store(found: CustomKeyStoresListEntry) -> Option<KeyStore> {
    let proxy = found.xks_proxy_configuration.as_ref();
    Some(KeyStore {
        custom_key_store_id: found.custom_key_store_id?,
        name: found.custom_key_store_name,
        custom_key_store_type: found.custom_key_store_type.map(|v| v.as_str().to_owned()),
        connection_state: found.connection_state.map(|v| v.as_str().to_owned()),
        connection_error_code: found.connection_error_code.map(|v| v.as_str().to_owned()),
        cloud_hsm_cluster_id: found.cloud_hsm_cluster_id,
        xks_connectivity: proxy.and_then(|p| p.connectivity.as_ref()).map(|v| v.as_str().to_owned()),
        xks_vpc_endpoint_service_owner: proxy.and_then(|p| p.vpc_endpoint_service_owner.clone()),
        xks_vpc_endpoint_service_name: proxy.and_then(|p| p.vpc_endpoint_service_name.clone()),
        xks_uri_endpoint: proxy.and_then(|p| p.uri_endpoint.clone()),
        xks_uri_path: proxy.and_then(|p| p.uri_path.clone()),
        creation_date: timestamp(found.creation_date),
    })
}
