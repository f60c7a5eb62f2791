/** The first way to the server: a WebSocket. */
export {};
