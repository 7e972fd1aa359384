// A menu closes by Escape and when one clicks or tabs out of it.
export function closeMenusOnLeave() {
  const close = (menu) => menu.removeAttribute("open");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest?.("[data-menu][open]");
    if (!menu) return;
    close(menu);
    menu.querySelector("summary").focus();
    event.stopPropagation();
    event.preventDefault(); // what the menu is in stays open
  });
  for (const kind of ["click", "focusin"]) {
    document.addEventListener(kind, (event) => {
      for (const menu of document.querySelectorAll("[data-menu][open]")) {
        if (!menu.contains(event.target)) close(menu);
      }
    });
  }
}

// On a narrow screen all places are behind one button: the menu that this page is in stands open there.
export function openMenuOfThisPage() {
  const places = document.querySelector("#all-places");
  places?.addEventListener("toggle", (event) => {
    if (event.newState !== "open") return;
    places.querySelector("[data-menu]:has([aria-current])")?.setAttribute("open", "");
  });
}
