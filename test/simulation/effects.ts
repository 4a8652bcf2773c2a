/** What the rows of the writers still owe, carried on by letters between the books. */
import { type Effect, pendingEffects } from '../../engine/core/effects.ts';
import { residentRows } from '../../engine/core/partition.ts';
import type { PartitionName } from '../../engine/protocol/ids.ts';
import type { Payments } from './payments.ts';
import { homeOfArea, partitionNames } from './province.ts';
import type { World } from './world.ts';
import type { Writer } from './writer.ts';

export class Effects {
  private readonly world: World;
  private readonly payments: Payments;

  constructor(world: World, payments: Payments) {
    this.world = world;
    this.payments = payments;
  }

  owedBy(writer: Writer): Effect[] {
    writer.loadAll();
    const rows = [...residentRows(writer.partition)];
    return rows.flatMap((row) => pendingEffects(row, partitionNames));
  }

  /** Each a letter to the book that completes it, or a call to a provider. */
  collect(writer: Writer): void {
    for (const effect of this.owedBy(writer)) this.perform(writer.name, effect);
  }

  private perform(from: PartitionName, effect: Effect): void {
    switch (effect.kind) {
      case 'vacate-area': {
        const { person, area, claim } = effect;
        const vacate = { kind: 'vacate-area', person, area, claim } as const;
        this.world.send(
          homeOfArea(area),
          vacate,
          (reply) => {
            // Only these two answers say anything about the area; others are asked for again.
            const remain = reply.kind === 'refused' && reply.reason === 'seats-remain';
            if (reply.kind === 'refused' && !remain) return;
            const note = { kind: 'note-vacated', person, claim, vacated: !remain } as const;
            this.world.send(from, note, undefined, 0);
            this.world.readClaim(person);
          },
          0,
        );
        return;
      }
      case 'fence-area': {
        const { person, area, claim } = effect;
        const fence = { kind: 'fence-area', person, area, claim } as const;
        this.world.send(
          homeOfArea(area),
          fence,
          (reply) => {
            if (reply.kind === 'accepted')
              this.world.send(from, { kind: 'note-fenced', person, claim }, undefined, 0);
          },
          0,
        );
        return;
      }
      case 'settle-phone': {
        const { person, phone, binding } = effect;
        this.world.send(
          'rest',
          { kind: 'settle-phone', phone, person, binding },
          (reply) => {
            if (reply.kind === 'accepted')
              this.world.send(from, { kind: 'note-phone-settled', person, binding }, undefined, 0);
          },
          0,
        );
        return;
      }
      case 'release-phone': {
        const { person, phone, binding } = effect;
        this.world.send(
          'rest',
          { kind: 'release-phone', phone, person, binding },
          (reply) => {
            if (reply.kind === 'accepted')
              this.world.send(from, { kind: 'note-phone-released', person, binding }, undefined, 0);
          },
          0,
        );
        return;
      }
      case 'adopt': {
        const { partition, adopted } = effect;
        this.world.send(
          partition,
          { kind: 'adopt', adopted },
          (reply) => {
            if (reply.kind !== 'accepted' || reply.outcome.kind !== 'adopted') return;
            const { number } = reply.outcome;
            this.world.send(from, { kind: 'note-adopted', partition, number }, undefined, 0);
          },
          0,
        );
        return;
      }
      case 'send-news': {
        const { person, area, news } = effect;
        const note = {
          kind: 'note-news',
          area,
          person,
          news: news.place,
          outcome: 'sent',
        } as const;
        this.world.send(from, note, undefined, 0);
        return;
      }
      case 'watch-payment':
        this.payments.watch(effect);
        return;
      case 'refund-payment':
        this.payments.refund(effect);
        return;
      case 'reconcile':
        this.payments.reconcile(from, effect.day);
        return;
      case 'send-message': {
        const { person, area, challenge, attempt, phone, key } = effect;
        const take = { kind: 'take-message', phone: phone.index, key } as const;
        this.world.send(
          'rest',
          take,
          (reply) => {
            const used = reply.kind === 'refused' && reply.reason === 'phone-messages-used-up';
            if (reply.kind === 'refused' && !used) return;
            const outcome = used ? 'phone-messages-used-up' : 'sent';
            const note = { kind: 'note-delivery', person, challenge, attempt, outcome } as const;
            this.world.send(from, area === undefined ? note : { ...note, area }, undefined, 0);
          },
          0,
        );
        return;
      }
    }
  }
}
