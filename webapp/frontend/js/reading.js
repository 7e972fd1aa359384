// How a conversation was read: what the suggestions are for is in sight, however long the conversation is.
export function followReading(reading, box) {
  // The button is drawn anew with each reading: what was on it goes back to the text.
  reading.addEventListener("click", (event) => {
    if (event.target.closest("[data-swap]")) box.focus();
  });
  foldOnceRead(reading, box);
  const follow = () => {
    const turns = reading.querySelector(".talk__turns");
    const asked = turns?.querySelector(".turn--asked");
    if (asked) turns.scrollTop += asked.getBoundingClientRect().bottom - turns.getBoundingClientRect().bottom + 12;
  };
  follow();
  new MutationObserver(follow).observe(reading, { childList: true });
}

// The box folds when one leaves it for what was found, and at once after a paste; with the focus or the next key it is whole again.
function foldOnceRead(reading, box) {
  const form = box.form;
  const isRead = () => reading.querySelector(".turn") !== null;
  // Not with the focus, which moves while the mouse is still down: what is clicked would move away under it.
  for (const kind of ["click", "keyup"]) {
    document.addEventListener(kind, (event) => {
      if (!form.contains(event.target) && isRead()) form.classList.add("talk__form--read");
    });
  }
  let pasted = false;
  box.addEventListener("paste", () => {
    pasted = true;
  });
  new MutationObserver(() => {
    form.classList.toggle("talk__form--pasted", pasted && isRead());
    if (!isRead()) form.classList.remove("talk__form--read");
    pasted = false;
  }).observe(reading, { childList: true });
  for (const kind of ["keydown", "pointerdown"]) {
    box.addEventListener(kind, () => form.classList.remove("talk__form--pasted"));
  }
}
