"""The built front end: compressed variants by `Accept-Encoding`, assets for ever, `index.html` for every screen."""

import base64
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from threadline.web.asgi import Headers, Scope, Send, answer

STATIC_FOLDER: Final = Path(__file__).parent / "static"

_ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
_HASHED: Final = re.compile(r"/assets/.+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$")
_INLINE_SCRIPT: Final = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
_TYPES: Final = {".js": "text/javascript", ".woff2": "font/woff2", ".webmanifest": "application/manifest+json"}
_MISSING_PAGE: Final = (
    b"<!doctype html><title>Threadline</title><p>The screens of Threadline are not built. Run <code>make run</code>."
)


@dataclass(frozen=True, slots=True)
class _Asset:
    content: bytes
    content_type: str
    encoding: str | None
    etag: bytes


class StaticFiles:
    """Serves one folder. Files are read once for as long as they do not change."""

    def __init__(self, folder: Path = STATIC_FOLDER) -> None:
        self._folder = folder.resolve()

    def script_hashes(self) -> list[str]:
        """CSP sources of the scripts that stand inside `index.html` itself."""
        index = self._folder / "index.html"
        scripts = _INLINE_SCRIPT.findall(index.read_bytes()) if index.is_file() else []
        return [f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" for script in scripts]

    async def __call__(self, scope: Scope, send: Send, headers: Headers) -> None:
        is_head = scope["method"] == "HEAD"
        if scope["method"] not in ("GET", "HEAD"):
            await answer(send, 405, b"", headers=[(b"allow", b"GET, HEAD")])
            return
        path = str(scope["path"])
        file = self._find(path)
        if file is None and "." in path.rsplit("/", 1)[-1]:
            await answer(send, 404, b"Not found.", is_head=is_head)
            return
        asset = self._read(file or self._folder / "index.html", headers)
        if asset is None:
            await answer(send, 503, _MISSING_PAGE, content_type="text/html; charset=utf-8", is_head=is_head)
            return
        await _send_asset(send, headers, asset, is_hashed=_HASHED.search(path) is not None, is_head=is_head)

    def _find(self, path: str) -> Path | None:
        """The file of a path, if there is one inside the folder."""
        if "\x00" in path or len(path) > 300:
            return None
        file = (self._folder / path.lstrip("/")).resolve()
        is_inside = file.is_relative_to(self._folder) and file.suffix not in {".br", ".gz"}
        return file if is_inside and not file.name.startswith(".") and file.is_file() else None

    def _read(self, file: Path, headers: Headers) -> _Asset | None:
        accepted = {part.split(";")[0].strip() for line in headers.all("accept-encoding") for part in line.split(",")}
        for encoding, suffix in _ENCODINGS:
            variant = file.with_name(file.name + suffix)
            if encoding in accepted and variant.is_file():
                return _load(variant, variant.stat().st_mtime_ns, _type_of(file), encoding)
        return _load(file, file.stat().st_mtime_ns, _type_of(file), None) if file.is_file() else None


@lru_cache(maxsize=200)
def _load(file: Path, _changed_ns: int, content_type: str, encoding: str | None) -> _Asset:
    content = file.read_bytes()
    etag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'.encode()
    return _Asset(content, content_type, encoding, etag)


async def _send_asset(send: Send, headers: Headers, asset: _Asset, *, is_hashed: bool, is_head: bool) -> None:
    extra = [
        (b"cache-control", b"public, max-age=31536000, immutable" if is_hashed else b"no-cache"),
        (b"vary", b"accept-encoding"),
        (b"etag", asset.etag),
    ]
    if asset.encoding is not None:
        extra.append((b"content-encoding", asset.encoding.encode()))
    if asset.etag.decode() in {tag.strip() for line in headers.all("if-none-match") for tag in line.split(",")}:
        await answer(send, 304, headers=extra)
        return
    await answer(send, 200, asset.content, content_type=asset.content_type, headers=extra, is_head=is_head)


def _type_of(file: Path) -> str:
    kind = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
