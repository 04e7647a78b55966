/*
 * Three jobs: the shell from the cache when there is no network, push messages, clicks on them. Answers of the API are
 * never kept. The build fills in its name and the files of the first load (vite.config.ts).
 */
const CACHE = 'threadline-__BUILD__';
const SHELL = __SHELL__;
const OURS = /^\/(api|files|hooks|health|ready|metrics)(\/|$)/;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(SHELL))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)))),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin || OURS.test(url.pathname)) return;
  if (request.mode === 'navigate') {
    event.respondWith(fetch(request).catch(() => fromShell('/', request)));
  } else if (url.pathname.startsWith('/assets/')) {
    event.respondWith(fromShell(request, request));
  }
});

/** What is cached; else from the network. Files of a build never change, so the cache is as good as the server. */
async function fromShell(key, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(key)) ?? fetch(request);
}

self.addEventListener('push', (event) => {
  if (event.data) event.waitUntil(tell(event.data.json()));
});

/** The message names no one: who it is about is asked of our own server, in the session of the agent. */
async function tell(told) {
  const windows = await self.clients.matchAll({ type: 'window' });
  if (windows.some((one) => one.focused)) return;
  let { title } = told;
  let body = '';
  try {
    const answer = await fetch(`/api/notifications/${told.id}`);
    if (answer.ok) {
      const shown = await answer.json();
      if (shown.is_read) return;
      ({ title, body } = shown);
    }
  } catch {
    // No network, or the session is over: the sentence that came with the message will do.
  }
  await self.registration.showNotification(title, {
    body,
    lang: told.lang,
    tag: told.conversation_id,
    icon: '/icon-192.png',
    badge: '/badge-96.png',
    data: { url: `/inbox/open/${told.conversation_id}` },
  });
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.url));
});

/** In the window that is there, which goes on as it is; else in a new one. */
async function open(url) {
  const [first] = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (!first) return self.clients.openWindow(url);
  first.postMessage({ kind: 'open', url });
  return first.focus();
}
