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
export type Connection = import("./connection.js").Connection;
export type Share = import("./connection.js").Share;
/**
 * Leads if no other tab does, or else follows, until the signal; where there are no locks, neither.
 * @param {Connection} connection @param {Share} share @param {AbortSignal} signal
 * @param {Promise<unknown>} late  after it the connection has a link of its own
 * @returns {Promise<boolean>}  whether it follows, and so needs no link
 */
export declare function join(connection: Connection, share: Share, signal: AbortSignal, late: Promise<unknown>): Promise<boolean>;
