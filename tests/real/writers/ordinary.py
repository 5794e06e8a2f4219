"""For a key and a principal of its account: an ordinary `kms:PutKeyPolicy`, with every policy that has a say, as a case
of `keyreach simulate`. Read from the snapshot alone."""
import json


def document(text):
    """A policy, or none where the text is none; neither is one that says something twice."""
    try:
        return json.loads(text, object_pairs_hook=members)
    except ValueError:
        return None


def members(pairs):
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


class Organization:
    def __init__(self, snapshot):
        self.snapshot = snapshot
        self.known = snapshot["organization"]["known"]
        self.members = self.known["members"]["items"]
        self.accounts = {account["id"]: account for account in snapshot["accounts"]}

    def levels(self, account, kind):
        """The guardrails of a kind over an account, level by level; none over the management account."""
        if account["id"] == self.known["management_account_id"]:
            return []
        places = [place for place in account["path"].split("/")[1:] if place] + [account["id"]]
        of_kind = [policy for policy in self.known["guardrails"]["items"] if policy["kind"] == kind]
        return [[document(policy["document"]["known"]) for policy in of_kind if place in policy["targets"]["items"]]
                for place in places]

    def case(self, name, key, account, principal):
        return {
            "id": name,
            "request": {"principal": principal["caller"], "action": "kms:PutKeyPolicy", "resource": key["arn"],
                        "context": self.context(key, account, principal)},
            "key_policies": [document(key["policy"]["known"])],
            "identity_policies": principal["policies"],
            "permissions_boundary": principal["boundary"],
            "service_control_policies": self.levels(account, "SERVICE_CONTROL_POLICY"),
            "resource_control_policies": self.levels(account, "RESOURCE_CONTROL_POLICY"),
            "organization": {"id": self.known["id"], "management_account_id": self.known["management_account_id"],
                             "members": self.members},
        }

    def context(self, key, account, principal):
        """A direct call over TLS, from an address of no policy, without MFA."""
        context = {
            "aws:PrincipalArn": principal["arn"], "aws:PrincipalType": principal["type"],
            "aws:PrincipalAccount": account["id"], "kms:CallerAccount": account["id"], "aws:userid": principal["id"],
            "aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": "false", "aws:SecureTransport": "true",
            "aws:SourceIp": "192.0.2.1", "aws:CurrentTime": self.snapshot["scan"]["taken_at"],
            "aws:PrincipalOrgID": self.known["id"], "aws:PrincipalOrgPaths": account["path"],
            "aws:ResourceAccount": account["id"], "aws:ResourceOrgID": self.known["id"],
            "aws:RequestedRegion": key["arn"].split(":")[3], "kms:BypassPolicyLockoutSafetyCheck": "false",
            **{f"aws:PrincipalTag/{tag['key']}": tag["value"] for tag in principal["tags"]},
            **{f"aws:ResourceTag/{name}": value for name, value in key["tags"]["known"].items()},
        }
        if principal["type"] == "AssumedRole":
            context["aws:MultiFactorAuthPresent"] = "false"
        if principal["type"] == "User":
            context["aws:username"] = principal["arn"].split("/")[-1]
        return {key: [value] for key, value in context.items()}


def principals(account):
    """The root user, the users and the roles of an account, each with its own policies."""
    iam, id = account["iam"], account["id"]
    managed = {policy["arn"]: document(policy["document"]) for policy in iam["policies"]}
    groups = {group["group_name"]: group for group in iam["groups"]}

    def policies(of):
        inline = [document(policy["document"]) for policy in of["inline_policies"]]
        return inline + [managed[arn] for arn in of["attached_policies"]]

    def one(of, **more):
        bound = of["permissions_boundary"]
        return {"arn": of["arn"], "tags": of["tags"], "boundary": managed[bound] if bound else None, **more}

    yield {"arn": f"arn:aws:iam::{id}:root", "caller": f"arn:aws:iam::{id}:root", "type": "Account", "id": id,
           "tags": [], "boundary": None, "policies": []}
    for user in iam["users"]:
        through_groups = [policy for name in user["groups"] for policy in policies(groups[name])]
        yield one(user, caller=user["arn"], type="User", id=user["user_id"], policies=policies(user) + through_groups)
    for role in iam["roles"]:
        caller = f"arn:aws:sts::{id}:assumed-role/{role['role_name']}/s"
        yield one(role, caller=caller, type="AssumedRole", id=f"{role['role_id']}:s", policies=policies(role))
