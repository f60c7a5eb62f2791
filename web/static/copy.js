/** Buttons that copy a text or share an address. They are hidden in the page, and shown by the script that makes them work. */

const SAID_FOR = 2000; // ms

/** Copies without asking for a permission; where there is no clipboard (plain http), as the Ctrl+C of a selection. @param {string} text */
async function copy(text) {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Not allowed in this frame or by this browser: the older way may still be.
    }
  }
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const label = button.textContent;
  let timer = 0;
  button.setAttribute("aria-live", "polite");
  button.hidden = false;
  button.addEventListener("click", async () => {
    const done = await copy(button.dataset.copy);
    button.textContent = done ? button.dataset.copied : button.dataset.failed;
    const code = button.closest(".snippet")?.querySelector("code");
    if (!done && code) getSelection().selectAllChildren(code);
    button.focus({ preventScroll: true });
    clearTimeout(timer);
    timer = setTimeout(() => (button.textContent = label), SAID_FOR);
  });
}

for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.share) continue;
  button.hidden = false;
  button.addEventListener("click", () => navigator.share({ title: document.title, url: button.dataset.share }).catch(() => {}));
}
