// A message to a person. What was typed stays until it has arrived.
import { contact, randomName } from "./api.js";
import { proofFor } from "../js/solving.js";
import { address, h, newTab } from "./dom.js";
import { t } from "./options.js";
import { trouble } from "./trouble.js";

const WRONG = {
  name: { missing: "name_missing", long: "name_long" },
  contact: { missing: "reach_missing", wrong: "reach_wrong" },
  message: { missing: "message_missing", long: "message_long" },
};

function field(id, label, hint, control) {
  const error = h("p", { class: "error", id: `${id}-error` });
  control.id = id;
  control.required = true;
  control.setAttribute("aria-describedby", hint ? `${id}-hint ${id}-error` : `${id}-error`);
  return {
    control,
    node: h("div", { class: "field" }, h("label", { for: id }, label), hint && h("p", { class: "soft", id: `${id}-hint` }, hint), control, error),
    complain(text) {
      error.textContent = text;
      control.setAttribute("aria-invalid", text ? "true" : "false");
    },
  };
}

export function contactView(app) {
  const fields = {
    name: field("name", t("name"), "", h("input", { autocomplete: "name", maxlength: "200" })),
    contact: field("contact", t("reach"), t("reach_use"), h("input", { autocomplete: "email", inputmode: "email", maxlength: "200" })),
    message: field("message", t("message"), t("message_hint"), h("textarea", { rows: "5", maxlength: "5000" })),
  };
  const tick = h("input", { type: "checkbox", id: "share" });
  const share = h("label", { class: "tick" }, tick, h("span", null, t("share")));
  const button = h("button", { class: "main", type: "submit" }, t("send"));
  const out = h("div");
  const ways = h("div", { class: "ways" });
  const form = h("form", { novalidate: true, onsubmit: send }, Object.values(fields).map((one) => one.node), share, out, h("p", null, button));
  const node = h("div", null, ways, form);
  let isOnItsWay = false;
  let name = randomName(); // of this form: sent twice it is one message
  let anew = null;

  async function send(event) {
    event?.preventDefault();
    if (isOnItsWay) return;
    isOnItsWay = true;
    button.setAttribute("aria-disabled", "true");
    out.replaceChildren();
    for (const one of Object.values(fields)) one.complain("");
    const values = Object.fromEntries(Object.entries(fields).map(([name, one]) => [name, one.control.value]));
    try {
      arrived(await deliver({ ...values, share: tick.checked && app.searched, form: name }));
    } catch (error) {
      const kinds = error.answer?.fields ?? {};
      const wrong = Object.keys(WRONG).filter((name) => name in kinds);
      for (const name of wrong) fields[name].complain(t(WRONG[name][kinds[name]] ?? WRONG[name].missing));
      if (wrong.length) fields[wrong[0]].control.focus();
      else out.replaceChildren(trouble(error, () => send()));
      app.failed(error, out);
    } finally {
      isOnItsWay = false;
      button.removeAttribute("aria-disabled");
    }
  }

  // While very many write, each message comes with some work of the browser.
  async function deliver(values) {
    try {
      return await contact(values);
    } catch (error) {
      if (!error.answer?.proof) throw error;
      out.replaceChildren(h("p", { class: "soft", role: "status" }, t("proving")));
      const proof = await proofFor(error.answer.proof);
      out.replaceChildren();
      return contact({ ...values, proof });
    }
  }

  function arrived(answer) {
    const done = h(
      "div",
      { class: "notice good" },
      h("h3", { tabindex: "-1" }, t("sent")),
      h("p", null, t("sent_to", { contact: answer.contact })),
      h("p", null, t("reference", { number: answer.reference })),
      answer.masked.length ? h("p", null, t("masked", { what: answer.masked.join(", ") })) : null,
      answer.url && h("p", null, h("a", { href: address(answer.url), target: "_blank", rel: "noopener" }, t("follow"))),
    );
    form.replaceWith(done);
    done.firstChild.focus();
    fields.message.control.value = "";
    name = randomName();
    app.emit("contact", { reference: answer.reference });
    anew = () => done.replaceWith(form);
  }

  return {
    title: () => t("contact"),
    node,
    focus: () => (fields.name.control.isConnected ? fields.name.control : node.querySelector("[tabindex]"))?.focus(),
    shown() {
      share.hidden = !app.searched;
      app.links().then(
        (links) => {
          const link = (name, word, kind) => h("a", { class: kind, href: address(links[name]), target: "_blank", rel: "noopener" }, t(word), newTab());
          ways.replaceChildren(link("chat", "chat", "main"), link("person", "ways"));
        },
        () => {},
      );
    },
    fill(text) {
      anew?.();
      anew = null;
      if (text && !fields.message.control.value) fields.message.control.value = text;
    },
  };
}
