"""Pictures of things that nobody sells: drawn here, so that nothing of others lies in the product."""

import io
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

SIZE: Final = (960, 720)
COUNT: Final = 5

_GLAZES: Final = ("#2f5d8a", "#7a9b76", "#c7724a", "#d9c8a5", "#8b5e83")
_WALLS: Final = ("#e8e4dc", "#dfe6ea", "#efe6dd", "#e3e0e8", "#e6ebe2")


def draw_picture(number: int) -> bytes:
    """A vase, a bowl or a cup on a table, as JPEG."""
    glaze, wall = _GLAZES[number % COUNT], _WALLS[number % COUNT]
    picture = Image.new("RGB", SIZE, wall)
    pen = ImageDraw.Draw(picture)
    width, height = SIZE
    table = int(height * 0.68)
    pen.rectangle((0, table, width, height), fill="#b08d6a")
    for grain in range(table + 14, height, 22):
        pen.line((0, grain, width, grain + 6), fill="#a98563", width=3)
    pen.ellipse((330, table + 30, 700, table + 92), fill="#8f6f52")
    picture = picture.filter(ImageFilter.GaussianBlur(7))
    pen = ImageDraw.Draw(picture)
    (_vase, _bowl, _cup)[number % 3](pen, glaze, table + 60)
    light = Image.new("L", SIZE, 0)
    ImageDraw.Draw(light).ellipse((390, 180, 470, 470), fill=70)
    picture.paste("#ffffff", (0, 0), light.filter(ImageFilter.GaussianBlur(38)))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()


def _vase(pen: ImageDraw.ImageDraw, glaze: str, floor: int) -> None:
    pen.polygon(
        [(455, 170), (545, 170), (535, 260), (620, 400), (590, floor), (410, floor), (380, 400), (465, 260)], glaze
    )
    pen.ellipse((455, 156, 545, 186), fill="#22252b")
    pen.ellipse((410, floor - 18, 590, floor + 14), fill=glaze)


def _bowl(pen: ImageDraw.ImageDraw, glaze: str, floor: int) -> None:
    pen.pieslice((290, floor - 330, 710, floor + 20), 0, 180, fill=glaze)
    pen.ellipse((290, floor - 205, 710, floor - 105), fill="#f4efe6")
    pen.rectangle((430, floor - 6, 570, floor + 16), fill=glaze)


def _cup(pen: ImageDraw.ImageDraw, glaze: str, floor: int) -> None:
    pen.ellipse((590, floor - 215, 730, floor - 60), outline=glaze, width=30)
    pen.rounded_rectangle((380, floor - 260, 630, floor), 46, fill=glaze)
    pen.ellipse((380, floor - 290, 630, floor - 222), fill="#3b2a20")
