/** Where else the wanted units still have seats: offered when every pool is full (F26). Pure. */
import type { AreaCode, UnitCode } from '../../engine/protocol/ids.ts';
import type { ExamArea } from '../../engine/protocol/session.ts';
import type { Availability } from '../availability.ts';
import type { Session } from '../catalogue.ts';

export type AreaWithSeats = { area: ExamArea; units: { unit: UnitCode; free: number }[] };

export const areasOfferedMax = 6;

/**
 * Areas of the same city with seats in at least one wanted unit. Those that have more of the units
 * come first, then those whose scarcest unit has more seats. Counts are advice.
 */
export function areasWithSeats(
  session: Session,
  availability: Availability,
  from: AreaCode,
  wanted: readonly UnitCode[],
): AreaWithSeats[] {
  const city = session.area.get(from)?.city;
  const neighbours = city === undefined ? [] : (session.areasOfCity.get(city) ?? []);
  return neighbours
    .filter((area) => area.code !== from)
    .map((area) => {
      const free = availability.counts(area.code)?.free ?? [];
      const units = wanted
        .map((unit) => ({ unit, free: free[session.unitOrder.get(unit) ?? -1] ?? 0 }))
        .filter((pool) => pool.free > 0);
      return { area, units };
    })
    .filter((offer) => offer.units.length > 0)
    .sort((a, b) => b.units.length - a.units.length || scarcest(b) - scarcest(a))
    .slice(0, areasOfferedMax);
}

const scarcest = (offer: AreaWithSeats): number =>
  Math.min(...offer.units.map((pool) => pool.free));
