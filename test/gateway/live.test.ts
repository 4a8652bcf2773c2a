import { afterEach, expect, test, vi } from 'vitest';
import type { AreaPause, CandidateType } from '../../engine/protocol/session.ts';
import { createAvailability } from '../../gateway/availability.ts';
import { createCatalogue } from '../../gateway/catalogue.ts';
import type { Reply, Request, Socket } from '../../gateway/http.ts';
import {
  createLive,
  type Live,
  socketsPerPersonMax,
  type Watch,
  type Watcher,
} from '../../gateway/live.ts';
import { firstOpen, province } from './registering-province.ts';

/** Sockets and their topics as a carrier keeps them. */
function carrier(given: { at?: number; socketsMax?: number } = {}) {
  let at = given.at ?? firstOpen + 1000;
  let asking: Watcher | undefined;
  const topics = new Map<string, Set<(text: string) => void>>();
  const catalogue = createCatalogue();
  catalogue.adopt(province());
  const availability = createAvailability();
  const live = createLive({
    catalogue,
    availability,
    now: () => at,
    watcher: () => asking,
    socketsMax: given.socketsMax ?? 100,
    publish: (topic, text) => {
      for (const hear of topics.get(topic) ?? []) hear(text);
    },
  });
  function connect(area: string, person = 'somebody', candidateType: CandidateType = 'open') {
    const heard: { v: number; t: number; s: number[]; c: number[]; w: string; p?: number }[] = [];
    const ended: (number | undefined)[] = [];
    const hear = (text: string) => heard.push(JSON.parse(text));
    const socket: Socket<Watch> = {
      subscribe: (topic) => {
        topics.set(topic, (topics.get(topic) ?? new Set()).add(hear));
        return true;
      },
      send: hear,
      end: (code) => {
        ended.push(code);
      },
      getUserData: () => ({
        area,
        watcher: person === 'nobody' ? undefined : { person, candidateType },
      }),
    };
    live.route.open(socket);
    return { heard, ended, leave: () => live.route.close?.(socket) };
  }
  const signIn = () => {
    asking = { person: 'somebody', candidateType: 'open' };
  };
  const free = (version: number, ...seats: number[]) =>
    availability.hear([
      { area: '0124', version, at, free: seats, capacity: [2400, 2400, 2400, 2400] },
    ]);
  return {
    live,
    catalogue,
    availability,
    connect,
    free,
    setTime: (to: number) => (at = to),
    signIn,
  };
}

let open: Live | undefined;
afterEach(() => open?.close());

test('a socket hears a whole snapshot first, then changes of its own area alone', () => {
  const { live, connect, free } = carrier();
  open = live;
  free(5, 1164, 86, 0, 1702);
  const here = connect('0124');
  const elsewhere = connect('0105');
  expect(here.heard).toEqual([
    {
      v: 5,
      t: firstOpen + 1000,
      s: [1164, 86, 0, 1702],
      c: [2400, 2400, 2400, 2400],
      w: 'open',
    },
  ]);
  free(6, 1163, 86, 0, 1702);
  expect(here.heard.at(-1)?.s).toEqual([1163, 86, 0, 1702]);
  expect(elsewhere.heard).toHaveLength(1);
});

test('R5 each watcher hears the counts and the window of their own type', () => {
  const { live, catalogue, availability, connect } = carrier();
  open = live;
  const { calendar } = province();
  const days = calendar.map((day, at) => {
    return at === 0 ? { ...day, candidateType: 'open' as const } : day;
  });
  catalogue.adopt(province({ number: 9, calendar: days }));
  const social = connect('0124');
  const applied = connect('0124', 'another', 'applied');
  const own = [{ candidateType: 'applied' as const, free: [9, 86], capacity: [30, 2400] }];
  const counts = { area: '0124', version: 5, at: 0, free: [1164, 86], capacity: [2400, 2400] };
  availability.hear([{ ...counts, own }]);
  expect([social, applied].map(({ heard }) => heard.at(-1)?.w)).toEqual(['open', 'before']);
  expect(live.watching()).toBe(2);
  social.leave();
  applied.leave();
  expect(
    [connect('0124'), connect('0124', 'another', 'applied')].map(({ heard }) => heard[0]?.s),
  ).toEqual([
    [1164, 86],
    [9, 86],
  ]);
});

test('changes in quick succession become one message with the newest numbers', async () => {
  const { live, connect, free, setTime } = carrier();
  open = live;
  const { heard } = connect('0124');
  for (let version = 1; version <= 50; version += 1) free(version, 100 - version, 1, 1, 1);
  expect(heard).toHaveLength(2);
  setTime(firstOpen + 2000);
  await vi.waitFor(() => expect(heard.at(-1)?.v).toBe(50));
  expect(heard).toHaveLength(3);
});

test('S2 a pause reaches the open pages without any change of counts', async () => {
  const { live, catalogue, connect } = carrier();
  open = live;
  const { heard } = connect('0124');
  const paused = { pausedMs: 0, pausedAt: firstOpen, reason: '演练', newsBy: firstOpen + 60_000 };
  catalogue.adopt(province({ number: 2, window: { state: 'paused', ...paused } }));
  await vi.waitFor(() => expect(heard.at(-1)?.w).toBe('paused'));
});

test('D7 whether passwords stand for codes reaches the open pages, and its end', () => {
  const { live, catalogue, connect, setTime } = carrier();
  open = live;
  const { heard } = connect('0124');
  const decide = (number: number, bookingProof: 'code' | 'password') => {
    const adopted = province({ number });
    catalogue.adopt({ ...adopted, settings: { ...adopted.settings, bookingProof } });
  };
  decide(2, 'password');
  expect(heard.at(-1)?.p).toBe(1);
  setTime(firstOpen + 5_000);
  decide(3, 'code');
  expect(heard.at(-1)).not.toHaveProperty('p');
});

test('without a sign-in, outside the map or over the bound a socket is told to stop and poll', () => {
  const { live, connect } = carrier({ socketsMax: 1 });
  open = live;
  expect(connect('0124', 'nobody').ended).toEqual([4001]);
  expect(connect('9999').ended).toEqual([4001]);
  expect(connect('', 'nobody').ended).toEqual([4001]);
  const first = connect('0124');
  expect(first.ended).toEqual([]);
  expect(connect('0124').ended).toEqual([4001]);
  first.leave();
  expect(live.watching()).toBe(0);
  expect(connect('0124').ended).toEqual([]);
});

const asked = (live: Live, query: string) =>
  JSON.parse(String((live.ask({ query } as Request) as Reply).body));

test('S2 a socket without an area hears of the window alone: a pause with its words, and its end', () => {
  const { live, catalogue, connect, free, setTime } = carrier();
  open = live;
  free(5, 1164, 86, 0, 1702);
  const socket = connect('');
  expect(socket.heard).toEqual([{ v: 0, t: firstOpen + 1000, s: [], c: [], w: 'open' }]);
  free(6, 1163, 86, 0, 1702);
  expect(socket.heard).toHaveLength(1);
  setTime(firstOpen + 5000);
  const newsBy = firstOpen + 3_600_000;
  const pause = {
    state: 'paused',
    pausedMs: 0,
    pausedAt: firstOpen,
    reason: '短信通道故障',
    newsBy,
  } as const;
  catalogue.adopt({ ...province(), number: 2, window: pause });
  expect(socket.heard.at(-1)).toMatchObject({
    w: 'paused',
    n: ['报考暂停', expect.stringContaining('短信通道故障。10:00 前会更新消息')],
  });
  setTime(firstOpen + 9000);
  catalogue.adopt({ ...province(), number: 3 });
  expect(socket.heard.at(-1)).toEqual({ v: 0, t: firstOpen + 9000, s: [], c: [], w: 'open' });
});

test('S2 a pause of one area is told there alone, one of a pool with its unit; notices everywhere', () => {
  const { live, catalogue, connect, setTime } = carrier();
  open = live;
  const newsBy = firstOpen + 3_600_000;
  const [here, elsewhere, home] = [connect('0124'), connect('0105'), connect('')];
  const given = province();
  const pause = (pools: AreaPause['pools']) => [
    { area: '0124', pools, pausedMs: 0, pausedAt: firstOpen },
  ];
  setTime(firstOpen + 5000);
  const whole = [{ reason: '考点停电', newsBy }];
  catalogue.adopt({ ...given, number: 2, areaPauses: pause(whole) });
  expect(here.heard.at(-1)).toMatchObject({
    ...{ w: 'paused', h: 1 },
    n: ['报考暂停', expect.stringContaining('考点停电')],
  });
  expect(elsewhere.heard.at(-1)).toMatchObject({ w: 'open' });
  expect(home.heard.at(-1)).toMatchObject({ w: 'open' });
  setTime(firstOpen + 9000);
  const unit = given.catalogue.units[0];
  const one = [{ unit: unit?.code ?? '', reason: '核对容量', newsBy }];
  const notice = { text: '示例公告', until: newsBy };
  catalogue.adopt({ ...given, number: 3, areaPauses: pause(one), notice });
  const told = ['示例公告', expect.stringContaining(`${unit?.name}暂停报考：核对容量`)];
  expect(here.heard.at(-1)).toMatchObject({ w: 'open', h: 1, b: told });
  expect(elsewhere.heard.at(-1)).toMatchObject({ w: 'open', b: ['示例公告'] });
  setTime(newsBy);
  expect(asked(live, '')).not.toHaveProperty('b');
});

test('B16 whoever has no socket asks for the same: the window for all, counts after sign-in', () => {
  const { live, free, setTime, signIn } = carrier();
  open = live;
  free(5, 1164, 86, 0, 1702);
  expect(asked(live, 'area=0124')).toMatchObject({ v: 0, s: [], w: 'open' });
  signIn();
  expect(asked(live, 'area=0124')).toMatchObject({ v: 5, s: [1164, 86, 0, 1702], w: 'open' });
  expect(asked(live, 'area=')).toMatchObject({ v: 0, s: [] });
  setTime(firstOpen - 1);
  expect(asked(live, '')).toMatchObject({
    w: 'before',
    n: ['报考还没有开始', expect.stringContaining('开始时间')],
  });
});

test('L4 one person has so many sockets and no more, and takes no place from another', () => {
  const { live, connect } = carrier();
  open = live;
  const own = Array.from({ length: socketsPerPersonMax }, () => connect('0124'));
  expect(own.flatMap(({ ended }) => ended)).toEqual([]);
  expect(connect('0124').ended).toEqual([4001]);
  expect(connect('0124', 'somebody else').ended).toEqual([]);
  own[0]?.leave();
  expect(connect('0124').ended).toEqual([]);
});
