//! Snapshots to try things on: small, and complete unless a test takes something away.

use std::collections::BTreeMap;

use keyreach::snapshot::{
    SCHEMA_VERSION, Scan, Snapshot, TargetSource,
    cell::{Cell, KeyStore, Visit},
    gap::{Fact, Gap, GapKind, Listing},
    grant::{Grant, GrantConstraints},
    key::{Key, KeyMetadata, Rotation, RotationStatus},
    organization::{
        Account, Entry, Guardrail, GuardrailKind, Organization, OrganizationalUnit, RegionSource, Root,
    },
    principal::{AccountSummary, Iam},
};
use keyreach_policy::aws::{AccountId, Partition, Region};

/// The management account of the example organization.
pub(crate) const MANAGEMENT: &str = "000000000001";
/// A member account.
pub(crate) const MEMBER: &str = "111122223333";

pub(crate) fn account_id(text: &str) -> AccountId {
    text.parse().unwrap()
}

pub(crate) fn gap(operation: &str, resource: &str, kind: GapKind) -> Gap {
    Gap {
        operation: operation.to_owned(),
        resource: resource.to_owned(),
        kind,
        code: Some("SomeException".to_owned()),
        message: format!("no answer about {resource}"),
    }
}

/// An organization of two accounts, one key in each, everything read.
pub(crate) fn snapshot() -> Snapshot {
    Snapshot {
        schema_version: SCHEMA_VERSION.to_owned(),
        scan: Scan {
            id: "scan-1".to_owned(),
            taken_at: "2026-03-04T12:00:00Z".parse().unwrap(),
            tool_version: "0.1.0".to_owned(),
            caller_arn: "arn:aws:sts::000000000001:assumed-role/audit/me".to_owned(),
            caller_account: account_id(MANAGEMENT),
            partition: Partition::new("aws"),
            targets: TargetSource::Organizations,
            interrupted: false,
        },
        organization: Fact::Known(Some(organization())),
        accounts: vec![account(MANAGEMENT, "root"), account(MEMBER, "payments")],
        cells: vec![
            cell(MANAGEMENT, "eu-west-1", vec![key(MANAGEMENT, "eu-west-1", "key-a")]),
            cell(MEMBER, "eu-west-1", vec![key(MEMBER, "eu-west-1", "key-b")]),
            cell(MEMBER, "us-east-1", Vec::new()),
        ],
        gaps: Vec::new(),
    }
}

fn organization() -> Organization {
    Organization {
        id: "o-a1b2c3d4e5".parse().unwrap(),
        management_account_id: account_id(MANAGEMENT),
        feature_set: Some("ALL".to_owned()),
        members: Listing::complete(vec![account_id(MANAGEMENT), account_id(MEMBER)]),
        roots: Listing::complete(vec![Root {
            id: "r-ab12".to_owned(),
            name: Some("Root".to_owned()),
            enabled_policy_types: ["RESOURCE_CONTROL_POLICY".to_owned()].into(),
        }]),
        units: Listing::complete(vec![OrganizationalUnit {
            id: "ou-ab12-11111111".to_owned(),
            name: Some("Workloads".to_owned()),
            parent_id: "r-ab12".to_owned(),
        }]),
        guardrails: Listing::complete(vec![Guardrail {
            id: "p-FullAWSAccess".to_owned(),
            name: "FullAWSAccess".to_owned(),
            kind: GuardrailKind::ServiceControlPolicy,
            aws_managed: true,
            document: Fact::Known("{}".to_owned()),
            targets: Listing::complete(vec!["r-ab12".to_owned()]),
        }]),
    }
}

pub(crate) fn account(id: &str, name: &str) -> Account {
    Account {
        id: account_id(id),
        name: Some(name.to_owned()),
        state: Some("ACTIVE".to_owned()),
        path: Some("o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/".parse().unwrap()),
        entry: Entry::Role(format!("arn:aws:iam::{id}:role/keyreach-audit")),
        regions: Some(RegionSource::Account),
        iam: Some(Iam {
            users: Vec::new(),
            roles: Vec::new(),
            groups: Vec::new(),
            policies: Vec::new(),
            gap: None,
            summary: Fact::Known(AccountSummary {
                account_mfa_enabled: Some(true),
                account_password_present: Some(true),
                account_access_keys_present: Some(false),
                users: Some(0),
                roles: Some(0),
            }),
        }),
        gaps: Vec::new(),
    }
}

pub(crate) fn cell(account: &str, region: &str, keys: Vec<Key>) -> Cell {
    let mut cell = Cell::new(account_id(account), Region::new(region), Visit::Visited);
    cell.keys = keys;
    cell
}

pub(crate) fn metadata() -> KeyMetadata {
    KeyMetadata {
        description: "what it is for".to_owned(),
        key_state: "Enabled".to_owned(),
        key_spec: "SYMMETRIC_DEFAULT".to_owned(),
        key_usage: "ENCRYPT_DECRYPT".to_owned(),
        origin: "AWS_KMS".to_owned(),
        creation_date: Some("2024-01-02T03:04:05Z".parse().unwrap()),
        deletion_date: None,
        pending_deletion_window_in_days: None,
        valid_to: None,
        expiration_model: None,
        custom_key_store_id: None,
        cloud_hsm_cluster_id: None,
        xks_key_id: None,
        current_key_material_id: None,
        multi_region: None,
    }
}

pub(crate) fn rotation(date: &str) -> Rotation {
    Rotation {
        key_material_id: None,
        key_material_state: Some("CURRENT".to_owned()),
        import_state: None,
        expiration_model: None,
        valid_to: None,
        rotation_date: Some(date.parse().unwrap()),
        rotation_type: Some("AUTOMATIC".to_owned()),
    }
}

pub(crate) fn grant(id: &str) -> Grant {
    Grant {
        grant_id: id.to_owned(),
        name: Some("a grant".to_owned()),
        creation_date: Some("2025-01-02T03:04:05Z".parse().unwrap()),
        grantee_principal: Some("arn:aws:iam::111122223333:role/app".to_owned()),
        grantee_service_principal: None,
        retiring_principal: None,
        retiring_service_principal: None,
        issuing_account: Some("arn:aws:iam::111122223333:root".to_owned()),
        operations: vec!["Decrypt".to_owned()],
        constraints: GrantConstraints {
            encryption_context_equals: Some([("app".to_owned(), "pay".to_owned())].into()),
            ..GrantConstraints::default()
        },
    }
}

pub(crate) fn key(account: &str, region: &str, id: &str) -> Key {
    Key {
        key_id: id.to_owned(),
        arn: format!("arn:aws:kms:{region}:{account}:key/{id}"),
        metadata: Fact::Known(metadata()),
        policy: Fact::Known(r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned()),
        ram_policy: Fact::Known(None),
        grants: Listing::complete(vec![grant("grant-1")]),
        rotation: Fact::Known(Some(RotationStatus {
            enabled: true,
            period_in_days: Some(365),
            next_rotation_date: Some("2027-01-02T03:04:05Z".parse().unwrap()),
            on_demand_rotation_start_date: None,
        })),
        rotations: Listing::complete(vec![
            rotation("2025-01-02T03:04:05Z"),
            rotation("2026-01-02T03:04:05Z"),
        ]),
        tags: Fact::Known(BTreeMap::from([("team".to_owned(), "payments".to_owned())])),
        aliases: vec![format!("alias/{id}")],
        last_usage: None,
    }
}

pub(crate) fn key_store(id: &str) -> KeyStore {
    KeyStore {
        custom_key_store_id: id.to_owned(),
        name: Some("hsm".to_owned()),
        custom_key_store_type: Some("AWS_CLOUDHSM".to_owned()),
        connection_state: Some("CONNECTED".to_owned()),
        connection_error_code: None,
        cloud_hsm_cluster_id: Some("cluster-1".to_owned()),
        xks_connectivity: None,
        xks_vpc_endpoint_service_owner: None,
        xks_vpc_endpoint_service_name: None,
        xks_uri_endpoint: None,
        xks_uri_path: None,
        creation_date: None,
    }
}
