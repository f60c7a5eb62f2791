/** The ways to the server where a proxy is in the way of WebSockets. They are loaded on demand and import nothing. */

/** The message types that Server-Sent Events are named after; an unnamed or unknown event is ignored. */
const TYPES = ["snapshot", "resumed", "publish", "correct", "withdraw", "heartbeat", "leaving"];
const WAIT_MOST = 20; // s that a poll waits; within what most proxies allow an answer to take

/** Notes for the session of this tab that a way works; connection.js reads it. @param {number} way  its place there */
function remember(way) {
  try {
    sessionStorage.setItem("ticker:way", String(way));
  } catch {
    // storage may be forbidden; then the next page finds it out anew
  }
}

/**
 * Server-Sent Events.
 * @type {import("./connection.js").Way}
 */
export function events(at, message, closed, signal) {
  const source = new EventSource(at("sse"));
  for (const type of TYPES) {
    source.addEventListener(type, ({ data }) => {
      remember(1);
      message(data);
    });
  }
  // The browser would come back by itself, but with the address and so the cursor of the start: the connection does better.
  source.onerror = () => closed();
  signal.onabort = () => source.close();
}

/**
 * Requests that wait for news, each after the one before.
 * @type {import("./connection.js").Way}
 */
export async function polls(at, message, closed, signal) {
  let wait = 0; // until the first answer tells the heartbeat, within which something must be heard
  try {
    while (!signal.aborted) {
      const address = at("lines");
      if (address.searchParams.has("after")) address.searchParams.set("wait", String(wait));
      const answer = await fetch(address, { signal, credentials: "omit" });
      if (!answer.ok) break;
      const body = await answer.json();
      remember(2);
      for (const event of body.events ?? [body]) {
        if (event.heartbeat > 0) wait = Math.min(WAIT_MOST, Math.ceil(event.heartbeat));
        message(event);
      }
    }
  } catch {
    // as an answer that is none
  }
  closed();
}
