// The work that is asked for before a message, done by ALTCHA's own library. Browsers have what it takes on encrypted pages only.
import { solveChallenge } from "altcha-lib";
import { deriveKey } from "altcha-lib/algorithms/web/pbkdf2";

export const canSolve = Boolean(globalThis.crypto?.subtle);

/** The same for { challenge, ticket, wait } of the server; where nothing can be solved, the ticket after its wait. */
export async function proofFor({ challenge, ticket, wait }) {
  if (canSolve) return solve(challenge);
  await new Promise((resolve) => {
    setTimeout(resolve, (wait + 1) * 1000);
  });
  return ticket;
}

/** What a form sends as its proof. */
export async function solve(challenge) {
  const solution = await solveChallenge({ challenge, deriveKey, timeout: 120_000 });
  if (!solution) throw new Error("not solved");
  return btoa(JSON.stringify({ challenge, solution }));
}
