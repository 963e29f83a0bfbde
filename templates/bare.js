"use strict";
// The fragment never leaves the browser: only here can be seen that a token stands in it. It is not read.
if (/[#&]access_token=/.test(location.hash)) {
  const title = "This kind of client never gets a refresh token";
  const [what, why] = document.querySelectorAll("main > p");
  document.title = title;
  document.querySelector("h1").textContent = title;
  what.textContent = "Zoho put an access token behind the # of this address, as it does for a client-based (JavaScript) client. It was taken out of the address bar, and neither sent nor shown. It changed nothing, and the login is still waiting.";
  why.textContent = "Such a client gets access for an hour, and never a refresh token, so zoho-grant cannot use it.";
}
if (location.hash) history.replaceState(null, "", location.pathname + location.search);
