"""Put labels on a conversation or contact and take others off, by what changes and not by the whole.

So two people who label at the same moment lose nothing of each other's, and a repeat changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from threadline.core.errors import Invalid
from threadline.core.label import MOST_ON_ONE, LabelKind
from threadline.store import labels
from threadline.store.labels import Label
from threadline.store.session import Session


@dataclass(frozen=True, slots=True)
class LabelChange:
    label: Label
    is_added: bool

    @property
    def data(self) -> dict[str, str | int | bool | None]:
        """As an event tells it."""
        return {"label_id": str(self.label.id), "is_added": self.is_added}


async def put_labels(
    session: Session, *, kind: LabelKind, id: UUID, add: Sequence[UUID], remove: Sequence[UUID]
) -> list[LabelChange]:
    """What changed by it, in the order asked for, what was taken off first.

    Raises Invalid if something in `add` is no label of this kind, or if it would have too many. What is in `remove` and
    no label (any more) is off already.
    """
    known = await labels.find_labels(session, kind, [*add, *remove])
    if not known.keys() >= set(add):
        raise Invalid("This label does not exist any more.", field="add", reason="no_such_label")
    taken = await labels.take_labels(session, kind, id, [one for one in remove if one in known])
    put = await labels.put_labels(session, kind, id, add)
    if put:
        await _check_count(session, kind, id)
    return [
        *(LabelChange(known[one], is_added=False) for one in dict.fromkeys(remove) if one in taken),
        *(LabelChange(known[one], is_added=True) for one in dict.fromkeys(add) if one in put),
    ]


async def _check_count(session: Session, kind: LabelKind, id: UUID) -> None:
    """After the writing, which is undone by the refusal: before it, two at once could pass together."""
    assert session.workspace_id is not None
    found = await labels.labels_of(await session.raw(), session.workspace_id, kind, [id])
    if len(found.get(id, [])) > MOST_ON_ONE:
        raise Invalid(
            f"No more than {MOST_ON_ONE} labels fit here. Please take one off first.",
            field="add",
            reason="too_many_labels_here",
            values={"limit": str(MOST_ON_ONE)},
        )
