"""Sealing: each value bound to its row, several keys at once, and nothing opens that should not."""

import base64
import stat
from pathlib import Path
from uuid import UUID

import pytest

from threadline.infra.secrets import Keyring, MasterKeyError, Place, fingerprint_of, load_keyring, make_key_file

OLD, NEW = b"o" * 32, b"n" * 32
HERE = Place("channels", "secrets", UUID(int=1))


def text_of(*keys: bytes) -> str:
    return ",".join(base64.b64encode(key).decode() for key in keys)


def test_value_opens_where_it_was_sealed() -> None:
    ring = Keyring([OLD])
    sealed = ring.seal(b"token", HERE)
    assert b"token" not in sealed
    assert ring.open(sealed, HERE) == b"token"
    assert ring.seal(b"token", HERE) != sealed


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place("channels", "secrets", UUID(int=2)),
        Place("channels", "other", UUID(int=1)),
        Place("endpoints", "secrets", UUID(int=1)),
    ],
)
def test_value_moved_elsewhere_does_not_open(elsewhere: Place) -> None:
    ring = Keyring([OLD])
    with pytest.raises(MasterKeyError):
        ring.open(ring.seal(b"token", HERE), elsewhere)


@pytest.mark.parametrize("position", [0, 2, 8, 20, -1])
def test_changed_byte_does_not_open(position: int) -> None:
    ring = Keyring([OLD])
    changed = bytearray(ring.seal(b"token", HERE))
    changed[position] ^= 1
    with pytest.raises(MasterKeyError):
        ring.open(bytes(changed), HERE)


def test_new_key_seals_and_the_old_one_still_opens() -> None:
    sealed = Keyring([OLD]).seal(b"token", HERE)
    ring = Keyring([NEW, OLD])
    assert ring.open(sealed, HERE) == b"token"
    assert not sealed.startswith(ring.current_prefix)
    assert ring.seal(b"token", HERE).startswith(ring.current_prefix)
    with pytest.raises(MasterKeyError, match="THREADLINE_MASTER_KEY"):
        Keyring([NEW]).open(sealed, HERE)


def test_fingerprint_tells_keys_apart_and_nothing_about_them() -> None:
    assert Keyring([OLD]).fingerprint == fingerprint_of(OLD) != fingerprint_of(NEW)
    assert OLD.hex()[:8] != fingerprint_of(OLD)


@pytest.mark.parametrize("text", [None, "", "short", text_of(b"x" * 31), "not base64!" * 4, text_of(OLD) + ",x"])
def test_missing_or_short_key_names_the_setting_and_not_its_value(text: str | None) -> None:
    with pytest.raises(MasterKeyError, match="THREADLINE_MASTER_KEY") as caught:
        load_keyring(text=text, file=None)
    assert not text or text not in caught.value.text


def test_key_file_is_made_once_and_for_us_alone(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "master.key"
    make_key_file(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(load_keyring(text=None, file=file).key_ids) == 1
    with pytest.raises(FileExistsError):
        make_key_file(file)


def test_lost_key_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(MasterKeyError, match=r"master\.key cannot be read"):
        load_keyring(text=None, file=tmp_path / "master.key")


def test_url_safe_base64_is_read_too() -> None:
    key = bytes(range(224, 256))
    assert load_keyring(text=base64.urlsafe_b64encode(key).decode().rstrip("="), file=None).key_ids == (
        fingerprint_of(key),
    )
