/** TanStack Query for the screens that ask and keep answers; the inbox lives on the feed and loads without it. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { onSessionEnd } from '@/shared/api/session';

const client = new QueryClient({ defaultOptions: { queries: { staleTime: 30_000, retry: 1 } } });
onSessionEnd(() => client.clear());

export function Queries({ children }: { readonly children?: ReactNode }) {
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
