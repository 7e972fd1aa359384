"""Server time of article pages: rendered, from memory, and not sent again. `KB_HOME=… python tests/load/article_pages.py`

In this process, without a network: time of the processor, so that what else runs here does not count, and time by the clock,
which says something on a quiet machine only.
"""

import re
import statistics
import time
from collections.abc import Callable

from kb.core.settings import load_settings
from webapp.app import create_app
from webapp.shared.page_cache import init_page_cache

ROUNDS = 300


def measure(name: str, ask: Callable[[int], object]) -> None:
    """Prints median and 95th percentile in milliseconds, of the processor and by the clock."""
    busy, clock = [], []
    for number in range(ROUNDS):
        start = time.thread_time(), time.perf_counter()
        ask(number)
        busy.append((time.thread_time() - start[0]) * 1000)
        clock.append((time.perf_counter() - start[1]) * 1000)
    figures = [
        f"{kind} p50 {statistics.median(times):5.1f} ms   p95 {sorted(times)[int(ROUNDS * 0.95)]:5.1f} ms"
        for kind, times in (("processor", busy), ("clock", clock))
    ]
    print(f"{name:<12} {'   '.join(figures)}")


def main() -> None:
    app = create_app(load_settings())
    # One client asks for all.
    app.extensions["kb_limiter"].enabled = False
    client = app.test_client()
    headers = {"Accept-Encoding": "br"}
    maps = "".join(client.get(f"/help/{tag}/sitemap.xml").text for tag in app.extensions["kb_languages"])
    paths = re.findall(r"<loc>https?://[^/]+(/[^<]+/articles/[^<]+)</loc>", maps)[:100]
    tags = {path: client.get(path, headers=headers).headers["ETag"] for path in paths}

    def rendered(number: int) -> None:
        init_page_cache(app)
        client.get(paths[number % len(paths)], headers=headers)

    def again(number: int) -> None:
        path = paths[number % len(paths)]
        assert client.get(path, headers=headers | {"If-None-Match": tags[path]}).status_code == 304

    measure("rendered", rendered)
    for path in paths:
        client.get(path, headers=headers)
    measure("from memory", lambda number: client.get(paths[number % len(paths)], headers=headers))
    measure("not again", again)


if __name__ == "__main__":
    main()
