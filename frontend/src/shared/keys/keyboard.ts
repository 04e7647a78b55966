/** From key presses to commands: one listener, handlers that come and go with the parts of the screen. */
import { useEffect, useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import { getSession } from '../api/session';
import { KEYMAP, keysWith, NEEDS, type ChangedKeys, type Command } from './keymap';
import { nameOf } from './match';

const SEQUENCE_MS = 1_200;

/** Returns false if it has nothing to do here, so that the key keeps its own meaning. */
export type Handler = () => boolean | void;
export type Handlers = Partial<Record<Command, Handler>>;

const stack: { current: Handlers }[] = [];
let changed: ChangedKeys = {};
let areOn = true;
let commandOf = new Map<string, Command>();
let prefixes = new Set<string>();
const listeners = new Set<() => void>();
mapKeys();

function mapKeys(): void {
  commandOf = new Map();
  prefixes = new Set();
  for (const command of Object.keys(KEYMAP) as Command[]) {
    for (const key of keysWith(command, changed)) {
      commandOf.set(key, command);
      if (key.includes(' ')) prefixes.add(key.slice(0, key.indexOf(' ')));
    }
  }
}

/** As the agent prefers them: which commands have other keys, and whether letters alone do anything (WCAG 2.1.4). */
export function applyKeys(own: ChangedKeys, hasSingleKeys: boolean): void {
  changed = own;
  areOn = hasSingleKeys;
  mapKeys();
  for (const listener of listeners) listener();
}

export function areSingleKeysOn(): boolean {
  return areOn;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSingleKeys(): boolean {
  return useSyncExternalStore(subscribe, areSingleKeysOn);
}

export function useChangedKeys(): ChangedKeys {
  return useSyncExternalStore(subscribe, () => changed);
}

export function keysOf(command: Command): readonly string[] {
  return keysWith(command, changed);
}

/** The cap that a sign shows for the usual key of a command: the agent's own, or nothing if there is none. */
export function capsFor(usual: readonly string[], own: ChangedKeys): readonly string[] {
  const command = USUAL.get(partsToKey(usual));
  return command === undefined || own[command] === undefined ? usual : keyParts(own[command]);
}

/** `g i` and `Mod+k` as caps. */
export function keyParts(key: string): string[] {
  return key.includes(' ') ? key.split(' ') : key.length > 1 ? key.split('+') : key === '' ? [] : [key];
}

function partsToKey(parts: readonly string[]): string {
  const small = parts.map((part) => (part.length === 1 ? part.toLowerCase() : part));
  return small[0] === 'Shift' || small[0] === 'Mod' ? small.join('+') : small.join(' ');
}

/** `/` stands for saved replies in the composer, too, where it cannot be changed. */
const USUAL = new Map<string, Command>(
  (Object.keys(KEYMAP) as Command[])
    .filter((command) => command !== 'search')
    .map((command) => [KEYMAP[command].keys[0], command]),
);

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

/** What may run while the screen still shows what was chosen before: steps through a list do not wait for it. */
const STEPS: ReadonlySet<Command> = new Set(['next', 'previous', 'choose_next', 'choose_previous']);
let settle: (() => void) | null = null;

/** While the screen lags behind what is chosen: what brings it there at once, before a key does something to it. */
export function settleBeforeKeys(work: (() => void) | null): void {
  settle = work;
}

/** Runs a command as its key would. True if somebody took it. */
export function runCommand(command: Command): boolean {
  if (!mayRun(command)) return false;
  for (let index = stack.length - 1; index >= 0; index -= 1) {
    const handler = stack[index]?.current[command];
    if (handler && handler() !== false) return true;
  }
  return false;
}

export function canRun(command: Command): boolean {
  return mayRun(command) && stack.some((entry) => entry.current[command] !== undefined);
}

/** Before anybody is signed in there is nothing to be refused. */
function mayRun(command: Command): boolean {
  const needed = NEEDS[command];
  return needed === undefined || getSession()?.agent.permissions.includes(needed) !== false;
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
  if (!STEPS.has(command)) settle?.();
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
