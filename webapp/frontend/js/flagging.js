// "w": something is wrong with the article that is read. The words are written where it stands, so that nobody leaves the conversation.
export function flagByKey(sheet) {
  const summary = sheet?.querySelector("[data-flag]");
  if (!summary) return false;
  const { parentElement: details } = summary;
  details.open = true;
  const talk = document.querySelector("[data-conversation-id]");
  if (talk) details.querySelector("[data-conversation-field]").value = talk.dataset.conversationId;
  details.querySelector("textarea").focus();
  return true;
}

export function flagOnClick(root) {
  root.addEventListener("click", (event) => {
    const summary = event.target.closest("summary[data-flag]");
    if (!summary || summary.parentElement.open) return;
    event.preventDefault();
    flagByKey(summary.closest(".sheet"));
  });
}
