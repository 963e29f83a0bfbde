// Uses Zoho's Node SDK: prints the access token it would use, found in the token store by its ID.
import { once } from "node:events";
import { createServer } from "node:http";
import { dirname } from "node:path";
import { buffer } from "node:stream/consumers";
import { DataCenter, FileStore, InitializeBuilder, OAuthBuilder } from "@zohocrm/nodejs-sdk-8.0/lib/zohocrmsdk.js";

const [store, apiDomain, tokenEndpoint] = process.argv.slice(2);

// The SDK sends multipart bodies, which the stand-in does not accept: they are forwarded as plain forms.
const gateway = createServer(async (request, response) => {
  const body = new Response(await buffer(request), { headers: { "content-type": request.headers["content-type"] } });
  const answer = await fetch(tokenEndpoint, { method: "POST", body: new URLSearchParams(await body.formData()) });
  response.end(await answer.text());
}).listen(0, "127.0.0.1");
await once(gateway, "listening");
const endpoint = `http://127.0.0.1:${gateway.address().port}/oauth/v2/token`;

const token = new OAuthBuilder().id("1").findUser(false).build();
const builder = await new InitializeBuilder();
await builder
  .environment(DataCenter.setEnvironment(apiDomain, endpoint, apiDomain))
  .token(token)
  .store(new FileStore(store))
  .resourcePath(dirname(store))
  .initialize();
console.log(await token.getToken());
gateway.close();
