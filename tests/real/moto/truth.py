"""The truth: the same organization, walked with boto3, in the shape of a snapshot.

Principals are asked for one by one (Keyreach takes them from GetAccountAuthorizationDetails), policy texts are
taken as they come. What boto3 cannot read either is a `Gap`; all the rest of a snapshot must be there and equal.
"""

from botocore.exceptions import ClientError

from aws import REGIONS, ROLE, listed
from compare import Document, Gap, SomeTime


def snapshot(aws, caller_arn, management):
    organizations = aws.here("organizations")
    found = organizations.describe_organization()["Organization"]
    root = organizations.list_roots()["Roots"][0]
    units, paths = tree(organizations, root["Id"], f"{found['Id']}/{root['Id']}/")
    members = sorted(listed(organizations, "list_accounts", "Accounts"), key=lambda member: member["Id"])
    open_members = [member["Id"] for member in members if member["State"] == "ACTIVE"]
    return {
        "schema_version": "1.0",
        "scan": {"id": str, "taken_at": SomeTime(), "tool_version": str, "caller_arn": caller_arn,
                 "caller_account": management, "partition": "aws", "targets": "organizations", "interrupted": False},
        "organization": {"known": {
            "id": found["Id"], "management_account_id": found["MasterAccountId"], "feature_set": found["FeatureSet"],
            "members": {"items": [member["Id"] for member in members]},
            "roots": {"items": [{
                "id": root["Id"], "name": root["Name"],
                "enabled_policy_types": sorted(kind["Type"] for kind in root["PolicyTypes"])}]},
            "units": {"items": units},
            "guardrails": {"items": guardrails(organizations)},
        }},
        "accounts": [account(aws, member, paths[member["Id"]]) for member in members],
        "cells": [cell(aws, id, region) for id in open_members for region in sorted(REGIONS)],
        "gaps": [],
    }


def tree(organizations, root, root_path):
    """The units, level by level, and the path of each account."""
    units, paths, level = [], {}, [(root, root_path)]
    while level:
        below = []
        for parent, path in level:
            for member in listed(organizations, "list_accounts_for_parent", "Accounts", ParentId=parent):
                paths[member["Id"]] = path
            for unit in listed(organizations, "list_organizational_units_for_parent", "OrganizationalUnits",
                               ParentId=parent):
                below.append(({"id": unit["Id"], "name": unit["Name"], "parent_id": parent}, path))
        below.sort(key=lambda found: found[0]["id"])
        units += [unit for unit, _ in below]
        level = [(unit["id"], f"{path}{unit['id']}/") for unit, path in below]
    return units, paths


def guardrails(organizations):
    found = []
    for kind in ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"]:
        policies = listed(organizations, "list_policies", "Policies", Filter=kind)
        for policy in sorted(policies, key=lambda policy: policy["Id"]):
            text = organizations.describe_policy(PolicyId=policy["Id"])["Policy"]["Content"]
            targets = listed(organizations, "list_targets_for_policy", "Targets", PolicyId=policy["Id"])
            found.append({
                "id": policy["Id"], "name": policy["Name"], "kind": kind, "aws_managed": policy["AwsManaged"],
                "document": {"known": text}, "targets": {"items": sorted(t["TargetId"] for t in targets)}})
    return found


def account(aws, member, path):
    same = {"id": member["Id"], "name": member["Name"], "state": member["State"], "path": path}
    if member["State"] != "ACTIVE":
        return {**same, "entry": {"skipped": "state"}, "regions": None, "iam": None, "gaps": []}
    # moto simulates no ListRegions: the path is unknown to it, so the service does not exist there.
    gap = Gap("account:ListRegions", member["Id"], "unsupported", None)
    role = f"arn:aws:iam::{member['Id']}:role/{ROLE}"
    return {**same, "entry": {"role": role}, "regions": "settings", "iam": principals(aws, member["Id"]), "gaps": [gap]}


def principals(aws, id):
    iam = aws.there(id, "iam")
    return {
        "users": by_arn(user(iam, found) for found in listed(iam, "list_users", "Users")),
        "roles": by_arn(role(iam, found) for found in listed(iam, "list_roles", "Roles")),
        "groups": by_arn(group(iam, found) for found in listed(iam, "list_groups", "Groups")),
        "policies": managed_policies(iam),
        "summary": {"known": summary(iam)},
    }


def by_arn(items):
    return sorted(items, key=lambda item: item["arn"])


def user(iam, found):
    name = found["UserName"]
    detail = iam.get_user(UserName=name)["User"]
    groups = listed(iam, "list_groups_for_user", "Groups", UserName=name)
    return {"arn": found["Arn"], "user_id": found["UserId"], "user_name": name,
            "groups": sorted(group["GroupName"] for group in groups), **policies(iam, "user", name),
            "permissions_boundary": boundary(detail), "tags": tags(detail), "create_date": found["CreateDate"]}


def role(iam, found):
    name = found["RoleName"]
    detail = iam.get_role(RoleName=name)["Role"]
    # moto notes each request of a session, this walk's as well: the time itself moves on.
    last_used = SomeTime() if detail["RoleLastUsed"].get("LastUsedDate") else None
    return {"arn": found["Arn"], "role_id": found["RoleId"], "role_name": name,
            "trust_policy": Document(detail["AssumeRolePolicyDocument"]), **policies(iam, "role", name),
            "permissions_boundary": boundary(detail), "tags": tags(detail), "create_date": found["CreateDate"],
            "last_used": last_used}


def group(iam, found):
    return {"arn": found["Arn"], "group_name": found["GroupName"], **policies(iam, "group", found["GroupName"])}


def policies(iam, kind, name):
    """What is written on a user, role or group, and what is attached to it."""
    who = {f"{kind.title()}Name": name}
    inline = [{"name": policy,
               "document": Document(getattr(iam, f"get_{kind}_policy")(**who, PolicyName=policy)["PolicyDocument"])}
              for policy in sorted(listed(iam, f"list_{kind}_policies", "PolicyNames", **who))]
    attached = listed(iam, f"list_attached_{kind}_policies", "AttachedPolicies", **who)
    return {"inline_policies": inline, "attached_policies": sorted(policy["PolicyArn"] for policy in attached)}


def boundary(detail):
    return detail.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")


def tags(detail):
    pairs = [{"key": tag["Key"], "value": tag["Value"]} for tag in detail.get("Tags", [])]
    return sorted(pairs, key=lambda tag: tag["key"])


def managed_policies(iam):
    # moto leaves the names out of GetAccountAuthorizationDetails, so Keyreach cannot know them.
    told = {policy["Arn"]: policy.get("PolicyName", "")
            for policy in listed(iam, "get_account_authorization_details", "Policies")}
    return by_arn({
        "arn": policy["Arn"], "policy_name": told[policy["Arn"]], "default_version_id": policy["DefaultVersionId"],
        "document": Document(iam.get_policy_version(
            PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])["PolicyVersion"]["Document"]),
    } for policy in listed(iam, "list_policies", "Policies", Scope="Local"))


def summary(iam):
    told = iam.get_account_summary()["SummaryMap"]
    flag = lambda name: bool(told[name]) if name in told else None
    return {"account_mfa_enabled": flag("AccountMFAEnabled"),
            "account_password_present": flag("AccountPasswordPresent"),
            "account_access_keys_present": flag("AccountAccessKeysPresent"),
            "users": told["Users"], "roles": told["Roles"]}


def cell(aws, id, region):
    kms = aws.there(id, "kms", region)
    aliases = listed(kms, "list_aliases", "Aliases")
    names = lambda key: sorted(alias["AliasName"] for alias in aliases if alias.get("TargetKeyId") == key)
    listed_keys = [(found["KeyId"], found["KeyArn"]) for found in listed(kms, "list_keys", "Keys")]
    managed = [id for id, _ in listed_keys if any(name.startswith("alias/aws/") for name in names(id))]
    keys = [key(kms, id, arn, names(id)) for id, arn in sorted(listed_keys) if id not in managed]
    stores = {"items": []}
    if keys:
        stores["gap"] = gap("kms:DescribeCustomKeyStores", f"{id}/{region}", kms.describe_custom_key_stores)
    return {"account_id": id, "region": region, "visit": "visited", "keys": keys, "aws_managed_keys": len(managed),
            "key_stores": stores, "gaps": []}


def key(kms, id, arn, aliases):
    try:
        told = kms.describe_key(KeyId=id)["KeyMetadata"]
        facts = {"known": metadata(told)}
        rotates = told["KeySpec"] == "SYMMETRIC_DEFAULT"
    except ClientError:
        facts = {"unknown": gap("kms:DescribeKey", arn, lambda: kms.describe_key(KeyId=id))}
        rotates = True
    return {
        "key_id": id, "arn": arn, "metadata": facts,
        "policy": {"known": kms.get_key_policy(KeyId=id, PolicyName="default")["Policy"]},
        "ram_policy": {"known": None},
        "grants": {"items": [grant(found) for found in listed(kms, "list_grants", "Grants", KeyId=id)]},
        "rotation": {"known": rotation_status(kms.get_key_rotation_status(KeyId=id)) if rotates else None},
        "rotations": {"items": [rotation(found) for found in listed(kms, "list_key_rotations", "Rotations", KeyId=id)]
                      if rotates else []},
        "tags": {"known": {tag["TagKey"]: tag["TagValue"]
                           for tag in listed(kms, "list_resource_tags", "Tags", KeyId=id)}},
        "aliases": aliases,
    }


def metadata(told):
    multi_region = None
    if "MultiRegionConfiguration" in told:
        found = told["MultiRegionConfiguration"]
        place = lambda key: {"arn": key["Arn"], "region": key["Region"]}
        multi_region = {
            "type": found["MultiRegionKeyType"], "primary": place(found["PrimaryKey"]),
            "replicas": sorted(map(place, found["ReplicaKeys"]), key=lambda replica: replica["region"])}
    return {
        "description": told["Description"], "key_state": told["KeyState"], "key_spec": told["KeySpec"],
        "key_usage": told["KeyUsage"], "origin": told["Origin"], "creation_date": told["CreationDate"],
        "deletion_date": told.get("DeletionDate"),
        "pending_deletion_window_in_days": told.get("PendingDeletionWindowInDays"),
        "valid_to": told.get("ValidTo"), "expiration_model": told.get("ExpirationModel"),
        "custom_key_store_id": told.get("CustomKeyStoreId"), "cloud_hsm_cluster_id": told.get("CloudHsmClusterId"),
        "xks_key_id": told.get("XksKeyConfiguration", {}).get("Id"),
        "current_key_material_id": told.get("CurrentKeyMaterialId"), "multi_region": multi_region}


def grant(told):
    return {
        "grant_id": told["GrantId"], "name": told.get("Name") or None, "creation_date": told.get("CreationDate"),
        "grantee_principal": told.get("GranteePrincipal"),
        "grantee_service_principal": told.get("GranteeServicePrincipal"),
        "retiring_principal": told.get("RetiringPrincipal"),
        "retiring_service_principal": told.get("RetiringServicePrincipal"),
        "issuing_account": told.get("IssuingAccount"), "operations": sorted(told["Operations"]),
        "constraints": told.get("Constraints") or {}}


def rotation_status(told):
    return {"enabled": told["KeyRotationEnabled"], "period_in_days": told.get("RotationPeriodInDays"),
            "next_rotation_date": told.get("NextRotationDate"),
            "on_demand_rotation_start_date": told.get("OnDemandRotationStartDate")}


def rotation(told):
    return {"key_material_id": told.get("KeyMaterialId"), "key_material_state": told.get("KeyMaterialState"),
            "import_state": told.get("ImportState"), "expiration_model": told.get("ExpirationModel"),
            "valid_to": told.get("ValidTo"), "rotation_date": told.get("RotationDate"),
            "rotation_type": told.get("RotationType")}


def gap(operation, resource, ask):
    """The gap that Keyreach must have found, by what boto3 gets for the same question."""
    try:
        ask()
    except ClientError as error:
        status, code = error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"]
        if status >= 500:
            return Gap(operation, resource, "server_error", None)
        return Gap(operation, resource, {"AccessDeniedException": "denied"}[code], code)
    raise AssertionError(f"moto answers {operation} by now: compare its answer")
