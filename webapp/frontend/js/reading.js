// How a conversation was read: what the suggestions are for is in sight, however long the conversation is.
export function followReading(reading) {
  const follow = () => {
    const turns = reading.querySelector(".talk__turns");
    const asked = turns?.querySelector(".turn--asked");
    if (asked) turns.scrollTop += asked.getBoundingClientRect().bottom - turns.getBoundingClientRect().bottom + 12;
  };
  follow();
  new MutationObserver(follow).observe(reading, { childList: true });
}
