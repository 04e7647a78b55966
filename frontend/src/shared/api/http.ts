/** Requests to the server: JSON in, JSON out, problem documents as errors. The only place that calls `fetch`. */

export interface ProblemField {
  field: string;
  text: string;
  reason?: string;
  values?: Readonly<Record<string, string>>;
}

export interface ProblemBody {
  code: string;
  reason: string;
  values: Readonly<Record<string, string>>;
  title: string;
  detail: string;
  errors: ProblemField[];
}

/** An answer that refused (RFC 9457), or none at all (`status` 0). `title` is an English sentence, `reason` its name. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly reason: string;
  readonly values: Readonly<Record<string, string>>;
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly ProblemField[];

  constructor(status: number, body: Partial<ProblemBody>) {
    super(body.title ?? `HTTP ${status}`);
    this.status = status;
    this.code = body.code ?? (status === 0 ? 'unreachable' : `http_${status}`);
    this.reason = body.reason ?? '';
    this.values = body.values ?? {};
    this.title = body.title ?? '';
    this.detail = body.detail ?? '';
    this.errors = body.errors ?? [];
  }

  /**
   * True if the server never decided: the same request may be sent again. "Too many" with a name of its own was decided:
   * what is one too many for a day is so in half a minute, too.
   */
  get isTemporary(): boolean {
    return this.status === 0 || (this.status === 429 && this.reason === '') || this.status >= 500;
  }
}

export interface RequestOptions {
  query?: Record<string, string | number | boolean | null | undefined>;
  body?: unknown;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

let csrfToken = '';
let onSignedOut: () => void = () => {};

export function setCsrfToken(token: string): void {
  csrfToken = token;
}

export function getCsrfToken(): string {
  return csrfToken;
}

/** Called on every 401 outside the sign-in itself. */
export function setSignedOutHandler(handler: () => void): void {
  onSignedOut = handler;
}

export function reportSignedOut(): void {
  onSignedOut();
}

/** One request under `/api`. Raises Problem; a 204 gives undefined. */
export async function request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
  const answer = await send(method, address(path, options.query), options);
  if (answer.status === 204) return undefined as T;
  const body = await readJson(answer);
  if (answer.ok) return body as T;
  const problem = new Problem(answer.status, typeof body === 'object' && body !== null ? body : {});
  if (answer.status === 401 && path !== '/api/session') onSignedOut();
  throw problem;
}

function address(path: string, query: RequestOptions['query']): string {
  if (!query) return path;
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

async function send(method: Method, url: string, options: RequestOptions): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json', ...options.headers };
  if (method !== 'GET' && csrfToken) headers['X-CSRF-Token'] = csrfToken;
  const isForm = options.body instanceof FormData;
  if (options.body !== undefined && !isForm) headers['Content-Type'] = 'application/json';
  try {
    return await fetch(url, {
      method,
      headers,
      credentials: 'same-origin',
      body: isForm ? (options.body as FormData) : options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(0, {});
  }
}

async function readJson(answer: Response): Promise<unknown> {
  try {
    return await answer.json();
  } catch {
    return undefined;
  }
}
