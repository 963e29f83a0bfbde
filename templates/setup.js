"use strict";
{
  const said = document.getElementById("said");
  const all = (selector) => [...document.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);

  // Only selected text can be copied without the clipboard interface.
  function copySelected(code) {
    getSelection().selectAllChildren(code);
    return document.execCommand("copy");
  }

  async function copy(code) {
    const text = code.textContent;
    return (await navigator.clipboard?.writeText(text).then(() => true, () => false)) || copySelected(code);
  }

  all("[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const done = await copy(button.previousElementSibling);
      const face = button.firstChild;
      face.data = done ? "Copied" : "Selected";
      said.textContent = face.data;
      setTimeout(() => { face.data = "Copy"; said.textContent = ""; }, 4000);
    });
  });

  // The console asks for the redirect URI; coming back, the person pastes the client ID.
  const uri = document.querySelector("#redirect-uri code");
  all(".copies").forEach((note) => note.hidden = false);
  all(".console a").forEach((link) => link.addEventListener("click", () => {
    copy(uri);
    byId("id").focus({ preventScroll: true });
  }));

  // A link to a field puts the cursor there.
  all("a[href^='#']").forEach((link) => link.addEventListener("click", () => {
    const field = document.querySelector(link.hash);
    if (field.matches("input")) setTimeout(() => field.focus());
  }));

  // Any address of the CRM names the data center.
  byId("crm").addEventListener("input", (event) => {
    const host = event.target.value.trim().replace(/^https?:\/\//, "").split("/")[0].toLowerCase();
    const found = all("[name=center]").find((choice) => choice.dataset.crm === host);
    if (found) found.checked = true;
  });
  all("[name=center]").forEach((choice) => choice.addEventListener("change", () => byId("crm").value = ""));

  // Scopes: those of the program, until the person changes one.
  const boxes = all("[name=s]");
  const typed = byId("typed");
  function preset() {
    const chosen = document.querySelector("[name=destination]:checked");
    const places = chosen.dataset.scopes.split(" ");
    boxes.forEach((box) => box.checked = places.includes(box.value));
    typed.value = "";
  }
  function list() {
    byId("own").checked = true;
    const items = boxes.filter((box) => box.checked).map((box) => {
      const face = box.nextElementSibling;
      return [face.firstChild.data, face.lastChild.textContent];
    });
    typed.value.split(/[\s,]+/).filter(Boolean).forEach((scope) => items.push([scope, ""]));
    document.querySelector(".own").replaceChildren(...items.map(([scope, meaning]) => {
      const item = document.createElement("li");
      const [code, span] = ["code", "span"].map((name) => document.createElement(name));
      code.textContent = scope;
      span.className = "quiet";
      span.textContent = meaning;
      item.append(code, " ", span);
      return item;
    }));
  }
  boxes.forEach((box) => box.addEventListener("change", list));
  typed.addEventListener("input", list);
  byId("own").addEventListener("change", list);
  byId("usual").addEventListener("change", preset);
  all("[name=destination]").forEach((choice) => choice.addEventListener("change", () => byId("usual").checked && preset()));

  const search = byId("search");
  all("[for=search], #search").forEach((element) => element.hidden = false);
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    boxes.forEach((box) => {
      const row = box.closest("li");
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      count += !row.hidden;
    });
    byId("found").textContent = words.length ? `${count} of ${boxes.length} scopes` : "";
  });
  // Enter there searches, and sends nothing.
  search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());

  // The back button may bring the page as it was left; what happened since is told by a new one.
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}
