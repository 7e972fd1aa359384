"""One synchronisation, file by file: what has changed on which side, and what follows from it."""

from collections.abc import Callable
from pathlib import Path

from kb.articles.address_table import note_file
from kb.articles.files import FolderScan, read_file, write_file
from kb.articles.folder_slugs import article_path, folder_slugs
from kb.articles.folder_state import FolderState, Head
from kb.articles.moves import Gone, find_moves
from kb.articles.parsing import EmptySectionError, parse_article
from kb.articles.picture_files import PictureFiles
from kb.articles.site_rules import SiteRules
from kb.articles.source import ArticleSource, write_article
from kb.articles.store import archive_article, save_article, source_of_article
from kb.articles.sync_notices import first_line, notices_of
from kb.articles.sync_options import SyncOptions
from kb.articles.sync_report import Notice, SyncReport
from kb.articles.text import ArticleError, decode_article, hash_bytes, reject
from kb.articles.write_back import write_into
from kb.core.clock import utc_now
from kb.tables import ArticleFile


class SyncRun:
    """One sync. Every step notes in the report what it did."""

    def __init__(
        self,
        state: FolderState,
        root: Path,
        scan: FolderScan,
        rules: SiteRules,
        report: SyncReport,
        options: SyncOptions,
    ) -> None:
        self.state = state
        self.session = state.session
        self.root = root
        self.scan = scan
        self.rules = rules
        self.found = set(scan.paths)
        self.report = report
        self.options = options
        self.plain_files = 0
        self.read: set[str] = set()  # files whose pictures have been looked at
        self.moved: set[str] = set()
        self.slugs = folder_slugs(scan.paths, options.languages)
        self.pictures = PictureFiles(
            self.session, root, scan.pictures, options.image_hosts, report.warnings, writable=not options.dry_run
        )
        self.today = utc_now().date()
        # The address that each file stands for; files that were there before keep theirs against newcomers.
        self.claimed = {
            state.heads[row.article_id].address: row.path for row in state.rows.values() if row.path in self.found
        }

    def guard(self, step: Callable[[str], None], path: str) -> None:
        """A file that cannot be used is reported and harms no other."""
        try:
            step(path)
        except EmptySectionError as error:
            self.report.warnings += [Notice(path, None, line.reason, "empty section") for line in error.rejections]
        except ArticleError as error:
            self.report.rejected.extend(error.rejections)

    def follow_moves(self) -> None:
        """Files that have been renamed or moved go on with their rows, so that their articles keep history and votes."""
        new = [path for path in self.scan.paths if path not in self.state.rows]
        rows = self.missing_rows()
        if not new or not rows:
            return
        sources: dict[str, ArticleSource] = {}
        for path in new:
            try:
                sources[path] = self.parse(read_file(self.root, path), path)
            except ArticleError:
                continue  # reported when its turn comes
        known = {path for path, s in sources.items() if (s.language, s.slug) in self.state.by_address}
        gone = [
            Gone(row, source_of_article(self.session, self.state.load(row.article_id)), bool(row.file_hash))
            for row in rows
        ]
        for path, row in find_moves(gone, {p: s for p, s in sources.items() if p not in known}).items():
            self.state.move(row, path)
            self.moved.add(path)
            self.claimed.setdefault(self.state.heads[row.article_id].address, path)

    def sync_file(self, path: str) -> None:
        """One file that is there. Raises ArticleError where it cannot be used."""
        data = read_file(self.root, path)
        self.plain_files += not data.removeprefix(b"\xef\xbb\xbf").startswith((b"---", b"+++", b"{"))
        file_hash = self._hash(path, data)
        row = self.state.rows.get(path)
        if row is not None and row.file_hash == file_hash and path not in self.moved and not self._is_due(row):
            head = self.state.heads[row.article_id]
            if head.content_hash == row.content_hash:
                self.report.unchanged.append(path)
            else:
                self.write(path, head, data)
            return
        source = self.claim(self.parse(data, path), data, path)
        self.report.warnings.extend(source.warnings)
        self.report.warnings.extend(notices_of(source, path, first_line(source, data)))
        if source.language not in self.options.languages:
            reason = (
                f"is in {source.language}, which is not offered (KB_LANGUAGES is {','.join(self.options.languages)})"
            )
            self.report.warnings.append(Notice(path, None, reason, "language"))
        if row is not None:
            self.follow_rename(row, source)
        if row is None:
            self.meet(path, source, data, file_hash)
        else:
            self.compare(path, row, source, data, file_hash)

    def _is_due(self, row: ArticleFile) -> bool:
        """Whether the file means something else by now: a day has come on which it begins or ends to be public."""
        return row.turns_on is not None and row.turns_on <= self.today

    def parse(self, data: bytes, path: str, slug: str = "") -> ArticleSource:
        """The article of a file. One that was there before keeps the slug and the key that it does not name itself."""
        row = self.state.rows.get(path)
        head = self.state.heads[row.article_id] if row is not None else None
        kept = head.address[1] if head is not None and path not in self.moved else ""
        return parse_article(
            decode_article(data, path),
            path,
            default_language=self.options.default_language,
            languages=self.options.languages,
            default_slug=slug or kept or self.slugs.get(path, ""),
            default_key=head.translation_key if head is not None else "",
            rules=self.rules.of(path),
        )

    def _hash(self, path: str, data: bytes) -> str:
        """Of the file, and of what other files say of it: it is read again when that has changed."""
        return hash_bytes(data + self.rules.of(path).digest.encode())

    def claim(self, source: ArticleSource, data: bytes, path: str) -> ArticleSource:
        """Take the address for this file, and give up the one that it had.

        A file that does not name its slug makes way for one that has it. Raises ArticleError for one that does.
        """
        row = self.state.rows.get(path)
        former = self.state.heads[row.article_id].address if row is not None else None
        number = 1
        while (other := self.claimed.get((source.language, source.slug), path)) != path:
            if "slug" in source.keys or number > 50:
                address = f"{source.language}/{source.slug}"
                raise reject(path, None, f"has the same language and slug ({address}) as {other}, which is kept")
            number += 1
            source = self.parse(data, path, f"{self.slugs.get(path, source.slug)}-{number}")
        if former is not None and former != (source.language, source.slug) and self.claimed.get(former) == path:
            del self.claimed[former]
        self.claimed[source.language, source.slug] = path
        return source

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
            self.agree(path, head, source, file_hash)
        elif self.state.was_ever(article_id, source):
            self.write(path, head, data)
        else:
            reason = f"differs from the article {'/'.join(head.address)}, which is in the database already"
            self.decide(path, head, source, data, file_hash, reason)

    def compare(self, path: str, row: ArticleFile, source: ArticleSource, data: bytes, file_hash: str) -> None:
        """A file that has changed, or has moved, since it last agreed with its article."""
        head = self.state.heads[row.article_id]
        if source.content_hash == head.content_hash:
            self.agree(path, head, source, file_hash)
        elif head.content_hash == row.content_hash:
            self.save(path, head, source, file_hash)
        elif source.content_hash == row.content_hash:
            self.write(path, head, data)
        else:
            reason = "the file and its article have both changed since the last sync; neither was overwritten"
            self.decide(path, head, source, data, file_hash, reason)

    def decide(self, path: str, head: Head, source: ArticleSource, data: bytes, file_hash: str, reason: str) -> None:
        if self.options.on_conflict == "file":
            self.save(path, head, source, file_hash)
        elif self.options.on_conflict == "article":
            self.write(path, head, data)
        else:
            self.report.conflicts.append(Notice(path, None, reason, "conflict"))

    def agree(self, path: str, head: Head, source: ArticleSource, file_hash: str) -> None:
        """File and article say the same."""
        self.keep(path, head.id, file_hash, head.content_hash, source)
        self.report.unchanged.append(path)

    def save(self, path: str, head: Head | None, source: ArticleSource, file_hash: str) -> None:
        """The file's text becomes the article's."""
        holder = self.state.by_address.get((source.language, source.slug))
        if head is not None and holder not in {None, head.id}:
            raise reject(path, None, f"the address {source.language}/{source.slug} belongs to another article")
        article = self.state.load(head.id) if head is not None else None
        saved = save_article(
            self.session, source, author=self.options.author, note=f"From {path}"[:500], article=article
        )
        self.state.note_article(saved)
        self.keep(path, saved.id, file_hash, saved.content_hash, source)
        (self.report.created if head is None else self.report.updated).append(path)

    def keep(self, path: str, article_id: int, file_hash: str, content_hash: str, source: ArticleSource) -> None:
        """Note that file and article agree, where the file stands, and what it shows."""
        self.state.record(path, article_id, file_hash, content_hash, source.turns_on)
        article = self.state.load(article_id)
        note_file(self.session, article, path, self.options.languages)
        self.pictures.sync_article(article, path)
        self.read.add(path)

    def write(self, path: str, head: Head, replaces: bytes | None) -> None:
        """The article's text becomes the file's. `replaces` is what was read there, None where there is no file."""
        source = source_of_article(self.session, self.state.load(head.id))
        data = self.text_for(path, source, replaces).encode()
        if not self.options.dry_run:
            if replaces is not None and read_file(self.root, path) != replaces:
                raise reject(path, None, "was changed while it was being synchronised; run the command again")
            write_file(self.root, path, data)
        self.keep(path, head.id, self._hash(path, data), head.content_hash, source)
        self.report.written.append(path)

    def text_for(self, path: str, source: ArticleSource, replaces: bytes | None) -> str:
        """What is to stand in the file: of one that is there only what has changed."""
        if replaces is None:
            return write_article(source)
        return write_into(
            decode_article(replaces, path, keep_mark=True), source, lambda text: self.parse(text.encode(), path), path
        )

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
        elif not article_changed or head.status == "archived" or self.options.on_conflict == "file":
            archived = archive_article(
                self.session, self.state.load(head.id), author=self.options.author, note=f"{path} was deleted"[:500]
            )
            self.state.note_article(archived)
            self.state.record(path, head.id, "", archived.content_hash)
            self.report.archived.append(path)
        elif self.options.on_conflict == "article":
            self.write(path, head, None)
        else:
            reason = "was deleted, but its article has changed since the last sync; the article was left as it is"
            self.report.conflicts.append(Notice(path, None, reason, "conflict"))

    def write_new_files(self) -> None:
        """Articles that were written in the web application get a file, in a folder that is laid out like ours."""
        new = [head for head in self.state.without_file() if head.address not in self.claimed]
        if not new or not self.state.is_home:
            return
        if self.plain_files * 2 > len(self.found):
            reason = f"{len(new)} articles of the database have no file; none was made, as the files here have no front matter"
            self.report.warnings.append(Notice(str(self.root), None, reason, "no file"))
            return
        for head in sorted(new, key=lambda head: head.address):
            self.guard(lambda path, head=head: self.write_new(path, head), article_path(*head.address, head.topic))  # type: ignore[misc]

    def write_new(self, path: str, head: Head) -> None:
        if (self.root / path).exists() or (self.root / path).is_symlink():
            raise reject(path, None, f"is in the way of a file for the article {'/'.join(head.address)}")
        self.write(path, head, None)
