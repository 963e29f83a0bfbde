"use strict";
{
  const said = document.getElementById("said");
  const keys = /Mac|iPhone|iPad/.test(navigator.platform) ? "\u2318C" : "Ctrl+C";
  const held = (row) => row.querySelector("code, pre");

  function say(button, word, sentence) {
    const face = button.firstElementChild;
    button.rest ??= face.textContent;
    face.textContent = word;
    said.textContent = sentence;
    clearTimeout(button.timer);
    button.timer = setTimeout(() => {
      face.textContent = button.rest;
      said.textContent = "";
    }, 4000);
  }

  // Only selected text can be copied without the clipboard interface, and only shown text selected.
  function copySelected(row) {
    const details = row.querySelector("details");
    const wasOpen = !details || details.open;
    if (details) details.open = true;
    getSelection().selectAllChildren(held(row));
    if (!document.execCommand("copy")) return false;
    getSelection().removeAllRanges();
    if (details) details.open = wasOpen;
    return true;
  }

  async function copy(button) {
    const row = button.closest(".row");
    const done = await navigator.clipboard?.writeText(held(row).textContent).then(() => true, () => false);
    if (done || copySelected(row)) say(button, "Copied", `Copied ${row.dataset.name}`);
    else say(button, `Press ${keys}`, `The ${row.dataset.name} is selected. Press ${keys} to copy.`);
  }

  function save(button) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([held(button.closest(".row")).textContent], { type: "application/octet-stream" }));
    link.download = button.dataset.save;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  // One reader at a time; without scripts they stand one under the other, closed.
  function choose() {
    document.querySelectorAll(".reader").forEach((reader, index) => {
      reader.hidden = String(index) !== chooser.value;
      reader.open = !reader.hidden;
      reader.classList.add("chosen");
    });
  }

  // The back/forward cache keeps a left page as it was.
  function forget() {
    document.querySelectorAll(".held").forEach((section) => section.remove());
    document.getElementById("gone").hidden = false;
  }

  document.querySelectorAll("[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  });
  document.querySelectorAll("[data-save]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => save(button));
  });
  const chooser = document.getElementById("choose");
  if (chooser) {
    chooser.parentElement.hidden = false;
    chooser.addEventListener("change", choose);
    choose();
  }
  addEventListener("pagehide", forget);
  addEventListener("pageshow", (event) => event.persisted && forget());
}
