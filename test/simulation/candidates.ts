/**
 * What people do: they choose areas and courses, ask for codes, type them, confirm, pay, change their
 * minds and care for their accounts; from pages that may be out of date.
 */
import type { AreaCode, PersonId } from '../../engine/protocol/ids.ts';
import { areaCodes, givenPerson, givenPhone, givenTicket, opaque, unitCodes } from '../given.ts';
import { stands } from './audit-lists.ts';
import type { Payments } from './payments.ts';
import { homeOfArea, minute } from './province.ts';
import type { World } from './world.ts';

type Claim = { number: number; area: AreaCode };

export class Candidates {
  private readonly world: World;
  private readonly payments: Payments;
  /** Claims as the candidates' pages were told them: a page may be out of date. */
  private readonly claims = new Map<PersonId, Claim[]>();
  private readonly challenges = new Map<string, string>();
  private readonly proofs = new Map<PersonId, string>();
  private challengesGiven = 0;

  constructor(world: World, payments: Payments) {
    this.world = world;
    this.payments = payments;
  }

  claimOf(person: PersonId): Claim | undefined {
    return this.claims.get(person)?.at(-1);
  }

  /** A page was told. */
  isTold(person: PersonId, claim: Claim): void {
    this.claims.set(person, [...(this.claims.get(person) ?? []), claim]);
  }

  /** The id of the command that proved the code is the proof. */
  hasProven(person: PersonId, command: string): void {
    this.proofs.set(person, command);
  }

  act(number: number, what: number, how: number): void {
    const person = givenPerson(number);
    const ticket = givenTicket(how % 7 === 0 ? 50 + number : how % 31 === 0 ? 77 : number);
    const phone = givenPhone(number % 2);
    const known = this.claims.get(person) ?? [];
    const claim = how % 11 === 0 ? known[what % Math.max(1, known.length)] : known.at(-1);
    const kind = what % 72;
    if (kind >= 44 && kind < 50 && claim !== undefined) {
      this.paysOrNot(number, ticket, claim, kind, how);
    } else if (kind >= 36 && kind < 44) {
      this.caresForAccount(person, kind, how);
    } else if (kind === 0 || (kind < 16 && claim === undefined)) {
      const area = how % 29 === 0 ? '9999' : (areaCodes[how % areaCodes.length] ?? '0101');
      // Mostly the area one has already; going elsewhere is the exception.
      const to = claim !== undefined && how % 2 > 0 ? claim.area : area;
      this.world.send('people', { kind: 'choose-area', person, ticket, area: to });
    } else if (kind < 16 && claim !== undefined) {
      this.registers(person, ticket, claim, kind, how);
    } else if (kind >= 24 && claim !== undefined) {
      const next = this.nextOn(person, claim.area, how);
      if (next === 0)
        this.world.send('people', { kind: 'choose-area', person, ticket, area: claim.area });
      else if (next >= 44) this.paysOrNot(number, ticket, claim, next, how);
      else this.registers(person, ticket, claim, next, how);
    } else if (kind < 18) {
      const succeeded = how % 9 === 0;
      const generation = this.world.auditor.generationOf(person) - (how % 7 === 0 ? 1 : 0);
      const attempt = { person, ticket, succeeded, generation };
      const device = how % 4 === 0 ? { device: generation } : {};
      this.world.send('people', { kind: 'record-sign-in', ...attempt, ...device });
    } else if (kind < 20) {
      const challenge = this.newChallenge(person);
      const to = how % 5 === 0 ? givenPhone(8) : phone;
      this.world.send('people', { kind: 'request-phone-code', person, challenge, phone: to });
    } else if (kind < 22) {
      const challenge = this.challenges.get(person) ?? opaque('none', 0);
      this.world.send('people', {
        kind: 'bind-phone',
        person,
        challenge,
        codeMatches: how % 3 > 0,
      });
    } else if (kind < 23) {
      this.world.send('people', { kind: 'set-password', person, hash: '$argon2id$invented' });
    } else if (kind < 24) {
      this.world.send('rest', { kind: 'join-phone', phone: phone.index, person });
    }
  }

  /** Unbinds the phone, has forgotten the password or changes it, ends sign-ins. */
  private caresForAccount(person: PersonId, kind: number, how: number): void {
    const forgotten = `${person} forgot`;
    const codeMatches = how % 3 > 0;
    // Now and then a page from before the last change.
    const generation = this.world.auditor.generationOf(person) - (how % 5 === 0 ? 1 : 0);
    const hash = '$argon2id$invented';
    switch (kind) {
      case 36:
        this.world.send('people', {
          ...{ kind: 'request-unbind-code', person, challenge: this.newChallenge(person) },
        });
        return;
      case 37: {
        const challenge = this.challenges.get(person) ?? opaque('none', 0);
        this.world.send('people', { kind: 'unbind-phone', person, challenge, codeMatches });
        return;
      }
      case 38:
        this.world.send('people', {
          ...{ kind: 'request-reset-code', person, challenge: this.newChallenge(forgotten) },
        });
        return;
      case 39: {
        const challenge = this.challenges.get(forgotten) ?? opaque('none', 0);
        this.world.send('people', { kind: 'prove-reset-code', person, challenge, codeMatches });
        return;
      }
      case 40: {
        const proof = this.proofs.get(person) ?? opaque('none', 0);
        this.world.send('people', { kind: 'reset-password', person, proof, hash });
        return;
      }
      case 41:
        this.world.send('people', { kind: 'change-password', person, hash, generation });
        return;
      case 42:
        this.world.send('people', { kind: 'end-sign-ins', person, generation });
        return;
      default: {
        const until = this.world.now + (how % 14) * 60 * minute;
        this.world.send('people', {
          kind: 'sign-out',
          person,
          nonce: opaque('nonce', how % 20),
          until,
        });
      }
    }
  }

  /** What a person who wants seats would do now: choose, ask for a code, type it, confirm, pay. */
  private nextOn(person: PersonId, area: AreaCode, how: number): number {
    const { lists } = this.world.auditor;
    const here = lists.spots.filter((spot) => spot.area === area && spot.person === person);
    const form = lists.forms.find((one) => one.area === area && one.person === person);
    const claim = this.claimOf(person)?.number ?? 0;
    if (form && claim <= Math.max(form.left, form.fenced)) return 0;
    const order = this.orderOf(person, area);
    if (order?.state === 'confirmed') {
      const live = lists.attemptsOf(order).some(({ state }) => state === 'live');
      return (live ? [48, 48, 48, 47] : [46, 46, 46, 45])[how % 4] ?? 46;
    }
    if (order?.state === 'paid' && how % 4 === 0) return 49;
    if (order === undefined && how % 3 > 0 && here.some((spot) => spot.saved !== null)) return 44;
    if (form?.question && how % 4 > 0) return 9;
    const code = form?.code;
    const good = code && code.wrong === 0 && this.world.now < code.to;
    if (good && how % 8 > 0) return how % 8 === 1 ? 11 : 14;
    const chosen = here.filter((spot) => spot.chosen !== null);
    if (chosen.length < 1 + (how % 3)) return 1;
    return how % 8 === 0 ? 14 : 6;
  }

  /** The person's newest order there that stands. */
  orderOf(person: PersonId, area: AreaCode) {
    const { orders } = this.world.auditor.lists;
    return orders.findLast(
      (one) => one.person === person && one.area === area && stands(one.state),
    );
  }

  /** Confirms, withdraws, begins to pay or stops, pays, wants the money back. */
  paysOrNot(number: number, ticket: string, claim: Claim, kind: number, how: number): void {
    const person = givenPerson(number);
    const { world } = this;
    const { area } = claim;
    const to = homeOfArea(area);
    const revision = world.auditor.revisionOf(area, person) - (how % 19 === 0 ? 1 : 0);
    const mine = world.auditor.lists.orders.filter((one) => one.person === person);
    // Now and then a page that shows what has ended.
    const known = how % 11 === 0 ? mine[how % mine.length] : undefined;
    const order = known ?? this.orderOf(person, area);
    const called = order?.number ?? `202610_${area}_9_9`;
    const holder = how % 13 === 0 ? ticket : (order?.ticket ?? ticket);
    const from = { area, person, claim: claim.number, revision, ticket: holder };
    switch (kind) {
      case 44:
        world.send(to, { kind: 'confirm-registration', ...from, ticket });
        return;
      case 45:
        world.send(to, { kind: 'withdraw-order', ...from, order: called });
        return;
      case 46:
        this.payments.begin(to, { ...from, order: called }, how);
        return;
      case 47:
        world.send(to, { kind: 'stop-payment', ...from, order: called });
        return;
      case 48:
        if (order !== undefined) this.payments.pay(order, how);
        return;
      default:
        world.send(to, { kind: 'request-refund', ...from, order: called });
    }
  }

  registers(
    person: PersonId,
    ticket: string,
    claim: { number: number; area: AreaCode },
    kind: number,
    how: number,
  ): void {
    const area = how % 41 === 0 ? '9999' : claim.area;
    const to = homeOfArea(area);
    const revision = this.world.auditor.revisionOf(area, person) - (how % 17 === 0 ? 1 : 0);
    const from = { area, person, claim: claim.number, revision, ticket };
    const here = this.world.auditor.lists.spots.filter(
      (spot) => spot.area === area && spot.person === person,
    );
    const units = here.flatMap((spot) => (spot.chosen === null ? [] : [spot.unit]));
    const owner = person + area;
    switch (kind) {
      case 1:
      case 2:
      case 3:
      case 4: {
        const unit = how % 4;
        const odd = ['20001', '20002', '20003', '99999', '11003'];
        const course = how % 23 === 0 ? odd[how % odd.length] : `1${unit + 1}00${1 + (how % 3)}`;
        const choice = {
          ...{ programme: '020301K', candidateType: 'open' as const },
          ...{ course: course ?? '', replace: how % 2 === 0 },
        };
        this.world.send(to, { kind: 'choose-course', ...from, ...choice });
        return;
      }
      case 5:
        this.world.send(to, { kind: 'drop-course', ...from, unit: unitCodes[how % 4] ?? 'A' });
        return;
      case 6:
      case 7:
      case 8:
        this.world.send(to, {
          ...{ kind: 'hold-seats', ...from, challenge: this.newChallenge(owner) },
          phone: givenPhone(0),
        });
        return;
      case 9:
      case 10:
        this.world.send(to, {
          ...{ kind: 'send-code', ...from, challenge: this.newChallenge(owner) },
          phone: givenPhone(0),
        });
        return;
      case 11:
        this.world.send(to, { kind: 'resend-code', ...from });
        return;
      case 15: {
        const saved = here.flatMap((spot) => (spot.saved === null ? [] : [spot.unit]));
        const named = how % 6 === 0 ? ['A', 'D'] : saved.slice(0, 1 + (how % 2));
        this.world.send(to, { kind: 'give-up-seats', ...from, units: named });
        return;
      }
      default: {
        const challenge =
          how % 19 === 0 ? opaque('old', 0) : (this.challenges.get(owner) ?? opaque('none', 0));
        const chosen = how % 13 === 0 ? units.slice(1) : units;
        const typed = { ...from, challenge, units: chosen };
        const matches = how % 5 > 0;
        const outage = this.world.auditor.takesPasswords(to);
        if (outage ? how % 7 > 0 : how % 9 === 0)
          this.world.send(to, { kind: 'save-by-password', ...typed, passwordMatches: matches });
        else this.world.send(to, { kind: 'save-seats', ...typed, codeMatches: matches });
      }
    }
  }

  /** Rare by chance alone: a code that outlives its hold while the last free seats go (D5). */
  outliveHold(number: number, how: number): void {
    const person = givenPerson(number);
    const claim = this.claimOf(person);
    if (claim === undefined) return;
    const register = (kind: number): void => {
      this.registers(person, givenTicket(number), claim, kind, how);
      this.world.deliverLast();
    };
    register(6);
    this.world.now += 61_000;
    register(6);
    this.world.now += 4 * minute;
    this.world.runTimers();
    if (how % 2 === 0) this.world.setCapacity(claim.area, true, how);
    else this.world.capAtTaken(claim.area);
    register(14);
    if (how % 4 > 0) this.world.giveSeatsAgain(claim.area);
  }

  /** Confirms what is saved, if need be, and begins to pay for it. */
  paysLate(number: number, how: number): void {
    const person = givenPerson(number);
    const claim = this.claimOf(person);
    if (claim === undefined) return;
    // From the page as it is, at each of the providers.
    const usual = [7, 8, 15][how % 3] ?? 7;
    for (const kind of [44, 46]) {
      this.paysOrNot(number, givenTicket(number), claim, kind, usual);
      this.world.deliverLast();
    }
  }

  /** Will not pay that way after all. */
  stops(number: number): void {
    this.triesOnOrder(number, 47);
  }

  withdraws(number: number): void {
    this.triesOnOrder(number, 45);
  }

  private triesOnOrder(number: number, kind: number): void {
    const claim = this.claimOf(givenPerson(number));
    if (claim === undefined) return;
    this.paysOrNot(number, givenTicket(number), claim, kind, 7);
    this.world.deliverLast();
  }

  /** Goes to another area. */
  moves(number: number): void {
    const person = givenPerson(number);
    const here = this.claimOf(person)?.area;
    const area = areaCodes.find((one) => one !== here) ?? '0101';
    const ticket = givenTicket(number);
    this.world.send('people', { kind: 'choose-area', person, ticket, area });
  }

  /** The money of an order that has ended since comes in after all. */
  paidLate(number: number, how: number): void {
    const person = givenPerson(number);
    const { orders } = this.world.auditor.lists;
    const order = orders.findLast((one) => one.person === person);
    if (order === undefined) return;
    this.payments.pay(order, how - (how % 5));
    if (how % 7 === 0) this.payments.refuseLast();
  }

  private newChallenge(owner: string): string {
    this.challengesGiven += 1;
    const challenge = opaque('challenge', this.challengesGiven);
    this.challenges.set(owner, challenge);
    return challenge;
  }
}
