"""Uses Zoho's Python SDK: prints the access token it would use, found in the token store by its ID."""

import sys
from pathlib import Path

from zohocrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken
from zohocrmsdk.src.com.zoho.api.authenticator.store.file_store import FileStore
from zohocrmsdk.src.com.zoho.crm.api.dc.data_center import DataCenter
from zohocrmsdk.src.com.zoho.crm.api.initializer import Initializer

store, api_domain, token_endpoint = sys.argv[1:]
environment = DataCenter.Environment(api_domain, token_endpoint, api_domain)
token = OAuthToken(id="1", find_user=False)
Initializer.initialize(environment, token, FileStore(store), resource_path=str(Path(store).parent))
print(token.get_token())
