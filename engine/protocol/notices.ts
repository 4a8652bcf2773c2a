/** What a writer tells every gateway at once, after the flush. */
import type { Acknowledgement } from './alarms.ts';
import type { EpochMs, PartitionName, PersonId } from './ids.ts';
import type { KeyView } from './keys.ts';
import type { Adopted } from './session.ts';
import type { ActView, StaffView } from './staff.ts';

export type Notice =
  /** The writer is up: its epoch; sent at start and every few seconds, so late gateways learn it. */
  | { kind: 'writer-up'; partition: PartitionName; epoch: number; index: number }
  /** Sign-ins of the person with a lower generation are ended. */
  | { kind: 'sign-ins-ended'; person: PersonId; generation: number; at: EpochMs }
  | { kind: 'session-changed'; adopted: Adopted }
  /** One sign-in of the person is ended. */
  | { kind: 'signed-out'; person: PersonId; nonce: string; until: EpochMs }
  /** An account is new or has changed: its roles and its scope, or its sign-ins are ended. */
  | { kind: 'staff-changed'; staff: StaffView }
  /** A key of another system is new, or has ended. */
  | { kind: 'key-changed'; key: KeyView }
  /** All acknowledgements that stand, as of that index. */
  | { kind: 'alarms-acknowledged'; index: number; acknowledged: Acknowledgement[] }
  /** Decided, and perhaps not carried everywhere so far. */
  | { kind: 'act-decided'; act: ActView };
