"""Mails agents what they have not seen yet, as one letter each. A lease keeps the idle workers from asking too."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from threadline.core.notification_text import say, words_of
from threadline.core.permission import Visibility
from threadline.core.personal import Clearance
from threadline.infra.log import get_logger
from threadline.infra.mail import Letter, MailError, MailServer, send_letter
from threadline.store.digests import DigestLine, DueDigest, claim_due_digests, put_back_digest
from threadline.store.followers import invited_to
from threadline.store.session import Database, Role
from threadline.store.sessions import callers_of_agents
from threadline.workers.looking import keep_looking

BATCH: Final = 20
_AGAIN_AFTER: Final = timedelta(minutes=5)
_GIVEN_UP_AFTER: Final = timedelta(days=2)
_LOOKS_EVERY_S: Final = 10.0

log = get_logger("digests")


@dataclass(slots=True)
class Digests:
    database: Database
    server: MailServer
    base_url: str
    now: Callable[[], datetime]
    poll_s: float = _LOOKS_EVERY_S

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set."""
        await keep_looking(self.step, stop, name="digests", poll_s=self.poll_s)

    async def step(self) -> bool:
        """One look. True if there is more at once."""
        async with self.database.transaction(Role.ENGINE) as session:
            due = await claim_due_digests(await session.raw(), limit=BATCH)
        for digest in due:
            await self._send(digest)
        return len(due) == BATCH

    async def _send(self, digest: DueDigest) -> None:
        """What cannot be sent now is due again; what nobody could send for two days is left in the list."""
        async with self.database.transaction(Role.ENGINE, digest.workspace_id) as session:
            caller = (await callers_of_agents(session, [digest.agent_id])).get(digest.agent_id)
            conversation_ids = sorted({line.conversation_id for line in digest.lines})
            invited = await invited_to(await session.raw(), digest.workspace_id, conversation_ids)
        lines = [line for line in digest.lines if caller is not None and _sees(caller.visibility, line, invited)]
        if not lines or caller is None:
            return
        try:
            await send_letter(self.server, letter_of(digest, lines, clearance=caller.clearance, base_url=self.base_url))
        except MailError as error:
            log.warning("digest_failed", agent_id=str(digest.agent_id), error=error.text)
            await self._put_back(digest, lines)

    async def _put_back(self, digest: DueDigest, lines: list[DigestLine]) -> None:
        now = self.now()
        ids = [line.id for line in lines if now - line.at < _GIVEN_UP_AFTER]
        async with self.database.transaction(Role.ENGINE, digest.workspace_id) as session:
            await put_back_digest(
                await session.raw(), workspace_id=digest.workspace_id, ids=ids, mail_at=now + _AGAIN_AFTER
            )


def letter_of(digest: DueDigest, lines: list[DigestLine], *, clearance: Clearance, base_url: str) -> Letter:
    """Plain text: what it says is short, and nothing in it may be fetched. Pure."""
    words = words_of(digest.locale)
    told = [_line(line, digest.locale, clearance, base_url) for line in lines]
    outro = words.outro.replace("{url}", f"{base_url}/settings/notifications")
    text = "\n\n".join([words.intro.replace("{workspace}", digest.workspace_name), *told, "-- \n" + outro])
    return Letter(
        to=digest.email,
        subject=words.subject.replace("{workspace}", digest.workspace_name),
        text=text + "\n",
        lang=digest.locale,
    )


def _line(line: DigestLine, locale: str, clearance: Clearance, base_url: str) -> str:
    number = f" ({line.count})" if line.count > 1 else ""
    parts = [
        f"* {say(line.kind, locale=locale, name=line.contact_name.shown(clearance))}{number}",
        *([f"  “{' '.join(text.split())}”"] if (text := line.text.shown(clearance)) else []),
        f"  {base_url}/inbox/open/{line.conversation_id}",
    ]
    return "\n".join(parts)


def _sees(sight: Visibility, line: DigestLine, invited: Mapping[UUID, frozenset[UUID]]) -> bool:
    """As it is now: what somebody may not see any more is not mailed either (S5)."""
    return sight.shows(
        channel_id=line.channel_id,
        assignee_id=line.assignee_id,
        team_id=line.team_id,
        invited_ids=invited.get(line.conversation_id, frozenset()),
    )
