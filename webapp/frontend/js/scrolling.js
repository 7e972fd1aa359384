// A table or listing that is wider than the page scrolls by itself; by the keyboard only if it can have the focus.
export function makeScrollersFocusable(root = document) {
  for (const element of root.querySelectorAll(".prose table, .prose pre, .table-scroll")) {
    if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
  }
}
