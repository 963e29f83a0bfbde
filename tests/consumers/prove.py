"""Gives each consumer real credentials from the stand-in and checks that it finds them."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from importlib import metadata, util
from pathlib import Path

HERE = Path(__file__).parent
PROGRAM, FOLDER = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
CONSENT = re.compile(r"\s+(http://127\.0\.0\.1:\d+/oauth/v2/auth\S+)")


class Unproven(Exception):
    """The consumer is not available on this machine."""


class StandIn:
    """The stand-in Zoho in its own process, with the settings for a login there."""

    def __init__(self):
        self.process = subprocess.Popen(
            [PROGRAM / "examples/stand_in"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        lines = iter(self.process.stdout.readline, "\n")
        self.variables = dict(line.strip().split("=", 1) for line in lines)

    def login(self, *options):
        """Logs in with the real binary and returns its standard output."""
        domain = self.variables["ZOHO_API_DOMAIN"]
        words = ["login", "--no-browser", "--redirect-uri", "http://localhost:0/callback", "--timeout", "30s"]
        login = subprocess.Popen(
            [PROGRAM / "zoho-grant", *words, "--trust-api-domain", domain, *options],
            env={**os.environ, **self.variables}, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        said = []
        for line in login.stderr:
            said.append(line)
            if address := CONSENT.match(line):
                self.process.stdin.write(address.group(1) + "\n")
                self.process.stdin.flush()
        assert login.wait() == 0, "".join(said)
        return login.stdout.read()


def demo(form, name, *options):
    """A file that `demo` wrote, and the same credentials as variables."""
    path = FOLDER / name
    path.unlink(missing_ok=True)
    program = [PROGRAM / "zoho-grant"]
    quiet = {"check": True, "stderr": subprocess.DEVNULL}
    subprocess.run([*program, "demo", "--yes", "--format", form, "--output", path, *options], **quiet)
    return path


def needs_tool(name):
    if shutil.which(name) is None:
        raise Unproven(f"{name} is not installed")


def needs_package(name):
    if util.find_spec(name) is None:
        raise Unproven(f"the package of {name} does not install from PyPI here")


def version(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout.splitlines()[0]


def python_dotenv():
    needs_package("dotenv")
    from dotenv import dotenv_values

    path = demo("dotenv", "zoho.env")
    assert_variables(dotenv_values(path))
    return f"python-dotenv {metadata.version('python-dotenv')}"


def docker():
    needs_tool("docker")
    if subprocess.run(["docker", "info"], capture_output=True).returncode:
        raise Unproven("no Docker daemon answers")
    path = demo("dotenv", "docker.env")
    run = subprocess.run(
        ["docker", "run", "--rm", "--env-file", path, "busybox", "env"], capture_output=True, text=True, check=True
    )
    assert_variables(dict(line.split("=", 1) for line in run.stdout.splitlines()))
    return version("docker", "--version")


def shell(name, form):
    def proof():
        needs_tool(name)
        path = demo(form, f"{name}.{form}")
        dot = "source" if name == "fish" else "."
        run = subprocess.run(
            [name, "-c", f"{dot} {path}; env"], capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"]}
        )
        assert_variables(dict(line.split("=", 1) for line in run.stdout.splitlines() if "=" in line))
        return name if name in ("sh", "pwsh") else version(name, "--version")

    return proof


def powershell():
    needs_tool("pwsh")
    path = demo("powershell", "zoho.ps1")
    script = f". {path}; Get-ChildItem Env: | ForEach-Object {{ $_.Name + '=' + $_.Value }}"
    run = subprocess.run(["pwsh", "-NoProfile", "-Command", script], capture_output=True, text=True, check=True)
    assert_variables(dict(line.split("=", 1) for line in run.stdout.splitlines() if "=" in line))
    return version("pwsh", "--version")


def assert_variables(variables):
    token = re.compile(r"1000\.[0-9a-f]{32}\.[0-9a-f]{32}")
    for name in ("ZOHO_ACCESS_TOKEN", "ZOHO_REFRESH_TOKEN"):
        assert token.fullmatch(variables[name]), f"{name} was not read as it is"
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", variables["ZOHO_ACCOUNTS_URL"])
    assert variables["ZOHO_CLIENT_ID"].startswith("1000.") and variables["ZOHO_CLIENT_SECRET"].isalnum()
    assert variables["ZOHO_ACCESS_TOKEN_EXPIRES_AT"].endswith("Z")


def airbyte():
    needs_package("jsonschema")
    from jsonschema import Draft7Validator

    schema = Draft7Validator(json.loads((HERE / "airbyte.schema.json").read_text()))
    configuration = json.loads(demo("airbyte", "airbyte.json").read_text())
    schema.validate(configuration)
    for name in configuration:
        without = {key: value for key, value in configuration.items() if key != name}
        assert not schema.is_valid(without), f"{name} is not asked for"
    for name, value in (("dc_region", "CA"), ("environment", "production")):
        assert not schema.is_valid({**configuration, name: value}), f"{name} may be anything"
    return f"our schema of Airbyte's specification, jsonschema {metadata.version('jsonschema')}"


def singer():
    demo("singer", "tap.json", "--start-date", "2026-01-01", "--user-agent", "proof (person@example.com)")
    needs_package("tap_zoho_crm")
    raise AssertionError("tap-zoho-crm installs now: start it with its file here")


def sdk(name, command, package):
    """The SDK finds the token by its id, and refreshes it at the stand-in once it is stale."""

    def proof():
        installed = package()
        stand_in, path = StandIn(), FOLDER / f"{name}.txt"
        stand_in.login("--format", "zoho-sdk", "--output", path)
        with path.open(newline="") as file:
            before = list(csv.DictReader(file))[0]
        found = run_sdk(command, path, stand_in.variables)
        assert found == before["access_token"], "the SDK did not find the access token"
        path.write_text(path.read_text().replace(before["expiry_time"], "1000"))
        fresh = run_sdk(command, path, stand_in.variables)
        assert fresh.startswith("1000.") and fresh != found, "the SDK did not refresh"
        stand_in.process.stdin.close()
        stand_in.process.wait()
        return f"{installed}, loaded and refreshed"

    return proof


def run_sdk(command, path, variables):
    servers = [variables["ZOHO_API_DOMAIN"], variables["ZOHO_ACCOUNTS_URL"] + "/oauth/v2/token"]
    run = subprocess.run([*command(), path, *servers], capture_output=True, text=True, cwd=FOLDER)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout.split()[-1]


def python_package():
    needs_package("zohocrmsdk")
    return f"zohocrmsdk8_0 {metadata.version('zohocrmsdk8_0')}"


def node_package():
    package = FOLDER / "node/node_modules/@zohocrm/nodejs-sdk-8.0/package.json"
    if not package.exists():
        raise Unproven("@zohocrm/nodejs-sdk-8.0 does not install from npm here")
    return f"@zohocrm/nodejs-sdk-8.0 {json.loads(package.read_text())['version']}, Node {version('node', '--version')}"


def node_command():
    # An import is resolved relative to the script's folder.
    script = FOLDER / "node/sdk.mjs"
    shutil.copy(HERE / "sdk.mjs", script)
    return ["node", script]


PROOFS = {
    "dotenv, python-dotenv": python_dotenv,
    "dotenv, docker": docker,
    "env, sh": shell("sh", "env"),
    "env, bash": shell("bash", "env"),
    "env, zsh": shell("zsh", "env"),
    "fish": shell("fish", "fish"),
    "powershell": powershell,
    "airbyte": airbyte,
    "singer": singer,
    "zoho-sdk, Python": sdk("python", lambda: [sys.executable, HERE / "sdk.py"], python_package),
    "zoho-sdk, Node": sdk("node", node_command, node_package),
}


def main():
    failed = False
    for name, proof in PROOFS.items():
        try:
            result = f"proved    {name}: {proof()}"
        except Unproven as why:
            result = f"unproven  {name}: {why}"
        except (AssertionError, subprocess.CalledProcessError) as why:
            failed, result = True, f"FAILED    {name}: {why}"
        print(result, flush=True)
    sys.exit(failed)


main()
