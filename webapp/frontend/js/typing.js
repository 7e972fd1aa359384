// What the typing came to rest on is asked once more, for its verdict. Not where somebody is at the results already: they would be
// exchanged under their hands. What they open is recorded all the same.
export function leaveResultsInUse() {
  for (const kind of ["htmx:before:request", "htmx:before:swap"]) {
    document.addEventListener(kind, (event) => {
      const isLate = event.target.closest?.("[data-rested]");
      if (isLate && document.activeElement?.closest("#results, #preview")) event.preventDefault();
    });
  }
}
