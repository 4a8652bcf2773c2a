/**
 * What the fakes of real payment providers share: orders are kept and told of as the sandbox keeps
 * its own; only the words on the wire are another's. A fake has no disk.
 */
import { type Behaviour, type BehaviourChange, wellBehaved } from '../../sandbox/behaviour.ts';
import { Book, type Due, type Order } from '../../sandbox/book.ts';
import { createNotices, type Message } from '../../sandbox/notices.ts';
import { type Handler, listen } from '../../sandbox/server.ts';

export type FakeParts = {
  book: Book;
  behaviour: Behaviour;
  /** Where its calls are answered. */
  address: string;
  /** Where the merchant wants its notices, as an order said. */
  tell(url: string): void;
  /** Carries out what the book decides, and tells the merchant. */
  act<Answer>(decide: () => Answer): Answer;
};
export type FakeWords = {
  compose(order: Order, due: Due, wrong: Behaviour['wrong']): Message;
  isTaken(status: number, body: string): boolean;
  /** Of what is never told by a notice of its own. */
  silentOn?: Due['of'];
  handler: Handler;
};
export type FakeProvider = {
  address: string;
  behave(change: BehaviourChange): Promise<void>;
  pay(attempt: string, late?: boolean): Promise<boolean>;
  stop(): Promise<void>;
};

export async function startFake(words: (parts: FakeParts) => FakeWords): Promise<FakeProvider> {
  const behaviour = { ...wellBehaved };
  const server = await listen('127.0.0.1', 0);
  const book = new Book(() => {});
  let noticeUrl: string | undefined;
  function act<Answer>(decide: () => Answer): Answer {
    const answer = decide();
    notices.add(book.takeNews().filter(({ of }) => of !== said.silentOn));
    return answer;
  }
  const said = words({
    book,
    behaviour,
    address: server.address,
    act,
    tell(url) {
      noticeUrl = url;
    },
  });
  const notices = createNotices({
    compose: said.compose,
    isTaken: said.isTaken,
    firstPauseMs: 5,
    url: () => noticeUrl,
    behaviour: () => behaviour,
    find: (order) => book.find(order),
    async onTaken(due) {
      act(() => book.noteTold(due, Date.now()));
    },
  });
  server.answerWith(async (request) => (behaviour.down ? 'cut' : said.handler(request)));
  return {
    address: server.address,
    async behave(change) {
      Object.assign(behaviour, change);
      notices.lookAgain();
      if (behaviour.refunds === 'succeed') act(() => book.finishRefunds(Date.now()));
    },
    pay: async (attempt, late = false) => act(() => book.pay(attempt, Date.now(), late)),
    async stop() {
      await Promise.all([server.stop(), notices.stop()]);
    },
  };
}
