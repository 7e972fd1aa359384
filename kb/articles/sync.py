"""A folder of Markdown files and the articles of the database, kept in step both ways.

Each file has a row with two hashes: of its bytes and of the article, both from when they last agreed. What differs from
its hash has changed since. docs/articles.md has the rules as a table.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from sqlalchemy.orm import Session

from kb.articles.fields import standard_language
from kb.articles.files import FolderScan, read_file, scan_folder, write_file
from kb.articles.folder_state import FolderState, Head
from kb.articles.source import DEFAULT_LANGUAGES, ArticleSource, parse_article, write_article, write_plain_article
from kb.articles.store import archive_article, save_article, source_of_article
from kb.articles.sync_report import SyncReport
from kb.articles.text import ArticleError, decode_article, hash_bytes, reject
from kb.core.errors import ConflictError, InvalidInputError, Rejection
from kb.core.progress import Progress
from kb.tables import ArticleFile

OnConflict = Literal["report", "file", "article"]

# From so many tracked files on, an empty folder is taken for a mistake (a wrong branch, a drive that is not mounted).
_MANY_FILES = 3
_CHECKPOINT_EVERY = 50


def sync_folder(
    session: Session,
    folder: Path,
    *,
    default_language: str = DEFAULT_LANGUAGES[0],
    languages: Sequence[str] = DEFAULT_LANGUAGES,
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
    report = SyncReport(rejected=list(scan.rejected), warnings=list(scan.warnings))
    run = _Run(state, root, scan, report, default_language, tuple(languages), on_conflict, dry_run, author)
    run.check_not_empty(allow_empty)
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
    return report


class _Run:
    """One sync. Every step notes in the report what it did."""

    def __init__(
        self,
        state: FolderState,
        root: Path,
        scan: FolderScan,
        report: SyncReport,
        default_language: str,
        languages: tuple[str, ...],
        on_conflict: OnConflict,
        dry_run: bool,
        author: str,
    ) -> None:
        self.state = state
        self.session = state.session
        self.root = root
        self.scan = scan
        self.found = set(scan.paths)
        self.report = report
        self.default_language = default_language
        self.languages = languages
        self.on_conflict = on_conflict
        self.dry_run = dry_run
        self.author = author
        self.plain_files = 0
        # The address that each file stands for; files that were there before keep theirs against newcomers.
        self.claimed = {
            state.heads[row.article_id].address: row.path for row in state.rows.values() if row.path in self.found
        }

    def guard(self, step: Callable[[str], None], path: str) -> None:
        """A file that cannot be used is reported and harms no other."""
        try:
            step(path)
        except ArticleError as error:
            self.report.rejected.extend(error.rejections)

    def check_not_empty(self, allow_empty: bool) -> None:
        tracked = [row for row in self.state.rows.values() if row.file_hash and not self.scan.is_unknown(row.path)]
        if self.found or self.scan.rejected:
            return
        if len(tracked) >= _MANY_FILES and not allow_empty:
            raise ConflictError(
                f"All {len(tracked)} files that were synchronised with {self.root} are gone; nothing was changed.",
                remedy="If they were deleted on purpose, type the command again with --allow-empty to archive the articles.",
            )
        if not self.state.rows and not (self.state.is_home and self.state.without_file()):
            raise InvalidInputError(
                f"There is no Markdown file (*.md) in {self.root}.", remedy="Name the folder that has the articles."
            )

    def sync_file(self, path: str) -> None:
        """One file that is there. Raises ArticleError where it cannot be used."""
        data = read_file(self.root, path)
        self.plain_files += not data.removeprefix(b"\xef\xbb\xbf").startswith(b"---")
        file_hash = hash_bytes(data)
        row = self.state.rows.get(path)
        if row is not None and row.file_hash == file_hash:
            head = self.state.heads[row.article_id]
            if head.content_hash == row.content_hash:
                self.report.unchanged.append(path)
            else:
                self.write(path, head, data)
            return
        source = self.parse(data, path)
        self.claim(source, path)
        self.report.warnings.extend(source.warnings)
        if source.language not in self.languages:
            reason = f"is in {source.language}, which is not offered (KB_LANGUAGES is {','.join(self.languages)})"
            self.report.warnings.append(Rejection(path, None, reason))
        if row is not None:
            self.follow_rename(row, source)
        if row is None:
            self.meet(path, source, data, file_hash)
        else:
            self.compare(path, row, source, data, file_hash)

    def parse(self, data: bytes, path: str) -> ArticleSource:
        return parse_article(
            decode_article(data, path), path, default_language=self.default_language, languages=self.languages
        )

    def claim(self, source: ArticleSource, path: str) -> None:
        """Take the address for this file, and give up the one that it had. Raises ArticleError where it is taken."""
        address = (source.language, source.slug)
        row = self.state.rows.get(path)
        former = self.state.heads[row.article_id].address if row is not None else address
        if former != address and self.claimed.get(former) == path:
            del self.claimed[former]
        other = self.claimed.setdefault(address, path)
        if other != path:
            raise reject(path, None, f"has the same language and slug ({'/'.join(address)}) as {other}, which is kept")

    def follow_rename(self, row: ArticleFile, source: ArticleSource) -> None:
        """Another article's file, gone from its own place, was moved over this one: the two rows change places."""
        article_id = self.state.by_address.get((source.language, source.slug))
        if article_id is None or article_id == row.article_id:
            return
        other = self.state.row_of(article_id)
        if other is not None and other.path not in self.found and not self.scan.is_unknown(other.path):
            self.state.exchange(row, other)

    def meet(self, path: str, source: ArticleSource, data: bytes, file_hash: str) -> None:
        """A file without a row: a new article, a file that was moved, or one that meets an article that is there."""
        article_id = self.state.by_address.get((source.language, source.slug))
        if article_id is None:
            self.save(path, None, source, file_hash)
            return
        moved = self.state.row_of(article_id)
        if moved is not None:
            self.state.move(moved, path)
            self.compare(path, moved, source, data, file_hash)
            return
        head = self.state.heads[article_id]
        if head.content_hash == source.content_hash:
            self.state.record(path, article_id, file_hash, head.content_hash)
            self.report.unchanged.append(path)
        elif self.state.was_ever(article_id, source):
            self.write(path, head, data)
        else:
            reason = f"differs from the article {'/'.join(head.address)}, which is in the database already"
            self.decide(path, head, source, data, file_hash, reason)

    def compare(self, path: str, row: ArticleFile, source: ArticleSource, data: bytes, file_hash: str) -> None:
        """A file that has changed, or has moved, since it last agreed with its article."""
        head = self.state.heads[row.article_id]
        if source.content_hash == head.content_hash:
            self.state.record(path, head.id, file_hash, head.content_hash)
            self.report.unchanged.append(path)
        elif head.content_hash == row.content_hash:
            self.save(path, head, source, file_hash)
        elif source.content_hash == row.content_hash:
            self.write(path, head, data)
        else:
            reason = "the file and its article have both changed since the last sync; neither was overwritten"
            self.decide(path, head, source, data, file_hash, reason)

    def decide(self, path: str, head: Head, source: ArticleSource, data: bytes, file_hash: str, reason: str) -> None:
        if self.on_conflict == "file":
            self.save(path, head, source, file_hash)
        elif self.on_conflict == "article":
            self.write(path, head, data)
        else:
            self.report.conflicts.append(Rejection(path, None, reason))

    def save(self, path: str, head: Head | None, source: ArticleSource, file_hash: str) -> None:
        """The file's text becomes the article's."""
        holder = self.state.by_address.get((source.language, source.slug))
        if head is not None and holder not in {None, head.id}:
            raise reject(path, None, f"the address {source.language}/{source.slug} belongs to another article")
        article = self.state.load(head.id) if head is not None else None
        saved = save_article(self.session, source, author=self.author, note=f"From {path}", article=article)
        self.state.note_article(saved)
        self.state.record(path, saved.id, file_hash, saved.content_hash)
        (self.report.created if head is None else self.report.updated).append(path)

    def write(self, path: str, head: Head, replaces: bytes | None) -> None:
        """The article's text becomes the file's. `replaces` is what was read there, None where there is no file."""
        source = source_of_article(self.session, self.state.load(head.id))
        data = self.text_for(path, source, replaces).encode()
        if not self.dry_run:
            if replaces is not None and read_file(self.root, path) != replaces:
                raise reject(path, None, "was changed while it was being synchronised; run the command again")
            write_file(self.root, path, data)
        self.state.record(path, head.id, hash_bytes(data), head.content_hash)
        self.report.written.append(path)

    def text_for(self, path: str, source: ArticleSource, replaces: bytes | None) -> str:
        """Canonical text; without front matter where the file had none and path and body still say everything."""
        if replaces is not None and not replaces.removeprefix(b"\xef\xbb\xbf").startswith(b"---"):
            plain = write_plain_article(source)
            try:
                if self.parse(plain.encode(), path) == source:
                    return plain
            except ArticleError:
                pass  # a title that Markdown would read differently: it needs the front matter
        return write_article(source)

    def missing_rows(self) -> list[ArticleFile]:
        rows = [row for row in self.state.rows.values() if row.path not in self.found]
        return sorted((row for row in rows if not self.scan.is_unknown(row.path)), key=lambda row: row.path)

    def sync_missing(self, path: str) -> None:
        """A file that is gone. Its row stays, so that the file can come back."""
        row = self.state.rows[path]
        head = self.state.heads[row.article_id]
        article_changed = head.content_hash != row.content_hash
        if not row.file_hash:
            if article_changed and head.status != "archived":
                self.write(path, head, None)
        elif not article_changed or head.status == "archived" or self.on_conflict == "file":
            archived = archive_article(
                self.session, self.state.load(head.id), author=self.author, note=f"{path} was deleted"
            )
            self.state.note_article(archived)
            self.state.record(path, head.id, "", archived.content_hash)
            self.report.archived.append(path)
        elif self.on_conflict == "article":
            self.write(path, head, None)
        else:
            reason = "was deleted, but its article has changed since the last sync; the article was left as it is"
            self.report.conflicts.append(Rejection(path, None, reason))

    def write_new_files(self) -> None:
        """Articles that were written in the web application get a file, in a folder that is laid out like ours."""
        new = [head for head in self.state.without_file() if head.address not in self.claimed]
        if not new or not self.state.is_home:
            return
        if self.plain_files * 2 > len(self.found):
            reason = f"{len(new)} articles of the database have no file; none was made, as the files here have no front matter"
            self.report.warnings.append(Rejection(str(self.root), None, reason))
            return
        for head in sorted(new, key=lambda head: head.address):
            language, slug = head.address
            path = "/".join(part for part in (language, head.topic, f"{slug}.md") if part)
            self.guard(lambda path, head=head: self.write_new(path, head), path)  # type: ignore[misc]

    def write_new(self, path: str, head: Head) -> None:
        if (self.root / path).exists() or (self.root / path).is_symlink():
            raise reject(path, None, f"is in the way of a file for the article {'/'.join(head.address)}")
        self.write(path, head, None)
