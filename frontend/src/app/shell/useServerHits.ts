/** What the server finds while something is typed into the palette: people first, then messages, then all of them. */
import { Building2, MessageSquareText, MessagesSquare, Search } from 'lucide-react';
import { useEffect, useState } from 'react';
import { t } from '@/shared/i18n';
import { paths } from '../paths';
import {
  fetchSearch,
  type CompanyHit,
  type ContactHit,
  type DiscussionHit,
  type MessageHit,
  type SearchAnswer,
} from '../search/calls';
import { keepRecent } from '../search/recent';
import { jumpTo } from '../thread/jumps';
import type { PaletteItem } from './paletteItems';

const PAUSE_MS = 120;
const SHORTEST = 2;
const SHOWN = 5;

interface Answered {
  readonly typed: string;
  readonly answer: SearchAnswer;
}

export function useServerHits(search: string, go: (path: string) => void): readonly PaletteItem[] {
  const typed = search.trim();
  const [answered, setAnswered] = useState<Answered | null>(null);
  useEffect(() => {
    if (typed.length < SHORTEST && !/[^\u0020-\u024f]/.test(typed)) return;
    let isCurrent = true;
    const timer = setTimeout(() => {
      fetchSearch({ q: typed, among: 'all', limit: SHOWN })
        .then((answer) => isCurrent && setAnswered({ typed, answer }))
        .catch(() => undefined);
    }, PAUSE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [typed]);
  if (typed === '') return [];
  // What was found for the letters before stays until the next answer: rows that come and go would jump.
  const answer = answered && typed.startsWith(answered.typed.slice(0, 1)) ? answered.answer : null;
  return [
    ...(answer?.contacts.map((hit) => contactItem(hit, go)) ?? []),
    ...(answer?.companies.map((hit) => companyItem(hit, go)) ?? []),
    ...(answer?.discussions.map((hit) => discussionItem(hit, go)) ?? []),
    ...(answer?.messages?.items.map((hit) => messageItem(hit, go, typed)) ?? []),
    allItem(typed, go),
  ];
}

function contactItem(hit: ContactHit, go: (path: string) => void): PaletteItem {
  const name = hit.name.map((piece) => piece.text).join('');
  return {
    id: `contacts ${hit.id}`,
    group: 'contacts',
    title: name,
    pieces: { title: hit.name, hint: hit.address },
    hint: hit.address.map((piece) => piece.text).join(''),
    icon: null,
    contact: { id: hit.id, name },
    keys: [],
    run: () => go(hit.conversation_id === null ? paths.contacts(hit.id) : paths.inbox('open', hit.conversation_id)),
  };
}

function companyItem(hit: CompanyHit, go: (path: string) => void): PaletteItem {
  return {
    id: `companies ${hit.id}`,
    group: 'companies',
    title: hit.name.map((piece) => piece.text).join(''),
    pieces: { title: hit.name, hint: [] },
    hint: '',
    icon: Building2,
    contact: null,
    keys: [],
    run: () => go(paths.companies(hit.id)),
  };
}

function discussionItem(hit: DiscussionHit, go: (path: string) => void): PaletteItem {
  const hint = hit.snippet.length > 0 ? hit.snippet : [{ text: hit.contact.name, is_match: false }];
  return {
    id: `discussions ${hit.id}`,
    group: 'discussions',
    title: hit.subject.map((piece) => piece.text).join(''),
    pieces: { title: hit.subject, hint },
    hint: hint.map((piece) => piece.text).join(''),
    icon: MessagesSquare,
    contact: null,
    keys: [],
    run: () => go(paths.discussion(hit.conversation_id, hit.id)),
  };
}

function messageItem(hit: MessageHit, go: (path: string) => void, typed: string): PaletteItem {
  return {
    id: `messages ${hit.id}`,
    group: 'messages',
    title: hit.contact.name,
    pieces: { title: [{ text: hit.contact.name, is_match: false }], hint: hit.snippet },
    hint: hit.snippet.map((piece) => piece.text).join(''),
    icon: MessageSquareText,
    contact: null,
    keys: [],
    run: () => {
      keepRecent(typed);
      void jumpTo(hit.conversation_id, { messageId: hit.id }).catch(() => undefined);
      go(paths.message(hit.conversation_id, hit.id));
    },
  };
}

function allItem(typed: string, go: (path: string) => void): PaletteItem {
  return {
    id: 'messages all',
    group: 'messages',
    title: t('search.all_of', { text: typed }),
    hint: '',
    icon: Search,
    contact: null,
    keys: [],
    run: () => {
      keepRecent(typed);
      go(paths.search(typed));
    },
  };
}
