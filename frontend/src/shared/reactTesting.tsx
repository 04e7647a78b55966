/** For unit tests of parts: a root that is there for one test, and typing as React hears it. */

import { act, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';

// React asks for this mark before it lets a test decide when effects run.
Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

export interface Rendered {
  readonly host: HTMLElement;
  readonly end: () => Promise<void>;
}

export async function render(node: ReactNode): Promise<Rendered> {
  const host = document.body.appendChild(document.createElement('div'));
  const root: Root = createRoot(host);
  await act(async () => root.render(node));
  return {
    host,
    end: async () => {
      await act(async () => root.unmount());
      host.remove();
    },
  };
}

/** Puts a text into a field past React's own bookkeeping, and says so. */
export async function type(field: HTMLInputElement, text: string): Promise<void> {
  const setValue = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set;
  await act(async () => {
    setValue?.call(field, text);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
}
