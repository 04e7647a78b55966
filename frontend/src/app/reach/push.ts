/** The service worker of this browser, and whether the agent is reached in it while the desk is closed. */
import { request } from '@/shared/api/http';
import { goTo } from './go';

const STARTS_AFTER_MS = 5_000;

/** `impossible`: no such thing here – an old browser, plain HTTP, or on a phone a page that is not installed. */
export type PushState = 'on' | 'off' | 'impossible';

/** Registers the worker once the page has come to rest, and follows what is clicked there. */
export function startServiceWorker(): () => void {
  const workers = container();
  if (workers === null || !import.meta.env.PROD) return () => undefined;
  const onMessage = ({ data }: MessageEvent<{ kind?: string; url?: string }>) => {
    if (data.kind === 'open' && data.url) goTo(data.url);
  };
  const timer = setTimeout(() => void register().catch(() => undefined), STARTS_AFTER_MS);
  workers.addEventListener('message', onMessage);
  return () => {
    clearTimeout(timer);
    workers.removeEventListener('message', onMessage);
  };
}

/** A subscription belongs to the session in which it was last told: a new one takes it over. */
async function register(): Promise<void> {
  const registration = await navigator.serviceWorker.register('/sw.js');
  const subscription = await registration.pushManager?.getSubscription();
  if (subscription) await tellServer(subscription);
}

export async function pushState(): Promise<PushState> {
  if (container() === null || !('PushManager' in window) || !('Notification' in window)) return 'impossible';
  const registration = await navigator.serviceWorker.getRegistration();
  return (await registration?.pushManager.getSubscription()) ? 'on' : 'off';
}

/** Asks for permission, then subscribes. Throws with the reason of the browser or of the server. */
export async function turnPushOn(): Promise<PushState> {
  if ((await Notification.requestPermission()) !== 'granted') return 'off';
  const { public_key } = await request<{ public_key: string | null }>('GET', '/api/reach-ways');
  if (public_key === null) return 'impossible';
  await navigator.serviceWorker.register('/sw.js');
  const registration = await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: fromBase64Url(public_key),
  });
  await tellServer(subscription);
  return 'on';
}

export async function turnPushOff(): Promise<PushState> {
  const registration = await navigator.serviceWorker.getRegistration();
  const subscription = await registration?.pushManager.getSubscription();
  if (!subscription) return 'off';
  const { id } = await tellServer(subscription);
  await request('DELETE', `/api/push-subscriptions/${id}`);
  await subscription.unsubscribe();
  return 'off';
}

function tellServer(subscription: PushSubscription): Promise<{ id: string }> {
  const { endpoint, keys } = subscription.toJSON();
  return request('POST', '/api/push-subscriptions', { body: { endpoint, p256dh: keys?.p256dh, auth: keys?.auth } });
}

/** Notifications of a conversation that was read meanwhile, here or elsewhere. */
export async function closeNotifications(conversationId: string): Promise<void> {
  const registration = await container()?.getRegistration();
  const shown = (await registration?.getNotifications({ tag: conversationId })) ?? [];
  for (const one of shown) one.close();
}

/** Insecure pages have none, whatever the type says. */
function container(): ServiceWorkerContainer | null {
  return (navigator.serviceWorker as ServiceWorkerContainer | undefined) ?? null;
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
}
