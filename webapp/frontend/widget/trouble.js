// What went wrong, in words, with a way on: nothing that was typed is lost.
import { Failure } from "./api.js";
import { h } from "./dom.js";
import { base, language, t } from "./options.js";

/** A notice for a failure. `again` tries once more. */
export function trouble(error, again) {
  const kind = error instanceof Failure ? error.kind : "away";
  if (!(error instanceof Failure)) console.error("KbAssist:", error);
  const centre = h("a", { href: new URL(`help/${language}/`, base).href, target: "_blank", rel: "noopener" }, t("open_centre"));
  if (kind === "not_here") return h("div", { class: "notice" }, h("p", null, t("not_here")), h("p", null, centre));
  if (kind === "gone") return h("div", { class: "notice" }, h("p", null, t("gone")));
  const retry = again && h("button", { type: "button", class: "plain", onclick: again }, t("again"));
  if (kind === "busy" || kind === "too_often") return h("div", { class: "notice" }, h("p", null, t(kind)), retry);
  return h("div", { class: "notice" }, h("p", { class: "strong" }, t("away")), h("p", null, t("away_more"), " ", centre), retry);
}
