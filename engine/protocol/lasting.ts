/** How long engine and gateway both count on something; were they to differ, one would be wrong. */

/** Accepted commands whose answers a row keeps (B2). With more since, only the state is sure. */
export const answersKeptMax = 8;

/** A sign-in lasts twelve hours; ended ones need no mention after that. */
export const signInMaxMs = 12 * 3_600_000;
