/** Who is signed in, as every screen reads it. Undefined: not asked yet; null: nobody. */
import { useSyncExternalStore } from 'react';
import { showLook } from '../look';
import { Problem, request, setCsrfToken, setSignedOutHandler } from './http';
import type { Preferences } from './types';

export interface Session {
  person: { id: string; name: string; email: string; locale: string };
  agent: { id: string; name: string; role: 'admin' | 'supervisor' | 'agent'; permissions: string[] };
  workspace: {
    id: string;
    name: string;
    is_sandbox: boolean;
    resolving_needs_label: boolean;
    resolving_needs_fields: string[];
    away_after_min: number;
    flood: { messages: number; within_s: number };
  };
  workspaces: { id: string; name: string }[];
  preferences: Preferences;
  unread_notifications: number;
  csrf_token: string;
  position: number;
}

let session: Session | null | undefined;
const listeners = new Set<() => void>();
const leaving = new Set<() => void | Promise<void>>();

/** Take over a session that the server answered (sign-in, set-up, invitation, switch of the workspace). */
export function setSession(next: Session): void {
  setCsrfToken(next.csrf_token);
  if (next.preferences !== session?.preferences) showLook(next.preferences);
  session = next;
  emit();
}

/** What changed of a session that goes on. */
export function changeSession(change: Partial<Session>): void {
  if (session) setSession({ ...session, ...change });
}

/** Forget the session and everything kept of it in this browser. */
export async function clearSession(): Promise<void> {
  leaveScreens();
  await forget();
}

/** First of all, so that no screen that needs a session draws itself or asks anything once more. */
function leaveScreens(): void {
  session = null;
  emit();
}

async function forget(): Promise<void> {
  setCsrfToken('');
  await Promise.allSettled([...leaving].map((clear) => clear()));
}

/** Work to do when the session ends: at sign-out and on a 401. */
export function onSessionEnd(clear: () => void | Promise<void>): () => void {
  leaving.add(clear);
  return () => leaving.delete(clear);
}

const ASK_AGAIN_MS = 1_000;

/** Asks until the server decides: while it starts, pages come a little before answers do. */
export async function loadSession(): Promise<void> {
  for (;;) {
    try {
      return setSession(await request<Session>('GET', '/api/session'));
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return clearSession();
      if (!(error instanceof Problem) || !error.isTemporary) throw error;
      await new Promise((wake) => setTimeout(wake, ASK_AGAIN_MS));
    }
  }
}

export async function signOut(): Promise<void> {
  leaveScreens();
  const isEnded = request('DELETE', '/api/session').catch(() => undefined);
  await Promise.all([isEnded, forget()]);
}

export function getSession(): Session | null | undefined {
  return session;
}

/** Told whenever something of the session changed. */
export function onSessionChange(listener: () => void): () => void {
  return subscribe(listener);
}

export function useSession(): Session | null | undefined {
  return useSyncExternalStore(subscribe, getSession);
}

/** The session of a screen that is only shown to somebody signed in. */
/** Whether whoever is signed in has a right: what they lack is not offered. */
export function useMay(permission: string): boolean {
  return useSyncExternalStore(subscribe, () => session?.agent.permissions.includes(permission) === true);
}

export function useSignedIn(): Session {
  const current = useSession();
  if (!current) throw new Error('This screen needs a session.');
  return current;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function emit(): void {
  for (const listener of listeners) listener();
}

setSignedOutHandler(() => void clearSession());
