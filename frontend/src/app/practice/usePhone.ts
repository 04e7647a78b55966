import { useEffect, useState } from 'react';
import { Problem } from '@/shared/api/http';
import { applyChanges, EMPTY_PHONE, hasUnread, type Phone } from './phone';
import { markRead, waitForChanges } from './protocol';

const BACK_OFF_MS = [1000, 2000, 4000, 8000];

export interface LivePhone {
  readonly phone: Phone;
  /** The simulator does not answer. */
  readonly isUnreachable: boolean;
}

/** Follows one customer's phone while it is on the screen, by long polls one after the other. */
export function usePhone(channelId: string, customerId: string): LivePhone {
  const [phone, setPhone] = useState<Phone>(EMPTY_PHONE);
  const [isUnreachable, setIsUnreachable] = useState(false);

  useEffect(() => {
    const stop = new AbortController();
    let current = EMPTY_PHONE;
    let failures = 0;

    async function follow(): Promise<void> {
      while (!stop.signal.aborted) {
        try {
          const changes = await waitForChanges(channelId, customerId, current.cursor, stop.signal);
          if (stop.signal.aborted) return;
          failures = 0;
          current = applyChanges(current, changes);
          setPhone(current);
          setIsUnreachable(false);
        } catch (error) {
          if (stop.signal.aborted) return;
          if (error instanceof Problem && error.status === 401) return;
          setIsUnreachable(true);
          await sleep(BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length - 1)] ?? 8000);
          failures += 1;
        }
      }
    }

    setPhone(EMPTY_PHONE);
    setIsUnreachable(false);
    void follow();
    return () => stop.abort();
  }, [channelId, customerId]);

  useReading(channelId, customerId, phone);
  return { phone, isUnreachable };
}

/** An open chat in front of somebody is read. */
function useReading(channelId: string, customerId: string, phone: Phone): void {
  const isOpen = phone.customer?.online !== false && hasUnread(phone);
  const count = phone.messages.length;
  useEffect(() => {
    if (!isOpen) return;
    function read(): void {
      if (document.visibilityState === 'visible') markRead(channelId, customerId).catch(() => undefined);
    }
    read();
    document.addEventListener('visibilitychange', read);
    return () => document.removeEventListener('visibilitychange', read);
  }, [channelId, customerId, isOpen, count]);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
