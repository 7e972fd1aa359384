"""What reps notice when many work at once, how soon a suggestion is there after a message, an answer while one types, and a
conversation of 10,000 messages.

    python tests/load/reps_at_the_desk.py --reps 30 --seconds 30

Sets up the sample shop in a folder of its own with the bundled encoder (from KB_HOME/models or var/models), or takes a folder
that `kb setup` has made (--home; it is written to). Serves it with two web processes and a worker, lets every rep do something
each few seconds (open a conversation, ask for its answers, look for something, keep a draft, store a customer's message or a
reply), and prints what it measured as JSON.
"""

import argparse
import contextlib
import http.cookiejar
import json
import random
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
from serving import served, shop_folder
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.database import create_database_engine
from kb.core.settings import Settings
from kb.service.conversations import open_conversation
from kb.service.customers import GivenCustomer, recognise_customer
from kb.service.standing import bring_up_to_date
from kb.tables import Channel, Message

SEARCHES = (
    "refund not received",
    "cancel order",
    "cod limit",
    "रिफंड कब आएगा",
    "login code not coming",
    "emi charges",
    "gst bill",
)
MESSAGES = ("and when will the refund come?", "can I change the address?", "किस्त कैसे होगी?", "how do I return the lamp?")
REPLY = "I have looked it up for you and sent it by e-mail."
PAUSE_SECONDS = 3.0
LONG = 10_000


class Rep:
    """Somebody who has logged in: all share one person, who may log in only so often."""

    def __init__(self, address: str, cookies: http.cookiejar.CookieJar, token: str) -> None:
        self.address, self.token, self.cookies = address, token, cookies
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))

    def ask(self, path: str, *, form: dict[str, str] | None = None, body: object = None) -> bytes:
        headers = {"X-CSRFToken": self.token, "HX-Request": "true"}
        data = None
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        elif form is not None:
            data = urllib.parse.urlencode(form).encode()
        request = urllib.request.Request(self.address + path, data=data, headers=headers)
        with self._opener.open(request, timeout=60) as answer:
            return bytes(answer.read())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reps", type=int, default=30)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--home", type=Path, help="a folder made by kb setup")
    arguments = parser.parse_args()
    folder = contextlib.nullcontext(arguments.home) if arguments.home else shop_folder("bundled")
    with folder as home:
        long_one = add_long_conversation(home)
        with served(home) as server:
            rep = log_in(server.address, home)
            conversations = [int(number) for number in set(re.findall(rb"/desk/inbox/(\d+)", rep.ask("/desk/inbox")))]
            report = {
                "long_conversation_ms": times_of(lambda: rep.ask(f"/desk/inbox/{long_one}"), 12),
                "typing_ms": typing_times(rep),
                "suggestion_ms": suggestion_times(rep),
                **work(rep, conversations, arguments.reps, arguments.seconds),
            }
    print(json.dumps(report, indent=1))


def log_in(address: str, home: Path, number: int = 0) -> Rep:
    """number: of the demo log-in."""
    _, email, password = (home / "demo-logins.txt").read_text(encoding="utf-8").splitlines()[number].split()
    cookies = http.cookiejar.CookieJar()
    rep = Rep(address, cookies, "")
    rep.token = token_in(rep.ask("/login"))
    rep.ask("/login", form={"email": email, "password": password, "csrf_token": rep.token})
    rep.token = token_in(Rep(address, cookies, rep.token).ask("/desk/inbox/new"))
    return rep


def token_in(page: bytes) -> str:
    found = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "the page has no token"
    return found[1].decode()


def quantiles(times: list[float]) -> dict[str, float]:
    return {"p50": round(float(np.quantile(times, 0.5)), 1), "p95": round(float(np.quantile(times, 0.95)), 1)}


def add_long_conversation(home: Path) -> int:
    """A conversation of LONG messages; its number."""
    engine = create_database_engine(Settings(home_text=str(home)))
    start = utc_now() - timedelta(days=30)
    with Session(engine) as session:
        customer = recognise_customer(session, GivenCustomer(name="Long Story"), region="IN").customer
        talk = open_conversation(session, customer, Channel.CHAT, origin="test").conversation
        session.add_all(
            Message(
                conversation_id=talk.id,
                role=("agent" if number % 2 else "customer"),
                text=f"Line {number}: {SEARCHES[number % len(SEARCHES)]}",
                sent_at=start + timedelta(minutes=number),
            )
            for number in range(LONG)
        )
        session.flush()
        bring_up_to_date(session, talk)
        session.commit()
        number = talk.id
    engine.dispose()
    return number


def times_of(act: Callable[[], object], count: int) -> dict[str, float]:
    measured = []
    for _ in range(count):
        began = time.perf_counter()
        act()
        measured.append(1000 * (time.perf_counter() - began))
    return quantiles(measured)


def typing_times(rep: Rep) -> dict[str, float]:
    """From each letter that is typed to the list of results for what stands there so far."""
    typed = [text[:length] for text in SEARCHES for length in range(3, len(text) + 1)]
    texts = iter(typed)
    return times_of(lambda: rep.ask(f"/desk/?typing=1&q={urllib.parse.quote(next(texts))}"), len(typed))


def suggestion_times(rep: Rep, count: int = 20) -> dict[str, float]:
    """Milliseconds from the answer to a customer's message until a page that is told by the stream has its suggestions. Each is
    replied to, as at a desk."""
    opened = json.loads(rep.ask("/api/v1/desk/conversations", body={"channel": "chat", "customer": {"name": "Load"}}))
    number = int(opened["id"])
    stored: list[float] = []
    shown: list[float] = []

    def listen() -> None:
        request = urllib.request.Request(f"{rep.address}/desk/live")
        with rep._opener.open(request, timeout=60) as stream:
            for line in stream:
                if line.startswith(b"data:") and json.loads(line[5:]) == {"conversation": number, "kind": "message"}:
                    rep.ask(f"/desk/inbox/{number}/answers")
                    shown.append(time.perf_counter())
                    if len(shown) == 2 * count:
                        return

    def say(role: str, text: str) -> None:
        rep.ask(f"/api/v1/desk/conversations/{number}/messages", body={"role": role, "text": text})
        stored.append(time.perf_counter())
        deadline = time.monotonic() + 10
        while len(shown) < len(stored) and time.monotonic() < deadline:
            time.sleep(0.005)

    thread = threading.Thread(target=listen)
    thread.start()
    time.sleep(1.0)
    for step in range(count):
        say("customer", f"{MESSAGES[step % len(MESSAGES)]} ({step})")
        say("agent", REPLY)
    thread.join(15)
    of_customer = list(zip(stored, shown, strict=True))[::2]
    return quantiles([1000 * (after - before) for before, after in of_customer])


def work(rep: Rep, conversations: list[int], reps: int, seconds: int) -> dict[str, object]:
    times: dict[str, list[float]] = {}
    errors: list[str] = []
    lock = threading.Lock()
    end = time.monotonic() + seconds

    def one(seed: int) -> None:
        chance = random.Random(seed)
        time.sleep(chance.random() * PAUSE_SECONDS)
        while time.monotonic() < end:
            number = chance.choice(conversations)
            steps: dict[str, Callable[[], bytes]] = {
                "conversation": lambda number=number: rep.ask(f"/desk/inbox/{number}"),
                "answers": lambda number=number: rep.ask(f"/desk/inbox/{number}/answers"),
                "search": lambda: rep.ask(f"/desk/?q={urllib.parse.quote(chance.choice(SEARCHES))}"),
                "draft": lambda number=number: rep.ask(
                    f"/desk/inbox/{number}/draft", form={"text": "Hello, I am looking."}
                ),
                "message": lambda number=number: rep.ask(
                    f"/api/v1/desk/conversations/{number}/messages",
                    body={"role": "customer", "text": chance.choice(MESSAGES)},
                ),
                "reply": lambda number=number: rep.ask(
                    f"/api/v1/desk/conversations/{number}/messages", body={"role": "agent", "text": REPLY}
                ),
            }
            name = chance.choice(list(steps))
            began = time.perf_counter()
            try:
                steps[name]()
            except (urllib.error.URLError, OSError) as error:
                with lock:
                    errors.append(f"{name}: {error}")
            with lock:
                times.setdefault(name, []).append(1000 * (time.perf_counter() - began))
            time.sleep(max(0.0, chance.gauss(PAUSE_SECONDS, 0.7)))

    threads = [threading.Thread(target=one, args=(seed,)) for seed in range(reps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = [ms for measured in times.values() for ms in measured]
    by_step = {name: {**quantiles(measured), "count": len(measured)} for name, measured in sorted(times.items())}
    return {
        "reps": reps,
        "requests": len(everything),
        "errors": errors,
        "ms": quantiles(everything),
        "by_step_ms": by_step,
    }


if __name__ == "__main__":
    main()
