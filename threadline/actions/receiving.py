"""The values that the receiving actions share."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from threadline.channels.contract import ChannelType, Inbound


@dataclass(frozen=True, slots=True)
class Channel:
    """A connected channel as its receiver needs it."""

    workspace_id: UUID
    id: UUID
    type: ChannelType
    address: str
    account: str

    @property
    def window(self) -> timedelta | None:
        return self.type.manifest.capabilities.window


@dataclass(frozen=True, slots=True)
class Received:
    """An item with the delivery it came in: its order, and the time that counts as receipt."""

    item: Inbound
    delivery_id: UUID
    position: int
    received_at: datetime
