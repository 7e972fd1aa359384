"""What was brought in becomes searchable."""

from typing import TYPE_CHECKING, Literal

from kb.core.errors import KbError
from kb.core.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine


def bring_index_up_to_date(settings: Settings, engine: "Engine", kind: Literal["article", "ticket"]) -> bool:
    """Make the changes searchable, also those of an earlier run that was interrupted before it came to this.

    Says what failed and returns False where they are not: what was brought in is in anyway.
    """
    from sqlalchemy.orm import Session

    from indexer.documents import are_indexed
    from webapp.commands.console import err, progress_bar

    with Session(engine) as session:
        if are_indexed(session, kind):
            return True
    try:
        from indexer.backends.opening import open_backend
        from indexer.encoders.opening import open_encoder
        from indexer.updating import bring_up_to_date

        with progress_bar("Search collections") as advance:
            bring_up_to_date(engine, open_backend(settings), open_encoder(settings), advance)
    except KbError as error:
        reason = f"kb: The {kind}s are in, but search does not know them yet: {error} Then type: kb index"
        err.print(reason, markup=False, soft_wrap=True)
        return False
    return True
