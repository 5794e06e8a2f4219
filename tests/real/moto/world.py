"""Makes the organization in moto: accounts in a tree, guardrails, principals, and keys of every kind."""

import json

from aws import REGIONS, ROLE
from policies import BROKEN, REFUSED, SHAPES, allow, document

MEMBERS = 22  # Organizations hands out pages of 20.
UNITS_IN_A_ROW = 21
GUARDRAILS = 21
RICH_ACCOUNTS = 7  # With the management account: eight that hold many keys.
KEYS_PER_CELL = 15
GRANTS_ON_ONE_KEY = 130
SPECS = [
    ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"), ("RSA_2048", "ENCRYPT_DECRYPT"), ("RSA_3072", "SIGN_VERIFY"),
    ("ECC_NIST_P256", "SIGN_VERIFY"), ("ECC_NIST_P384", "SIGN_VERIFY"), ("ECC_NIST_P521", "SIGN_VERIFY"),
    ("ECC_SECG_P256K1", "SIGN_VERIFY"), ("HMAC_224", "GENERATE_VERIFY_MAC"), ("HMAC_256", "GENERATE_VERIFY_MAC"),
    ("HMAC_384", "GENERATE_VERIFY_MAC"), ("HMAC_512", "GENERATE_VERIFY_MAC"), ("RSA_4096", "SIGN_VERIFY"),
]
OPERATIONS = ["Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom",
              "ReEncryptTo", "CreateGrant", "RetireGrant", "DescribeKey"]


def build(aws, management):
    """The whole of it. Returns the accounts that hold many keys."""
    organizations = aws.here("organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    members = [member(organizations, at) for at in range(MEMBERS)]
    units = tree(organizations, root)
    for account, unit in zip(members, units * 2):
        organizations.move_account(AccountId=account, SourceParentId=root, DestinationParentId=unit)
    guardrails(organizations, root, units, members)
    organizations.close_account(AccountId=members[-1])
    for account in [management, *members]:
        role(aws.there(account, "iam"), management, ROLE)
    rich = [management, *members[:RICH_ACCOUNTS]]
    for at, account in enumerate(rich):
        principals(aws.there(account, "iam"), account, other=rich[at - 1])
        for region in REGIONS:
            keys(aws.there(account, "kms", region), account, rich[at - 1], at)
    hard_keys(aws, rich)
    return rich


def member(organizations, at):
    status = organizations.create_account(AccountName=f"Team {at:02} ünïcode", Email=f"team{at}@example.com")
    return status["CreateAccountStatus"]["AccountId"]


def tree(organizations, root):
    """Units in a row, and three below each other."""
    def unit(parent, name):
        return organizations.create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]["Id"]
    units = [unit(root, f"unit {at:02}") for at in range(UNITS_IN_A_ROW)]
    deep = unit(units[0], "Workloads")
    return [unit(unit(deep, "Prod"), "EU"), deep, *units]


def guardrails(organizations, root, units, members):
    for kind in ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"]:
        organizations.enable_policy_type(RootId=root, PolicyType=kind)
    deny = {"Effect": "Deny", "Action": ["kms:ScheduleKeyDeletion"], "Resource": "*"}
    for at in range(GUARDRAILS):
        text = json.dumps(document({**deny, "Sid": f"No{at}é"}), indent=at % 3 or None, ensure_ascii=False)
        attach(organizations, "SERVICE_CONTROL_POLICY", f"scp {at:02}", text, [root, units[at], members[at]][at % 3:])
    perimeter = {**deny, "Principal": "*", "Action": "kms:*",
                 "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-aaaaaaaaaa"}}}
    attach(organizations, "RESOURCE_CONTROL_POLICY", "perimeter", json.dumps(document(perimeter)), [root])


def attach(organizations, kind, name, text, targets):
    made = organizations.create_policy(Content=text, Description="", Name=name, Type=kind)
    for target in targets:
        organizations.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=target)


def trust(principal):
    return json.dumps(document({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}))


def role(iam, account, name, **more):
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(f"arn:aws:iam::{account}:root"), **more)


def principals(iam, account, other):
    text = json.dumps(document({"Effect": "Allow", "Action": ["kms:*", "s3:Get*"], "Resource": "*",
                                "Condition": {"StringLike": {"aws:PrincipalTag/team": "a+b %20 ключ"}}}))
    # moto sends these twice in two ways, one of them not percent-encoded: no percent sign in them.
    plain = text.replace("%20", "")
    managed = [iam.create_policy(PolicyName=name, Path=path, PolicyDocument=plain)["Policy"]["Arn"]
               for name, path in [("use-keys", "/"), ("boundary", "/limits/"), ("spare", "/")]]
    newer = json.dumps(document({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": f"arn:aws:kms:*:{other}:key/*"}))
    iam.create_policy_version(PolicyArn=managed[0], PolicyDocument=newer, SetAsDefault=True)
    iam.create_policy_version(PolicyArn=managed[2], PolicyDocument=newer, SetAsDefault=False)
    tags = [{"Key": "team", "Value": "größer"}, {"Key": "cost center", "Value": ""}]
    for name in ["admins", "key-users"]:
        iam.create_group(GroupName=name, Path="/people/")
        iam.put_group_policy(GroupName=name, PolicyName="inline", PolicyDocument=text)
    iam.attach_group_policy(GroupName="admins", PolicyArn=managed[0])
    iam.create_user(UserName="alice", Path="/people/", PermissionsBoundary=managed[1], Tags=tags)
    iam.create_user(UserName="bob")
    for name in ["admins", "key-users"]:
        iam.add_user_to_group(GroupName=name, UserName="alice")
    for name in ["second", "first"]:
        iam.put_user_policy(UserName="alice", PolicyName=name, PolicyDocument=text)
    iam.attach_user_policy(UserName="bob", PolicyArn=managed[0])
    role(iam, other, "app", Path="/service/", PermissionsBoundary=managed[1], Tags=tags, Description="é")
    role(iam, account, "admin")
    iam.put_role_policy(RoleName="app", PolicyName="inline", PolicyDocument=json.dumps(document(
        {"Effect": "Deny", "NotAction": "kms:Decrypt", "Resource": ["*"]}), indent=2))
    for arn in managed[:2]:
        iam.attach_role_policy(RoleName="admin", PolicyArn=arn)


def keys(kms, account, other, turn):
    """A cell of keys: each shape of policy, spec, state and rotation comes up somewhere."""
    kms.describe_key(KeyId="alias/aws/s3")  # In moto, too, asking for it makes AWS's own key.
    for at in range(KEYS_PER_CELL):
        shape = SHAPES[at % len(SHAPES)]
        spec, usage = SPECS[(at + turn) % (len(SPECS) - 1)] if at % 2 else SPECS[0]
        key = create(kms, shape(account, other), f"{shape.__name__} {at} ключ", KeySpec=spec, KeyUsage=usage,
                     MultiRegion=at == 6)
        for name in range(at % 4):
            kms.create_alias(AliasName=f"alias/team/{shape.__name__}-{at}-{name}", TargetKeyId=key)
        if spec == "SYMMETRIC_DEFAULT" and at % 4 == 0:
            kms.enable_key_rotation(KeyId=key)
        if at % 5 == 0:
            grants(kms, key, account, other, count=3)
        if at == 9:
            kms.disable_key(KeyId=key)
        if at == 10:
            kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7 + turn)
        if at == 12:
            kms.rotate_key_on_demand(KeyId=key)


def create(kms, policy, description, **more):
    tags = [{"TagKey": "shape", "TagValue": description}, {"TagKey": "empty", "TagValue": ""}]
    more = {"KeyUsage": "ENCRYPT_DECRYPT", **more}  # moto forgets the default.
    answer = kms.create_key(Policy=policy, Description=description, Tags=tags, **more)
    return answer["KeyMetadata"]["KeyId"]


def grants(kms, key, account, other, count):
    context = {"aws:s3:arn": "arn:aws:s3:::bücket", "tenant": "42"}
    constraints = [None, {"EncryptionContextEquals": context}, {"EncryptionContextSubset": context}]
    for at in range(count):
        more = {"Constraints": constraints[at % 3]} if constraints[at % 3] else {}
        if at % 2:
            more["RetiringPrincipal"] = f"arn:aws:iam::{account}:role/admin"
        if at % 4:
            more["Name"] = f"grant {at}"
        grantee = [f"arn:aws:iam::{other}:role/app", f"arn:aws:iam::{account}:user/people/alice"][at % 2]
        some = OPERATIONS[at % 7:] + OPERATIONS[:at % 3]
        kms.create_grant(KeyId=key, GranteePrincipal=grantee, Operations=sorted(set(some), reverse=True), **more)


def hard_keys(aws, rich):
    """In one cell: keys that moto will not describe, one with many grants, one replicated, one large RSA key."""
    account, other = rich[1], rich[2]
    kms = aws.there(account, "kms", REGIONS[0])
    for shape in [*REFUSED, *BROKEN]:
        create(kms, shape(account, other), shape.__name__)
    spec, usage = SPECS[-1]
    create(kms, SHAPES[0](account, other), "a large key", KeySpec=spec, KeyUsage=usage)
    create(kms, SHAPES[0](account, other), "material of our own", Origin="EXTERNAL")
    many = create(kms, SHAPES[0](account, other), "many grants")
    grants(kms, many, account, other, GRANTS_ON_ONE_KEY)
    primary = create(kms, SHAPES[0](account, other), "primary", MultiRegion=True)
    kms.replicate_key(KeyId=primary, ReplicaRegion=REGIONS[1])
    # moto mixes up primary and replica once somebody looks at the replica: look before anything is compared.
    aws.there(account, "kms", REGIONS[1]).describe_key(KeyId=primary)
