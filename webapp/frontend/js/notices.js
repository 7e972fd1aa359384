// A notice ends by itself, on pages that stay open too.
const LONGEST = 2 ** 31 - 1; // of a timer

export function endNotices() {
  for (const notice of document.querySelectorAll("[data-until]:not([data-timed])")) {
    const left = Date.parse(notice.dataset.until) - Date.now();
    notice.dataset.timed = "";
    if (left < LONGEST) setTimeout(() => remove(notice), Math.max(left, 0));
  }
}

function remove(notice) {
  const list = notice.parentElement;
  notice.remove();
  if (list && !list.children.length) list.remove();
}
