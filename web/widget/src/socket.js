/** The first way to the server: a WebSocket. */

/** @type {import("./connection.js").Way} */
export function socket(at, message, closed, signal) {
  const url = at("ws");
  url.protocol = url.protocol.replace("http", "ws");
  const socket = new WebSocket(url); // throws on a page that may not open it (mixed content)
  socket.onmessage = ({ data }) => message(data);
  // Where the page's policy forbids it, Chromium tells of an error, which has no code, and of no close.
  socket.onerror = socket.onclose = (/** @type {any} */ { code }) => closed(code);
  // It lets go without waiting for the other side: on a dead link its answer would come after minutes, or never.
  signal.onabort = () => socket.close();
}
