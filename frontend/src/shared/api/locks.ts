/**
 * Runs `work` while no other tab of this browser does. Without locks (plain HTTP away from loopback, or none in this
 * browser) every tab works for itself: whatever is done under a lock here is safe to do twice.
 */
export async function withLock(name: string, work: () => Promise<void>, signal?: AbortSignal): Promise<void> {
  // The type says that it is always there; insecure pages have none.
  const locks = navigator.locks as LockManager | null | undefined;
  if (!locks) return work();
  await locks.request(name, { signal }, work).catch((error: unknown) => {
    if (!signal?.aborted) throw error;
  });
}
