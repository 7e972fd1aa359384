// How a conversation was read: what the suggestions are for is in sight, however long the conversation is.
export function followReading(reading, box) {
  // The button is drawn anew with each reading: what was on it goes back to the text.
  reading.addEventListener("click", (event) => {
    if (event.target.closest("[data-swap]")) box.focus();
  });
  const follow = () => {
    const turns = reading.querySelector(".talk__turns");
    const asked = turns?.querySelector(".turn--asked");
    if (asked) turns.scrollTop += asked.getBoundingClientRect().bottom - turns.getBoundingClientRect().bottom + 12;
  };
  follow();
  new MutationObserver(follow).observe(reading, { childList: true });
}
