// Uses Zoho's old Node SDK (API version 2): reads Leads with a client and a refresh token.
const { dirname } = require("node:path");
const { Initializer } = require("zcrmsdk/routes/initializer");
const { UserSignature } = require("zcrmsdk/routes/user_signature");
const { EUDataCenter } = require("zcrmsdk/routes/dc/eu_data_center");
const { OAuthToken, TokenType } = require("zcrmsdk/models/authenticator/oauth_token");
const { FileStore } = require("zcrmsdk/models/authenticator/store/file_store");
const { SDKConfigBuilder } = require("zcrmsdk/routes/sdk_config_builder");
const { Levels, Logger } = require("zcrmsdk/routes/logger/logger");
const { RecordOperations } = require("zcrmsdk/core/com/zoho/crm/api/record/record_operations");

const [store, id, secret, refreshToken] = process.argv.slice(2);

async function main() {
  const token = new OAuthToken(id, secret, refreshToken, TokenType.REFRESH);
  const configuration = new SDKConfigBuilder().setPickListValidation(false).setAutoRefreshFields(true).build();
  const folder = dirname(store);
  await Initializer.initialize(
    new UserSignature("rehearsal@example.com"), EUDataCenter.PRODUCTION(), token, new FileStore(store), configuration,
    folder, Logger.getInstance(Levels.ERROR, `${folder}/zcrmsdk.log`),
  );
  const answer = await new RecordOperations().getRecords("Leads");
  const [lead] = answer.object.getData();
  console.log("record", lead.getKeyValue("Last_Name"));
}

main();
