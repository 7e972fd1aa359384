"""What customers notice when many are here at once: searches, slow clients, open chats, a hundred who look around.

    python tests/load/many_at_once.py --parts search,slow,chats --seconds 20
    python tests/load/many_at_once.py --parts around --customers 100 --seconds 300

Sets up the sample shop in a folder of its own with the bundled encoder (from KB_HOME/models or var/models) and serves it with two
web processes and a worker; --address URL --home FOLDER measure one that runs already (with KB_PROXIES=1: each customer has an
address of their own). Prints what it measured as JSON; milliseconds, quantiles over all requests of a part.

search  20 searches a second, each on a connection of its own
slow    the same, while 48 clients send their form a byte a second, 48 take nothing of their pages, and 48 have not said what
        they want
chats   200 customers in a chat, each with a stream: every 20 to 60 seconds one writes, a rep's page is told and fetches it, the
        rep answers, and the customer's page is told and fetches that; what finds the database busy is sent again with its key,
        as their pages do, and counted
"""

import argparse
import asyncio
import base64
import contextlib
import json
import random
import re
import socket
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import serving
from serving import shop_folder

SEARCHES = ("refund not received", "cancel order", "cod limit", "रिफंड कब आएगा", "login code not coming", "emi charges",
            "gst bill", "অর্ডার বাতিল করব কীভাবে", "track my parcel", "change address")  # fmt: skip
SLOW = 48
RATE = 20
# Seconds: within which all customers of chats have come, and between two messages of one.
ARRIVAL = 20.0
PAUSE = (20.0, 60.0)


class Client:
    """One customer or rep: an address of its own, and cookies."""

    def __init__(self, base: str, number: int = 0) -> None:
        parts = urllib.parse.urlsplit(base)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 80
        self.cookies: dict[str, str] = {}
        self.address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"

    def head(self, method: str, path: str, *more: str) -> bytes:
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {self.host}:{self.port}",
            f"X-Forwarded-For: {self.address}",
            *more,
        ]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    async def ask(
        self, method: str, path: str, form: dict[str, str] | None = None, *, json_wanted: bool = False
    ) -> tuple[int, dict[str, str], bytes]:
        body = urllib.parse.urlencode(form or {}).encode()
        more = ["Connection: close"]
        if form is not None:
            more += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        if json_wanted:
            more.append("Accept: application/json")
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            writer.write(self.head(method, path, *more) + body)
            await writer.drain()
            status, headers = await self._read_head(reader)
            length = headers.get("content-length")
            return status, headers, await (reader.readexactly(int(length)) if length else reader.read())
        finally:
            writer.close()

    async def listen(self, path: str) -> "tuple[asyncio.StreamReader, asyncio.StreamWriter]":
        reader, writer = await asyncio.open_connection(self.host, self.port)
        writer.write(self.head("GET", path, "Accept: text/event-stream"))
        status, _ = await self._read_head(reader)
        if status != 200:
            raise ConnectionError(f"{path.split('/')[-1]}: {status}")
        return reader, writer

    async def _read_head(self, reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {}
        for line in head[1:]:
            name, _, value = line.partition(": ")
            if name.lower() == "set-cookie":
                cookie, _, content = value.partition(";")[0].partition("=")
                self.cookies[cookie] = content
            headers[name.lower()] = value
        return int(head[0].split()[1]), headers


def quantiles(times: list[float]) -> dict[str, float]:
    if not times:
        return {"count": 0}
    return {"count": len(times), **{f"p{q}": round(float(np.quantile(times, q / 100)), 1) for q in (50, 95, 99)}}


def token_in(page: bytes) -> str:
    found = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "the page has no token"
    return found[1].decode()


async def search(base: str, seconds: int) -> dict[str, object]:
    times: list[float] = []
    errors: list[str] = []

    async def one(number: int) -> None:
        text = f"{SEARCHES[number % len(SEARCHES)]} {number % 7}"
        began = time.perf_counter()
        try:
            status, _, _ = await asyncio.wait_for(
                Client(base, number).ask("GET", f"/help/en/search?q={urllib.parse.quote(text)}"), 30
            )
            if status != 200:
                errors.append(str(status))
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            errors.append(repr(error))
        times.append(1000 * (time.perf_counter() - began))

    tasks = []
    start = time.perf_counter()
    for number in range(RATE * seconds):
        await asyncio.sleep(max(0.0, start + number / RATE - time.perf_counter()))
        tasks.append(asyncio.create_task(one(number)))
    await asyncio.gather(*tasks)
    return {"ms": quantiles(times), "errors": sorted(set(errors)), "failed": len(errors)}


async def around(base: str, seconds: int, customers: int) -> dict[str, object]:
    times: list[float] = []
    errors: list[str] = []
    end = time.perf_counter() + seconds

    async def see(client: Client, path: str) -> bytes:
        began = time.perf_counter()
        try:
            status, _, page = await asyncio.wait_for(client.ask("GET", path), 30)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            status, page = 0, b""
            errors.append(f"{path}: {error!r}")
        if status not in {0, 200}:
            errors.append(f"{path}: {status}")
        times.append(1000 * (time.perf_counter() - began))
        return page

    async def customer(number: int) -> None:
        chance, client = random.Random(number), Client(base, number)
        await asyncio.sleep(5 * chance.random())
        path = "/help/en/"
        while time.perf_counter() < end:
            page = await see(client, path)
            articles = re.findall(rb'href="(/help/en/articles/[^"#?]+)', page)
            if "search" in path and articles:
                path = articles[0].decode()
            elif path == "/help/en/" or "articles" in path:
                path = f"/help/en/search?q={urllib.parse.quote(chance.choice(SEARCHES))}"
                path = chance.choice([path, path, path, "/help/en/person"])
            else:
                path = "/help/en/"
            await asyncio.sleep(chance.uniform(1, 5))

    await asyncio.gather(*(customer(number) for number in range(1, customers + 1)))
    return {"customers": customers, "ms": quantiles(times), "errors": sorted(set(errors)), "failed": len(errors)}


async def slow(base: str, seconds: int) -> dict[str, object]:
    """Searches beside clients that are slow in three ways."""
    client = Client(base, 99)
    _, _, page = await client.ask("GET", "/help/en/contact")
    dribbling, held = [], []
    for _ in range(SLOW):
        _, writer = await asyncio.open_connection(client.host, client.port)
        more = ("Content-Type: application/x-www-form-urlencoded", "Content-Length: 20000")
        writer.write(client.head("POST", "/help/en/contact", *more) + f"csrf_token={token_in(page)}&message=".encode())
        dribbling.append(writer)
    for _ in range(SLOW):
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        sock.connect((client.host, client.port))
        # Many pages at once, so that the buffers of both machines are full.
        sock.sendall(client.head("GET", "/help/en/") * 80)
        held.append(sock)
    for _ in range(SLOW):
        sock = socket.create_connection((client.host, client.port))
        sock.sendall(b"GET /help/en/ HTTP/1.1\r\nHost: ")
        held.append(sock)

    async def dribble() -> None:
        while True:
            for writer in dribbling:
                writer.write(b"a")
            await asyncio.sleep(1)

    task = asyncio.create_task(dribble())
    await asyncio.sleep(8)  # until all buffers on the way to the slow readers are full
    try:
        return await search(base, seconds)
    finally:
        task.cancel()
        for writer in dribbling:
            writer.close()
        for sock in held:
            sock.close()


async def chats(base: str, seconds: int, home: Path, customers: int) -> dict[str, object]:
    rep = Client(base, 1 << 20)
    _, email, password = (home / "demo-logins.txt").read_text(encoding="utf-8").splitlines()[0].split()
    _, _, page = await rep.ask("GET", "/login")
    await rep.ask("POST", "/login", {"email": email, "password": password, "csrf_token": token_in(page)})
    _, _, page = await rep.ask("GET", "/desk/inbox/new")
    token = token_in(page)
    errors: list[str] = []
    to_rep: list[float] = []
    to_customer: list[float] = []
    written: dict[int, float] = {}  # when a customer's message was sent, by conversation
    answered: dict[int, float] = {}
    answers: set[asyncio.Task[None]] = set()
    again: list[str] = []
    begin = time.perf_counter()

    async def send(client: Client, path: str, form: dict[str, str]) -> int:
        for _ in range(5):
            status, _, _ = await client.ask("POST", path, form, json_wanted=True)
            if status != 503:
                break
            again.append(path)
            await asyncio.sleep(3)
        return status

    async def watch_desk() -> None:
        reader, _ = await rep.listen("/desk/live")
        while True:
            line = await reader.readline()
            if not line:
                errors.append("the rep's stream ended")
                return
            if line.startswith(b'data: {"conv'):
                change = json.loads(line[6:])
                if change["kind"] == "message" and change["conversation"] in written:
                    task = asyncio.create_task(answer(change["conversation"]))
                    answers.add(task)
                    task.add_done_callback(answers.discard)

    async def answer(conversation: int) -> None:
        sent_at = written.pop(conversation, None)
        if sent_at is None:
            return
        await rep.ask("GET", f"/desk/inbox/{conversation}?part=head")
        to_rep.append(1000 * (time.perf_counter() - sent_at))
        answered[conversation] = time.perf_counter()
        form = {
            "text": "I am looking into it.",
            "kind": "reply",
            "csrf_token": token,
            "anyway": "1",
            "key": f"answer-{len(to_rep)}-{conversation}",
        }
        status = await send(rep, f"/desk/inbox/{conversation}/messages", form)
        if status != 200:
            errors.append(f"reply: {status}")

    async def customer(number: int) -> None:
        chance = random.Random(number)
        client = Client(base, number)
        try:
            await asyncio.sleep(chance.random() * ARRIVAL)
            _, _, page = await client.ask("GET", "/help/en/chat")
            form = {"csrf_token": token_in(page), "name": f"Customer {number}", "message": "Where is my parcel?"}
            status, headers, _ = await client.ask("POST", "/help/en/chat", form)
            if status != 303:
                errors.append(f"start: {status}")
                return
            here = urllib.parse.urlsplit(headers["location"]).path
            _, _, state = await client.ask("GET", f"{here}/state", json_wanted=True)
            conversation = conversation_of(here)
            reader, writer = await client.listen(f"{here}/live")
            csrf = json.loads(state)["csrf"]
            listening = asyncio.create_task(hear(client, reader, here, conversation))
            while time.perf_counter() < begin + seconds:
                await asyncio.sleep(chance.uniform(*PAUSE))
                written[conversation] = time.perf_counter()
                form = {"text": "Is anything new?", "key": f"{number}-{chance.random():.16f}", "csrf_token": csrf}
                status = await send(client, f"{here}/messages", form)
                if status not in {200, 201}:
                    errors.append(f"message: {status}")
            await asyncio.sleep(2)
            if listening.done():
                errors.append("a stream ended")
            listening.cancel()
            writer.close()
        except (OSError, asyncio.IncompleteReadError, KeyError, ValueError) as error:
            errors.append(repr(error))

    async def hear(client: Client, reader: asyncio.StreamReader, here: str, conversation: int) -> None:
        while line := await reader.readline():
            if line.startswith(b"event: change") and conversation in answered:
                _, _, state = await client.ask("GET", f"{here}/state?after=0", json_wanted=True)
                if json.loads(state)["newest_is_ours"] and (sent_at := answered.pop(conversation, None)):
                    to_customer.append(1000 * (time.perf_counter() - sent_at))

    desk = asyncio.create_task(watch_desk())
    await asyncio.gather(*(customer(number) for number in range(1, customers + 1)))
    desk.cancel()
    await asyncio.gather(*answers)
    return {
        "customers": customers,
        "sent_again": len(again),
        "to_rep_ms": quantiles(to_rep),
        "to_customer_ms": quantiles(to_customer),
        "errors": sorted(set(errors)),
        "failed": len(errors),
    }


def conversation_of(address: str) -> int:
    """Its number, out of the signed (not encrypted) address of a chat."""
    payload = address.rsplit("/", 1)[1].partition(".")[0]
    return int(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))[0])


@contextlib.contextmanager
def served() -> Iterator[tuple[str, Path]]:
    # All who come to the chats come in a minute: no flood, and nobody makes proofs here.
    with shop_folder("bundled") as home, serving.served(home, KB_FREE_MESSAGES_IN_ALL="100000") as server:
        yield server.address, home


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", default="search,slow,chats")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--customers", type=int, default=200)
    parser.add_argument("--address")
    parser.add_argument("--home", type=Path)
    arguments = parser.parse_args()
    running = contextlib.nullcontext((arguments.address, arguments.home)) if arguments.address else served()
    report: dict[str, object] = {}
    with running as (base, home):
        for part in arguments.parts.split(","):
            if part == "search":
                report[part] = asyncio.run(search(base, arguments.seconds))
            elif part == "slow":
                report[part] = asyncio.run(slow(base, arguments.seconds))
            elif part == "around":
                report[part] = asyncio.run(around(base, arguments.seconds, arguments.customers))
            else:
                report[part] = asyncio.run(chats(base, arguments.seconds, home, arguments.customers))
            print(json.dumps({part: report[part]}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
