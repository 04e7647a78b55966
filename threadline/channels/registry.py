"""Which channel types there are: every folder of `channels/types` whose `manifest.py` holds a `CHANNEL_TYPE`.

Nothing here, and nobody outside `channels/types`, spells a channel's name: adding one is adding its folder.
"""

import importlib
import pkgutil
from functools import cache

from threadline.channels import types
from threadline.channels.contract import ChannelType
from threadline.core.errors import NotFound


def channel_type(name: str) -> ChannelType:
    """The channel type of this name. Only its own folder is imported. Raises NotFound."""
    if name not in channel_type_names():
        raise NotFound("There is no such channel type.")
    return _load(name)


def all_channel_types() -> tuple[ChannelType, ...]:
    """All channel types, by name."""
    return tuple(_load(name) for name in channel_type_names())


@cache
def channel_type_names() -> tuple[str, ...]:
    return tuple(sorted(module.name for module in pkgutil.iter_modules(types.__path__) if module.ispkg))


@cache
def _load(name: str) -> ChannelType:
    found: ChannelType = importlib.import_module(f"{types.__name__}.{name}.manifest").CHANNEL_TYPE
    if found.manifest.type != name:
        raise ValueError(f"the channel type in the folder {name} calls itself {found.manifest.type}")
    return found
