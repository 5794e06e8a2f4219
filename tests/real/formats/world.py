"""Reports to read: of the demo, and of organizations that the simulated AWS serves on loopback."""

import os
import re
import subprocess

DONE = 0


def demo(keyreach, formats, out):
    return _run([keyreach, "demo"], formats, out, {})


def analyze(keyreach, snapshot, formats, out):
    return _run([keyreach, "analyze", snapshot], formats, out, {})


def scan(keyreach, mocks, scenario, formats, out):
    """Scans an organization that is simulated for as long as this takes."""
    server = subprocess.Popen([mocks, "--scenario", scenario], stdout=subprocess.PIPE, text=True)
    try:
        settings = {}
        while "AWS_REGION" not in settings:
            line = server.stdout.readline()
            name, value = re.fullmatch(r"export (\w+)=(.*)\n", line).groups()
            settings[name] = value
        return _run([keyreach, "scan"], formats, out, settings)
    finally:
        server.terminate()
        server.wait()


def _run(command, formats, out, settings):
    arguments = ["--out", out, "--format", formats, "--allow-gaps", "--quiet"]
    environment = {**os.environ, **settings, "AWS_EC2_METADATA_DISABLED": "true"}
    ran = subprocess.run([*command, *arguments], env=environment, timeout=300)
    assert ran.returncode == DONE, f"{command}: exit code {ran.returncode}"
    return out
