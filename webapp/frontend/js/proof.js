// Makes the proof that a form asks for while somebody writes. A form that is sent earlier goes out when it is there; one that came
// back for want of it goes out by itself.
import { canSolve, solve } from "./solving.js";

const asked = document.querySelector("[data-proof]");
const form = asked?.closest("form");

function show(name) {
  for (const one of ["without", "working", "done"]) asked.querySelector(`[data-${one}]`).hidden = one !== name;
}

async function start() {
  let isWanted = "send" in asked.dataset;
  let isThere = false;
  let button = null;
  show("working");
  form.addEventListener("submit", (event) => {
    if (isThere) return;
    event.preventDefault();
    isWanted = true;
    button = event.submitter;
  });
  try {
    asked.querySelector("[name=proof]").value = await solve(JSON.parse(asked.dataset.proof));
    show("done");
  } catch {
    show("without"); // the ticket beside it is taken after the wait
    isWanted = false;
  }
  isThere = true;
  if (isWanted) form.requestSubmit(button);
}

if (form && canSolve) start();
