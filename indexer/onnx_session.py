"""How ONNX Runtime is opened here: on the processor, with as many threads as the caller says, quiet.

It is imported when it is first needed: importing it starts threads, which a forked server process would not have and would wait
for when it stops.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import onnxruntime


def open_session(model: Path | bytes, threads: int = 1) -> "onnxruntime.InferenceSession":
    """A session for a file or a serialised model. Threads beyond the caller's own do not survive a fork."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    source = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
