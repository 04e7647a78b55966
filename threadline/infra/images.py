"""Images of strangers are decoded in a process of its own, with little memory and little time (S49).

`examine_image` proves that the bytes are an image and makes a small copy of it: decoded, turned upright, written anew
without any metadata. This module is also what that process runs: `python -m threadline.infra.images`.
"""

import asyncio
import io
import json
import sys
import warnings
from dataclasses import dataclass
from weakref import WeakKeyDictionary

_FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
_MOST_PIXELS = 40_000_000
_MOST_FRAMES = 500
_PREVIEW_PIXELS = 640
_MEMORY_BYTES = 1024 * 1024 * 1024
_CPU_S = 10
_TIMEOUT_S = 20.0


class NotAnImage(Exception):
    """It cannot be decoded as a picture that a screen may show: broken, too large, or something else."""


@dataclass(frozen=True, slots=True)
class ExaminedImage:
    mime: str
    width: int
    height: int
    preview: bytes
    """JPEG, or PNG where parts are transparent; at most 640 pixels wide or high."""
    preview_mime: str


_AT_ONCE = 2
_gates: "WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]" = WeakKeyDictionary()


async def examine_image(content: bytes) -> ExaminedImage:
    """Decode, measure and make small. Raises NotAnImage. A crowd of pictures waits, two are decoded at once."""
    async with _gates.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(_AT_ONCE)):
        return await _examine_apart(content)


async def _examine_apart(content: bytes) -> ExaminedImage:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "threadline.infra.images",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            answer, _ = await process.communicate(content)
    except TimeoutError:
        raise NotAnImage from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise NotAnImage
    facts, _, preview = answer.partition(b"\n")
    told = json.loads(facts)
    return ExaminedImage(told["mime"], told["width"], told["height"], preview, told["preview_mime"])


def _examine(content: bytes) -> tuple[dict[str, str | int], bytes]:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(io.BytesIO(content), formats=list(_FORMATS)) as image:
        if getattr(image, "n_frames", 1) > _MOST_FRAMES:
            raise ValueError("too many frames")
        kind = _FORMATS[image.format or ""]
        image.load()
        upright = ImageOps.exif_transpose(image)
        width, height = upright.size
        is_transparent = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
        small = upright.convert("RGBA" if is_transparent else "RGB")
    small.thumbnail((_PREVIEW_PIXELS, _PREVIEW_PIXELS))
    out = io.BytesIO()
    clean = Image.new(small.mode, small.size)
    clean.paste(small)
    if is_transparent:
        clean.save(out, "PNG", optimize=True)
    else:
        clean.save(out, "JPEG", quality=80)
    preview_mime = "image/png" if is_transparent else "image/jpeg"
    return {"mime": kind, "width": width, "height": height, "preview_mime": preview_mime}, out.getvalue()


def _limit_this_process() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))


def _run() -> None:
    content = sys.stdin.buffer.read()
    if sys.platform != "win32":
        _limit_this_process()
    facts, preview = _examine(content)
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + preview)


if __name__ == "__main__":
    _run()
