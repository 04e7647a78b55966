/** Asks whoever touched nothing for long, says for them that they are away, and offers the way back. */
import { useEffect, useRef, useState } from 'react';
import { request } from '@/shared/api/http';
import { useSignedIn } from '@/shared/api/session';
import { onChanges } from '@/shared/feed/feed';
import { hasText, t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { HERE, nextIdle, watchTouches, type Idle } from './idle';
import { choose } from './say';

const LOOK_EVERY_MS = 5_000;

export default function AvailabilityWatch() {
  const me = useStore((state) => state.agents.get(state.me));
  const isAsking = useIsAsking(me?.availability === 'online');
  const why = me?.availability === 'offline' ? `availability.is_${me.away_reason}` : '';
  return (
    <>
      {hasText(why) && (
        <div
          role="status"
          className="flex flex-wrap items-center justify-center gap-x-3 gap-y-1 border-b border-line bg-warn-tint px-4 py-1.5 text-13"
        >
          {t(why)}
          <Button size="small" onClick={() => choose('online')}>
            {t('availability.back')}
          </Button>
        </div>
      )}
      {isAsking && <StillThere />}
    </>
  );
}

/** Any key and any move of the pointer answers; the button is for whoever reads by ear. */
function StillThere() {
  const button = useRef<HTMLButtonElement>(null);
  return (
    <Dialog
      open
      onOpenChange={() => undefined}
      title={t('availability.ask_title')}
      description={t('availability.ask_text')}
      initialFocus={button}
      isSticky
      footer={
        <Button ref={button} look="filled" onClick={() => undefined}>
          {t('availability.here')}
        </Button>
      }
    />
  );
}

/** True while the question stands. Only who is online is asked: a break is a break. */
function useIsAsking(isOnline: boolean): boolean {
  const { workspace, agent } = useSignedIn();
  const [idle, setIdle] = useState<Idle>(HERE);
  const afterMs = workspace.away_after_min * 60_000;
  const name = `${workspace.id} ${agent.id}`;
  useEffect(() => {
    if (!isOnline) return;
    let now: Idle = HERE;
    const look = () => {
      const next = nextIdle(now, Date.now(), touches.lastAt(), afterMs);
      if (next === now) return;
      now = next;
      setIdle(next);
      if (next.phase === 'away') {
        void request('PUT', '/api/availability', { body: { state: 'offline', reason: 'idle' } }).catch(() => undefined);
      }
    };
    const touches = watchTouches(name, look);
    // An act of theirs on another device shows that they are there.
    const stopHearing = onChanges(({ events }) => {
      if (events.some(({ actor_id }) => actor_id === agent.id)) touches.note();
    });
    const timer = setInterval(look, LOOK_EVERY_MS);
    return () => {
      stopHearing();
      clearInterval(timer);
      touches.stop();
      setIdle(HERE);
    };
  }, [isOnline, afterMs, name, agent.id]);
  return idle.phase === 'asking';
}
