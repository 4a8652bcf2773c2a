/** The small province: how many people, which partitions, and who is at home where. */
import type { AreaCode, PartitionName } from '../../engine/protocol/ids.ts';

export const minute = 60_000;
export const peopleCount = 4;
/** Days of booking. */
export const daysBooked = 4;
/** People and areas live apart, so that every shortcut between their books shows. */
export const partitionNames = ['people', 'west', 'east', 'rest'] as const;
export const homeOfArea = (area: AreaCode): PartitionName => (area === '0101' ? 'west' : 'east');
