"""What a contact is called: one place, so that a number is never shown as a row of digits."""

from threadline.core.personal import PersonName
from threadline.infra.phone import display_name


def called(alias: str) -> str:
    """SQL for where only a name has room: the contact's under this alias, else how they are reached."""
    return f"coalesce(nullif({alias}.name, ''), nullif({alias}.phone, ''), nullif({alias}.handle, ''), {alias}.email)"


def person_name(name: str) -> PersonName:
    """As it is, unless it is nothing but a number: then as people write it."""
    return PersonName(display_name(name))
