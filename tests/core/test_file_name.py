"""Names of strangers' files (S47)."""

import pytest

from threadline.core.file_name import LONGEST_NAME_BYTES, clean_file_name, name_for


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("..%2f..%2fsecret.txt", "secret.txt"),
        ("C:\\Users\\a\\photo.png", "photo.png"),
        (".htaccess", "htaccess"),
        ("report.pdf. . ", "report.pdf"),
        ("in\u202egnp.exe", "ingnp.exe"),
        ("a\u200b\u2066b\x00\x1f.txt", "ab.txt"),
        ("\u202e", "file"),
        ("   ", "file"),
        ('<b>"x"|?*.txt', "_b__x____.txt"),
        ("Überweisung №5 — 报价.pdf", "Überweisung №5 — 报价.pdf"),
    ],
)
def test_a_name_is_made_harmless(given: str, clean: str) -> None:
    assert clean_file_name(given) == clean


def test_a_long_name_keeps_its_extension() -> None:
    name = clean_file_name("ä" * 300 + ".pdf")
    assert name.endswith("ä.pdf")
    assert len(name.encode()) <= LONGEST_NAME_BYTES


@pytest.mark.parametrize(
    ("name", "mime", "right"),
    [
        ("invoice.pdf.exe", "application/pdf", "invoice.pdf.exe.pdf"),
        ("photo.JPEG", "image/jpeg", "photo.JPEG"),
        ("photo.png", "image/jpeg", "photo.png.jpg"),
        ("voice", "audio/ogg", "voice.ogg"),
        ("data.bin", "application/octet-stream", "data.bin"),
    ],
)
def test_the_extension_fits_the_bytes(name: str, mime: str, right: str) -> None:
    assert name_for(name, mime) == right
