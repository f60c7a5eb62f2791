/** What is written and not yet sent, kept in this tab: it outlives a reload, another channel and a sign-in that ends. */

const DRAFTS = "ticker.desk.drafts";

/** Gives all of it, by name. @returns {Record<string, any>} */
export function drafts() {
  try {
    return JSON.parse(sessionStorage.getItem(DRAFTS) ?? "{}");
  } catch {
    return {};
  }
}

/** @param {string} name @param {object | null} draft  null when it is sent or given up */
export function keep(name, draft) {
  const all = drafts();
  delete all[name];
  sessionStorage.setItem(DRAFTS, JSON.stringify(draft ? { ...all, [name]: draft } : all));
}
