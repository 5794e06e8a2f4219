"""How the test reaches moto: one client of boto3 for an account, a Region and a service."""

import functools

import boto3
from botocore.config import Config

REGIONS = ["eu-west-1", "us-east-1"]
ROLE = "keyreach-audit"
EXTERNAL_ID = "a-shared-secret-7f3a"
# Nothing is asked twice: an answer is an answer, also a bad one.
CONFIG = Config(retries={"total_max_attempts": 1})


class Aws:
    """The organization behind an endpoint, entered as one user of its management account."""

    def __init__(self, endpoint, access_key, secret_key):
        self.endpoint = endpoint
        self.caller = boto3.Session(access_key, secret_key, region_name=REGIONS[0])

    def here(self, service):
        """A client as the caller itself."""
        return self.caller.client(service, endpoint_url=self.endpoint, config=CONFIG)

    @functools.cache
    def session(self, account, role):
        role_arn = f"arn:aws:iam::{account}:role/{role}"
        got = self.here("sts").assume_role(RoleArn=role_arn, RoleSessionName="test")["Credentials"]
        return {"aws_access_key_id": got["AccessKeyId"], "aws_secret_access_key": got["SecretAccessKey"],
                "aws_session_token": got["SessionToken"]}

    @functools.cache
    def there(self, account, service, region=REGIONS[0]):
        """A client inside an account."""
        session = self.session(account, "OrganizationAccountAccessRole")
        return self.caller.client(service, region, endpoint_url=self.endpoint, config=CONFIG, **session)


def listed(client, operation, key, **arguments):
    """Every item of a list, page after page."""
    if client.can_paginate(operation):
        pages = client.get_paginator(operation).paginate(**arguments)
        return [item for page in pages for item in page[key]]
    return getattr(client, operation)(**arguments)[key]
