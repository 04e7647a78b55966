/** Which business hours are open now: asked for when somebody first needs it, and again whenever that changes. */
import { useEffect, useState } from 'react';
import { answerOf, client } from '@/shared/api/client';
import type { Id, OpenState, OpenStates } from '@/shared/api/types';
import { onChanges } from '@/shared/feed/feed';

const TELLS = new Set(['calendar_changed', 'team_changed', 'team_deleted', 'channel_changed']);
const LONGEST_WAIT_MS = 3_600_000;
/** The server's clock and this one may differ a little: asked too early, it would say the same again. */
const AFTER_MS = 2_000;

let asked: Promise<OpenStates> | null = null;
/** What was answered last: stands at once in the next conversation, so that nothing there moves. */
let known: OpenStates | undefined;

function load(): Promise<OpenStates> {
  asked ??= answerOf(client.GET('/api/calendars/now'));
  asked.catch(() => (asked = null));
  return asked;
}

/** Of a conversation: the hours of its team, else of its channel, else the default ones. Undefined: always open. */
export function openStateOf(states: OpenStates, teamId: Id | null, channelId: Id): OpenState | undefined {
  const id = (teamId !== null && states.teams[teamId]) || states.channels[channelId] || states.default_id;
  return states.items.find((item) => item.id === id)?.now;
}

/** How long until one of them opens or closes; within the hour, for computers sleep and clocks are set. */
export function nextChangeMs(states: OpenStates, now: number): number {
  const times = states.items.flatMap(({ now: { opens_at, closes_at } }) => opens_at ?? closes_at ?? []);
  const waits = times.map((time) => Math.max(0, Date.parse(time) - now) + AFTER_MS);
  return Math.min(LONGEST_WAIT_MS, ...waits);
}

/** Undefined while it is asked for the first time. */
export function useOpenStates(): OpenStates | undefined {
  const [states, setStates] = useState(known);
  useEffect(() => {
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout>;
    const again = () => {
      asked = null;
      look();
    };
    const look = () => {
      clearTimeout(timer);
      load()
        .then((found) => {
          known = found;
          if (!isCurrent) return;
          setStates(found);
          timer = setTimeout(again, nextChangeMs(found, Date.now()));
        })
        .catch(() => (timer = setTimeout(look, LONGEST_WAIT_MS)));
    };
    look();
    const stop = onChanges(({ events }) => {
      if (events.some(({ kind }) => TELLS.has(kind))) again();
    });
    return () => {
      isCurrent = false;
      clearTimeout(timer);
      stop();
    };
  }, []);
  return states;
}
