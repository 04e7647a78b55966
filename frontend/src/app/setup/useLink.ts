import { useQuery } from '@tanstack/react-query';
import { Problem, request } from '@/shared/api/http';

/** A link is often opened while the server still starts. */
const TRIES = 4;

/** What a one-time link is good for. Looking does not use it up; only the form's POST does. */
export function useLink<T>(path: '/api/setup' | '/api/invitation') {
  const token = new URLSearchParams(location.search).get('token') ?? '';
  const { data, error, refetch } = useQuery({
    queryKey: [path, token],
    queryFn: () => request<T>('GET', path, { query: { token } }),
    enabled: token !== '',
    retry: (failures, problem) => failures < TRIES && problem instanceof Problem && problem.isTemporary,
    staleTime: Infinity,
  });
  const isSpent = token === '' || (error instanceof Problem && !error.isTemporary);
  return { token, data, isSpent, isUnreachable: error !== null && !isSpent, retry: () => void refetch() };
}
