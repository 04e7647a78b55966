/** The browser's own shelf: unsent messages and drafts, one database per workspace and agent, gone at sign-out. */

const STORES = ['outbox', 'drafts'] as const;
export type StoreName = (typeof STORES)[number];

const PREFIX = 'threadline ';
let opening: Promise<IDBDatabase> | null = null;
let openName = '';

export function openShelf(workspaceId: string, agentId: string): void {
  const name = `${PREFIX}${workspaceId} ${agentId}`;
  if (name === openName) return;
  openName = name;
  opening = open(name);
  opening.catch(() => undefined);
}

/** Deletes every shelf of this browser. */
export async function dropShelves(): Promise<void> {
  const database = await opening?.catch(() => undefined);
  database?.close();
  opening = null;
  openName = '';
  const known = (await indexedDB.databases?.().catch(() => [])) ?? [];
  for (const { name } of known) if (name?.startsWith(PREFIX)) indexedDB.deleteDatabase(name);
}

export function putItem(store: StoreName, key: string, value: unknown): Promise<void> {
  return inStore(store, 'readwrite', (shelf) => shelf.put(value, key)).then(() => undefined);
}

export function deleteItem(store: StoreName, key: string): Promise<void> {
  return inStore(store, 'readwrite', (shelf) => shelf.delete(key)).then(() => undefined);
}

export function getItem<T>(store: StoreName, key: string): Promise<T | undefined> {
  return inStore<T | undefined>(store, 'readonly', (shelf) => shelf.get(key) as IDBRequest<T | undefined>);
}

export function getItems<T>(store: StoreName): Promise<T[]> {
  return inStore<T[]>(store, 'readonly', (shelf) => shelf.getAll() as IDBRequest<T[]>);
}

function open(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      for (const store of STORES) request.result.createObjectStore(store);
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error ?? new Error('The browser refuses its database.'));
  });
}

async function inStore<T>(
  store: StoreName,
  mode: IDBTransactionMode,
  work: (shelf: IDBObjectStore) => IDBRequest<T> | IDBRequest<IDBValidKey> | IDBRequest<undefined>,
): Promise<T> {
  if (opening === null) throw new Error('No session, no shelf.');
  const database = await opening;
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode);
    const request = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request.result as T);
    transaction.onerror = transaction.onabort = () => reject(transaction.error ?? new Error('Not kept.'));
  });
}
