/** Lines of words as somebody at the desk types them: they stand in the journal and others read them. */
import { reasonMax } from '../../engine/protocol/staff.ts';
import type { Form } from '../form.ts';

/** A line of several is one, full-width signs stay, and what is too long ends with a whole character. */
export const lineIn = (form: Form, name: string, max: number): string =>
  oneLine(form, name)
    .slice(0, max)
    .replace(/[\uD800-\uDBFF]$/, '');

/** The same, but too long is for the engine to say. */
export const oneLine = (form: Form, name: string): string =>
  form.get(name).normalize('NFC').replace(/\s+/g, ' ').trim();

export const reasonIn = (form: Form): string => lineIn(form, 'reason', reasonMax);
