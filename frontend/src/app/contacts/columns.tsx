/** The columns that a list of contacts can have, and which of them somebody chose. */
import type { ReactNode } from 'react';
import type { Agent, Channel, ContactRow, Field, Id } from '@/shared/api/types';
import { formatRowTime } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { formatDate } from '@/shared/i18n/format';
import { ChannelMark } from '@/shared/ui/Avatar';
import { countryName } from '../contact/countries';
import { textOfValue } from '../contact/fields';

export interface Column {
  readonly id: string;
  readonly title: string;
  /** What a click on its head orders by, first and second. */
  readonly orders?: readonly ['name', 'name_back'] | readonly ['newest', 'oldest'];
  readonly cell: (row: ContactRow) => ReactNode;
}

const DEFAULT = ['phone', 'company', 'channels', 'heard', 'since'];
const KEY = 'threadline-contact-columns';

export function columnsFor(
  fields: readonly Field[],
  channels: ReadonlyMap<Id, Channel>,
  agents: ReadonlyMap<Id, Agent>,
  now: number,
): readonly Column[] {
  return [
    { id: 'phone', title: t('contacts.column_phone'), cell: (row) => <bdi>{row.phone}</bdi> },
    { id: 'email', title: t('contact.email'), cell: (row) => <bdi>{row.email}</bdi> },
    { id: 'handle', title: t('contacts.column_handle'), cell: (row) => <bdi>{row.handle && `@${row.handle}`}</bdi> },
    { id: 'company', title: t('contact.company'), cell: (row) => <bdi>{row.company?.name}</bdi> },
    {
      id: 'owner',
      title: t('companies.owner'),
      cell: (row) => <bdi>{row.owner_id === null ? '' : agents.get(row.owner_id)?.name}</bdi>,
    },
    { id: 'country', title: t('contact.country'), cell: (row) => row.country && countryName(row.country) },
    {
      id: 'channels',
      title: t('contacts.column_channels'),
      cell: (row) => (
        <span className="flex flex-wrap items-center gap-x-2">
          {row.channel_ids.map((id) => (
            <span key={id} className="inline-flex items-center gap-1">
              <ChannelMark type={channels.get(id)?.type ?? ''} isBare />
              {channels.get(id)?.name ?? ''}
            </span>
          ))}
        </span>
      ),
    },
    {
      id: 'heard',
      title: t('contacts.column_heard'),
      cell: (row) => (row.last_heard_at === null ? '' : formatRowTime(row.last_heard_at, now)),
    },
    {
      id: 'since',
      title: t('contact.since'),
      orders: ['newest', 'oldest'],
      cell: (row) => formatDate(row.created_at, { day: 'numeric', month: 'short', year: 'numeric' }),
    },
    ...fields.map((field) => ({
      id: field.id,
      title: field.name,
      cell: (row: ContactRow) => <bdi>{textOfValue(field, row.fields[field.id])}</bdi>,
    })),
  ];
}

export function readColumns(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    return Array.isArray(stored) ? stored.map(String) : DEFAULT;
  } catch {
    return DEFAULT;
  }
}

export function keepColumns(ids: readonly string[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(ids));
  } catch {
    // Private mode: the choice lasts as long as the page.
  }
}
