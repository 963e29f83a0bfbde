// Uses Zoho's Node or TypeScript SDK 8, named by the first argument: reads Leads with a token found in the store by its ID.
import { dirname } from "node:path";

const [name, store] = process.argv.slice(2);
const sdk = await import(name);
const {
  EUDataCenter, FileStore, GetRecordsParam, InitializeBuilder, OAuthBuilder, ParameterMap, RecordOperations,
} = sdk.Record ? { ...sdk, ...sdk.Record } : sdk;

const token = new OAuthBuilder().id("1").findUser(false).build();
const builder = await new InitializeBuilder();
await builder
  .environment(EUDataCenter.PRODUCTION())
  .token(token)
  .store(new FileStore(store))
  .resourcePath(dirname(store))
  .initialize();
const parameters = new ParameterMap();
await parameters.add(GetRecordsParam.FIELDS, "Last_Name,Email");
const answer = await new RecordOperations("Leads").getRecords(parameters);
const [lead] = answer.getObject().getData();
console.log("record", lead.getKeyValue("Last_Name"));
