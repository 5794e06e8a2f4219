"""The words of policies, shared by the files beside this one."""

import json

AUDITOR = "keyreach-audit"


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(principal, action="kms:*", **more):
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **more}


def deny(principal, action="kms:*", **more):
    return {**allow(principal, action, **more), "Effect": "Deny"}


def identity(action, resource="*", effect="Allow", **more):
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def arn(account, name):
    """Of `role/app`, `user/alice`, `root`."""
    return f"arn:aws:iam::{account}:{name}"


def delegation(account, action="kms:*"):
    return allow({"AWS": arn(account, "root")}, action, Sid="Enable IAM User Permissions")


def auditor(account):
    """Lets the scanner read a key that does not delegate to IAM."""
    return allow({"AWS": arn(account, f"role/{AUDITOR}")}, ["kms:Describe*", "kms:Get*", "kms:List*"], Sid="Audit")
