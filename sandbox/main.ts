/**
 * Starts one sandbox provider: a payment platform for trying out and for tests, which takes no money
 * and says so on every page. It is another party: it knows nothing of the product, and the product
 * knows it by its published words only.
 *
 * M1 Holding the port is holding the ledger: it is opened only once the port is this process's.
 */
import { join } from 'node:path';
import { type BehaviourChange, wellBehaved } from './behaviour.ts';
import { Book, type Entry, type Order } from './book.ts';
import { sandboxKeysIn } from './keys.ts';
import { openLedger } from './ledger.ts';
import { composeNotice } from './notice.ts';
import { createNotices } from './notices.ts';
import { handlerOf } from './routes.ts';
import { listen } from './server.ts';
import { takenWord } from './wire.ts';

export type SandboxOptions = {
  host: string;
  /** 0: any free port. */
  port: number;
  /** Where people's browsers reach it; absent: at host and port. */
  origin?: string;
  /** The ledger's. */
  folder: string;
  keysFolder: string;
  /** By which name the merchant calls and is told. */
  merchant: string;
  /** Where notices go; may be told later. */
  noticesTo?: string;
  /** Between the first two tries of a notice; each further pause is twice as long. */
  firstPauseMs?: number;
};

export type Sandbox = {
  /** Where it answers on this machine. */
  address: string;
  port: number;
  /** From now on. */
  behave(change: BehaviourChange): Promise<void>;
  noticesTo(url: string): void;
  /** As the button on the pay page. `late`: also when the order is closed. False: not possible. */
  pay(order: string, late?: boolean): Promise<boolean>;
  orders(): Order[];
  stop(): Promise<void>;
};

const firstPauseMsUsual = 1_000;

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { merchant } = options;
  const now = (): number => Date.now();
  const keys = sandboxKeysIn(options.keysFolder);
  const behaviour = { ...wellBehaved };
  let noticeUrl = options.noticesTo;

  const server = await listen(options.host, options.port);
  const book: Book = new Book((entry) => ledger.write(entry));
  const ledger = await openLedger<Entry>(join(options.folder, 'ledger.jsonl'), (entry) =>
    book.apply(entry),
  );
  book.takeNews();
  const notices = createNotices({
    compose: (order, due, wrong) =>
      composeNotice({ order, due, wrong }, merchant, keys.sandboxPrivate, now()),
    isTaken: (status, body) => status === 200 && body === takenWord,
    firstPauseMs: options.firstPauseMs ?? firstPauseMsUsual,
    url: () => noticeUrl,
    behaviour: () => behaviour,
    find: (order) => book.find(order),
    onTaken: (due) => act(() => book.noteTold(due, now())),
  });

  /** What the book decided, and what it had decided before, is on the disk before anybody hears. */
  async function act<Answer>(decide: () => Answer): Promise<Answer> {
    const answer = decide();
    const news = book.takeNews();
    await ledger.settled();
    notices.add(news);
    return answer;
  }

  const sandbox: Omit<Sandbox, 'stop'> = {
    address: server.address,
    port: server.port,
    async behave(change) {
      Object.assign(behaviour, change);
      notices.lookAgain();
      if (behaviour.refunds === 'succeed') await act(() => book.finishRefunds(now()));
    },
    noticesTo(url) {
      noticeUrl = url;
      notices.lookAgain();
    },
    pay: (order, late = false) => act(() => book.pay(order, now(), late)),
    orders: () => book.orders(),
  };
  server.answerWith(
    handlerOf({
      sandbox,
      origin: options.origin ?? server.address,
      merchant,
      keys,
      book,
      behaviour: () => behaviour,
      now,
      act,
    }),
  );
  notices.add(book.untold());
  return {
    ...sandbox,
    async stop() {
      await Promise.all([server.stop(), notices.stop()]);
      await ledger.close();
    },
  };
}
