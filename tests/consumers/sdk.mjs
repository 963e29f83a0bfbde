// Zoho's Node SDK: prints the access token that it would use, found in the token store by its id.
import { dirname } from "node:path";
import { InitializeBuilder } from "@zohocrm/nodejs-sdk-8.0/lib/routes/initialize_builder.js";
import { OAuthBuilder } from "@zohocrm/nodejs-sdk-8.0/lib/models/authenticator/oauth_builder.js";
import { FileStore } from "@zohocrm/nodejs-sdk-8.0/lib/models/authenticator/store/file_store.js";
import { Environment } from "@zohocrm/nodejs-sdk-8.0/lib/routes/dc/environment.js";

const [store, apiDomain, tokenEndpoint] = process.argv.slice(2);
const token = new OAuthBuilder().id("1").findUser(false).build();
const builder = await new InitializeBuilder();
await builder
  .environment(new Environment(apiDomain, tokenEndpoint, apiDomain))
  .token(token)
  .store(new FileStore(store))
  .resourcePath(dirname(store))
  .initialize();
console.log(await token.getToken());
