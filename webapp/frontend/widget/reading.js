// An article, read here.
import { article } from "./api.js";
import { question } from "./answers.js";
import { address, articleOf, fromTree, h, newTab } from "./dom.js";
import { t } from "./options.js";
import { trouble } from "./trouble.js";

export function articleView(app, place, { from = null, anchor = "" } = {}) {
  const node = h("div", { class: "reading" }, h("p", { class: "soft" }, t("searching")));
  let title = "";

  function follow(link, event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const href = link.getAttribute("href");
    const other = href.startsWith("#") ? null : articleOf(href);
    if (href.startsWith("#")) {
      event.preventDefault();
      goTo(decodeURIComponent(href.slice(1)));
    } else if (other) {
      event.preventDefault();
      app.read(other, { anchor: decodeURIComponent(new URL(href).hash.slice(1)) });
    }
  }

  function goTo(id) {
    const found = id && [...node.querySelectorAll("[id]")].find((one) => one.id === id);
    if (!found) return;
    found.tabIndex = -1;
    found.focus({ preventScroll: true });
    app.scrollTo(found);
  }

  async function load() {
    try {
      const read = await article(place, from);
      title = read.title;
      const body = h("div", { lang: read.language }, h("h3", { tabindex: "-1", class: "title" }, title), fromTree(read.content, follow));
      const whole = h("a", { href: address(read.url), target: "_blank", rel: "noopener" }, t("open_centre"), newTab());
      node.replaceChildren(body, question(`article:${read.id}`, from?.id, app), h("p", { class: "soft" }, whole));
      app.titled();
      if (anchor) goTo(anchor);
      else body.firstChild.focus({ preventScroll: true });
      app.searched = true;
      app.emit("read", { title, language: read.language });
    } catch (error) {
      node.replaceChildren(trouble(error, load));
      app.failed(error, node);
    }
  }

  load();
  return { title: () => title || t("help"), node, focus: () => node.querySelector("[tabindex]")?.focus() };
}
