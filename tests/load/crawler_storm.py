"""A crawler storm: clients that ask for whatever an address can say, without a pause, and what people notice meanwhile.

    python tests/load/crawler_storm.py --seconds 20 --crawlers 24

Sets up the sample shop and serves it as tests/load/many_at_once.py does (--address URL measures one that runs already). Crawlers
ask for random paths, parameters that nobody knows, `?page=-1`, slugs in the wrong language and of long ago, addresses of several
thousand characters, the desk, and searches for nonsense. People open articles and search, `RATE` times a second, each with an
address of their own. Prints, as JSON, what people waited for without and beside the storm, and how the crawlers were answered.
"""

import argparse
import asyncio
import contextlib
import json
import random
import re
import time
import urllib.parse
from collections import Counter
from pathlib import Path

from many_at_once import SEARCHES, Client, quantiles, served

RATE = 10
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-%./?&=<>\"'कখ"
WITHIN = 30.0  # seconds


def strange_address(chance: random.Random, slugs: list[str]) -> str:
    """A path with a query, as crawlers and people who look for holes make them."""
    language = chance.choice(("en", "hi", "bn", "EN", "fr", "xx", "%00", "en-US"))
    slug, junk = chance.choice(slugs), "".join(chance.choices(LETTERS, k=chance.randint(1, 30)))
    quoted = urllib.parse.quote(junk)
    return chance.choice(
        (
            f"/help/{language}/articles/{slug}?page=-1",
            f"/help/{language}/articles/{slug}?utm_{quoted}={quoted}&page={chance.randint(-(10**20), 10**20)}",
            f"/help/{language}/articles/{slug}-{chance.randint(1, 99)}",
            f"/help/{language}/articles/{quoted}",
            f"/help/{language}/topics/{quoted}?page=-1&page=2",
            f"/help/{language}/search?q={quoted}&page=-1",
            f"/help/{language}/search?q={quoted}&q={'x' * chance.randint(1, 5000)}",
            f"/{quoted}",
            f"/{quoted}/../../etc/passwd",
            f"/help//{language}//{slug}/",
            f"/desk/inbox/{chance.randint(-5, 10**9)}",
            f"/help/{language}/chat/{quoted}",
            f"/wp-login.php?{quoted}",
        )
    )


async def crawl(base: str, number: int, end: float, slugs: list[str], statuses: Counter[str]) -> None:
    chance = random.Random(number)
    client = Client(base, 500_000 + number)
    while time.perf_counter() < end:
        try:
            status, _, _ = await asyncio.wait_for(client.ask("GET", strange_address(chance, slugs)), WITHIN)
            statuses[str(status)] += 1
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            statuses[type(error).__name__] += 1


async def people(base: str, seconds: int, slugs: list[str], first: int) -> dict[str, object]:
    articles: list[float] = []
    searches: list[float] = []
    errors: Counter[str] = Counter()

    async def one(number: int) -> None:
        is_search = number % 2 == 0
        text = f"{SEARCHES[number % len(SEARCHES)]} {number % 7}"
        path = f"search?q={urllib.parse.quote(text)}" if is_search else f"articles/{slugs[number % len(slugs)]}"
        began = time.perf_counter()
        try:
            status, _, _ = await asyncio.wait_for(Client(base, first + number).ask("GET", f"/help/en/{path}"), WITHIN)
            if status != 200:
                errors[str(status)] += 1
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            errors[type(error).__name__] += 1
        (searches if is_search else articles).append(1000 * (time.perf_counter() - began))

    tasks = []
    start = time.perf_counter()
    for number in range(RATE * seconds):
        await asyncio.sleep(max(0.0, start + number / RATE - time.perf_counter()))
        tasks.append(asyncio.create_task(one(number)))
    await asyncio.gather(*tasks)
    return {"article_ms": quantiles(articles), "search_ms": quantiles(searches), "failed": dict(errors)}


async def storm(base: str, seconds: int, crawlers: int) -> dict[str, object]:
    _, _, site_map = await Client(base, 1).ask("GET", "/help/en/sitemap.xml")
    slugs = sorted(set(re.findall(r"/articles/([\w-]+)</loc>", site_map.decode())))
    await people(base, 3, slugs, 10_000)
    alone = await people(base, seconds, slugs, 20_000)
    statuses: Counter[str] = Counter()
    end = time.perf_counter() + seconds
    crawling = [asyncio.create_task(crawl(base, number, end, slugs, statuses)) for number in range(crawlers)]
    beside = await people(base, seconds, slugs, 30_000)
    await asyncio.gather(*crawling)
    return {
        "alone": alone,
        "beside_storm": beside,
        "crawlers": {"clients": crawlers, "asked_a_second": round(statuses.total() / seconds, 1), "answers": statuses},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--crawlers", type=int, default=24)
    parser.add_argument("--address")
    arguments = parser.parse_args()
    running = contextlib.nullcontext((arguments.address, Path())) if arguments.address else served()
    with running as (base, _):
        print(json.dumps(asyncio.run(storm(base, arguments.seconds, arguments.crawlers)), indent=1))


if __name__ == "__main__":
    main()
