"""`kb doctor`'s look at Milvus: are the packages there, does it answer, who logs in, what can it keep."""

from collections.abc import Iterator

from kb.core.errors import KbError
from kb.core.index_settings import MilvusAddress
from kb.core.settings import Settings
from webapp.commands.doctor_channels import Found


def look_at_milvus(settings: Settings) -> Iterator[Found]:
    """Logs in and asks for its version; changes nothing. Nothing where the embedded engine is set."""
    try:
        address = settings.milvus
        if address is None:
            return
        from indexer.backends.milvus.connection import connection_to, require_package

        require_package(address)
        connection = connection_to(address)
        version, has_sparse = connection.version, connection.has_sparse
        connection.ask()
    except KbError as error:
        yield "wrong", "Milvus", error.message, error.remedy
        return
    yield "ok", "Milvus", f"{address.uri} answers ({version.removeprefix('v')}){_login(address)}", ""
    if not has_sparse:
        text = "this version keeps no words: they are searched on each machine, in KB_HOME/index/milvus."
        yield "note", "Milvus", text, "Milvus 2.4 or newer keeps them, too (then: kb index --rebuild)"
    if address.is_file:
        text = "a file is for one process alone: kb serve, which is several, cannot use it."
        yield (
            "note",
            "Milvus",
            text,
            "For kb serve: milvus-lite server --data-dir DIR --port 19530, and KB_MILVUS_URI=http://127.0.0.1:19530",
        )
    elif address.token and address.uri.startswith("http:"):
        text = "who logs in, and what is searched for, goes over the network as it is."
        yield "note", "Milvus", text, "https:// where others can read along"


def _login(address: MilvusAddress) -> str:
    return ", logged in" if address.token else ""
