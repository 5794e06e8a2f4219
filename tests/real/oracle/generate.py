"""Random authorization cases from a seed, in the format of `keyreach simulate`, dense enough that
statements and requests often meet. Only what the oracle can be asked: one key policy, no grants."""
import random

OWN, OTHER = "111122223333", "444455556666"
ORGANIZATION = "o-a1b2c3d4e5"
KEY = f"arn:aws:kms:us-east-1:{OWN}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
PATH = f"{ORGANIZATION}/r-ab12/ou-ab12-11111111/"
ACTIONS = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:DescribeKey", "kms:CreateGrant",
           "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:ListGrants", "kms:GetKeyPolicy"]
PATTERNS = ["*", "kms:*", "kms:Decrypt", "kms:De*", "KMS:decrypt", "kms:ReEncrypt*", "kms:?ncrypt", "kms:Generate*", "kms:CreateGrant",
            "kms:PutKeyPolicy", "kms:Describe*", "kms:List*", "s3:*", "s3:GetObject", "kms:Get*", "kms:*Key*"]
RESOURCES = ["*", "*", "*", KEY, f"arn:aws:kms:*:{OWN}:key/*", "arn:aws:kms:us-east-1:*:key/1234abcd-*", f"arn:aws:kms:us-east-?:{OWN}:key/*",
             f"arn:aws:kms:eu-west-1:{OWN}:key/*", f"arn:aws:kms:us-east-1:{OWN}:alias/app", "arn:aws:s3:::bucket/*",
             "arn:aws:kms:*", f"arn:aws:kms:us-east-1:{OWN}:key/${{aws:PrincipalTag/key}}"]


def arn(kind, name, account):
    return f"arn:aws:{'sts' if kind in ('assumed-role', 'federated-user') else 'iam'}::{account}:{kind}/{name}"


def callers():
    for account, suffix in ((OWN, ""), (OTHER, "b")):
        yield arn("user", "alice" + suffix, account), {"aws:PrincipalType": "User", "aws:username": "alice" + suffix}
        yield arn("user", "bob" + suffix, account), {"aws:PrincipalType": "User", "aws:username": "bob" + suffix}
        yield arn("assumed-role", "Admin/s1", account), {"aws:PrincipalType": "AssumedRole", "aws:PrincipalArn": arn("role", "Admin", account)}
        yield arn("assumed-role", "Deploy/ci", account), {"aws:PrincipalType": "AssumedRole", "aws:PrincipalArn": arn("role", "team/Deploy", account)}
        yield arn("federated-user", "fred", account), {"aws:PrincipalType": "FederatedUser"}
        yield f"arn:aws:iam::{account}:root", {"aws:PrincipalType": "Account", "aws:userid": account}
    yield arn("assumed-role", "AWSServiceRoleForAutoScaling/as", OWN), {
        "aws:PrincipalType": "AssumedRole",
        "aws:PrincipalArn": arn("role", "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", OWN)}
    yield "logs.us-east-1.amazonaws.com", {}


CALLERS = list(callers())
PRINCIPALS = ["*", OWN, f"arn:aws:iam::{OWN}:root", OTHER, f"arn:aws:iam::{OTHER}:root"] + [
    arn(kind, name, account) for account in (OWN, OTHER) for kind, name in (
        ("user", "alice" if account == OWN else "aliceb"), ("role", "Admin"), ("role", "team/Deploy"), ("assumed-role", "Admin/s1"),
        ("assumed-role", "Admin/s2"), ("federated-user", "fred"))] + [
    arn("role", "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", OWN), "AROAEXAMPLEEXAMPLE123", arn("role", "*", OWN)]
STRINGS = ["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike"]
VALUES = {
    "aws:PrincipalTag/team": ["red", "Red", "blue", "r*", "?ed", "${aws:username}", "${aws:PrincipalTag/none, 'red'}", "${aws:PrincipalTag/none}", "*", ""],
    "aws:ResourceTag/env": ["prod", "dev", "p*", "${aws:PrincipalTag/team}", "${*}", "PROD"],
    "aws:PrincipalAccount": [OWN, OTHER, "1111*"],
    "kms:CallerAccount": [OWN, OTHER],
    "kms:ViaService": ["s3.us-east-1.amazonaws.com", "ec2.*.amazonaws.com"],
    "aws:PrincipalOrgID": [ORGANIZATION, "o-zzzzzzzzzz", "o-*"],
    "aws:RequestedRegion": ["us-east-1", "eu-*"],
    "kms:EncryptionContext:Dept": ["IT", "it", "I*"],
    "aws:PrincipalType": ["User", "AssumedRole", "Account"],
}
MULTI = {
    "kms:EncryptionContextKeys": ["Dept", "Project", "dept", "D*"],
    "aws:PrincipalOrgPaths": [PATH, f"{ORGANIZATION}/*", "o-zzzzzzzzzz/*"],
    "kms:GrantOperations": ["Decrypt", "Encrypt", "CreateGrant", "*crypt"],
}
ARNS = {"aws:PrincipalArn": [arn("role", "Admin", OWN), arn("role", "*", OWN), "arn:aws:iam::*:user/alice*", f"arn:aws:iam::{OWN}:*", "arn:*:iam::*:*",
                             arn("role", "team/Deploy", OTHER), f"arn:aws:iam::{OWN}:root", "arn:aws:iam::${aws:PrincipalAccount}:*"],
        "aws:SourceArn": [f"arn:aws:logs:us-east-1:{OWN}:log-group:*", "arn:aws:s3:::bucket", "arn:aws:sns:*:*:*"]}


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def some(self, words, most=3):
        many = self.random.sample(words, min(len(words), self.random.choice([1, 1, 1, 2, most])))
        return many[0] if len(many) == 1 and self.random.random() < 0.6 else many

    def chance(self, probability):
        return self.random.random() < probability

    def condition(self):
        pick = self.random.choice
        kind = self.random.random()
        suffix = "IfExists" if self.chance(0.2) else ""
        if kind < 0.35:
            key = pick(list(VALUES))
            prefix = pick(["ForAllValues:", "ForAnyValue:"]) if self.chance(0.1) else ""
            return prefix + pick(STRINGS) + suffix, key, self.some(VALUES[key])
        if kind < 0.5:
            key = pick(list(MULTI))
            return pick(["ForAllValues:", "ForAnyValue:", "ForAllValues:", "ForAnyValue:", ""]) + pick(STRINGS) + suffix, key, self.some(MULTI[key])
        if kind < 0.65:
            key = pick(list(ARNS))
            return pick(["ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals"]) + suffix, key, self.some(ARNS[key])
        if kind < 0.75:
            return "Bool" + suffix, pick(["aws:SecureTransport", "aws:MultiFactorAuthPresent", "aws:PrincipalIsAWSService"]), pick(["true", "false", True, False])
        if kind < 0.85:
            return "Null", pick(list(VALUES) + list(MULTI) + ["aws:SourceIp"]), pick(["true", "false", True, False])
        if kind < 0.92:
            return pick(["IpAddress", "NotIpAddress"]) + suffix, "aws:SourceIp", self.some(["203.0.113.0/24", "10.0.0.0/8", "203.0.113.9", "2001:db8::/32", "0.0.0.0/0"])
        if kind < 0.96:
            operator = pick(["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"])
            return "Numeric" + operator + suffix, "kms:ScheduleKeyDeletionPendingWindowInDays", self.some(["7", "30", 7])
        operator = pick(["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"])
        return "Date" + operator + suffix, "aws:CurrentTime", self.some(["2026-01-01T00:00:00Z", "2025-06-01T12:00:00Z", "1767225600"])

    def statement(self, effect, principal):
        statement = {"Effect": effect}
        if principal:
            kind = self.random.random()
            negated = effect == "Deny" and self.chance(0.1)
            if kind < 0.2 and not negated:
                who = "*"
            elif kind < 0.3:
                who = {"Service": self.some(["logs.us-east-1.amazonaws.com", "s3.amazonaws.com"])}
            else:
                who = {"AWS": self.some([p for p in PRINCIPALS if p != "*"] if negated else PRINCIPALS)}
            statement["NotPrincipal" if negated else "Principal"] = who
        statement["NotAction" if self.chance(0.08) else "Action"] = self.some(PATTERNS)
        negated = self.chance(0.04)
        resources = [r for r in RESOURCES if r != "*"] if negated else RESOURCES
        statement["NotResource" if negated else "Resource"] = self.some(resources)
        for _ in range(self.random.choice([0, 0, 0, 1, 1, 2])):
            operator, key, values = self.condition()
            statement.setdefault("Condition", {}).setdefault(operator, {})[key] = values
        return statement

    def policy(self, principal, statements=None):
        count = statements or self.random.choice([1, 1, 2, 3, 4])
        effects = ["Deny" if self.chance(0.2) else "Allow" for _ in range(count)]
        version = "2012-10-17" if self.chance(0.9) else "2008-10-17"
        return {"Version": version, "Statement": [self.statement(effect, principal) for effect in effects]}

    def context(self, caller, own):
        context = {key: [value] for key, value in own.items()}
        service = not caller.startswith("arn:")
        context["aws:PrincipalIsAWSService"] = ["true" if service else "false"]
        context["aws:ResourceAccount"] = [OWN]
        context["aws:ResourceOrgID"] = [ORGANIZATION]
        if service:
            context["aws:PrincipalServiceName"] = [caller]
        else:
            account = caller.split(":")[4]
            context.setdefault("aws:PrincipalArn", [caller])
            context |= {"aws:PrincipalAccount": [account], "kms:CallerAccount": [account]}
            if account == OWN or self.chance(0.5):
                context["aws:PrincipalOrgID"] = [ORGANIZATION]
                context["aws:PrincipalOrgPaths"] = [PATH]
        maybe = {
            "aws:PrincipalTag/team": ["red", "Red", "blue", "alice"], "aws:PrincipalTag/key": ["1234abcd-12ab-34cd-56ef-1234567890ab", "other"],
            "aws:ResourceTag/env": ["prod", "dev", "red", "*"], "kms:ViaService": ["s3.us-east-1.amazonaws.com", "ec2.us-east-1.amazonaws.com"],
            "aws:RequestedRegion": ["us-east-1", "eu-west-1"], "kms:EncryptionContext:Dept": ["IT", "it"], "aws:SecureTransport": ["true", "false"],
            "aws:MultiFactorAuthPresent": ["true", "false"], "aws:SourceIp": ["203.0.113.9", "10.1.2.3", "2001:db8::1"],
            "aws:SourceArn": [f"arn:aws:logs:us-east-1:{OWN}:log-group:a:b", "arn:aws:s3:::bucket", "arn:aws:sns:us-east-1:1:t"],
            "kms:ScheduleKeyDeletionPendingWindowInDays": ["7", "15", "30"], "aws:CurrentTime": ["2025-06-01T12:00:00Z", "2026-01-01T00:00:00Z", "2026-07-01T00:00:00Z"],
        }
        for key, values in maybe.items():
            if self.chance(0.6):
                context[key] = [self.random.choice(values)]
        for key, values in {"kms:EncryptionContextKeys": ["Dept", "Project"], "kms:GrantOperations": ["Decrypt", "Encrypt", "CreateGrant"]}.items():
            if self.chance(0.6):
                context[key] = self.random.sample(values, self.random.choice([1, 2]))
        return context

    def case(self, name):
        caller, own = self.random.choice(CALLERS)
        case = {
            "id": name,
            "request": {"principal": caller, "action": self.random.choice(ACTIONS), "resource": KEY, "context": self.context(caller, own)},
            "key_policies": [self.policy(True)],
            "organization": {"id": ORGANIZATION, "management_account_id": "999999999999", "members": [OWN]},
        }
        # An open door often enough, so that what stands behind it is asked.
        if self.chance(0.4):
            case["key_policies"][0]["Statement"].append(
                {"Effect": "Allow", "Principal": {"AWS": [OWN, OTHER]}, "Action": "kms:*", "Resource": "*"})
        if not caller.startswith("arn:"):
            return self.resource_side(case)
        if not caller.endswith(":root"):
            case["identity_policies"] = [self.policy(False) for _ in range(self.random.choice([0, 1, 1, 2]))]
            if self.chance(0.4):
                case["identity_policies"].append({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
            if self.chance(0.25) and ":federated-user/" not in caller:
                case["permissions_boundary"] = self.policy(False)
            if ":sts:" in caller and self.chance(0.3):
                case["session_policy"] = self.policy(False)
        if self.chance(0.25):
            everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
            case["service_control_policies"] = [
                [self.policy(False)] if self.chance(0.3) else [everything] + [self.policy(False)] * self.random.choice([0, 1])
                for _ in range(self.random.choice([1, 2]))]
        return self.resource_side(case)

    def resource_side(self, case):
        if self.chance(0.2):
            statement = self.statement("Deny", False)
            case["resource_control_policies"] = [[{"Version": "2012-10-17", "Statement": [statement | {"Principal": "*"}]}]]
        return case
