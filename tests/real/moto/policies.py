"""Key policies of all shapes, as the very text that KMS gets and must give back byte for byte.

Each is a name and a function of the account and one outside account. moto reads key policies in one place
only: DescribeKey. It refuses where any Deny covers `kms:DescribeKey`, and breaks down over a Statement that
is no list. Both are wanted here: a key that cannot be described, for two different reasons.
"""

import json


def document(*statements, **more):
    return {"Version": "2012-10-17", **more, "Statement": list(statements)}


def allow(principal, action="kms:*", **more):
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **more}


def root(account):
    return allow({"AWS": f"arn:aws:iam::{account}:root"}, Sid="Enable IAM User Permissions")


def default(account, _):
    return json.dumps(document(root(account), Id="key-default-1"))


def single_object(account, _):
    return json.dumps({"Version": "2012-10-17", "Statement": root(account)})


def denies_describe(account, _):
    deny = {"Effect": "Deny", "Principal": "*", "Action": ["kms:DescribeKey"], "Resource": "*"}
    return json.dumps(document(root(account), deny))


def string_or_list(account, other):
    return json.dumps(document(
        root(account),
        allow({"AWS": [account, f"arn:aws:iam::{other}:role/app", f"arn:aws:iam::{other}:user/a/b"]},
              ["kms:Decrypt", "kms:DescribeKey"], Resource=["*"]),
        allow({"AWS": other}, "kms:Encrypt"),
    ))


def conditions(account, other):
    return json.dumps(document(
        root(account),
        allow("*", "kms:Decrypt", Condition={
            "StringEquals": {"kms:CallerAccount": account, "aws:PrincipalOrgID": ["o-aaaaaaaaaa", "o-bbbbbbbbbb"]},
            "ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-aaaaaaaaaa/*"},
            "IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]},
            "Bool": {"aws:MultiFactorAuthPresent": True}, "Null": {"aws:TokenIssueTime": "false"},
            "NumericLessThan": {"aws:MultiFactorAuthAge": 3600},
        }),
        allow({"AWS": other}, "kms:CreateGrant", Condition={"Bool": {"kms:GrantIsForAWSResource": "true"}}),
        {**allow({"AWS": "*"}, ["kms:PutKeyPolicy"]), "Effect": "Deny",
         "Condition": {"ArnNotLikeIfExists": {"aws:PrincipalArn": f"arn:aws:iam::{account}:role/admin*"}}},
    ))


def not_principal(account, other):
    deny = {"Effect": "Deny", "NotPrincipal": {"AWS": [f"arn:aws:iam::{account}:root", other]},
            "NotAction": "kms:Describe*", "Resource": "*"}
    return json.dumps(document(root(account), deny))


def not_action(account, other):
    return json.dumps(document(root(account), {
        "Effect": "Allow", "Principal": {"AWS": other}, "NotAction": ["kms:Delete*", "kms:Put*"],
        "NotResource": "arn:aws:kms:*:*:alias/*"}))


def services(account, _):
    return json.dumps(document(
        root(account),
        allow({"Service": ["cloudtrail.amazonaws.com", "logs.eu-west-1.amazonaws.com"]}, "kms:GenerateDataKey*"),
        allow({"Service": "sns.amazonaws.com"}, "kms:Decrypt", Condition={"StringEquals": {"aws:SourceAccount": account}}),
        allow({"Federated": "cognito-identity.amazonaws.com", "AWS": "AROAEXAMPLEEXAMPLE123"}, "kms:Decrypt"),
        allow({"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}, "kms:Encrypt"),
    ))


def public(_, __):
    return json.dumps(document(allow("*", "kms:*")))


def indented(account, other):
    text = json.dumps(document(root(account), allow({"AWS": other}, "kms:Sign")), indent=4)
    return text.replace("\n", "\r\n") + "\r\n\t "


def unicode(account, _):
    words = "größer Ключ 鍵 🔑 \u202e rtl </script> \" \\ \x7f"
    return json.dumps(document({**root(account), "Sid": words}, Id=words), ensure_ascii=False)


def escaped(account, _):
    return json.dumps(document({**root(account), "Sid": "größer 🔑 / é"})).replace("/", "\\/")


def repeated_field(account, other):
    text = default(account, other)
    return text[:-1] + ', "Version": "2008-10-17"}'


def large(account, other):
    statements = [allow({"AWS": f"arn:aws:iam::{other}:role/application-{at:04}"}, "kms:Decrypt", Sid=f"App{at}")
                  for at in range(200)]
    return json.dumps(document(root(account), *statements))


def no_json(_, __):
    return "no JSON at all: {"


# One key each in the cell of the hard ones; all others get the rest in turn.
REFUSED = [denies_describe]
BROKEN = [single_object]
SHAPES = [default, string_or_list, conditions, not_principal, not_action, services, public, indented, unicode,
          escaped, repeated_field, large, no_json]
