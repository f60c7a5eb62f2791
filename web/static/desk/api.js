/**
 * Requests to the editors' API. A change is repeated by itself, always with the same idempotency key, as long as the server
 * cannot be reached or cannot take it; so it is done once, however often its answer is lost.
 *
 * @typedef {object} Request
 * @property {string} method
 * @property {string} path
 * @property {object} [body]
 * @property {string} [key]    Idempotency-Key
 * @property {number} [seen]   the version that the editor saw: If-Match
 *
 * @typedef {object} Answer
 * @property {number} status   0 when none came
 * @property {boolean} ok
 * @property {any} body        the JSON of the answer, a problem if it is not ok
 * @property {boolean} replayed
 * @property {number} wait     seconds that Retry-After asks for, 0 if it does not
 */

const ANSWER_WITHIN = 20_000; // ms
const PAUSE_FIRST = 1000; // ms
const PAUSE_MOST = 15_000; // ms
const PASSING = new Set([0, 502, 503, 504]);

/** A key that nobody else has. (randomUUID is missing on plain http.) */
export function newKey() {
  return `desk-${Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/**
 * Sends a request once. Throws only when `stop` is aborted.
 * @param {string} token
 * @param {Request} request
 * @param {AbortSignal} [stop]
 * @returns {Promise<Answer>}
 */
export async function ask(token, { method, path, body, key, seen }, stop) {
  /** @type {Record<string, string>} */
  const headers = { Authorization: `Bearer ${token}` };
  if (body) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  if (seen) headers["If-Match"] = `"${seen}"`;
  const late = new AbortController();
  const end = () => late.abort();
  const timer = setTimeout(end, ANSWER_WITHIN);
  stop?.addEventListener("abort", end);
  try {
    const answer = await fetch(path, {
      method,
      headers,
      body: body && JSON.stringify(body),
      signal: late.signal,
      cache: "no-store",
      credentials: "omit",
    });
    const text = await answer.text();
    return {
      status: answer.status,
      ok: answer.ok,
      body: json(text),
      replayed: answer.headers.get("Idempotency-Replayed") === "true",
      wait: Number(answer.headers.get("Retry-After")) || 0,
    };
  } catch {
    stop?.throwIfAborted();
    return { status: 0, ok: false, body: {}, replayed: false, wait: 0 };
  } finally {
    clearTimeout(timer);
    stop?.removeEventListener("abort", end);
  }
}

/**
 * Sends a change until it is answered. Throws when `stop` is aborted: then nobody knows whether it was done.
 * @param {string} token
 * @param {Request} request
 * @param {(answer: Answer) => void} waiting  told before each pause
 * @param {AbortSignal} stop
 * @returns {Promise<Answer>}
 */
export async function send(token, request, waiting, stop) {
  for (let pause = PAUSE_FIRST; ; pause = Math.min(2 * pause, PAUSE_MOST)) {
    const answer = await ask(token, request, stop);
    if (!PASSING.has(answer.status)) return answer;
    waiting(answer);
    await rest(Math.max(answer.wait * 1000, pause) * (0.75 + Math.random() / 2), stop);
  }
}

/** Rests, but not longer than until the network is back. @param {number} delay  ms @param {AbortSignal} stop */
async function rest(delay, stop) {
  await new Promise((resolve) => {
    const woken = new AbortController();
    const wake = () => {
      woken.abort();
      clearTimeout(timer);
      resolve(undefined);
    };
    const timer = setTimeout(wake, delay);
    window.addEventListener("online", wake, { signal: woken.signal });
    stop.addEventListener("abort", wake, { signal: woken.signal });
  });
  stop.throwIfAborted();
}

/** @param {string} text */
function json(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/** What an answer says, in words. @param {Answer} answer @returns {string} */
export function wordsOf(answer) {
  if (answer.status === 0) return "The server cannot be reached.";
  return typeof answer.body.detail === "string" ? answer.body.detail : `The server answered ${answer.status}.`;
}

/** The kind of a problem, as `duplicate-line`. @param {Answer} answer @returns {string} */
export function slugOf(answer) {
  return String(answer.body.type ?? "").replace("/problems/", "");
}
