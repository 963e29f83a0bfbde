"use strict";
{
  const said = document.getElementById("said");
  const keys = /Mac|iPhone|iPad/.test(navigator.platform) ? "\u2318C" : "Ctrl+C";
  const held = (row) => [...row.querySelectorAll(".value")].find((value) => value.closest(".row") === row);

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
    const details = held(row).closest("details");
    const inside = details && row.contains(details) ? details : null;
    const wasOpen = !inside || inside.open;
    if (inside) inside.open = true;
    getSelection().selectAllChildren(held(row));
    if (!document.execCommand("copy")) return false;
    getSelection().removeAllRanges();
    if (inside) inside.open = wasOpen;
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
    say(button, "Saved", `Saved as ${button.dataset.save}`);
  }

  // The person's own time, and what is left of it.
  function count(time, left) {
    const end = new Date(time.dateTime);
    const pad = (number) => String(number).padStart(2, "0");
    time.textContent = end.toLocaleString([], { dateStyle: "medium", timeStyle: "medium" });
    left.hidden = false;
    const tick = () => {
      const seconds = Math.max(0, Math.round((end - Date.now()) / 1000));
      const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
      const clock = `${hours ? `${hours}:${pad(minutes)}` : minutes}:${pad(seconds % 60)}`;
      left.textContent = seconds ? `(${clock} left)` : "(expired)";
      if (seconds) setTimeout(tick, 1000);
    };
    tick();
  }

  // The back/forward cache keeps a left page as it was.
  function forget() {
    document.querySelectorAll(".held").forEach((section) => section.remove());
    const gone = document.getElementById("gone");
    if (gone) gone.hidden = false;
  }

  document.querySelectorAll("[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  });
  document.querySelectorAll("[data-save]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => save(button));
  });
  const time = document.querySelector("time");
  if (time) count(time, document.getElementById("left"));
  addEventListener("pagehide", forget);
  addEventListener("pageshow", (event) => event.persisted && forget());
}
