import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { request } from '@/shared/api/http';
import type { Check, CheckAnswer, SetupField } from '../types';

const PAUSE_MS = 600;

export type Values = Readonly<Record<string, string>>;

export interface Checks {
  readonly answer: CheckAnswer | undefined;
  readonly error: unknown;
  /** What was typed is newer than what was checked. */
  readonly isChecking: boolean;
  readonly again: () => void;
}

/** Checks the values against the provider whenever typing rests. Not again by itself: providers count these calls. */
export function useChecks(type: string, fields: readonly SetupField[], values: Values, channelId?: string): Checks {
  const rested = useRested(values);
  const wellFormed = Object.fromEntries(
    fields
      .filter((field) => isWellFormed(field, rested[field.name] ?? ''))
      .map(({ name }) => [name, rested[name] ?? '']),
  );
  // A new connection is looked at while it is empty: that costs the provider no call and shows what will be checked.
  const isAsking = channelId === undefined || fields.some((field) => !field.is_generated && field.name in wellFormed);
  const query = useQuery({
    queryKey: ['channel-check', type, channelId ?? '', wellFormed],
    queryFn: ({ signal }) =>
      request<CheckAnswer>('POST', '/api/channels/check', {
        body: { type, values: wellFormed, ...(channelId === undefined ? {} : { channel_id: channelId }) },
        signal,
      }),
    enabled: isAsking,
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
    staleTime: 0,
  });
  const isChecking =
    isAsking && (rested !== values || (query.isFetching && query.isPlaceholderData) || query.isPending);
  return {
    answer: isAsking ? query.data : undefined,
    error: isAsking ? query.error : null,
    isChecking,
    again: () => void query.refetch(),
  };
}

/** True if there is a value and it has the shape that the provider's values have. */
export function isWellFormed(field: SetupField, value: string): boolean {
  if (value.trim() === '') return false;
  return field.pattern === '' || new RegExp(`^(?:${field.pattern})$`, 'u').test(value.trim());
}

/** How many checks do not hold yet. */
export function countLeft(checks: readonly Check[]): number {
  return checks.filter(({ state }) => state !== 'ok').length;
}

/** How many of them stand in the way: what waits without a field of its own is settled by connecting. */
export function countInTheWay(checks: readonly Check[]): number {
  return checks.filter(({ state, field }) => state === 'failed' || (state === 'waiting' && Boolean(field))).length;
}

function useRested(values: Values): Values {
  const [rested, setRested] = useState(values);
  useEffect(() => {
    const timer = setTimeout(() => setRested(values), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [values]);
  return rested;
}
