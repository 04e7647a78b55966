/** Everything that runs while somebody is signed in: feed, outbox, drafts, and the upkeep of what is shown. */
import { useEffect, useLayoutEffect } from 'react';
import { changeSession, loadSession, onSessionEnd, type Session } from '@/shared/api/session';
import { onChanges, startFeed } from '@/shared/feed/feed';
import { applyKeys } from '@/shared/keys/keyboard';
import { loadDrafts } from '@/shared/outbox/drafts';
import { dropShelves, openShelf } from '@/shared/outbox/database';
import { startOutbox } from '@/shared/outbox/outbox';
import { reloadPreferences } from '@/shared/preferences';
import {
  loadBase,
  loadConversation,
  loadCounts,
  loadDiscussions,
  loadReviews,
  loadLabels,
  loadList,
  loadPins,
  loadMentions,
  loadSavedCounts,
  loadSavedViews,
  loadTeams,
} from '@/shared/store/load';
import { MINE } from '@/shared/store/lists';
import type { State } from '@/shared/store/state';
import { dispatch, getState, subscribe } from '@/shared/store/store';
import { startTellingLosses } from './losses';

const COUNTS_AFTER_MS = 400;
const COUNTS_EVERY_MS = 2_000;
const SAVED_EVERY_MS = 3_000;
const RETRY_MS = 5_000;

onSessionEnd(async () => {
  dispatch({ type: 'closed' });
  await dropShelves();
});

export function useDesk(session: Session): void {
  const workspaceId = session.workspace.id;
  const agentId = session.agent.id;
  const { keys, has_single_keys: hasSingleKeys } = session.preferences;
  useLayoutEffect(() => applyKeys(keys, hasSingleKeys), [keys, hasSingleKeys]);
  useEffect(() => {
    openShelf(workspaceId, agentId);
    dispatch({ type: 'opened', me: agentId, position: session.position });
    const stopFeed = startFeed(session);
    const stopUpkeep = keepUp();
    const stopFollowing = followOwn();
    const reach = afterFirstPaint().then(() => import('../reach/start'));
    const stopReach = reach.then(({ startReach }) => startReach(session));
    const stopTelling = startTellingLosses(agentId);
    const outbox = startOutbox();
    const drafts = loadDrafts().then(async () => (await import('@/shared/outbox/draftSync')).startDraftSync());
    return () => {
      stopFeed();
      stopUpkeep();
      stopFollowing();
      void stopReach.then((stop) => stop());
      stopTelling();
      void outbox.then((stop) => stop());
      void drafts.then((stop) => stop());
    };
    // A new token of the same session is no reason to start again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [workspaceId, agentId]);
}

/**
 * What the agent changes, and was told, on one device holds on the others. What they may do changes with their role, and
 * with what the workspace shows to it; while the socket is away, nobody else says so.
 */
function followOwn(): () => void {
  return onChanges(({ events }) => {
    if (events.some(({ kind }) => kind === 'preferences_changed')) void reloadPreferences().catch(() => undefined);
    const told = events.findLast(({ kind }) => kind === 'notifications_changed');
    if (told) changeSession({ unread_notifications: Number(told.data?.unread ?? 0) });
    const { me } = getState();
    const changesRights = events.some(
      ({ kind, agent_id: id }) =>
        kind === 'role_changed' || kind === 'workspace_changed' || (kind === 'agent_changed' && id === me),
    );
    if (changesRights) void loadSession().catch(() => undefined);
  });
}

function afterFirstPaint(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

/** Loads what is stale: everything after a resync, counts that cannot be computed here, rows that came incomplete. */
function keepUp(): () => void {
  let epoch = -1;
  let labelEpoch = -1;
  let teamEpoch = -1;
  let savedViewEpoch = -1;
  let pinEpoch = -1;
  let mentionEpoch = -1;
  let discussionEpoch = -1;
  let reviewEpoch = -1;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastCounts = 0;
  let savedTimer: ReturnType<typeof setTimeout> | undefined;
  let lastSaved = 0;
  let isStopped = false;
  const asked = new Set<string>();

  const load = (work: () => Promise<void>) => {
    work().catch(() => {
      if (!isStopped) setTimeout(() => !isStopped && load(work), RETRY_MS);
    });
  };
  const countSoon = () => {
    if (timer !== undefined) return;
    const wait = Math.max(COUNTS_AFTER_MS, lastCounts + COUNTS_EVERY_MS - Date.now());
    timer = setTimeout(() => {
      timer = undefined;
      lastCounts = Date.now();
      load(loadCounts);
    }, wait);
  };
  /** Any event may change what a filter finds; its figures are asked for when it is quiet enough, and seen. */
  const countSavedSoon = () => {
    if (savedTimer !== undefined) return;
    const wait = Math.max(COUNTS_AFTER_MS, lastSaved + SAVED_EVERY_MS - Date.now());
    savedTimer = setTimeout(() => {
      savedTimer = undefined;
      if (document.hidden) return;
      lastSaved = Date.now();
      load(loadSavedCounts);
    }, wait);
  };
  const onSeen = () => look();
  const look = () => {
    const state = getState();
    if (state.me === '') return;
    if (state.epoch !== epoch) {
      epoch = state.epoch;
      labelEpoch = -1;
      teamEpoch = -1;
      savedViewEpoch = -1;
      pinEpoch = -1;
      mentionEpoch = -1;
      discussionEpoch = -1;
      reviewEpoch = -1;
      asked.clear();
      load(loadBase);
      load(loadCounts);
      load(() => afterFirstPaint().then(() => loadList(MINE)));
    }
    if (state.labelEpoch !== labelEpoch) {
      labelEpoch = state.labelEpoch;
      load(loadLabels);
    }
    if (state.teamEpoch !== teamEpoch) {
      teamEpoch = state.teamEpoch;
      load(loadTeams);
    }
    if (state.savedViewEpoch !== savedViewEpoch) {
      savedViewEpoch = state.savedViewEpoch;
      load(loadSavedViews);
    }
    if (state.pinEpoch !== pinEpoch) {
      pinEpoch = state.pinEpoch;
      load(loadPins);
    }
    if (state.mentionEpoch !== mentionEpoch) {
      mentionEpoch = state.mentionEpoch;
      load(loadMentions);
    }
    if (state.discussionEpoch !== discussionEpoch) {
      discussionEpoch = state.discussionEpoch;
      load(loadDiscussions);
    }
    if (state.reviewEpoch !== reviewEpoch) {
      reviewEpoch = state.reviewEpoch;
      load(loadReviews);
    }
    if (state.counts?.isStale) countSoon();
    if (hasOwnFigures(state) && (state.savedCounts?.position ?? -1) < state.position) countSavedSoon();
    for (const id of state.missing) {
      if (asked.has(id)) continue;
      asked.add(id);
      void loadConversation(id)
        .catch(() => undefined)
        .finally(() => asked.delete(id));
    }
  };

  const unsubscribe = subscribe(look);
  document.addEventListener('visibilitychange', onSeen);
  // A span of time ends without an event.
  const everyMinute = setInterval(() => getState().savedViews.length > 0 && countSavedSoon(), 60_000);
  look();
  return () => {
    isStopped = true;
    clearTimeout(timer);
    clearTimeout(savedTimer);
    clearInterval(everyMinute);
    document.removeEventListener('visibilitychange', onSeen);
    unsubscribe();
  };
}

/** Saved views and one's own teams have figures that only the server knows. */
function hasOwnFigures({ savedViews, teams, me }: State): boolean {
  return savedViews.length > 0 || [...teams.values()].some((team) => team.member_ids.includes(me));
}
