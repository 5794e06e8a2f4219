"""Makes the organization in ministack: accounts in a tree, guardrails, the scanner's role, and keys of many shapes."""

import json

from aws import MANAGEMENT, REGIONS
from policies import AUDITOR, allow, arn, auditor, delegation, deny, document, identity

MEMBERS = ["production", "staging", "sandbox", "calls"]
EXTERNAL_ID = "a-shared-secret-7f3a"
OUTSIDE = "999988887777"
# The statement of `keyreach role` that belongs in every account, and the one for the organization alone.
EVERYWHERE, ORGANIZATION = "KeyreachEveryAccount", "KeyreachOrganization"


def build(aws, policy):
    """The whole of it. Gives the member accounts by name, and the keys that their policies shut the scanner out of."""
    accounts = organization(aws.root(MANAGEMENT, "organizations"))
    scanner(aws.root(MANAGEMENT, "iam"))
    shut = set()
    for account in [MANAGEMENT, *accounts.values()]:
        iam = aws.root(account, "iam")
        auditor_role(iam, account)
        permit(iam, account, policy)
        if account == accounts["calls"]:
            continue  # Its keys and principals are those of calls.py.
        for name in ["admin", "app"]:
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(arn(account, "root")))
        for region in REGIONS:
            shut |= keys(aws.root(account, "kms", region), account)
        replicate(aws, account)
    return accounts, shut


def organization(organizations):
    """ministack has one from the start. It gives new units no FullAWSAccess, which AWS does."""
    root = organizations.list_roots()["Roots"][0]["Id"]
    unit = lambda parent, name: organizations.create_organizational_unit(
        ParentId=parent, Name=name)["OrganizationalUnit"]["Id"]
    workloads = unit(root, "Workloads")
    deep = unit(workloads, "Production")
    accounts = {name: organizations.create_account(AccountName=name, Email=f"{name}@example.com")
                ["CreateAccountStatus"]["AccountId"] for name in MEMBERS}
    for name, parent in [("production", deep), ("staging", workloads)]:
        organizations.move_account(AccountId=accounts[name], SourceParentId=root, DestinationParentId=parent)
    for target in [workloads, deep]:
        organizations.attach_policy(PolicyId="p-FullAWSAccess", TargetId=target)
    organizations.enable_policy_type(RootId=root, PolicyType="RESOURCE_CONTROL_POLICY")
    guardrail = lambda kind, name, text, target: organizations.attach_policy(
        PolicyId=organizations.create_policy(Content=text, Description="", Name=name, Type=kind)
        ["Policy"]["PolicySummary"]["Id"], TargetId=target)
    id = organizations.describe_organization()["Organization"]["Id"]
    guardrail("SERVICE_CONTROL_POLICY", "keep keys", document(
        identity(["kms:ScheduleKeyDeletion", "kms:DisableKey"], effect="Deny")), workloads)
    guardrail("RESOURCE_CONTROL_POLICY", "perimeter", document(deny("*", Condition={
        "StringNotEqualsIfExists": {"aws:PrincipalOrgID": id},
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}})), deep)
    return accounts


def trust(principal, **more):
    return document({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole", **more})


def scanner(iam):
    """Who starts the scan: may enter the role and nothing else."""
    iam.create_user(UserName="scanner")
    iam.put_user_policy(UserName="scanner", PolicyName="enter",
                        PolicyDocument=document(identity("sts:AssumeRole", f"arn:aws:iam::*:role/{AUDITOR}")))


def auditor_role(iam, account):
    external_id = {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}
    iam.create_role(RoleName=AUDITOR, Path="/", AssumeRolePolicyDocument=trust(
        arn(MANAGEMENT, "user/scanner"), Condition=external_id))


def permit(iam, account, policy, without=None):
    """Gives the role the policy that `keyreach role` prints, each statement where it belongs, without one action."""
    wanted = {EVERYWHERE, ORGANIZATION} if account == MANAGEMENT else {EVERYWHERE}
    statements = [{**statement, "Action": [action for action in statement["Action"] if action != without]}
                  for statement in policy["Statement"] if statement["Sid"] in wanted]
    iam.put_role_policy(RoleName=AUDITOR, PolicyName=AUDITOR,
                        PolicyDocument=json.dumps({**policy, "Statement": statements}))


def shapes(account):
    """Key policies under which the scanner reads the key, by name."""
    root, admin = delegation(account), allow({"AWS": arn(account, "role/admin")})
    decrypt = lambda principal, **condition: allow(principal, "kms:Decrypt", **condition)
    return {
        "default": document(root),
        "public": document(root, decrypt("*")),
        "the organization": document(root, decrypt("*", Condition={
            "StringLike": {"aws:PrincipalOrgID": "o-*"}})),
        "another account": document(root, decrypt({"AWS": OUTSIDE})),
        "a role outside": document(root, decrypt({"AWS": arn(OUTSIDE, "role/partner")}, Condition={
            "StringEquals": {"kms:EncryptionContext:tenant": "blue"}})),
        "names the scanner": document(admin, auditor(account)),
        "a service": document(root, allow({"Service": "logs.eu-west-1.amazonaws.com"}, "kms:GenerateDataKey*",
                                          Condition={"StringEquals": {"aws:SourceAccount": account}})),
        "nobody else writes": document(root, {"Effect": "Deny", "NotPrincipal": {"AWS": [
            arn(account, "root"), arn(account, "role/admin")]}, "Action": "kms:PutKeyPolicy", "Resource": "*"}),
        "tags": document(root, decrypt({"AWS": OUTSIDE}, Condition={"StringEquals": {"aws:ResourceTag/open": "yes"}})),
    }


def shut_shapes(account):
    """Key policies that shut the scanner out, whatever its role allows."""
    return {
        "only the administrator": document(allow({"AWS": arn(account, "role/admin")})),
        "a role that is gone": document(allow({"AWS": arn(account, "role/gone")})),
        "denies the scanner": document(delegation(account), deny({"AWS": arn(account, f"role/{AUDITOR}")})),
    }


KINDS = [
    {"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"},
    {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"},
    {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
    {"Origin": "EXTERNAL"},
]


def keys(kms, account):
    """One cell. Gives the ARNs of the keys that the scanner cannot read."""
    default = document(delegation(account))
    create = lambda policy, name, **more: kms.create_key(
        Policy=policy, Description=name, Tags=[{"TagKey": "shape", "TagValue": name}], **more)["KeyMetadata"]
    for name, policy in shapes(account).items():
        kms.create_alias(AliasName=f"alias/{name.replace(' ', '-')}", TargetKeyId=create(policy, name)["KeyId"])
    for kind in KINDS:
        create(default, "kind", **kind)
    kms.disable_key(KeyId=create(default, "disabled")["KeyId"])
    kms.schedule_key_deletion(KeyId=create(default, "going")["KeyId"], PendingWindowInDays=7)
    kms.enable_key_rotation(KeyId=create(default, "rotates")["KeyId"])
    grants(kms, create(default, "grants")["KeyId"], account)
    return {create(policy, name)["Arn"] for name, policy in shut_shapes(account).items()}


def grants(kms, key, account):
    for grantee, operations in [(arn(OUTSIDE, "role/partner"), ["Decrypt"]), (arn(account, "role/app"), ["Encrypt"]),
                                (arn(account, "role/app"), ["CreateGrant", "DescribeKey"])]:
        kms.create_grant(KeyId=key, GranteePrincipal=grantee, Operations=operations)


def replicate(aws, account):
    """One multi-Region key in each Region."""
    kms = aws.root(account, "kms")
    primary = kms.create_key(Policy=document(delegation(account)), MultiRegion=True)["KeyMetadata"]["KeyId"]
    kms.replicate_key(KeyId=primary, ReplicaRegion=REGIONS[1], Policy=document(delegation(account)))
