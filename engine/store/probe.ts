/**
 * Run as a process of its own: walks every page of every table of the folder named on the command
 * line, and ends with 0 if LMDB could follow them all. See environment.ts, V2.
 */
import { openUnprobed } from './environment.ts';

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: probe.ts FOLDER');
const environment = openUnprobed(folder);
for (const name of environment.getKeys())
  environment.openDB<Buffer, string>(name, { encoding: 'binary' }).getCount();
await environment.close();
