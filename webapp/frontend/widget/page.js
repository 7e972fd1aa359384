// What the page is about, without what it says of its reader: no query string, no numbers, no names that one can tell for such.

const MOST = 200;
const GREETING = /^\s*(?:hi|hello|hey|dear|welcome|good (?:morning|afternoon|evening)|namaste|नमस्ते|नमस्कार|स्वागत|প্রিয়|স্বাগত|নমস্কার)(?![\p{L}\p{M}])/iu;
const OWNED = /(?:^|\s)\p{Lu}[\p{L}\p{M}]+['’]s(?=\s|$)/gu;
const SOMEBODYS = /^(?:u|user|users|profile|profiles|member|members|customer|customers|people|person|id|token)$/i;
const NOTHING = /^(?:index|home|html?|php|aspx?|www|page|pages|en|hi|bn)$/i;

/** A text of the page with what looks personal left out: addresses, numbers, long codes; a greeting is nothing but personal. */
export function withoutPersonal(text) {
  if (GREETING.test(text)) return "";
  return text
    .normalize("NFC")
    .replace(OWNED, " ")
    .split(/\s+/)
    .filter((word) => !/[@\\]|:\/\/|www\./.test(word) && (word.match(/\p{Nd}/gu) ?? []).length < 3 && word.length <= 30)
    .join(" ")
    .trim();
}

function wordsOfPath(path) {
  const words = [];
  let isSomebody = false;
  for (const part of path.split("/")) {
    let text = part;
    try {
      text = decodeURIComponent(part);
    } catch {
      continue;
    }
    if (!isSomebody && !/[\p{Nd}@]/u.test(text)) {
      words.push(...text.split(/[-_.+\s]+/).filter((word) => /^[\p{L}\p{M}]{2,20}$/u.test(word) && !NOTHING.test(word)));
    }
    isSomebody = SOMEBODYS.test(text);
  }
  return words.join(" ");
}

/** For what articles are offered; "" where the page says nothing. What is marked `data-kb-private` is not looked at. */
export function pageText(given) {
  if (given && !["open", "load"].includes(given)) return withoutPersonal(given).slice(0, MOST);
  const heading = [...document.querySelectorAll("h1")].find(
    (one) => !one.closest("[data-kb-private]") && !one.querySelector("[data-kb-private]") && one.getClientRects().length,
  );
  const title = document.title.split(/\s[|–—·•-]\s/)[0];
  const found = [heading?.textContent ?? "", title].map(withoutPersonal).filter(Boolean);
  if (found.length === 2 && found[0].toLowerCase().includes(found[1].toLowerCase())) found.pop();
  const text = found.join(". ");
  return (text.split(/\s+/).length > 1 ? text : `${text} ${wordsOfPath(location.pathname)}`).trim().slice(0, MOST);
}
