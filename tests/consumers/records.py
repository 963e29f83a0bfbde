"""Uses Zoho's Python SDK 8 with a token found in the store by its ID: reads Leads directly, with COQL and with a bulk job."""

import io
import sys
import zipfile
from pathlib import Path

from zohocrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken
from zohocrmsdk.src.com.zoho.api.authenticator.store.file_store import FileStore
from zohocrmsdk.src.com.zoho.crm.api import ParameterMap
from zohocrmsdk.src.com.zoho.crm.api.bulk_read import BodyWrapper as Job, BulkReadOperations, Query
from zohocrmsdk.src.com.zoho.crm.api.dc import EUDataCenter
from zohocrmsdk.src.com.zoho.crm.api.initializer import Initializer
from zohocrmsdk.src.com.zoho.crm.api.modules import MinifiedModule
from zohocrmsdk.src.com.zoho.crm.api.coql import BodyWrapper, CoqlOperations
from zohocrmsdk.src.com.zoho.crm.api.record import GetRecordsParam, RecordOperations

store = sys.argv[1]
token = OAuthToken(id="1", find_user=False)
Initializer.initialize(EUDataCenter.PRODUCTION(), token, FileStore(store), resource_path=str(Path(store).parent))


def answered(response):
    wrapper = response.get_object()
    assert response.get_status_code() in (200, 201), vars(wrapper)
    return wrapper


parameters = ParameterMap()
parameters.add(GetRecordsParam.fields, "Last_Name,Email")
lead = answered(RecordOperations("Leads").get_records(parameters)).get_data()[0]
print("record", lead.get_key_value("Last_Name"))

query = BodyWrapper()
query.set_select_query("select Last_Name from Leads where id is not null limit 1")
print("query", answered(CoqlOperations().get_records(query)).get_data()[0].get_key_value("Last_Name"))

job, module, wanted = Job(), MinifiedModule(), Query()
module.set_api_name("Leads")
wanted.set_module(module)
wanted.set_fields(["Last_Name"])
job.set_query(wanted)
bulk = BulkReadOperations()
identity = answered(bulk.create_bulk_read_job(job)).get_data()[0].get_details()["id"]
result = answered(bulk.download_result(int(identity))).get_file()
archive = zipfile.ZipFile(io.BytesIO(b"".join(result.get_stream())))
assert archive.testzip() is None
print("bulk", archive.read(archive.namelist()[0]).decode().splitlines()[1].split(",")[1])
