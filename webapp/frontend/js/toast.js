// One line that says what has just happened, read out by screen readers.
let hiding;

export function say(text) {
  const toast = document.querySelector("[data-toast]");
  toast.textContent = text;
  toast.classList.add("toast--shown");
  clearTimeout(hiding);
  hiding = setTimeout(() => {
    toast.classList.remove("toast--shown");
    toast.textContent = "";
  }, 2600);
}

export function phrase(name) {
  return document.querySelector("[data-toast]").dataset[name];
}
