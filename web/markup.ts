/**
 * HTML that may stand on a page as it is, kept apart from text that may not. Templates only ever
 * write `<%= … %>`; what is not `Markup` is escaped there, so no template decides what is safe.
 *
 * E1 `Markup` is made in web/ only: from the literal parts of `html`, and from a rendered template.
 * E2 A hole (undefined, null, NaN) is a bug and never reaches a page as text.
 */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const special = /[&<>"']/;
const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escaped(value: unknown): string {
  if (typeof value === 'string') {
    return special.test(value)
      ? value.replace(/[&<>"']/g, (character) => entities[character] ?? '')
      : value;
  }
  if (value instanceof Markup) return value.text;
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  throw new Error(`a page has a hole: ${String(value)}`);
}

/** A tagged template: its own text as it is, what is filled in escaped; lists are joined. */
export function html(literal: TemplateStringsArray, ...values: unknown[]): Markup {
  let text = literal[0] ?? '';
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at];
    text += Array.isArray(value) ? value.map(escaped).join('') : escaped(value);
    text += literal[at + 1] ?? '';
  }
  return new Markup(text);
}

export const nothing = new Markup('');
