/**
 * One link for all tabs of a site that show the same lines. Loaded on demand.
 *
 * The tab that holds the lock leads: it has the link, and tells the others each message. The others follow. The leader is to
 * be a tab in sight, since browsers slow down and freeze the rest: a leader that goes out of sight says so, and a tab in
 * sight takes the lock from it. One that does not answer, or says nothing for two heartbeats and then does not answer, has
 * its lock taken too; it learns that from the lock. One that loses its link lets go of the lock and says when it will try
 * again. The others wait a little longer, so that one tab asks a server that is away, and follow whoever is live first.
 *
 * What it keeps true: a follower delivers what the leader delivered, once and in order. Each message comes with the cursor
 * before it, so a follower knows when it missed one; then it says where it stands, and a leader that is live gives what is new
 * since, or all lines. One that takes over resumes by its cursor.
 */
/** @typedef {import("./connection.js").Connection} Connection */
/** @typedef {import("./connection.js").Share} Share */

const ANSWER_WITHIN = 1500; // ms that a leader has to answer
const TAKE_WITHIN = 300; // ms; of several tabs in sight the first one takes the lock, and the others hear of it

/** Those whose next try takes the lock from the tab that has it. @type {WeakSet<Connection>} */
const takers = new WeakSet();

/**
 * Leads if no other tab does, or else follows, until the signal; where there are no locks, neither.
 * @param {Connection} connection @param {Share} share @param {AbortSignal} signal
 * @param {Promise<unknown>} late  after it the connection has a link of its own
 * @returns {Promise<boolean>}  whether it follows, and so needs no link
 */
export async function join(connection, share, signal, late) {
  if (signal.aborted) return false; // whoever wants the lock does so in the next try
  let alone = false;
  late.then(() => (alone = true));
  const leads = await claim(connection, share.name, signal);
  if (signal.aborted || leads === undefined) return false;
  listen(connection, share, signal);
  if (leads) connection.tell = lead(connection, share, signal);
  else if (alone) connection.open(); // and follows then
  else follow(connection, share, signal);
  return !leads;
}

/**
 * Asks for the lock, and holds it until the signal. It does not wait for a tab that has it: browsers put no page to rest
 * that others wait for.
 * @param {Connection} connection @param {string} name @param {AbortSignal} signal
 * @returns {Promise<boolean | undefined>}  undefined where there are no locks
 */
function claim(connection, name, signal) {
  const how = takers.delete(connection) ? { steal: true } : { ifAvailable: true };
  let held = false;
  return new Promise((tell) => {
    const done = navigator.locks.request(name, how, (lock) => {
      tell((held = Boolean(lock)));
      return held && !signal.aborted && new Promise((release) => signal.addEventListener("abort", release));
    });
    done.catch(() => (held ? signal.aborted || connection.open() : tell(undefined))); // another tab took it, or nobody may have it
  }).catch(() => undefined);
}

/**
 * Leads until the signal; gives what tells the followers.
 * @param {Connection} connection @param {Share} share @param {AbortSignal} signal
 */
function lead(connection, { name, snapshot }, signal) {
  const channel = new BroadcastChannel(name);
  /** @param {object} [more] */
  const post = (more) => channel.postMessage({ hidden: document.hidden, ...more });
  const whole = () => ({ ...snapshot(), type: "snapshot", cursor: connection.cursor, heartbeat: connection.silence / 2000 });
  channel.onmessage = ({ data }) => {
    if (!data?.hello) return;
    const { recent, status } = connection;
    const place = recent.findIndex(({ cursor }) => cursor === data.hello);
    // What was corrected or withdrawn since is in no snapshot, and so not shown again for a moment.
    const news = place > 0 && recent.slice(0, place).every(({ type }) => /^(publish|heartbeat|resumed)$/.test(type));
    if (status !== "live") post();
    else if (!news) post({ message: whole() });
    else for (let next = place; next--; ) post({ message: { ...recent[next], now: 0 }, after: recent[next + 1].cursor, again: true });
  };
  document.addEventListener("visibilitychange", () => post(), { signal });
  signal.addEventListener("abort", () => {
    post({ gone: true });
    channel.close();
  });
  return (/** @type {object} */ message, /** @type {string} */ after) => post({ message, after });
}

/**
 * Follows until the signal.
 * @param {Connection} connection @param {Share} share @param {AbortSignal} signal
 */
function follow(connection, { name }, signal) {
  const channel = new BroadcastChannel(name);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const take = () => {
    if (document.hidden || signal.aborted) return;
    takers.add(connection);
    connection.open();
  };
  const greet = () => {
    channel.postMessage({ hello: connection.cursor || true });
    clearTimeout(timer);
    timer = setTimeout(take, ANSWER_WITHIN);
  };
  channel.onmessage = ({ data }) => {
    if (!data || data.hello) return;
    clearTimeout(timer);
    if (data.gone) return connection.open();
    const { message, after, again } = data; // checked as if it came from the network: who knows what else runs on this site
    if (message?.type === "leaving") return leave(connection, message);
    if (data.hidden) timer = setTimeout(take, TAKE_WITHIN * Math.random());
    if (!message) return;
    // A leader that has just taken over may be behind this tab: what it tells is known until it has caught up.
    const known = connection.recent.some(({ cursor }) => cursor === message.cursor);
    if (message.type === "snapshot" ? !known : after === connection.cursor) connection.receive(message);
    else if (known) connection.receive({ type: "resumed" });
    else if (!again) greet(); // or else it is what another one missed
  };
  document.addEventListener("visibilitychange", () => document.hidden || greet(), { signal });
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    channel.close();
  });
  greet();
}

/**
 * Hears the others while the connection waits after the signal: of the time of the next try, and of a tab that is live.
 * @param {Connection} connection @param {Share} share @param {AbortSignal} signal
 */
function listen(connection, share, signal) {
  signal.addEventListener("abort", () => {
    if (connection.status !== "waiting") return;
    const channel = new BroadcastChannel(share.name);
    channel.onmessage = ({ data }) => {
      const message = data?.message;
      if (message?.type === "leaving") leave(connection, message);
      else if (message) connection.retry();
    };
    connection.stay.signal.addEventListener("abort", () => channel.close());
    listen(connection, share, connection.stay.signal);
  });
}

/** Waits for longer than the tab that says so, which may be slow, or gone. @param {Connection} connection @param {any} message */
function leave(connection, message) {
  connection.receive({ ...message, reconnect: message.reconnect + 1 + Math.random() });
}
