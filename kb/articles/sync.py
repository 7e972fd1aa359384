"""A folder of Markdown files and the articles of the database, kept in step both ways.

Each file has a row with two hashes: of its bytes and of the article, both from when they last agreed. What differs from
its hash has changed since. docs/articles.md has the rules as a table.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from kb.articles.fields import standard_language
from kb.articles.files import FolderScan, scan_folder
from kb.articles.folder_state import FolderState
from kb.articles.site_rules import read_site_rules
from kb.articles.source import DEFAULT_LANGUAGES
from kb.articles.sync_notices import note_links
from kb.articles.sync_options import OnConflict, SyncOptions
from kb.articles.sync_report import SyncReport
from kb.articles.sync_run import SyncRun
from kb.core.errors import ConflictError, InvalidInputError
from kb.core.progress import Progress

_CHECKPOINT_EVERY = 50
# From so many tracked files on, an empty folder is taken for a mistake (a wrong branch, a drive that is not mounted).
_MANY_FILES = 3


def sync_folder(
    session: Session,
    folder: Path,
    *,
    default_language: str = DEFAULT_LANGUAGES[0],
    languages: Sequence[str] = DEFAULT_LANGUAGES,
    image_hosts: Sequence[str] = (),
    on_conflict: OnConflict = "report",
    allow_empty: bool = False,
    dry_run: bool = False,
    author: str = "",
    progress: Progress | None = None,
    checkpoint: Callable[[], None] | None = None,
) -> SyncReport:
    """Bring `folder` and the articles in step. Flushes and does not commit; writes no file when `dry_run`.

    Where file and article have both changed, neither is touched (`on_conflict` "file" or "article" says whose text
    wins instead). `checkpoint` is called now and then where the state is consistent, for the caller to commit: what is
    stopped in between is finished by the next run. Raises InvalidInputError where there is no such folder or nothing
    in it to synchronise, and ConflictError where all of its files are gone (unless `allow_empty`).
    """
    if not folder.is_dir():
        what = "is no folder" if folder.exists() else "does not exist"
        raise InvalidInputError(f"{folder} {what}.", remedy="Name the folder that has the Markdown files.")
    if standard_language(default_language) is None:
        raise InvalidInputError(f"{default_language!r} is no language tag.", remedy="Examples: en, hi, bn, pt-BR.")
    root = folder.resolve()
    scan = scan_folder(root)
    state = FolderState(session, str(root))
    rules = read_site_rules(root, scan.paths, scan.settings, languages)
    report = SyncReport(rejected=list(scan.rejected), warnings=[*scan.warnings, *rules.notices])
    options = SyncOptions(default_language, tuple(languages), tuple(image_hosts), on_conflict, dry_run, author)
    run = SyncRun(state, root, scan, rules, report, options)
    if not scan.paths and not scan.rejected:
        _check_empty(state, root, scan, allow_empty)
    run.follow_moves()
    for number, path in enumerate(scan.paths, start=1):
        run.guard(run.sync_file, path)
        if progress is not None:
            progress(number, len(scan.paths))
        if checkpoint is not None and number % _CHECKPOINT_EVERY == 0:
            session.flush()
            checkpoint()
    for row in run.missing_rows():
        run.guard(run.sync_missing, row.path)
    run.write_new_files()
    session.flush()
    run.pictures.refresh(str(root), state.rows.values(), run.read)
    note_links(
        session,
        [(path, state.rows[path].article_id) for path in (*report.created, *report.updated)],
        report,
        options.languages,
    )
    session.flush()
    return report


def _check_empty(state: FolderState, root: Path, scan: FolderScan, allow_empty: bool) -> None:
    """Whether a folder without files may be what it is. Raises."""
    tracked = [row for row in state.rows.values() if row.file_hash and not scan.is_unknown(row.path)]
    if len(tracked) >= _MANY_FILES and not allow_empty:
        raise ConflictError(
            f"All {len(tracked)} files that were synchronised with {root} are gone; nothing was changed.",
            remedy="If they were deleted on purpose, type the command again with --allow-empty to archive the articles.",
        )
    if not state.rows and not (state.is_home and state.without_file()):
        raise InvalidInputError(
            f"There is no Markdown file (*.md) in {root}.", remedy="Name the folder that has the articles."
        )
