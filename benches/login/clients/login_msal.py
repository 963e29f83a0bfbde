"""One login with msal: run by the benchmark. Its browser only prints the address."""

import os
import sys
import webbrowser

import msal


class Printer(webbrowser.BaseBrowser):
    def open(self, url, new=0, autoraise=True):
        print(url, flush=True)
        return True


origin, port = os.environ["BENCH_ORIGIN"], int(os.environ["BENCH_PORT"])
webbrowser.register("printer", None, Printer(), preferred=True)
client = msal.PublicClientApplication("client", oidc_authority=origin + "/tenant")
answer = client.acquire_token_interactive(["read"], port=port)
sys.exit(0 if answer.get("access_token") == "access" else 1)
