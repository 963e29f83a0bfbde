// Zoho's Node SDK 8 or TypeScript SDK 8, which its first word names: the token of a store, found by its id, reads Leads.
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
