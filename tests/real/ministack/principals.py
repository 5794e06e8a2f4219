"""The users and roles of the account in which calls are really made."""

from policies import arn, document, identity
from world import trust

# A role stands for any session of it: it is called in each of these.
SESSIONS = ["one", "two"]
BLUE = [{"Key": "team", "Value": "blue"}]
IF_BLUE = {"StringEquals": {"aws:PrincipalTag/team": "blue"}}
MANAGED = {"decrypt-only": identity("kms:Decrypt"), "all-keys": identity("kms:*"), "attached": identity("kms:Encrypt")}


def roles(account):
    """Roles by name: their own statements, and what more they are made with."""
    here = f"arn:aws:kms:eu-west-1:{account}:key/*"
    boundary = lambda name: {"PermissionsBoundary": arn(account, f"policy/{name}")}
    return {
        "nothing": ([], {}),
        "everything": ([identity("*")], {}),
        "encrypts": ([identity("kms:Encrypt")], {}),
        "decrypts": ([identity(["kms:Decrypt", "kms:GenerateDataKey*"])], {}),
        "forbidden": ([identity("kms:*"), identity("kms:Enc*", effect="Deny")], {}),
        "bounded": ([identity("kms:*")], boundary("decrypt-only")),
        "within-bounds": ([identity("kms:*")], boundary("all-keys")),
        "bounded-nothing": ([], boundary("decrypt-only")),
        "deep": ([identity("KMS:encrypt")], {"Path": "/team/app/"}),
        "blue": ([identity("kms:*", Condition=IF_BLUE)], {"Tags": BLUE}),
        "not-blue": ([identity("kms:*", Condition=IF_BLUE)], {}),
        "all-but-decrypt": ([{"Effect": "Allow", "NotAction": "kms:Decrypt", "Resource": "*"}], {}),
        "keys-here": ([identity("kms:Encrypt", here)], {}),
        "keys-elsewhere": ([identity("kms:Encrypt", here.replace("eu-west-1", "us-east-1"))], {}),
    }


def users(account):
    return {
        "alice": ([identity("kms:Encrypt")], {}),
        "bob": ([], {}),
        "carol": ([identity("kms:*")], {"PermissionsBoundary": arn(account, "policy/decrypt-only")}),
        "dora": ([{"Effect": "Allow", "Action": "kms:*", "NotResource": "arn:aws:kms:us-east-1:*"}], {"Tags": BLUE}),
    }


def build(aws, account):
    """Makes them. Gives by ARN the credentials that each has, several for a role."""
    iam = aws.root(account, "iam")
    for name, statement in MANAGED.items():
        iam.create_policy(PolicyName=name, PolicyDocument=document(statement))
    iam.create_user(UserName="starter")
    iam.put_user_policy(UserName="starter", PolicyName="own", PolicyDocument=document(identity("sts:AssumeRole")))
    made = [role(iam, account, name, *how) for name, how in roles(account).items()]
    made += [user(iam, name, *how) for name, how in users(account).items()]
    made += by_attachment(iam, account)
    starter = aws.user(account, "starter")
    return {principal["arn"]: credentials(aws, account, principal, starter) for principal in made}


def credentials(aws, account, principal, starter):
    kind, name = arn_of(principal)
    if kind == "user":
        return [aws.user(account, name)]
    path = principal["arn"].split(":role/")[1]
    return [aws.role(account, path, session, starter) for session in SESSIONS]


def role(iam, account, name, statements, more):
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(arn(account, "user/starter")), **more)
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*statements))
    return {"arn": made["Role"]["Arn"]}


def user(iam, name, statements, more):
    made = iam.create_user(UserName=name, **more)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document(*statements))
    return {"arn": made["User"]["Arn"]}


def by_attachment(iam, account):
    """A role that may by a managed policy, and a user that may through a group."""
    policy = arn(account, "policy/attached")
    made = [role(iam, account, "attached", [], {}), user(iam, "erin", [], {})]
    iam.attach_role_policy(RoleName="attached", PolicyArn=policy)
    iam.create_group(GroupName="writers")
    iam.attach_group_policy(GroupName="writers", PolicyArn=policy)
    iam.add_user_to_group(GroupName="writers", UserName="erin")
    return made


def arn_of(principal):
    """Of a principal, as in a snapshot: `user` or `role`, and its name."""
    kind, _, path = principal["arn"].split(":", 5)[5].partition("/")
    return kind, path.rsplit("/", 1)[-1]
