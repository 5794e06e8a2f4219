"""How the test reaches ministack: its server in a process of its own, and clients of boto3 for an account."""

import contextlib
import functools
import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import boto3
from botocore.config import Config

REGIONS = ["eu-west-1", "us-east-1"]
MANAGEMENT = "111122223333"
# Nothing is asked twice: an answer is an answer, also a bad one.
CONFIG = Config(retries={"total_max_attempts": 1})
STARTS_WITHIN = 300  # Attempts, a tenth of a second apart.


@contextlib.contextmanager
def ministack(scratch):
    """The server, with every request authorized, on loopback alone. Gives its endpoint."""
    port = free_port()
    env = {"PATH": os.environ["PATH"], "HOME": scratch, "AUTH": "true", "GATEWAY_PORT": str(port),
           "BIND_HOST": "127.0.0.1", "IOT_MTLS_ENABLED": "0"}  # The last would listen on every address.
    hypercorn = Path(sys.executable).with_name("hypercorn")
    with open(Path(scratch, "ministack.log"), "w") as log:
        server = subprocess.Popen([hypercorn, "ministack.app:app", "--bind", f"127.0.0.1:{port}"], env=env,
                                  cwd=scratch, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_for(server, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=60)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(server, port):
    for _ in range(STARTS_WITHIN):
        assert server.poll() is None, "ministack ended at once: see ministack.log"
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/_ministack/health")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise AssertionError("ministack does not answer: see ministack.log")


class Aws:
    """The accounts behind an endpoint. ministack takes twelve digits as the access key of that account's root user."""

    def __init__(self, endpoint):
        self.endpoint = endpoint

    @functools.cache
    def root(self, account, service, region=REGIONS[0]):
        return self.client(service, {"aws_access_key_id": account, "aws_secret_access_key": "test"}, region)

    def user(self, account, name):
        """New credentials of a user."""
        key = self.root(account, "iam").create_access_key(UserName=name)["AccessKey"]
        return {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}

    def role(self, account, role, session, by):
        """The credentials of a session, that somebody with the credentials `by` begins."""
        arn = f"arn:aws:iam::{account}:role/{role}"
        got = self.client("sts", by).assume_role(RoleArn=arn, RoleSessionName=session)["Credentials"]
        return {"aws_access_key_id": got["AccessKeyId"], "aws_secret_access_key": got["SecretAccessKey"],
                "aws_session_token": got["SessionToken"]}

    def client(self, service, credentials, region=REGIONS[0]):
        return boto3.Session().client(service, region, endpoint_url=self.endpoint, config=CONFIG, **credentials)
