"""What comes in: closed and strict. Unknown fields are refused, nothing is converted, texts are clean (S8)."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def clean_text(text: str) -> str:
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("Please remove the characters that are no text.")
    return text


def _without_controls(text: str) -> str:
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise ValueError("Please remove the control characters.")
    return text


def _only_text(value: object) -> object:
    if not isinstance(value, str | UUID | datetime):
        raise ValueError("Please send this as text.")  # noqa: TRY004 - Pydantic collects ValueErrors only
    return value


def _in_utc(moment: datetime) -> datetime:
    """A day from the ends of the calendar is no time of ours, and sums with it would leave the calendar."""
    if not 1970 < moment.year < 9999:
        raise ValueError("Please send a time of these days.")
    return moment.astimezone(UTC)


# Ids and times come as JSON text, which strict mode would refuse once FastAPI has parsed the body.
Id = Annotated[UUID, Field(strict=False), BeforeValidator(_only_text)]
Moment = Annotated[
    datetime,
    Field(strict=False),
    BeforeValidator(_only_text),
    AfterValidator(_in_utc),
]
AskedMoment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""In an address, where strict mode is not asked for."""
Day = Annotated[date, Field(strict=False), BeforeValidator(_only_text)]
Text = Annotated[str, StringConstraints(max_length=65_536), AfterValidator(clean_text)]
Paragraphs = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_096), AfterValidator(clean_text)
]
Line = Annotated[
    str, StringConstraints(max_length=1_000), AfterValidator(clean_text), AfterValidator(_without_controls)
]
Search = Annotated[str, StringConstraints(max_length=100), AfterValidator(clean_text)]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(clean_text),
    AfterValidator(_without_controls),
]
Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(clean_text),
    AfterValidator(_without_controls),
]
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=254,
        pattern=r"^[^\s@<>\"]{1,64}@[^\s@<>\"]+\.[^\s@<>\"]+$|^[^\s@<>\"]{1,64}@localhost$",
    ),
    AfterValidator(clean_text),
    AfterValidator(_without_controls),
]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=4_096), AfterValidator(clean_text)]
Locale = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=20)]
LinkToken = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Accepted = Annotated[list[Literal["repeated_text"]], Field(max_length=5)]
"""What one was warned of and does all the same, by the reason of the refusal."""
