/** What `follow.js` comes to: the stale version is fetched, and not shown. */
export const FOLLOWED = { shown: ['1 light', '2 dark', '2 dark'], fetches: 4, handlers: 0 };
