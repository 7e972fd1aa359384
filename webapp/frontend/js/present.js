// Says that a rep is at the desk: who is there decides how long customers in line are told that it takes.
const EVERY_MS = 60000;
// A page behind another one counts while its rep has used this browser lately.
const USED_WITHIN_MS = 300000;

export function sayPresent() {
  const token = document.querySelector("[name=csrf_token]")?.value;
  if (!token) return;
  let usedAt = performance.now();
  for (const name of ["pointerdown", "keydown"]) {
    document.addEventListener(name, () => (usedAt = performance.now()), { passive: true });
  }
  const say = () => {
    if (document.hidden && performance.now() - usedAt > USED_WITHIN_MS) return;
    fetch("/desk/present", { method: "POST", body: new URLSearchParams({ csrf_token: token }) }).catch(() => {});
  };
  setInterval(say, EVERY_MS);
  say();
}
