/**
 * Every account at the desk as the engine last told of it: loaded before the gateway is ready, and
 * again whenever something may have been missed. What somebody may do is read here at each request,
 * so a changed role counts at once.
 *
 * D1 An account's generation only rises; what is heard late changes nothing.
 */
import type { StaffId, StaffView } from '../../engine/protocol/staff.ts';

export type Directory = {
  hear(account: StaffView): void;
  of(staff: StaffId): StaffView | undefined;
};

export function createDirectory(): Directory {
  const accounts = new Map<StaffId, StaffView>();
  return {
    hear(account) {
      const known = accounts.get(account.staff);
      if (known === undefined || account.generation >= known.generation) {
        accounts.set(account.staff, account);
      }
    },
    of: (staff) => accounts.get(staff),
  };
}
