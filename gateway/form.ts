/**
 * Reads `application/x-www-form-urlencoded` text, of bodies and of query strings.
 *
 * R1 Broken percent-encoding, broken UTF-8, NUL, and more fields than any page sends are refused
 *    whole: nothing half-read reaches a handler.
 */

/** The longest form (save) has fewer; a longer one is nobody's honest page. */
export const formFieldsMax = 64;

export type Form = {
  /** The first value under the name; a missing field is the empty string. */
  get(name: string): string;
  has(name: string): boolean;
  all(name: string): string[];
  /** In the order in which they came. */
  entries(): [name: string, value: string][];
};

class Fields implements Form {
  readonly names: string[] = [];
  readonly values: string[] = [];

  get(name: string): string {
    const at = this.names.indexOf(name);
    return at < 0 ? '' : (this.values[at] ?? '');
  }

  has(name: string): boolean {
    return this.names.includes(name);
  }

  all(name: string): string[] {
    return this.values.filter((_, at) => this.names[at] === name);
  }

  entries(): [name: string, value: string][] {
    return this.names.map((name, at) => [name, this.values[at] ?? '']);
  }
}

export const emptyForm: Form = new Fields();

/** Undefined: the text breaks R1. */
export function formOf(text: string): Form | undefined {
  if (text === '') return emptyForm;
  const fields = new Fields();
  try {
    let from = 0;
    while (from <= text.length) {
      let to = text.indexOf('&', from);
      if (to < 0) to = text.length;
      if (to > from) {
        if (fields.names.length === formFieldsMax) return undefined;
        const equals = text.indexOf('=', from);
        const split = equals < 0 || equals > to ? to : equals;
        fields.names.push(decoded(text.slice(from, split)));
        fields.values.push(decoded(text.slice(split + 1, to)));
      }
      from = to + 1;
    }
  } catch {
    return undefined;
  }
  return fields;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Undefined: not UTF-8. Browsers send plain ASCII here, which needs no decoding. */
export function textOf(bytes: Buffer): string | undefined {
  const text = bytes.toString('latin1');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what is looked for.
  if (!/[\x00\x80-\xff]/.test(text)) return text;
  try {
    const wide = strictUtf8.decode(bytes);
    return wide.includes('\0') ? undefined : wide;
  } catch {
    return undefined;
  }
}

function decoded(part: string): string {
  const spaced = part.includes('+') ? part.replaceAll('+', ' ') : part;
  if (!spaced.includes('%')) return spaced;
  const text = decodeURIComponent(spaced);
  if (text.includes('\0')) throw new URIError('NUL in a form field');
  return text;
}
