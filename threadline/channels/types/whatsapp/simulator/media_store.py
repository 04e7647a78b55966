"""Where the bytes of media lie: a folder beside the state file, or memory."""

from __future__ import annotations

from pathlib import Path


class MediaStore:
    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._memory: dict[str, bytes] = {}
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def put(self, media_id: str, content: bytes) -> None:
        if self._folder is None:
            self._memory[media_id] = content
            return
        part = self._folder / f"{media_id}.part"
        part.write_bytes(content)
        part.replace(self._folder / media_id)

    def append(self, media_id: str, content: bytes) -> None:
        """Add to what is there (resumable uploads)."""
        self.put(media_id, (self.get(media_id) or b"") + content)

    def get(self, media_id: str) -> bytes | None:
        if self._folder is None:
            return self._memory.get(media_id)
        path = self._folder / media_id
        return path.read_bytes() if path.is_file() else None

    def delete(self, media_id: str) -> None:
        self._memory.pop(media_id, None)
        if self._folder is not None:
            (self._folder / media_id).unlink(missing_ok=True)
