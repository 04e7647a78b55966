/** The body text among a template's components, as its provider wrote them; empty if there is none. */
export function bodyOf(components: unknown): string {
  if (!Array.isArray(components)) return '';
  for (const component of components as unknown[]) {
    if (typeof component !== 'object' || component === null) continue;
    const { type, text } = component as { type?: unknown; text?: unknown };
    if (typeof type === 'string' && type.toUpperCase() === 'BODY' && typeof text === 'string') return text;
  }
  return '';
}
