/** What was killed during what: one kill may fall into several things that were under way. */
import type { Activity } from './crash-payers.ts';
import { type Program, programs } from './crash-processes.ts';

/** `day close`: not yet all released. `starting`: this program or another. */
export const during = [
  ...['booking', 'confirming', 'paying', 'notice', 'refund'],
  ...['day close', 'lost area', 'bills', 'starting'],
] as During[];
export type During = Activity | 'day close' | 'lost area' | 'bills' | 'starting';

export class Kills {
  readonly #underWay = new Map<Program, Set<During>[]>(programs.map((program) => [program, []]));

  note(program: Program, underWay: Set<During>): void {
    this.#underWay.get(program)?.push(underWay);
  }
  of(program: Program): readonly ReadonlySet<During>[] {
    return this.#underWay.get(program) ?? [];
  }
  get total(): number {
    return programs.reduce((sum, program) => sum + this.of(program).length, 0);
  }

  table(): string {
    const line = (name: string, cells: readonly (string | number)[]) =>
      name.padEnd(8) + cells.map((cell) => String(cell).padStart(11)).join('');
    const rows = programs.map((program) => {
      const all = this.of(program);
      return line(program, [
        all.length,
        ...during.map((one) => all.filter((underWay) => underWay.has(one)).length),
      ]);
    });
    return [line('killed', ['in all', ...during]), ...rows].join('\n');
  }
}
