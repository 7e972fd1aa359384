// Elements, made one by one: no page's content policy, also one that trusts no HTML, has anything to refuse here.
import { base, t } from "./options.js";

const SVG = "http://www.w3.org/2000/svg";
const TAGS = new Set(
  ("p br hr h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre code kbd samp var em strong b i s del ins mark small sub sup abbr " +
    "cite q a img div span table caption thead tbody tfoot tr th td details summary bdi figure figcaption").split(" "),
);
const ATTRIBUTES = new Set("alt title width height id class lang dir start value colspan rowspan scope open".split(" "));
// An article's title is an h3 here.
const HEADINGS = { h2: "h4", h3: "h5", h4: "h6", h5: "h6" };
const SCHEMES = new Set(["http:", "https:", "mailto:", "tel:", "sms:"]);

/** `h("button", {class: "x", onclick: f}, "text", child)`. What is null or false is left out. */
export function h(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return element;
}

export function icon(path) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" })) svg.setAttribute(key, value);
  const drawn = document.createElementNS(SVG, "path");
  drawn.setAttribute("d", path);
  svg.append(drawn);
  return svg;
}

/** What a screen reader says after a link that leaves the page. */
export const newTab = () => h("span", { class: "sr" }, ` (${t("new_tab")})`);

const root = new URL(base).pathname;

/** An address of the help centre or of elsewhere as a whole one, "" where it is none that one can follow. */
export function address(href) {
  // Where the help centre has a path of its own, some addresses come with it and some without.
  const isWithout = href.startsWith("/") && !href.startsWith("//") && !href.startsWith(root);
  try {
    const url = new URL(isWithout ? href.slice(1) : href, base);
    return SCHEMES.has(url.protocol) ? url.href : "";
  } catch {
    return "";
  }
}

/** Language and slug where the address is that of an article of this help centre, else null. */
export function articleOf(href) {
  const whole = address(href);
  if (!whole.startsWith(base)) return null;
  const found = /^help\/([^/?#]+)\/articles\/([^?#]+)/.exec(whole.slice(base.length));
  return found && { language: decodeURIComponent(found[1]), slug: decodeURIComponent(found[2]) };
}

/** Elements of an article: what is named above and nothing else. `follow(link, event)` hears clicks on links. */
export function fromTree(nodes, follow) {
  return nodes.flatMap((node) => {
    if (typeof node === "string") return [node];
    const [name, attributes, children] = node;
    if (!TAGS.has(name)) return fromTree(children, follow);
    const element = document.createElement(HEADINGS[name] ?? name);
    for (const [key, value] of Object.entries(attributes)) if (ATTRIBUTES.has(key)) element.setAttribute(key, value);
    if (name === "a") toLink(element, attributes.href ?? "", follow);
    if (name === "img") {
      element.loading = "lazy";
      element.src = /^(?:mailto|tel|sms):/.test(attributes.src ?? "") ? "" : address(attributes.src ?? "");
    }
    element.append(...fromTree(children, follow));
    if (name !== "table") return [element];
    return [h("div", { class: "wide", tabindex: "0" }, element)];
  });
}

function toLink(element, href, follow) {
  const target = href.startsWith("#") ? href : address(href);
  if (!target) return;
  element.setAttribute("href", target);
  if (!href.startsWith("#") && /^https?:/.test(target)) {
    element.target = "_blank";
    element.rel = "noopener";
  }
  element.addEventListener("click", (event) => follow(element, event));
}
