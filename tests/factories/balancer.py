"""A stand-in for a load balancer: asks /readyz of each machine, and sends searches in turn to those that are ready."""

import http.client
import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from machines import Machine, wait_for

_LOOK_EVERY = 0.2  # seconds
_PAUSE = 0.03  # seconds between two searches of a client, who leaves the machines some time for themselves
_ASK_SECONDS = 60.0


@dataclass
class Balanced:
    """served: by number of the machine that answered. failed: what was seen instead of an answer, after all tries."""

    served: dict[int, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    ready: set[int] = field(default_factory=set)

    @property
    def asked(self) -> int:
        return sum(self.served.values()) + len(self.failed)


@contextmanager
def balanced_searches(fleet: Sequence[Machine], query: str, *, tries: int, clients: int = 3) -> Iterator[Balanced]:
    """So many clients search one after the other until the end of the block. tries: machines asked for one search."""
    found, stop, lock, turns = Balanced(), threading.Event(), threading.Lock(), itertools.count()

    def look() -> None:
        while not stop.is_set():
            found.ready = {machine.number for machine in fleet if machine.is_ready()}
            stop.wait(_LOOK_EVERY)

    def ask_one(machine: Machine) -> str:
        """What went wrong."""
        try:
            status, _ = machine.get(f"/api/v1/search?q={query.replace(' ', '+')}", seconds=_ASK_SECONDS)
        except (OSError, http.client.HTTPException) as error:
            return f"machine {machine.number}: {type(error).__name__}"
        return "" if status == 200 else f"machine {machine.number}: {status}"

    def search() -> None:
        while not stop.wait(_PAUSE):
            ready = [machine for machine in fleet if machine.number in found.ready]
            if not ready:
                time.sleep(0.05)
                continue
            wrong, turn = "", next(turns)
            for number in range(tries):
                machine = ready[(turn + number) % len(ready)]
                wrong = ask_one(machine)
                if not wrong:
                    break
            with lock:
                if wrong:
                    found.failed.append(wrong)
                else:
                    found.served[machine.number] = found.served.get(machine.number, 0) + 1

    threads = [threading.Thread(target=look), *(threading.Thread(target=search) for _ in range(clients))]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        stop.set()
        for thread in threads:
            thread.join(2 * _ASK_SECONDS)


def start_anew_in_turn(fleet: Sequence[Machine], balanced: Balanced) -> None:
    """One machine after the other; the next one when this one serves again."""
    for machine in fleet:
        machine.stop()
        machine.start()
        machine.wait_until_ready()
        served = balanced.served.get(machine.number, 0)
        wait_for(lambda one=machine.number, so=served: balanced.served.get(one, 0) > so + 5, "it serves again")  # type: ignore[misc]
