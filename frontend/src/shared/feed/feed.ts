/**
 * One socket per browser: the tab that holds the lock listens and tells the others. Each tab keeps its own position,
 * so a frame that does not join on makes a tab fetch what it missed.
 */
import { request } from '@/shared/api/http';
import { withLock } from '@/shared/api/locks';
import { changeSession, clearSession, type Session } from '@/shared/api/session';
import type { Changes, PresenceFrame } from '@/shared/api/types';
import { dispatch, gather, getState } from '@/shared/store/store';
import { getConnection, setConnection, type Connection } from './connection';
import { fetchChanges, keepSocket, type SocketHandlers } from './socket';

type Word =
  | { kind: 'changes'; since: number; changes: Changes }
  | { kind: 'presence'; frame: PresenceFrame | null }
  | { kind: 'resync' }
  | { kind: 'signed_out' }
  | { kind: 'status'; status: Connection }
  | { kind: 'who' };

export type ChangesListener = (changes: Changes) => void;
const changesListeners = new Set<ChangesListener>();

/** Hear every change as it comes, before it is applied: announcements, caches outside the store. */
export function onChanges(listener: ChangesListener): () => void {
  changesListeners.add(listener);
  return () => changesListeners.delete(listener);
}

/** Starts listening for a session; the returned function stops it. */
export function startFeed(session: Session): () => void {
  const name = `threadline-feed ${session.workspace.id} ${session.agent.id}`;
  const stopped = new AbortController();
  const channel = new BroadcastChannel(name);
  let applied = getState().position;
  let isLeader = false;

  const say = (word: Word) => channel.postMessage(word);
  const apply = (changes: Changes) => {
    if (changes.position <= applied) return;
    applied = changes.position;
    for (const listener of changesListeners) listener(changes);
    gather({ type: 'changes', changes });
  };
  const resync = async () => {
    const fresh = await request<Session>('GET', '/api/session');
    applied = fresh.position;
    changeSession({ agent: fresh.agent, workspace: fresh.workspace }); // Rights may be why everything is read again.
    dispatch({ type: 'resynced', position: fresh.position });
  };
  const present = (frame: PresenceFrame | null) =>
    dispatch(
      frame
        ? { type: 'presence_told', conversationId: frame.conversation_id, people: frame.people }
        : { type: 'presence_lost' },
    );
  const handlers: SocketHandlers = {
    position: () => applied,
    onChanges: (changes) => {
      say({ kind: 'changes', since: applied, changes });
      apply(changes);
    },
    onPresence: (frame) => {
      say({ kind: 'presence', frame });
      present(frame);
    },
    onHello: () => {
      say({ kind: 'presence', frame: null });
      present(null);
    },
    onResync: async () => {
      await resync();
      say({ kind: 'resync' });
    },
    onSignedOut: () => {
      say({ kind: 'signed_out' });
      void clearSession();
    },
  };

  channel.onmessage = ({ data }: MessageEvent<Word>) => {
    switch (data.kind) {
      case 'changes':
        if (data.since <= applied) apply(data.changes);
        else void fetchChanges({ ...handlers, onChanges: apply }, stopped.signal).catch(() => undefined);
        break;
      case 'presence':
        present(data.frame);
        break;
      case 'resync':
        void resync();
        break;
      case 'signed_out':
        void clearSession();
        break;
      case 'status':
        if (!isLeader) setConnection(data.status);
        break;
      case 'who':
        if (isLeader) say({ kind: 'status', status: getConnection() });
        break;
    }
  };

  const lead = async () => {
    isLeader = true;
    const report = setInterval(() => say({ kind: 'status', status: getConnection() }), 1_000);
    await keepSocket(handlers, stopped.signal);
    clearInterval(report);
  };
  void withLock(name, lead, stopped.signal);
  say({ kind: 'who' });

  return () => {
    stopped.abort();
    channel.close();
  };
}
