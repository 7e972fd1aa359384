// The colour switch works at once; the server learns of it by the form, which sets the cookie.
export function switchThemeInPlace() {
  for (const form of document.querySelectorAll("[data-theme-form]")) {
    form.addEventListener("submit", (event) => {
      const theme = event.submitter?.value;
      if (!theme) return;
      event.preventDefault();
      const data = new FormData(form, event.submitter);
      document.documentElement.dataset.theme = theme;
      document.querySelector("meta[name=color-scheme]").content = theme === "auto" ? "light dark" : theme;
      for (const button of form.querySelectorAll("button")) {
        button.setAttribute("aria-pressed", String(button.value === theme));
      }
      fetch(form.action, { method: "POST", body: data, redirect: "manual" });
    });
  }
}
