"""A snapshot of one organization with one key for each question, for `keyreach analyze`, and the settings beside it."""

import json

import world

NOTHING = {"items": []}


def snapshot(questions):
    """All questions must share their RCPs."""
    return {
        "schema_version": "1.0",
        "scan": {"id": "smt", "taken_at": world.TAKEN_AT, "tool_version": "0.0.0", "caller_account": world.MANAGEMENT,
                 "caller_arn": f"arn:aws:iam::{world.MANAGEMENT}:user/comparison", "partition": "aws",
                 "targets": "organizations", "interrupted": False},
        "organization": {"known": organization(questions[0].rcps)},
        "accounts": [account(number, below) for number, below in world.PATHS.items()],
        "cells": [{"account_id": world.OWN, "region": world.REGION, "visit": "visited", "keys": [key(question) for question in questions],
                   "aws_managed_keys": 0, "key_stores": NOTHING, "gaps": []}],
        "gaps": [],
    }


def organization(rcps):
    units = [{"id": below.rstrip("/"), "name": None, "parent_id": world.ROOT} for below in world.PATHS.values() if below]
    guardrails = [{"id": f"p-{number:08}", "name": f"guardrail {number}", "kind": "RESOURCE_CONTROL_POLICY", "aws_managed": False,
                   "document": {"known": json.dumps(rcp)}, "targets": {"items": [world.ROOT]}} for number, rcp in enumerate(rcps)]
    root = {"id": world.ROOT, "name": None, "enabled_policy_types": ["RESOURCE_CONTROL_POLICY"]}
    return {"id": world.ORGANIZATION, "management_account_id": world.MANAGEMENT, "feature_set": "ALL", "members": {"items": list(world.PATHS)},
            "roots": {"items": [root]}, "units": {"items": units}, "guardrails": {"items": guardrails}}


def account(number, below):
    return {"id": number, "name": None, "state": "ACTIVE", "path": f"{world.ORGANIZATION}/{world.ROOT}/{below}", "entry": {"role": "comparison"},
            "regions": "account", "iam": None, "gaps": []}


def key(question):
    metadata = {"description": "", "key_state": "Enabled", "key_spec": "SYMMETRIC_DEFAULT", "key_usage": "ENCRYPT_DECRYPT", "origin": "AWS_KMS"}
    nothing = ["creation_date", "deletion_date", "pending_deletion_window_in_days", "valid_to", "expiration_model", "custom_key_store_id",
               "cloud_hsm_cluster_id", "xks_key_id", "current_key_material_id", "multi_region"]
    return {"key_id": question.key_id, "arn": question.arn, "metadata": {"known": metadata | dict.fromkeys(nothing)},
            "policy": {"known": json.dumps(question.policy)}, "ram_policy": {"known": json.dumps(question.ram) if question.ram else None},
            "grants": {"items": [grant(number, each) for number, each in enumerate(question.grants)]},
            "rotation": {"known": None}, "rotations": NOTHING, "tags": {"known": world.TAGS}, "aliases": []}


def grant(number, grant):
    absent = dict.fromkeys(["name", "creation_date", "grantee_service_principal", "retiring_service_principal"])
    return absent | {"grant_id": f"g{number}"} | grant


def settings(question):
    """The settings file, in TOML."""
    tables = [f'[[trusted.{kind}]]\nid = "{name}"\nname = "known"\nreason = "comparison"\n'
              for kind, names in (("account", question.trusted_accounts), ("organization", question.trusted_organizations)) for name in names]
    return "".join(tables)
