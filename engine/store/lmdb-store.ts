import type { PartitionName } from '../protocol/ids.ts';
import type { Store } from './store.ts';

/** `folder` is the partition's own. */
export declare function openLmdbStore(folder: string, partition: PartitionName): Promise<Store>;
