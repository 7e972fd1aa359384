// How much is read, and in which section one is: shown in the contents and, on a phone, in their fold.
export function followReading(article) {
  const bar = document.querySelector("[data-read]");
  const prose = article.querySelector(".prose");
  const fold = article.querySelector("[data-fold-contents]");
  const now = fold?.querySelector("[data-now]");
  const links = [...document.querySelectorAll(".contents a")];
  const headings = [...new Set(links.map((link) => link.hash))]
    .map((hash) => document.getElementById(decodeURIComponent(hash.slice(1))))
    .filter(Boolean);
  let current = null;
  let waiting = false;

  const follow = () => {
    waiting = false;
    const box = prose.getBoundingClientRect();
    const below = box.height - (innerHeight - Math.max(0, box.top + scrollY));
    bar.value = below > 0 ? Math.min(100, Math.max(0, (scrollY / below) * 100)) : 100;
    // What one reads is in the upper third.
    const last = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight * 0.3).at(-1) ?? null;
    if (last !== current) show(last);
  };
  const show = (heading) => {
    current = heading;
    for (const link of links) {
      if (heading && decodeURIComponent(link.hash.slice(1)) === heading.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    if (now) now.textContent = heading ? (links.find((link) => link.hasAttribute("aria-current"))?.textContent ?? "") : "";
  };
  const soon = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(follow);
  };
  addEventListener("scroll", soon, { passive: true });
  addEventListener("resize", soon, { passive: true });
  fold?.addEventListener("click", (event) => {
    if (event.target.closest("a")) fold.open = false;
  });
  follow();
}
