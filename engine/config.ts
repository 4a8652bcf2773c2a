/** The engine's settings: from the environment, checked whole before anything starts, frozen. */
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type ChannelsConfig, channelsConfigOf } from './effects/config.ts';
import { type PaymentConfig, paymentConfigOf } from './payments/config.ts';
import { type Layout, partitionsOf } from './protocol/layout.ts';
import { ConfigError, type Environment, inWords, secretOf } from './settings.ts';

/** Where things stand: enough to look at them. */
export type Folders = {
  dataFolder: string;
  /** Outside the data folder: a copy of the data alone opens nothing. */
  keysFolder: string;
  /** Outside both: what the journal had to hold at each minute (S3). */
  headsFolder: string;
  layout: Layout;
  /** Those of the layout that this process carries. */
  partitions: readonly string[];
};

export type EngineConfig = Folders & {
  /** How short messages leave. */
  channels: ChannelsConfig;
  /** Imports the demonstration province at the first start. */
  demonstration: boolean;
  /** `09:00-22:00`; absent: the whole day. Counts at the first start. */
  demonstrationHours?: string;
  payments: PaymentConfig;
  /** The operators' port of an engine that runs alone; absent: none. */
  desk?: { host: string; port: number };
  limits: { inboxMax?: number; batchMax?: number; freeBytesMin?: number };
};

const names = (text: string): string[] => text.split(',').map((name) => name.trim());
const partitionNames = z
  .string()
  .transform(names)
  .refine((list) => list.every((name) => /^[0-9a-zA-Z-]{1,32}$/.test(name)), {
    message: 'names of letters, digits and hyphens, separated by commas',
  });
const count = z.coerce.number({ message: 'a whole number' }).int().positive();

const places = z.object({
  RUXI_DATA_DIR: z.string().min(1).default('var/data'),
  RUXI_KEYS_DIR: z.string().min(1).default('var/keys'),
  RUXI_HEADS_DIR: z.string().min(1).optional(),
  /** Those this engine carries; absent: all of them. */
  RUXI_PARTITIONS: partitionNames.optional(),
});
const lists = z.object({
  /** Which partition owns the session, and which share areas, people and phones. */
  RUXI_SESSION_PARTITION: partitionNames.default(['p0']),
  RUXI_AREA_PARTITIONS: partitionNames.default(['p0']),
  RUXI_PEOPLE_PARTITIONS: partitionNames.default(['p0']),
  RUXI_PHONE_PARTITIONS: partitionNames.default(['p0']),
});
const settings = z.object({
  RUXI_DEMO_PROVINCE: z.enum(['yes', 'no'], { message: '"yes" or "no"' }).optional(),
  RUXI_DEMO_HOURS: z
    .string()
    .regex(/^\d\d:\d\d-\d\d:\d\d$/, { message: 'hours like 09:00-22:00' })
    .optional(),
  RUXI_INBOX_MAX: count.optional(),
  RUXI_BATCH_MAX: count.optional(),
  RUXI_FREE_BYTES_MIN: count.optional(),
  RUXI_DESK_HOST: z.string().default('127.0.0.1'),
  RUXI_ENGINE_DESK_PORT: z.coerce.number({ message: 'a port' }).int().min(0).max(65_535).optional(),
});

/** For gateways and those who only read: what an engine does with the outside is not asked for. */
export function foldersOf(environment: Environment): Folders {
  const from = inWords(places, environment);
  const layout = layoutOf(environment);
  const all = partitionsOf(layout);
  const partitions = from.RUXI_PARTITIONS ?? all;
  const stranger = partitions.find((name) => !all.includes(name));
  if (stranger !== undefined) {
    throw new ConfigError(`RUXI_PARTITIONS names ${stranger}, which is in no list of the layout`);
  }
  const { RUXI_DATA_DIR: dataFolder, RUXI_KEYS_DIR: keysFolder } = from;
  const headsFolder = from.RUXI_HEADS_DIR ?? join(dirname(keysFolder), 'heads');
  return Object.freeze({ dataFolder, keysFolder, headsFolder, layout, partitions });
}

export function engineConfigOf(environment: Environment): EngineConfig {
  const folders = foldersOf(environment);
  const channels = channelsConfigOf(environment);
  const from = inWords(settings, environment);
  const pretending = channels.kind === 'demonstration';
  if (from.RUXI_DEMO_PROVINCE === 'yes' && !pretending) {
    throw new ConfigError(
      'RUXI_DEMO_PROVINCE is "yes" and RUXI_DEMONSTRATION is "no": invented people get no real messages',
    );
  }
  const limits = {
    inboxMax: from.RUXI_INBOX_MAX,
    batchMax: from.RUXI_BATCH_MAX,
    freeBytesMin: from.RUXI_FREE_BYTES_MIN,
  };
  const port = from.RUXI_ENGINE_DESK_PORT;
  const hours = from.RUXI_DEMO_HOURS;
  return Object.freeze({
    ...folders,
    channels,
    demonstration: pretending && from.RUXI_DEMO_PROVINCE !== 'no',
    ...(hours === undefined ? {} : { demonstrationHours: hours }),
    payments: paymentConfigOf(environment),
    ...(port === undefined ? {} : { desk: { host: from.RUXI_DESK_HOST, port } }),
    limits: Object.fromEntries(
      Object.entries(limits).filter(([, value]) => value !== undefined),
    ) as EngineConfig['limits'],
  });
}

/** The same for engines and gateways: placement must be one function everywhere. */
export function layoutOf(environment: Environment): Layout {
  const from = inWords(lists, environment);
  const [session] = from.RUXI_SESSION_PARTITION;
  if (session === undefined || from.RUXI_SESSION_PARTITION.length > 1) {
    throw new ConfigError('RUXI_SESSION_PARTITION must be one name');
  }
  return Object.freeze({
    session,
    areas: from.RUXI_AREA_PARTITIONS,
    people: from.RUXI_PEOPLE_PARTITIONS,
    phones: from.RUXI_PHONE_PARTITIONS,
  });
}

/** The address may hold a password, so it may stand in a file. */
export function natsUrlOf(environment: Environment): string | undefined {
  return secretOf(environment, 'RUXI_NATS_URL');
}

const levels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
/** Quiet unless told otherwise. */
export function logLevelOf(environment: Environment): (typeof levels)[number] {
  const level = z.object({ RUXI_LOG_LEVEL: z.enum(levels).default('warn') });
  return inWords(level, environment).RUXI_LOG_LEVEL;
}
