"""Kill processes at random moments, again and again, and look whether anything that was acknowledged is missing.

    python tests/load/kills.py --kills 200 --seed 1

Serves an installation of its own (two web processes, a worker, SQLite, the encoder that hashes words). In turn it kills with
SIGKILL: a sync of articles, an import of tickets, a build of the index (update and rebuild), a backup, the worker while it
indexes what was published, a web process while customers write and reps reply. Meanwhile somebody searches four times a second.
Whoever is not answered sends again under the same id, as the callers of the API do. Prints JSON; exit status 1 where anything
acknowledged is missing or there twice, a search was wrong, or the index does not agree with the database in the end.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "factories"))

from kb_process import KB, children, free_port, without_settings

ROOT = Path(__file__).resolve().parents[2]
ARTICLES, TICKETS = 60, 200
# Seconds after the start of a command within which it is killed: importing Python's modules alone takes a part of one.
LATEST = 3.0
# Seconds that a request is sent again before it counts as failed: a web process is back within two, or many on a busy machine.
PATIENCE = 300.0


class Installation:
    """Its folder, its server, and what was acknowledged so far."""

    def __init__(self, folder: Path) -> None:
        self.home, self.articles, self.exports = folder / "home", folder / "articles", folder / "exports"
        for path in (self.home, self.articles, self.exports):
            path.mkdir()
        self.port = free_port()
        kept = without_settings()
        self.environment = {
            **kept, "KB_HOME": str(self.home), "KB_MODEL": "hash", "KB_WORKERS": "2", "KB_PORT": str(self.port),
        }  # fmt: skip
        self.titles: dict[str, str] = {}  # of articles whose sync was acknowledged, with a word of their newest text
        self.tickets: set[str] = set()
        self.messages: dict[str, str] = {}  # by external id
        self.log = (folder / "server.log").open("w")

    def prepare(self) -> str:
        """A filled installation, and a token of a rep."""
        self.run("init")
        for number in range(ARTICLES):
            self.write_article(number, "first")
        self.write_article(-1, "first", title="Brass lamp", body="How to clean a brass lamp.")
        self.run("articles", "sync", str(self.articles))
        self.run("user", "add", "rep@example.com", "--role", "rep")
        return self.run("user", "token", "rep@example.com").split()[-1]

    def write_article(self, number: int, word: str, title: str = "", body: str = "") -> None:
        title = title or f"Kettle number {number}"
        text = body or f"How to descale kettle number {number} of copper. Edition {word}."
        name = f"article-{number}.md" if number >= 0 else "brass-lamp.md"
        (self.articles / name).write_text(f"---\ntitle: {title}\nstatus: published\n---\n\n{text}\n", "utf-8")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*KB, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str) -> str:
        process = self.start(*arguments)
        out, _ = process.communicate(timeout=600)
        if process.returncode:
            raise SystemExit(f"kb {' '.join(arguments)} failed: {out}")
        return out

    def serve(self) -> subprocess.Popen[str]:
        server = subprocess.Popen(
            [*KB, "serve"], cwd=ROOT, env=self.environment, stdout=self.log, stderr=subprocess.STDOUT, text=True
        )
        self.ask("/readyz")
        return server

    def ask(self, path: str, body: object = None, token: str = "") -> tuple[int, dict[str, object]]:
        """Asks again until there is an answer, as who gets none would."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        end = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return answer.status, json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code not in {429, 503} or time.monotonic() > end:
                    raise
            except OSError:  # the process that was to answer is gone
                if time.monotonic() > end:
                    raise
            time.sleep(0.2)


class Searches(threading.Thread):
    """Somebody who searches for one thing all the time."""

    def __init__(self, installation: Installation) -> None:
        super().__init__(daemon=True)
        self.done = threading.Event()
        self._installation = installation
        self.counts: Counter[str] = Counter()
        self.failures: list[str] = []

    def run(self) -> None:
        query = urllib.parse.urlencode({"q": "brass lamp", "lang": "en"})
        while not self.done.wait(0.25):
            try:
                _, answer = self._installation.ask(f"/api/v1/search?{query}")
                results = answer["results"]
                assert isinstance(results, list)
                is_right = bool(results) and results[0]["title"] == "Brass lamp"
                self.counts["right" if is_right else "wrong"] += 1
            except (OSError, ValueError) as error:
                self.counts["failed"] += 1
                self.failures.append(repr(error))


def kill_later(process: subprocess.Popen[str], chance: random.Random) -> bool:
    """Whether it was killed before it had ended."""
    try:
        process.wait(chance.uniform(0.3, LATEST))
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def kill_sync(installation: Installation, chance: random.Random, number: int) -> bool:
    changed = chance.sample(range(ARTICLES), ARTICLES // 2)
    for article in changed:
        installation.write_article(article, f"edition{number}")
    process = installation.start("articles", "sync", str(installation.articles))
    if kill_later(process, chance):
        return True
    if process.returncode == 0:
        installation.titles |= {f"Kettle number {article}": f"edition{number}" for article in changed}
    return False


def kill_import(installation: Installation, chance: random.Random, number: int) -> bool:
    names = [f"{number}-{i}" for i in range(TICKETS)]
    path = installation.exports / f"{number}.jsonl"
    rows = [
        {"id": name, "subject": f"Case {name}", "status": "closed", "description": f"My kettle leaks, case {name}.",
         "resolution": f"We sent a new seal for {name}."}
        for name in names
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    process = installation.start("tickets", "import", str(path), "--from", "jsonl")
    if kill_later(process, chance):
        return True
    if process.returncode == 0:
        installation.tickets |= set(names)
    return False


def kill_build(installation: Installation, chance: random.Random, number: int) -> bool:
    return kill_later(installation.start("index", *(["--rebuild"] if chance.random() < 0.5 else [])), chance)


def kill_backup(installation: Installation, chance: random.Random, number: int) -> bool:
    """One that has its name is whole."""
    was_killed = kill_later(installation.start("backup", str(installation.exports)), chance)
    for path in installation.exports.glob("kb-backup-*.zip"):
        installation.run("restore", str(path), "--check")
        path.unlink()
    return was_killed


def kill_child(server: subprocess.Popen[str], chance: random.Random, *, is_worker: bool) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if pids := [pid for pid, command in children(server.pid).items() if ("worker" in command) is is_worker]:
            os.kill(chance.choice(pids), signal.SIGKILL)
            return True
        time.sleep(0.1)
    return False


def write_messages(installation: Installation, token: str, number: int, begun: threading.Event) -> None:
    opened = {"external_id": f"c{number}", "channel": "chat", "customer": {"external_id": f"customer{number}"}}
    _, answer = installation.ask("/api/v1/desk/conversations", opened, token)
    for i in range(10):
        name = f"m{number}-{i}"
        body = {"external_id": name, "role": "agent" if i % 2 else "customer", "text": f"Text of {name}"}
        installation.ask(f"/api/v1/desk/conversations/{answer['id']}/messages", body, token)
        installation.messages[name] = f"Text of {name}"
        begun.set()


def kill_web(
    installation: Installation, server: subprocess.Popen[str], token: str, chance: random.Random, number: int
) -> bool:
    begun = [threading.Event() for _ in range(3)]
    writers = [
        threading.Thread(target=write_messages, args=(installation, token, number * 10 + i, begun[i])) for i in range(3)
    ]
    for writer in writers:
        writer.start()
    begun[0].wait(PATIENCE)
    time.sleep(chance.uniform(0, 0.4))
    was_killed = kill_child(server, chance, is_worker=False)
    for writer in writers:
        writer.join()
    return was_killed


def kill_publishing(
    installation: Installation, server: subprocess.Popen[str], chance: random.Random, number: int
) -> bool:
    """What the worker has to index is there at once; it dies somewhere in between."""
    for article in range(ARTICLES):
        installation.write_article(article, f"edition{number}")
    installation.run("articles", "sync", str(installation.articles), "--no-index")
    installation.titles |= {f"Kettle number {article}": f"edition{number}" for article in range(ARTICLES)}
    time.sleep(chance.uniform(0, 1.5))
    return kill_child(server, chance, is_worker=True)


def check(installation: Installation) -> list[str]:
    """What is missing or there twice, one line each. The server has ended."""
    sys.path.insert(0, str(ROOT))
    from sqlalchemy import create_engine, text

    problems = []
    engine = create_engine(f"sqlite:///{installation.home / 'kb.sqlite3'}")
    with engine.connect() as connection:
        if (said := connection.execute(text("PRAGMA integrity_check")).scalar_one()) != "ok":
            problems.append(f"The database is broken: {said}")
        bodies = dict(connection.execute(text("SELECT title, body FROM articles")).all())  # type: ignore[arg-type]
        tickets = Counter(connection.execute(text("SELECT external_id FROM tickets")).scalars())
        messages = connection.execute(
            text("SELECT external_id, text FROM conversation_messages WHERE external_id IS NOT NULL")
        ).all()
    engine.dispose()
    for title, word in installation.titles.items():
        # A later sync may have been killed after it was stored: then the file is what counts.
        number = title.rsplit(" ", 1)[1]
        current = (installation.articles / f"article-{number}.md").read_text("utf-8")
        if word not in bodies.get(title, "") and bodies.get(title, "").strip() not in current:
            problems.append(f"{title}: its text is neither what was acknowledged nor that of the file")
    problems += [f"Ticket {name} is missing" for name in installation.tickets if not tickets[name]]
    problems += [f"Ticket {name} is there {count} times" for name, count in tickets.items() if count > 1]
    stored = Counter(row[0] for row in messages)
    texts = {row[0]: row[1] for row in messages}
    problems += [
        f"Message {name}: {stored[name]} times, or altered"
        for name, said in installation.messages.items()
        if stored[name] != 1 or texts[name] != said
    ]
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="kb-kills-") as folder:
        installation = Installation(Path(folder))
        token = installation.prepare()
        server = installation.serve()
        searches = Searches(installation)
        searches.start()
        kinds: dict[str, Callable[[int], bool]] = {
            "sync": lambda number: kill_sync(installation, chance, number),
            "messages": lambda number: kill_web(installation, server, token, chance, number),
            "import": lambda number: kill_import(installation, chance, number),
            "publish": lambda number: kill_publishing(installation, server, chance, number),
            "build": lambda number: kill_build(installation, chance, number),
            "backup": lambda number: kill_backup(installation, chance, number),
        }
        number = 0
        try:
            while sum(counts.values()) < arguments.kills:
                name = list(kinds)[number % len(kinds)]
                # One that had ended before it was killed does not count.
                counts[name] += kinds[name](number)
                number += 1
        finally:
            searches.done.set()
            searches.join()
            server.terminate()
            server.wait(120)
        verified = installation.start("index", "--verify", "--json")
        before, _ = verified.communicate()
        # What was killed is done again, as somebody would who saw it die.
        installation.run("articles", "sync", str(installation.articles))
        for path in sorted(installation.exports.glob("*.jsonl")):
            installation.run("tickets", "import", str(path), "--from", "jsonl")
            installation.tickets |= {f"{path.stem}-{i}" for i in range(TICKETS)}
        installation.run("index")
        installation.run("index", "--verify")
        installation.run("audit", "verify")
        problems = check(installation)
    report = {
        "kills": sum(counts.values()),
        "by_kind": dict(counts),
        "acknowledged": {
            "articles": len(installation.titles),
            "tickets": len(installation.tickets),
            "messages": len(installation.messages),
        },
        "problems": problems,
        "searches": dict(searches.counts),
        "failures_of_searches": searches.failures[:5],
        "index_before_it_was_mended": json.loads(before.splitlines()[-1])["findings"],
        "index_in_the_end": "agrees with the database",
    }
    print(json.dumps(report, indent=1))
    return 1 if problems or searches.counts["wrong"] or searches.counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
