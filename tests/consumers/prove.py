"""Gives each consumer the credentials that `zoho-grant` writes and checks which record it reads first."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler
from importlib import metadata, util
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer

HERE = Path(__file__).parent.resolve()
PROGRAM, FOLDER = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
REQUIRED = os.environ.get("REQUIRE_CONSUMERS", "0") != "0"
CONSENT = re.compile(r"\s+(https://accounts\.zoho\.com/oauth/v2/auth\S+)")
RECORD, SCOPES = "First Lead", "ZohoCRM.modules.READ,ZohoCRM.settings.READ,ZohoCRM.org.READ,ZohoCRM.users.READ"


class Unproven(Exception):
    """The consumer is not available on this machine."""


class Lost(Exception):
    """The consumer did not reach its first record."""


class Zoho:
    """The stand-in at Zoho's own names, with the settings for a login. The client is registered in the US, the person is in Europe."""

    def __init__(self):
        self.told = (FOLDER / "requests").open("w+")
        self.process = subprocess.Popen(
            [PROGRAM / "examples/stand_in"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.told, text=True
        )
        lines = iter(self.process.stdout.readline, "\n")
        variables = dict(line.strip().split("=", 1) for line in lines)
        names = variables.pop("NAMES")
        Path("/etc/hosts").write_text(f"127.0.0.1 localhost {names}\n::1 localhost\n")
        authority = variables["SSL_CERT_FILE"]
        path = {"PATH": os.environ["PATH"], "HOME": str(FOLDER)}
        self.login_variables = {**path, **variables}
        # The variables by which each consumer's library is told of a certificate authority.
        self.consumer_variables = {
            **path,
            "CURL_CA_BUNDLE": authority,
            "NODE_EXTRA_CA_CERTS": authority,
            "REQUESTS_CA_BUNDLE": authority,
            "SSL_CERT_FILE": authority,
        }

    def login(self, *options):
        """Logs in without any address option and returns standard output."""
        words = ["login", "--no-browser", "--dc", "us", "--timeout", "30s"]
        login = subprocess.Popen(
            [PROGRAM / "zoho-grant", *words, *options],
            env=self.login_variables, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        said = []
        for line in login.stderr:
            said.append(line)
            if address := CONSENT.match(line):
                self.process.stdin.write(address.group(1) + "\n")
                self.process.stdin.flush()
        output = login.stdout.read()
        if login.wait():
            raise Lost("".join(said))
        return output

    def file(self, name, *options):
        """Logs in and returns the file it wrote."""
        path = FOLDER / name
        self.login("--output", path, *options)
        return path

    def run(self, *command, **more):
        """Runs a consumer and returns its standard output."""
        more = {"cwd": FOLDER, "env": self.consumer_variables, "timeout": 120, **more}
        ran = subprocess.run(command, capture_output=True, text=True, **more)
        if ran.returncode:
            raise Lost(f"{command[0]} ended with {ran.returncode}: {ran.stdout[-1500:]}{ran.stderr[-1500:]}")
        return ran.stdout

    def requests(self):
        """The last requests that arrived."""
        self.told.seek(0)
        return "".join(self.told.readlines()[-8:])


def reads(output, text=f"record {RECORD}"):
    if text not in output:
        raise Lost(f"{text!r} is not in {output[-1500:]!r}")
    return text


def needs_tool(name):
    if shutil.which(name) is None:
        raise Unproven(f"{name} is not installed")


def npm(package):
    description = FOLDER / "node/node_modules" / package / "package.json"
    if not description.exists():
        raise Unproven(f"{package} does not install from npm here")
    return f"{package} {json.loads(description.read_text())['version']}"


def version(*command):
    ran = subprocess.run(command, capture_output=True, text=True)
    return (ran.stdout or ran.stderr).splitlines()[0]


def airbyte(zoho):
    source = FOLDER / "airbyte/bin/source-zoho-crm"
    if not source.exists():
        raise Unproven("airbyte-source-zoho-crm does not install from PyPI here")
    python = source.with_name("python")
    about = "import certifi; from importlib.metadata import version; print(certifi.where(), version('airbyte-source-zoho-crm'))"
    bundle, installed = zoho.run(python, "-c", about).split()
    # For records it uses only certifi's bundle and ignores the variables.
    with open(bundle, "a") as trusted:
        trusted.write(Path(zoho.consumer_variables["SSL_CERT_FILE"]).read_text())
    configuration = zoho.file("airbyte.json", "--for", "airbyte")

    def ask(command, *options):
        lines = zoho.run(source, command, *options).splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    of_file = ("--config", configuration)
    spec = next(message["spec"] for message in ask("spec") if message["type"] == "SPEC")
    fields = spec["connectionSpecification"]["properties"]
    unknown = set(json.loads(configuration.read_text())) - set(fields)
    if unknown:
        raise Lost(f"its specification does not have {unknown}")
    statuses = [message["connectionStatus"] for message in ask("check", *of_file) if message["type"] == "CONNECTION_STATUS"]
    if [status["status"] for status in statuses] != ["SUCCEEDED"]:
        raise Lost(f"check: {statuses}")
    catalogs = [message["catalog"] for message in ask("discover", *of_file) if message["type"] == "CATALOG"]
    streams = {stream["name"]: stream for stream in catalogs[0]["streams"]}
    chosen = {"stream": next(stream for name, stream in streams.items() if "leads" in name.lower()), "sync_mode": "full_refresh"}
    catalog = FOLDER / "catalog.json"
    catalog.write_text(json.dumps({"streams": [{**chosen, "destination_sync_mode": "overwrite"}]}))
    messages = ask("read", *of_file, "--catalog", catalog)
    records = [message["record"]["data"] for message in messages if message["type"] == "RECORD"]
    if not records or records[0]["Last_Name"] != RECORD:
        raise Lost(f"read: {messages[-5:]}")
    return f"airbyte-source-zoho-crm {installed}", f"spec, check, discover {len(streams)} streams, read {RECORD}"


def python_sdk(zoho):
    if util.find_spec("zohocrmsdk") is None:
        raise Unproven("zohocrmsdk8_0 does not install from PyPI here")
    scopes = f"{SCOPES},ZohoCRM.coql.READ,ZohoCRM.bulk.READ"
    store = zoho.file("python.txt", "--format", "zoho-sdk", "--scope", scopes)
    output = used_and_refreshed(zoho, store, sys.executable, HERE / "records.py", store)
    read = [reads(output, f"{how} {RECORD}") for how in ("record", "query", "bulk")]
    return f"zohocrmsdk8_0 {metadata.version('zohocrmsdk8_0')}", ", ".join([*read, "refreshed"])


def used_and_refreshed(zoho, store, *command):
    """What the SDK prints; it must use the token as it was handed over, and replace it by itself once it is expired."""
    heading, line = store.read_text().splitlines()[:2]
    row = dict(zip(heading.split(","), line.split(",")))
    output = zoho.run(*command)
    if row["access_token"] not in store.read_text():
        raise Lost("a live token was replaced")
    store.write_text(f"{heading}\n{line.replace(row['expiry_time'], '1000')}\n")
    reads(zoho.run(*command))
    if row["access_token"] in store.read_text():
        raise Lost("an expired token was not replaced")
    return output


def node_sdk(package):
    def proof(zoho):
        installed = npm(package)
        store = zoho.file(f"{package.split('/')[1]}.txt", "--format", "zoho-sdk", "--for", "sdk")
        # An import is resolved relative to the script's folder.
        script = shutil.copy(HERE / "records.mjs", FOLDER / "node")
        read = reads(used_and_refreshed(zoho, store, "node", script, package, store))
        return f"{installed}, Node {version('node', '--version')}", f"{read}, refreshed"

    return proof


def zcrmsdk(zoho):
    installed = npm("zcrmsdk")
    script = shutil.copy(HERE / "zcrmsdk.cjs", FOLDER / "node")
    handed = json.loads(zoho.login("--format", "json"))
    words = [handed[name] for name in ("client_id", "client_secret", "refresh_token")]
    store = FOLDER / "node/zcrmsdk.txt"
    read = reads(zoho.run("node", script, store, *words))
    if "1000." not in store.read_text():
        raise Lost("it keeps no token")
    return f"{installed}, Node {version('node', '--version')}", f"{read} by a token that it got itself"


def newman(zoho):
    installed = npm("newman")
    environment = zoho.file("postman.json", "--format", "postman")
    command = FOLDER / "node/node_modules/.bin/newman"
    output = zoho.run(command, "run", HERE / "postman.json", "--environment", environment, "--reporters", "cli")
    return installed, reads(output)


def rclone(zoho):
    needs_tool("rclone")
    scopes = "WorkDrive.files.READ,WorkDrive.workspace.READ,WorkDrive.team.READ"
    path = zoho.file("rclone.conf", "--format", "rclone", "--scope", scopes, "--no-verify")
    with open(path, "a") as remote:
        remote.write("root_folder_id = root\n")
    command = ("rclone", "--config", path, "--retries", "1", "lsf", "zoho:")
    lines = path.read_text().splitlines()
    token = json.loads(next(line for line in lines if line.startswith("token = ")).removeprefix("token = "))
    read = reads(zoho.run(*command), "First file.txt")
    configuration = path.read_text()
    if token["access_token"] not in configuration:
        raise Lost("a live token was replaced")
    path.write_text(configuration.replace(token["expiry"], "2020-01-01T00:00:00Z"))
    reads(zoho.run(*command), "First file.txt")
    if token["access_token"] in path.read_text() or token["refresh_token"] not in path.read_text():
        raise Lost("an expired token was not replaced")
    return version("rclone", "version"), f"{read}, token kept up"


def lead(zoho, variables):
    """Reads the first record with only the variables that a consumer read."""
    token = variables["ZOHO_ACCESS_TOKEN"]
    request = f"{variables['ZOHO_API_DOMAIN']}/crm/v8/Leads?fields=Last_Name"
    output = zoho.run("curl", "-fsS", "-H", f"Authorization: Zoho-oauthtoken {token}", request)
    return reads(output, RECORD)


def python_dotenv(zoho):
    if util.find_spec("dotenv") is None:
        raise Unproven("python-dotenv does not install from PyPI here")
    from dotenv import dotenv_values

    variables = dotenv_values(zoho.file("zoho.env", "--format", "dotenv"))
    return f"python-dotenv {metadata.version('python-dotenv')}", lead(zoho, variables)


class Daemon(ThreadingMixIn, UnixStreamServer):
    """Just enough of a Docker daemon to receive the environment of a new container."""

    daemon_threads = True
    environment = None


class Order(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(200, {"ApiVersion": "1.43", "Version": "24.0.0", "Os": "linux", "Arch": "amd64"})

    do_HEAD = do_GET

    def do_POST(self):
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.environment = order["Env"]
        self.answer(500, {"message": "no container is made here"})

    def answer(self, status, body):
        body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def address_string(self):
        return "docker"

    def log_message(self, *_):
        pass


def docker(zoho):
    if shutil.which("docker") is None:
        # Its documented rules: a line that begins with # is a comment; everything after the first = is the value.
        lines = zoho.file("docker.env", "--format", "dotenv").read_text().splitlines()
        variables = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
        return "docker's rules, played: docker is not installed", lead(zoho, variables)
    path, socket = zoho.file("docker.env", "--format", "dotenv"), FOLDER / "docker.sock"
    with Daemon(str(socket), Order) as daemon:
        threading.Thread(target=daemon.serve_forever).start()
        command = ["docker", "--host", f"unix://{socket}", "create", "--env-file", path, "busybox"]
        subprocess.run(command, capture_output=True, timeout=60)
        daemon.shutdown()
        if daemon.environment is None:
            raise Lost("docker ordered no container")
        variables = dict(line.split("=", 1) for line in daemon.environment)
    return f"{version('docker', '--version')}, its daemon played", lead(zoho, variables)


def shell(name, form):
    def proof(zoho):
        needs_tool(name)
        path = zoho.file(f"{name}.{form}", "--format", form)
        dot = "source" if name == "fish" else "."
        ask = 'curl -fsS -H "Authorization: Zoho-oauthtoken $ZOHO_ACCESS_TOKEN" "$ZOHO_API_DOMAIN/crm/v8/Leads?fields=Last_Name"'
        output = zoho.run(name, "-c", f"{dot} {path}; {ask}")
        return "sh of this system" if name == "sh" else version(name, "--version"), reads(output, RECORD)

    return proof


def powershell(zoho):
    needs_tool("pwsh")
    path = zoho.file("zoho.ps1", "--format", "powershell")
    ask = '(curl -fsS -H "Authorization: Zoho-oauthtoken $Env:ZOHO_ACCESS_TOKEN" "${Env:ZOHO_API_DOMAIN}/crm/v8/Leads?fields=Last_Name")'
    output = zoho.run("pwsh", "-NoProfile", "-Command", f". {path}; {ask}")
    return version("pwsh", "--version"), reads(output, RECORD)


def singer(_):
    raise Unproven("tap-zoho-crm does not install from PyPI")


PROOFS = {
    "airbyte": airbyte,
    "zoho-sdk, Python": python_sdk,
    "zoho-sdk, Node": node_sdk("@zohocrm/nodejs-sdk-8.0"),
    "zoho-sdk, TypeScript": node_sdk("@zohocrm/typescript-sdk-8.0"),
    "json, zcrmsdk": zcrmsdk,
    "postman": newman,
    "rclone": rclone,
    "dotenv, python-dotenv": python_dotenv,
    "dotenv, docker": docker,
    "env, sh": shell("sh", "env"),
    "env, bash": shell("bash", "env"),
    "env, zsh": shell("zsh", "env"),
    "fish": shell("fish", "fish"),
    "powershell": powershell,
    "singer": singer,
}
# Not available from Debian, PyPI or npm.
ELSEWHERE = {"powershell", "singer"}


def main():
    if Path("/etc/hosts").stat().st_size:
        sys.exit("tests/consumers/run starts this in a network whose hosts file is still empty")
    zoho, failed, rows = Zoho(), False, []
    for name, proof in PROOFS.items():
        began = time.monotonic()
        try:
            by, read = proof(zoho)
            rows.append((name, by, read, f"{time.monotonic() - began:.1f} s"))
        except Unproven as why:
            failed |= REQUIRED and name not in ELSEWHERE
            rows.append((name, "UNPROVEN", str(why), ""))
        except (Lost, subprocess.SubprocessError, OSError, KeyError, ValueError, StopIteration) as why:
            failed = True
            rows.append((name, "FAILED", "", ""))
            print(f"{name} FAILED: {type(why).__name__}: {why}\nlast requests:\n{zoho.requests()}", flush=True)
    zoho.process.stdin.close()
    zoho.process.wait()
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    for name, by, read, took in rows:
        print(f"{name:{widths[0]}}  {by:{widths[1]}}  {read}  {took}")
    sys.exit(failed)


main()
