/** From key presses to commands: one listener, handlers that come and go with the parts of the screen. */
import { useEffect, useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import { KEYMAP, type Command } from './keymap';
import { nameOf } from './match';

const SEQUENCE_MS = 1_200;
const STORED = 'threadline-single-keys';

/** Returns false if it has nothing to do here, so that the key keeps its own meaning. */
export type Handler = () => boolean | void;
export type Handlers = Partial<Record<Command, Handler>>;

const stack: { current: Handlers }[] = [];
const commandOf = new Map<string, Command>();
const prefixes = new Set<string>();
for (const [command, { keys }] of Object.entries(KEYMAP)) {
  for (const key of keys) {
    commandOf.set(key, command as Command);
    if (key.includes(' ')) prefixes.add(key.slice(0, key.indexOf(' ')));
  }
}

let catcher: ((event: KeyboardEvent) => void) | null = null;
let pending = '';
let pendingSince = 0;

/** Offers commands while the component stands; the part that came last is asked first. */
export function useCommands(handlers: Handlers): void {
  const entry = useRef(handlers);
  useLayoutEffect(() => {
    entry.current = handlers;
  });
  useEffect(() => {
    stack.push(entry);
    return () => {
      stack.splice(stack.indexOf(entry), 1);
    };
  }, []);
}

/** Runs a command as its key would. True if somebody took it. */
export function runCommand(command: Command): boolean {
  for (let index = stack.length - 1; index >= 0; index -= 1) {
    const handler = stack[index]?.current[command];
    if (handler && handler() !== false) return true;
  }
  return false;
}

export function canRun(command: Command): boolean {
  return stack.some((entry) => entry.current[command] !== undefined);
}

/** While something opens that will take the keys, they are neither commands nor somebody else's text. */
export function catchKeys(next: ((event: KeyboardEvent) => void) | null): void {
  catcher = next;
}

/** Once at the root. */
export function useKeyboard(): void {
  useEffect(() => {
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  const name = nameOf(event);
  if (name === null) return;
  if (!name.startsWith('Mod+')) {
    if (isInFloat(event.target)) return;
    if (catcher) return catcher(event);
    if (name !== 'Escape' && (isTextField(event.target) || !areSingleKeysOn())) return;
  }
  const sequence = pending && event.timeStamp - pendingSince < SEQUENCE_MS ? `${pending} ${name}` : name;
  pending = '';
  const command = commandOf.get(sequence) ?? commandOf.get(name);
  if (command === undefined) {
    if (prefixes.has(name)) {
      pending = name;
      pendingSince = event.timeStamp;
    }
    return;
  }
  if ((name === 'Enter' || name === 'Space') && isControl(event.target)) return;
  if (runCommand(command)) event.preventDefault();
}

function isTextField(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest(
      'input:not([type=button],[type=checkbox],[type=range]), textarea, select, [contenteditable=true]',
    ) !== null
  );
}

/** Menus and dialogs have keys of their own. */
function isInFloat(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('[role=menu], [role=dialog], [role=alertdialog], [data-keys=own]') !== null
  );
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, a[href], [role=button], [role=separator]') !== null;
}

// --- Switching single letters off (WCAG 2.1.4) ---------------------------------------------------------------------

let areOn = read();
const listeners = new Set<() => void>();

export function areSingleKeysOn(): boolean {
  return areOn;
}

export function setSingleKeys(on: boolean): void {
  areOn = on;
  try {
    localStorage.setItem(STORED, on ? 'on' : 'off');
  } catch {
    // Storage may be refused: the choice lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

export function useSingleKeys(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, areSingleKeysOn);
}

function read(): boolean {
  try {
    return localStorage.getItem(STORED) !== 'off';
  } catch {
    return true;
  }
}
