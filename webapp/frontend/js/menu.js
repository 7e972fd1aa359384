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
  });
  for (const kind of ["click", "focusin"]) {
    document.addEventListener(kind, (event) => {
      for (const menu of document.querySelectorAll("[data-menu][open]")) {
        if (!menu.contains(event.target)) close(menu);
      }
    });
  }
}
