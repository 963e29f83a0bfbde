#!/usr/bin/env python3
"""The main flows of the Windows program under Wine: flows.py WINE PROGRAM STAND_IN FOLDER.

STAND_IN is this machine's own zoho-stand-in.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

WINE, PROGRAM, STAND_IN, FOLDER = sys.argv[1:]
SECONDS = 60
place = pathlib.Path(FOLDER) / "Zoho grant für alle"
place.mkdir(parents=True)
program = place / "zoho-grant.exe"
shutil.copy(PROGRAM, program)
passed = 0


def windows(path):
    """A path of this machine as Windows programs see it: all of it is drive Z."""
    return "Z:" + str(path).replace("/", "\\")


def run(*arguments, variables=None, text=""):
    return subprocess.run(
        [WINE, str(program), *arguments],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | (variables or {}),
        input=text,
        timeout=SECONDS,
    )


def check(what, holds, ended=None):
    global passed
    if not holds:
        sys.exit(f"failed: {what}\n{ended.stdout}\n{ended.stderr}\n{ended.returncode}" if ended else f"failed: {what}")
    passed += 1
    print(f"ok: {what}")


def rehearsal():
    ended = run("demo", "--yes", "--format", "json")
    check("the rehearsal passes", ended.returncode == 0 and json.loads(ended.stdout)["refresh_token"], ended)
    for code, case in [(3, "refused"), (5, "invalid-code"), (5, "html"), (7, "foreign-accounts-server")]:
        ended = run("demo", "--yes", "--fail", case)
        check(f"{case} ends with {code}", ended.returncode == code and "Next:" in ended.stderr, ended)
    ended = run("demo", "--yes", "--flow", "device")
    check("a rehearsal of the device flow passes", ended.returncode == 0, ended)
    ended = run("demo", "--no-such-option")
    check("wrong usage ends with 2", ended.returncode == 2, ended)
    ended = run("completions", "powershell")
    check("PowerShell's completions are printed", "Register-ArgumentCompleter" in ended.stdout, ended)


def files():
    file = place / "Zugänge.env"
    ended = run("demo", "--yes", "--format", "dotenv", "--output", windows(file))
    written = file.read_text("utf-8")
    check("a file with spaces and umlauts in its path is written", ended.returncode == 0 and "REFRESH" in written, ended)
    ended = run("demo", "--yes", "--format", "json", "--output", windows(file))
    check("a file that is there is kept", ended.returncode == 2 and file.read_text("utf-8") == written, ended)
    ended = run("export", "--env-file", windows(file), "--format", "json")
    check("the file is read again", json.loads(ended.stdout)["refresh_token"] in written, ended)
    ended = run("demo", "--yes", "--output", windows(place / "nowhere" / "file"))
    check("a folder that is not there is refused", ended.returncode in (1, 2) and ended.stdout == "", ended)
    left = sorted(path.name for path in place.iterdir())
    check("no temporary file is left", left == ["Zugänge.env", "zoho-grant.exe"])


def command_prompt():
    script, batch = place / "set vars.cmd", place / "echo.cmd"
    ended = run("demo", "--yes", "--format", "windows-cmd", "--output", windows(script))
    check("cmd's lines are written", ended.returncode == 0, ended)
    written = dict(re.findall(r"^set (\w+)=(.*?)\r?$", script.read_text("utf-8"), re.MULTILINE))
    # Called by a relative path: cmd reads a batch file in a different code page than the path's.
    lines = ["@echo off", 'call "%~dp0set vars.cmd"', *(f"echo {name}=%{name}%" for name in written)]
    batch.write_text("\r\n".join(lines) + "\r\n")
    ended = subprocess.run([WINE, "cmd", "/c", windows(batch)], capture_output=True, encoding="utf-8", timeout=SECONDS)
    read = dict(line.split("=", 1) for line in ended.stdout.splitlines() if "=" in line)
    check("cmd reads back what was written", len(read) > 5 and read == written, ended)


def consent(address):
    """Accepts on the stand-in's consent page as a browser does, and follows the redirects to the last page."""
    headers = {"Accept": "text/html", "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-User": "?1"}
    page = urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=SECONDS).read().decode()
    form = {"ticket": re.search(r'name="ticket" value="([^"]+)"', page)[1], "decision": "accept"}
    headers["Sec-Fetch-Site"] = "cross-site"
    form = urllib.parse.urlencode(form).encode()
    accepted = urllib.request.Request(urllib.parse.urljoin(address, "/consent"), form, headers)
    # The last page's host may be a name below localhost, which only browsers resolve everywhere.
    with contextlib.suppress(urllib.error.URLError):
        urllib.request.urlopen(accepted, timeout=SECONDS).read()


def free_uri():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://localhost:{free.getsockname()[1]}/callback"


def keyring():
    uri = free_uri()
    command = [STAND_IN, "--person-at", "us", "--redirect-uri", uri]
    stand_in = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8")
    try:
        variables = {}
        while "EU_API_DOMAIN" not in variables:
            name, value = stand_in.stdout.readline().strip().split("=", 1)
            variables[name] = value
        domain = variables.pop("ZOHO_API_DOMAIN")
        server = variables["ZOHO_ACCOUNTS_URL"]
        login = ["login", "--save", "work", "--no-browser", "--redirect-uri", uri]
        login += ["--trust-accounts-server", server, "--trust-api-domain", domain]
        with subprocess.Popen(
            [WINE, str(program), *login],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=os.environ | variables,
        ) as process:
            told = ""
            for line in process.stderr:
                told += line
                if "/oauth/v2/auth?" in line:
                    consent(line.strip())
            check("a login is kept in the Credential Manager", process.wait(SECONDS) == 0 and "keyring" in told.lower())
        ended = run("profiles")
        check("the profile is listed", "work" in ended.stdout and "keyring" in ended.stdout, ended)
        ended = run("token", "--profile", "work")
        check("its token is read from there", ended.returncode == 0 and ended.stdout.startswith("1000."), ended)
        ended = run("forget", "work")
        check("it is forgotten", ended.returncode == 0, ended)
        ended = run("token", "--profile", "work")
        check("then there is none", ended.returncode == 2 and ended.stdout == "", ended)
    finally:
        stand_in.kill()
        stand_in.wait()


def port():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        uri = f"http://localhost:{other.getsockname()[1]}/callback"
        ended = run("demo", "--yes", "--redirect-uri", uri)
        check("a port that is taken ends with 6", ended.returncode == 6, ended)
    uri = free_uri()
    holder = subprocess.Popen(
        [WINE, str(program), "demo", "--no-browser", "--redirect-uri", uri], stderr=subprocess.PIPE, encoding="utf-8"
    )
    try:
        while "/oauth/v2/auth?" not in holder.stderr.readline():
            pass
        ended = run("demo", "--yes", "--redirect-uri", uri)
        # Wine does not reveal who holds it.
        check("a port of another login ends with 6", ended.returncode == 6 and "Next:" in ended.stderr, ended)
    finally:
        holder.kill()
        holder.wait()


rehearsal()
files()
command_prompt()
keyring()
port()
print(f"{passed} passed, 0 failed")
