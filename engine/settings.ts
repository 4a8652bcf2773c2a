/**
 * How settings are read, whoever's they are: from the environment, checked whole, and what is wrong
 * said in words. A setting that holds a secret may be named a file instead (`…_FILE`).
 */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A sentence for whoever starts the program; says which setting, and what it should be. */
export class ConfigError extends Error {}

/** `NAME`, or what stands in the file that `NAME_FILE` names. */
export function secretOf(environment: Environment, name: string): string | undefined {
  const file = environment[`${name}_FILE`];
  if (file === undefined) return environment[name];
  if (environment[name] !== undefined) {
    throw new ConfigError(`${name} and ${name}_FILE are both set; one of them should be`);
  }
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new ConfigError(`${name}_FILE names a file that cannot be read`, { cause });
  }
}

/** What is wrong with the settings, one line each, without their values. */
export function inWords<T>(schema: z.ZodType<T>, environment: Environment): T {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'),
  );
}
