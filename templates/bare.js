"use strict";
// The fragment never leaves the browser, so only a script can detect a token in it. The token is not read.
if (/[#&]access_token=/.test(location.hash)) {
  const title = "This kind of client never gets a refresh token";
  const [what, why] = document.querySelectorAll("main > p");
  document.title = title;
  document.querySelector("h1").textContent = title;
  what.textContent = "Zoho put an access token after the # of this address, as it does for a client-based (JavaScript) client. The token was removed from the address bar, and neither sent nor shown. Nothing changed, and the login is still waiting.";
  why.textContent = "This kind of client gets access for an hour, but never a refresh token, so zoho-grant cannot use it.";
}
if (location.hash) history.replaceState(null, "", location.pathname + location.search);
