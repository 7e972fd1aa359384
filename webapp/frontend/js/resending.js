// A form that must arrive: sent again under its key until the server has taken or refused it. What a lost answer hides is stored
// once, so nothing is doubled.
const PAUSES_MS = [1000, 2000, 4000, 8000, 15000];
// Of these it is not said that it will never be taken: too slow, too many at once.
const LATER = new Set([408, 425, 429]);

const willPass = (answer) => !answer || answer.status >= 500 || LATER.has(answer.status);

// Returns { answer, stop, again }: answer comes when it is known (null where it was stopped), again() does not wait any longer.
// waiting(): called each time it did not arrive.
export function sendUntilTaken(address, options, waiting) {
  let isStopped = false;
  let wake = () => {};
  const pause = (milliseconds) =>
    new Promise((resolve) => {
      wake = resolve;
      setTimeout(resolve, milliseconds);
    });
  const again = () => wake();

  async function send() {
    window.addEventListener("online", again);
    try {
      for (let tries = 0; !isStopped; tries += 1) {
        const answer = await fetch(address, options).catch(() => null);
        if (!willPass(answer)) return answer;
        if (isStopped) break;
        waiting();
        // Not all at once, who were refused at once.
        await pause(PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)] * (0.75 + Math.random() / 2));
      }
      return null;
    } finally {
      window.removeEventListener("online", again);
    }
  }

  const stop = () => {
    isStopped = true;
    wake();
  };
  return { answer: send(), stop, again };
}
