// What the script tag says, and where the help centre is: beside this script, also under a path of its own.

const tag = document.currentScript ?? [...document.scripts].find((one) => /\/widget\.js(?:[?#]|$)/.test(one.src));

export const base = new URL(".", tag?.src || location.href).href;

const data = tag?.dataset ?? {};

const origins = (data.origins ?? "").split(/[\s,]+/).filter(Boolean);

export const options = {
  position: data.position === "left" ? "left" : "right",
  theme: ["light", "dark"].includes(data.theme) ? data.theme : "auto",
  hasButton: data.button !== "off",
  label: data.label ?? "",
  suggest: "suggest" in data ? data.suggest || "load" : "open",
  // Windows of these sites may open it by messages and hear what happens; the page's own site always may.
  origins: new Set([location.origin, ...origins.map((one) => URL.parse?.(one)?.origin ?? one)]),
};

/** The first of the wanted languages that there are words for: `hi` for `hi-IN` and `hi-Latn`. */
function choose(wanted, offered) {
  for (const one of wanted) {
    const asked = one.trim().replaceAll("_", "-").toLowerCase();
    const found = offered.find((tag) => tag.toLowerCase() === asked) ?? offered.find((tag) => tag.toLowerCase() === asked.split("-")[0]);
    if (found) return found;
  }
  return offered[0];
}

/* global KB_WORDS -- put in front by the server, in all languages on offer */
export const language = choose(
  [data.language, document.documentElement.lang, ...(navigator.languages ?? [navigator.language])].filter(Boolean),
  Object.keys(KB_WORDS),
);

const words = KB_WORDS[language];

/** A word in the reader's language, with what stands in braces filled in. */
export function t(name, values = {}) {
  return words[name].replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
}
