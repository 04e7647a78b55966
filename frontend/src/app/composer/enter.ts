/** What Enter does in an answer: asked once, after its first use, and kept for all devices. */
import { useState, type KeyboardEvent } from 'react';
import { changePreferences, usePreferences } from '@/shared/preferences';

export interface Enter {
  readonly doesSend: boolean;
  /** It has just sent something for the first time. */
  readonly isAsked: boolean;
  readonly onUsed: () => void;
  readonly choose: (doesSend: boolean) => void;
}

export function useEnter(): Enter {
  const { enter_sends: chosen } = usePreferences();
  const [isAsked, setAsked] = useState(false);
  const choose = (doesSend: boolean) => {
    setAsked(false);
    void changePreferences({ enter_sends: doesSend }).catch(() => undefined);
  };
  return {
    doesSend: chosen ?? true,
    isAsked: isAsked && (chosen ?? null) === null,
    // Whoever goes on sending by it has answered.
    onUsed: () => {
      if ((chosen ?? null) !== null) return;
      if (isAsked) choose(true);
      else setAsked(true);
    },
    choose,
  };
}

/** A word of an input method is being put together: Enter belongs to it. Safari tells by the code alone. */
export function isComposing(event: KeyboardEvent): boolean {
  return event.nativeEvent.isComposing || event.nativeEvent.keyCode === 229;
}
