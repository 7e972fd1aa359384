"""Videos and other frames of an article: shown as links. Nothing of another site is ever embedded in ours."""

import html
import re
from urllib.parse import parse_qs, urlsplit

# Browsers end an attribute's value at its quote; here a tag ends at the first `>` already, which is enough for an address.
_EMBEDDED = re.compile(
    r"<(?P<tag>iframe|video|audio|embed|object)\b(?P<own>[^<>]{0,3000})>(?:(?P<within>[^\0]{0,3000}?)</(?P=tag)\s*>)?",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"""(?<![\w-])(src|data|title|width|height|style|aria-label)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.I
)
_SOURCE = re.compile(r"<source\b[^<>]{0,3000}>", re.IGNORECASE)
_FILE = re.compile(r"\.(?:mp4|m4v|webm|mov|ogv|avi|mkv|m3u8)$", re.IGNORECASE)
_ID = re.compile(r"[\w-]{1,60}")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HOSTS = (
    "youtube.com",
    "youtube-nocookie.com",
    "youtu.be",
    "vimeo.com",
    "loom.com",
    "dailymotion.com",
    "wistia.com",
    "wistia.net",
)
# What stands for a video that has no title; pages put the word of the article's language in its place.
NO_TITLE = "Video"


def link_videos(raw: str) -> str:
    """HTML in which each frame, video or sound of another site is a link to it, before it is made safe."""
    return _EMBEDDED.sub(_as_link, raw)


def video_link(source: str, title: str) -> str | None:
    """The link for a picture whose source is a video; None where it is a picture."""
    address = _watch_address(source)
    return _link(address, title) if address and is_video(address) else None


def is_video(address: str) -> bool:
    """Whether an address is that of a video: by its site or by the ending of its file."""
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    return _FILE.search(parts.path) is not None or any(host == name or host.endswith(f".{name}") for name in _HOSTS)


def _as_link(match: re.Match[str]) -> str:
    own = _attributes(match["own"])
    within = _SOURCE.search(match["within"] or "")
    source = own.get("src") or own.get("data") or (_attributes(within[0]).get("src", "") if within else "")
    address = _watch_address(source)
    # Frames that nobody sees count visits.
    is_seen = not ({own.get("width"), own.get("height")} & {"0", "1"} or _HIDDEN.search(own.get("style", "")))
    if not address or not is_seen:
        return ""
    return _link(address, own.get("title") or own.get("aria-label") or "")


def _link(address: str, title: str) -> str:
    site = (urlsplit(address).hostname or "").removeprefix("www.")
    words = " ".join(title.split())[:200]
    if is_video(address):
        words = f"{words or NO_TITLE} ({site})"
    kind = "video" if is_video(address) else "frame"
    return f'<a class="{kind}" href="{html.escape(address)}">{html.escape(words or site, quote=False)}</a>'


def _watch_address(source: str) -> str:
    """The page on which people watch what is embedded by `source`; "" where that is nothing one may follow."""
    address = source.strip()
    if address.startswith("//"):
        address = f"https:{address}"
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""
    if parts.scheme.lower() not in {"http", "https"} or not host:
        return ""
    last = parts.path.rstrip("/").rpartition("/")[2]
    if host in {"youtube.com", "youtube-nocookie.com"} and parts.path.startswith("/embed/") and _ID.fullmatch(last):
        start = parse_qs(parts.query).get("start", [""])[0]
        return f"https://www.youtube.com/watch?v={last}" + (
            f"&t={start}" if start.isascii() and start.isdigit() else ""
        )
    if host == "player.vimeo.com" and last.isascii() and last.isdigit():
        return f"https://vimeo.com/{last}"
    if host == "loom.com" and parts.path.startswith("/embed/") and _ID.fullmatch(last):
        return f"https://www.loom.com/share/{last}"
    return address


def _attributes(tag: str) -> dict[str, str]:
    found = _ATTRIBUTE.findall(tag)
    return {name.lower(): html.unescape(a or b or c) for name, a, b, c in reversed(found)}
