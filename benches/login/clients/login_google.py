"""One login with google-auth-oauthlib: run by the benchmark."""

import os
import sys

from google_auth_oauthlib.flow import InstalledAppFlow

origin, port = os.environ["BENCH_ORIGIN"], int(os.environ["BENCH_PORT"])
client = {
    "client_id": "client",
    "client_secret": "secret",
    "auth_uri": origin + "/authorize",
    "token_uri": origin + "/token",
}
flow = InstalledAppFlow.from_client_config({"installed": client}, ["read"])
credentials = flow.run_local_server(port=port, open_browser=False)
sys.exit(0 if credentials.token == "access" else 1)
