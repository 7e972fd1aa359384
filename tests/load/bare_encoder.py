"""What the encoder does by itself: the model alone, one query a call, in processes that do nothing else."""

import multiprocessing
import time
from typing import Any

from indexer.encoders.bundled import BundledEncoder
from indexer.encoders.opening import open_encoder
from kb.core.settings import Settings

_WARM_UP = 50
_LONGEST_START = 600.0


def bare_queries(home: str, model: str, texts: list[str], processes: int, seconds: float) -> dict[str, float]:
    """Queries a second of all processes together, and milliseconds of the processor for each."""
    begin = multiprocessing.get_context("spawn")
    barrier = begin.Barrier(processes)
    results: Any = begin.Queue()
    started = [
        begin.Process(target=_encode, args=(home, model, texts[number::processes], seconds, barrier, results))
        for number in range(processes)
    ]
    for process in started:
        process.start()
    found = [results.get(timeout=_LONGEST_START + seconds) for _ in started]
    for process in started:
        process.join()
    return {
        "queries_a_second": round(sum(count / took for count, took, _ in found), 1),
        "processor_ms": round(1000 * sum(busy for *_, busy in found) / sum(count for count, *_ in found), 3),
    }


def _encode(home: str, model: str, texts: list[str], seconds: float, barrier: Any, results: Any) -> None:
    encoder = open_encoder(Settings(home_text=home, model=model))
    is_bundled = isinstance(encoder, BundledEncoder)
    encode = encoder.bare_encode if is_bundled else encoder.encode_queries
    asked = [encoder.query_prompt + text if is_bundled else text for text in texts]
    for text in asked[:_WARM_UP]:
        encode([text])
    barrier.wait(_LONGEST_START)
    begun, busy, count = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - begun < seconds:
        encode([asked[count % len(asked)]])
        count += 1
    results.put((count, time.perf_counter() - begun, time.process_time() - busy))
