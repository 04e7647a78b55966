/** TanStack Query for the screens that ask and keep answers; the inbox lives on the feed and loads without it. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { onSessionEnd, useSession } from '@/shared/api/session';

/** One for each workspace, so that nobody sees the answers of the one they came from. */
const clients = new Map<string, QueryClient>();
onSessionEnd(() => clients.clear());

export function Queries({ children }: { readonly children?: ReactNode }) {
  const session = useSession();
  return <QueryClientProvider client={clientOf(session?.workspace.id ?? '')}>{children}</QueryClientProvider>;
}

function clientOf(workspaceId: string): QueryClient {
  const known = clients.get(workspaceId);
  if (known !== undefined) return known;
  const made = new QueryClient({ defaultOptions: { queries: { staleTime: 30_000, retry: 1 } } });
  clients.set(workspaceId, made);
  return made;
}
