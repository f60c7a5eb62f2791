/**
 * One link for all tabs of a site that show the same lines. Loaded on demand.
 *
 * The tab that holds the lock leads: it has the link, and tells the others each message. The others follow. The leader is to
 * be a tab in sight, since browsers slow down and freeze the rest: a leader that goes out of sight says so, and a tab in
 * sight takes the lock from it. One that does not answer, or says nothing for two heartbeats and then does not answer, has
 * its lock taken too; it learns that from the lock.
 *
 * What it keeps true: a follower delivers what the leader delivered, once and in order. Each message comes with the cursor
 * before it, so a follower knows when it missed one; then it asks for all lines, which a leader gives while it is live. One
 * that takes over resumes by its cursor.
 */
/** @typedef {import("./connection.js").Connection} Connection */
/** @typedef {import("./connection.js").Share} Share */

const ANSWER_WITHIN = 1500; // ms that a leader has to answer

/**
 * Leads until the signal; gives what tells the followers.
 * @param {Connection} connection @param {Share} share @param {AbortSignal} signal
 */
export function lead(connection, { name, snapshot }, signal) {
  const channel = new BroadcastChannel(name);
  /** @param {object} [more] */
  const post = (more) => channel.postMessage({ hidden: document.hidden, ...more });
  const whole = () => ({ ...snapshot(), type: "snapshot", cursor: connection.cursor, heartbeat: connection.silence / 2000 });
  channel.onmessage = ({ data }) => data?.hello && post(connection.status === "live" ? { message: whole() } : {});
  document.addEventListener("visibilitychange", () => post(), { signal });
  signal.addEventListener("abort", () => {
    post({ gone: signal.reason });
    channel.close();
  });
  return (/** @type {object} */ message, /** @type {string} */ after) => post({ message, after });
}

/**
 * Follows until the signal.
 * @param {Connection} connection @param {Share} share @param {AbortSignal} signal
 */
export function follow(connection, { name }, signal) {
  const channel = new BroadcastChannel(name);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const take = () => document.hidden || signal.aborted || connection.take();
  const greet = () => {
    channel.postMessage({ hello: true });
    clearTimeout(timer);
    timer = setTimeout(take, ANSWER_WITHIN);
  };
  channel.onmessage = ({ data }) => {
    if (!data || data.hello) return;
    clearTimeout(timer);
    if (data.gone) return data.gone === "lost" ? connection.lose() : connection.open();
    if (data.hidden && !document.hidden) return take();
    const { message, after } = data; // checked as if it came from the network: who knows what else runs on this site
    if (!message) return;
    // A leader that has just taken over may be behind this tab: what it tells is known until it has caught up.
    const known = connection.recent.includes(message.cursor);
    if (message.type === "snapshot" ? !known : after === connection.cursor) connection.receive(message);
    else if (known) connection.receive({ type: "resumed" });
    else greet();
  };
  document.addEventListener("visibilitychange", () => document.hidden || greet(), { signal });
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    channel.close();
  });
  greet();
}
