"""Calls that are really made, against what `keyreach who-can` says: every principal with every key of an account."""

import json
from pathlib import Path

from botocore.exceptions import ClientError

from known_differences import KNOWN
from principals import SESSIONS, arn_of
from policies import allow, arn, auditor, delegation, deny, document
from world import OUTSIDE

ACTION = "kms:Encrypt"
IF_BLUE = {"StringEquals": {"aws:PrincipalTag/team": "blue"}}


def key_policies(account):
    """Key policies by name. Each lets the scanner read the key."""
    me = lambda *names: {"AWS": [arn(account, name) for name in names]}
    session = lambda role, name: {"AWS": f"arn:aws:sts::{account}:assumed-role/{role}/{name}"}
    root, read = delegation(account), auditor(account)
    anybody = lambda **condition: allow("*", ACTION, Condition=condition)
    not_principal = lambda effect, *names: {
        "Effect": effect, "NotPrincipal": me(*names), "Action": ACTION, "Resource": "*"}
    return {
        "delegates": [root],
        "delegates by account id": [allow({"AWS": account}), read],
        "does not delegate": [read],
        "delegates Encrypt": [delegation(account, ["kms:Encrypt", "kms:DescribeKey"]), read],
        "delegates all but Encrypt": [{**root, "NotAction": "kms:Encrypt"}],
        "delegates to another account": [delegation(OUTSIDE), read],
        "names a role": [allow(me("role/nothing"), ACTION), read],
        "names a role by path": [allow(me("role/team/app/deep"), "kms:*"), read],
        "names a role for Decrypt": [allow(me("role/everything"), "kms:Decrypt"), read],
        "names roles that are limited": [allow(me(
            "role/forbidden", "role/bounded", "role/bounded-nothing", "role/within-bounds"), ACTION), read],
        "names users": [allow(me("user/bob", "user/carol"), ACTION), read],
        "names a session": [allow(session("nothing", SESSIONS[0]), ACTION), read],
        "names a session for Decrypt": [allow(session("nothing", SESSIONS[0]), "kms:Decrypt"), read],
        "names a session that is limited": [allow(session("bounded", SESSIONS[1]), ACTION), read],
        "anybody": [allow("*", ACTION), read],
        "anybody of the account": [anybody(StringEquals={"aws:PrincipalAccount": account}), read],
        "anybody of another account": [anybody(StringEquals={"aws:PrincipalAccount": OUTSIDE}), read],
        "anybody by ARN": [anybody(ArnLike={"aws:PrincipalArn": arn(account, "role/en*")}), read],
        "anybody blue": [anybody(**IF_BLUE), read],
        "delegates to the blue": [{**root, "Condition": IF_BLUE}, read],
        "delegates, not to a role": [root, deny(me("role/everything"), ACTION)],
        "delegates, not to the red": [root, deny("*", ACTION, Condition={
            "StringNotEquals": {"aws:PrincipalTag/team": "blue"}})],
        "delegates, not to users": [root, deny("*", "kms:Enc*", Condition={"Null": {"aws:username": "false"}})],
        "delegates, not but to one": [root, not_principal("Deny", "root", "user/alice")],
        "all but one may": [not_principal("Allow", "user/bob"), read],
        "another key's": [allow("*", ACTION, Resource=f"arn:aws:kms:eu-west-1:{account}:key/another"), read],
    }


def build(aws, account):
    """Makes the keys. Gives the name of each one's policy by its ARN."""
    kms = aws.root(account, "kms")
    made = {}
    for name, statements in key_policies(account).items():
        for statement in statements:
            if "NotAction" in statement:
                del statement["Action"]
        made[kms.create_key(Policy=document(*statements), Description=name)["KeyMetadata"]["Arn"]] = name
    return made


def compare(aws, keyreach, snapshot, account, principals, keys):
    """Every difference is listed, and every listed one is there."""
    mended(snapshot, aws.root(account, "iam"), account)
    Path(keyreach.scratch, "mended.json").write_text(json.dumps(snapshot))
    clients = {principal: [aws.client("kms", credentials) for credentials in several]
               for principal, several in principals.items()}
    found, allowed = {}, 0
    for key, policy in keys.items():
        answers = who_can(keyreach, key)
        for principal, several in clients.items():
            really, said = any([encrypts(client, key) for client in several]), answers.get(principal, "cannot")
            allowed += really
            if said != ("can" if really else "cannot"):
                found[policy, name_of(principal)] = said
    hold_to(found)
    print(f"{len(keys)} key policies, {len(principals)} principals: of {len(keys) * len(principals)} answers of "
          f"`who-can` {allowed} are yes when {ACTION} is called; {len(found)} differ for a reason listed", flush=True)


def mended(snapshot, iam, account):
    """Puts into the snapshot what ministack leaves out of its answers: the boundaries of users and roles."""
    known = next(of for of in snapshot["accounts"] if of["id"] == account)["iam"]
    for principal in [*known["users"], *known["roles"]]:
        kind, name = arn_of(principal)
        ask = iam.get_user if kind == "user" else iam.get_role
        told = ask(**{f"{kind.title()}Name": name})[kind.title()].get("PermissionsBoundary")
        assert principal["permissions_boundary"] is None, "ministack tells boundaries by now: drop `mended`"
        principal["permissions_boundary"] = told and told["PermissionsBoundaryArn"]


def hold_to(found):
    known = {place: difference for difference in KNOWN for place in difference.places()}
    wrong = []
    for place in sorted(found.keys() | known.keys()):
        if place not in known:
            wrong.append(f"{' / '.join(place)}: keyreach says {found[place]}, the call says otherwise")
        elif found.get(place) != known[place].keyreach:
            wrong.append(f"{' / '.join(place)}: differs no more; it was listed because: {known[place].says}")
    for line in wrong:
        print(line, flush=True)
    assert not wrong, f"{len(wrong)} differences that known_differences.py does not expect"


def name_of(principal):
    return principal.rsplit("/", 1)[1]


def who_can(keyreach, key):
    ran = keyreach.run("who-can", ACTION, key, "--snapshot", "mended.json", "--json")
    assert ran.code == 0, ran.said
    return {holder["principal"]: holder["answer"] for holder in json.loads(ran.out)["holders"]}


def encrypts(client, key):
    try:
        client.encrypt(KeyId=key, Plaintext=b"anything")
        return True
    except ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDeniedException", error
        return False
