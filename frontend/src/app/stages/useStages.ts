/** The stages of the workspace: asked for when somebody first needs them, and again after they changed. */
import { useEffect, useState } from 'react';
import { answerOf, client } from '@/shared/api/client';
import type { Stage } from '@/shared/api/types';
import { onChanges } from '@/shared/feed/feed';

let asked: Promise<readonly Stage[]> | null = null;

function loadStages(): Promise<readonly Stage[]> {
  asked ??= answerOf(client.GET('/api/stages')).then(({ items }) => items);
  asked.catch(() => (asked = null));
  return asked;
}

/** Undefined while they are asked for. */
export function useStages(): readonly Stage[] | undefined {
  const [stages, setStages] = useState<readonly Stage[]>();
  useEffect(() => {
    let isCurrent = true;
    const look = () => {
      loadStages()
        .then((found) => isCurrent && setStages(found))
        .catch(() => undefined);
    };
    look();
    const stop = onChanges(({ events }) => {
      if (!events.some(({ kind }) => kind === 'stage_changed')) return;
      asked = null;
      look();
    });
    return () => {
      isCurrent = false;
      stop();
    };
  }, []);
  return stages;
}
