/** The ways to the server where a proxy is in the way of WebSockets. They are loaded on demand and import nothing. */
export {};
