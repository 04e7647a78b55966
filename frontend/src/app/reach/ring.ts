/** Makes the tones of tones.ts heard: follows the feed, in one window of this browser. */
import { withLock } from '@/shared/api/locks';
import { getSession, type Session } from '@/shared/api/session';
import type { Changes, ConversationRow, Id } from '@/shared/api/types';
import { onChanges } from '@/shared/feed/feed';
import { waitingSince } from '@/shared/format/waiting';
import { getState } from '@/shared/store/store';
import { showOnDesktop } from './desktop';
import { watchFront } from './front';
import { isQuiet, isSilent } from './quiet';
import { playTone, readySound } from './sound';
import { hear, SILENCE, type Circumstances, type Hearing, type Row, type Sign } from './tones';

const TICK_MS = 1_000;
/** Older news comes after a break of the connection: nobody wants to hear it now. */
const NEWS_MS = 60_000;

export function startRinging(session: Session): () => void {
  const name = `${session.workspace.id} ${session.agent.id}`;
  const stopped = new AbortController();
  const front = watchFront(name);
  const stopReady = readySound();
  const lead = () => follow(session.agent.id, front.read, stopped.signal);
  void withLock(`threadline-tones ${name}`, lead, stopped.signal);
  return () => {
    stopped.abort();
    front.stop();
    stopReady();
  };
}

/** Only one window sounds: the others would say the same at the same moment. */
function follow(me: Id, readFront: () => ReturnType<ReturnType<typeof watchFront>['read']>, signal: AbortSignal) {
  return new Promise<void>((resolve) => {
    let hearing: Hearing = SILENCE;
    const listen = (signs: readonly Sign[]) => {
      const preferences = getSession()?.preferences;
      if (!preferences || signs.length === 0) return;
      const now: Circumstances = {
        me,
        ...readFront(),
        isQuiet: isQuiet(preferences, new Date()) || isSilent(getState().agents.get(me)),
        repeats: preferences.repeats_tone,
      };
      let sounds = false;
      for (const sign of signs) {
        const heard = hear(hearing, sign, now);
        hearing = heard.hearing;
        sounds ||= heard.sounds;
      }
      if (sounds) playTone(preferences.tone, preferences.volume);
    };
    const stopChanges = onChanges((changes) => {
      listen(signsOf(changes));
      showOnDesktop(changes, readFront());
    });
    const timer = setInterval(() => listen([{ kind: 'tick', at: Date.now() }]), TICK_MS);
    signal.addEventListener('abort', () => {
      stopChanges();
      clearInterval(timer);
      resolve();
    });
  });
}

function signsOf(changes: Changes): Sign[] {
  const rows = new Map((changes.conversations ?? []).map((row) => [row.id, row]));
  const at = Date.now();
  const signs: Sign[] = [];
  for (const event of changes.events) {
    if (at - Date.parse(event.at) > NEWS_MS) continue;
    const data = event.data ?? {};
    if (event.kind === 'message_received' && data.direction === 'incoming' && !data.is_history && !data.is_muted) {
      const row = rows.get(event.conversation_id ?? '');
      if (row) signs.push({ kind: 'received', row: rowOf(row), at });
    }
    // A customer's message has its own sign; the others are told once.
    if (event.kind === 'notifications_changed' && data.notice !== undefined && data.notice !== 'replied') {
      signs.push({ kind: 'told', conversationId: String(data.conversation_id), at });
    }
  }
  for (const row of rows.values()) signs.push({ kind: 'changed', row: rowOf(row) });
  for (const event of changes.events) {
    const gone = event.is_hidden ? getState().conversations.get(event.conversation_id ?? '') : undefined;
    if (gone) signs.push({ kind: 'changed', row: { ...rowOf(gone), isWaiting: false } });
  }
  return signs;
}

function rowOf(row: ConversationRow): Row {
  return {
    id: row.id,
    contactId: row.contact.id,
    assigneeId: row.assignee_id,
    isWaiting: waitingSince(row) !== null,
  };
}
