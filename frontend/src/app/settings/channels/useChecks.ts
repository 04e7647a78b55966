import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { request } from '@/shared/api/http';
import type { Check, CheckAnswer, SetupField } from '../types';

const PAUSE_MS = 600;
const AGAIN_MS = 5000;

export type Values = Readonly<Record<string, string>>;

export interface Checks {
  readonly answer: CheckAnswer | undefined;
  readonly error: unknown;
  /** What was typed is newer than what was checked. */
  readonly isChecking: boolean;
}

/** Checks the values against the provider whenever typing rests; again and again while something is awaited. */
export function useChecks(type: string, fields: readonly SetupField[], values: Values, channelId?: string): Checks {
  const rested = useRested(values);
  const wellFormed = Object.fromEntries(
    fields
      .filter((field) => isWellFormed(field, rested[field.name] ?? ''))
      .map(({ name }) => [name, rested[name] ?? '']),
  );
  const hasValues = fields.some((field) => !field.is_generated && field.name in wellFormed);
  const query = useQuery({
    queryKey: ['channel-check', type, channelId ?? '', wellFormed],
    queryFn: ({ signal }) =>
      request<CheckAnswer>('POST', '/api/channels/check', {
        body: { type, values: wellFormed, ...(channelId === undefined ? {} : { channel_id: channelId }) },
        signal,
      }),
    enabled: hasValues,
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
    staleTime: 0,
    refetchInterval: ({ state }) => (isOnlyWaiting(state.data?.checks) ? AGAIN_MS : false),
  });
  const isChecking =
    hasValues && (rested !== values || (query.isFetching && query.isPlaceholderData) || query.isPending);
  return { answer: hasValues ? query.data : undefined, error: hasValues ? query.error : null, isChecking };
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

function isOnlyWaiting(checks: readonly Check[] | undefined): boolean {
  return (
    checks !== undefined &&
    checks.some(({ state }) => state === 'waiting') &&
    !checks.some(({ state }) => state === 'failed')
  );
}

function useRested(values: Values): Values {
  const [rested, setRested] = useState(values);
  useEffect(() => {
    const timer = setTimeout(() => setRested(values), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [values]);
  return rested;
}
