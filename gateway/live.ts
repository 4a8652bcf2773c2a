/**
 * Live counts and the window: one small JSON message per area, pushed to the sockets that watch that
 * area. `{"v":8841,"t":1788829477123,"s":[1164,86,0,1702],"c":[2400,…],"w":"open"}`: version, server
 * time, free seats and capacities in unit order, window. `w` and `t` always apply; `s` and `c` only
 * when `v` is above the last seen. While the window is not open, `n` has its title and what is said
 * about it. A page without an area hears of the window alone; one without a socket asks for the same
 * message now and then. http.ts carries the sockets; this module says who may watch and when what is
 * sent.
 *
 * L1 A socket gets a whole snapshot when it opens, so nothing that was missed matters.
 * L2 At most one message per area and `spacingMs`; the newest state wins.
 * L3 A socket only listens. Losing it frees nothing and changes nothing: phones close it whenever
 *    the candidate looks at an SMS.
 * L4 Sockets are bounded, together and for each person, so that nobody takes the others' places. Over
 *    a bound, or without a sign-in, the close code says "stop, poll".
 */
import type { AreaCode, EpochMs, PersonId } from '../engine/protocol/ids.ts';
import { windowTitles } from '../web/ui.ts';
import { sayWindow } from '../web/wording.ts';
import type { Availability } from './availability.ts';
import { type Catalogue, nextWindowChange, windowAt } from './catalogue.ts';
import { formOf } from './form.ts';
import type { Handler, Request, Socket, SocketRoute } from './http.ts';

/**
 * What a socket asked to watch: an area, or with none the window. The cookie is checked before the
 * upgrade, in the same turn.
 */
export type Watch = { area: AreaCode | ''; person: PersonId | undefined };

export type Live = {
  route: SocketRoute<Watch>;
  /** GET /window: the message as it stands. Counts of an area are for who has signed in. */
  ask: Handler;
  watching(): number;
  /** Stops the timers; http.ts ends the sockets. */
  close(): void;
};

export type LiveParts = {
  catalogue: Catalogue;
  availability: Availability;
  /** To every socket of a topic, whichever carrier holds it. */
  publish(topic: string, text: string): void;
  /** Who has signed in for everything. */
  watcher(request: Request): PersonId | undefined;
  now(): EpochMs;
  socketsMax: number;
};

/** Reconnecting is useless: show the page's own numbers and poll. */
const stopAndPoll = 4001;
const spacingMs = 500;
/** A person's devices and tabs. */
export const socketsPerPersonMax = 8;
/** A timer cannot reach further than 24 days; it looks again at least this often. */
const lookAgainMs = 60 * 60 * 1000;

export const topicOfArea = (area: AreaCode): string => `area:${area}`;

export function createLive(parts: LiveParts): Live {
  const { catalogue, availability, publish, now, socketsMax } = parts;
  const watched = new Set<Socket<Watch>>();
  const socketsOf = new Map<PersonId, number>();
  const watchersOf = new Map<AreaCode, number>();
  const sentAt = new Map<AreaCode, EpochMs>();
  const waiting = new Map<AreaCode, NodeJS.Timeout>();
  let windowTimer: NodeJS.Timeout | undefined;

  function message(area: AreaCode | ''): string {
    const session = catalogue.current();
    const at = now();
    const counts = area === '' ? undefined : availability.counts(area);
    const window = session && windowAt(session.adopted, at);
    return JSON.stringify({
      v: counts?.version ?? 0,
      t: at,
      s: counts?.free ?? [],
      c: counts?.capacity ?? [],
      w: window?.state ?? 'none',
      ...(window === undefined || window.state === 'open'
        ? {}
        : { n: [windowTitles[window.state], sayWindow(window)] }),
    });
  }

  function send(area: AreaCode): void {
    waiting.delete(area);
    sentAt.set(area, now());
    publish(topicOfArea(area), message(area));
  }

  /** L2: at once when the area was quiet, else when its spacing is over. */
  function changed(area: AreaCode): void {
    if (!watchersOf.has(area) || waiting.has(area)) return;
    const wait = (sentAt.get(area) ?? 0) + spacingMs - now();
    // A clock set back must not silence an area.
    if (wait <= 0 || wait > spacingMs) {
      send(area);
      return;
    }
    const timer = setTimeout(() => send(area), wait);
    waiting.set(area, timer);
  }

  function windowChanged(): void {
    for (const area of watchersOf.keys()) changed(area);
    clearTimeout(windowTimer);
    const session = catalogue.current();
    const next = session && nextWindowChange(session.adopted, now());
    if (next === undefined) return;
    windowTimer = setTimeout(windowChanged, Math.min(next - now(), lookAgainMs)).unref();
  }

  availability.onChange(changed);
  catalogue.onChange(windowChanged);
  windowChanged();

  function open(socket: Socket<Watch>): void {
    const { area, person } = socket.getUserData();
    const known = area === '' || catalogue.current()?.area.has(area) === true;
    const own = person === undefined ? 0 : (socketsOf.get(person) ?? 0);
    const full = watched.size >= socketsMax || own >= socketsPerPersonMax;
    if (person === undefined || !known || full) {
      socket.end(stopAndPoll, 'poll');
      return;
    }
    watched.add(socket);
    socketsOf.set(person, own + 1);
    watchersOf.set(area, (watchersOf.get(area) ?? 0) + 1);
    socket.subscribe(topicOfArea(area));
    socket.send(message(area));
  }

  function closed(socket: Socket<Watch>): void {
    if (!watched.delete(socket)) return;
    const { area, person } = socket.getUserData();
    if (person !== undefined) oneLess(socketsOf, person);
    if (oneLess(watchersOf, area) > 0) return;
    sentAt.delete(area);
    clearTimeout(waiting.get(area));
    waiting.delete(area);
  }

  return {
    route: {
      upgrade: (request) => ({ area: areaOf(request), person: parts.watcher(request) }),
      open,
      close: closed,
    },
    ask(request) {
      const area = parts.watcher(request) === undefined ? '' : areaOf(request);
      return { status: 200, body: message(area), contentType: 'application/json' };
    },
    watching: () => watched.size,
    close() {
      clearTimeout(windowTimer);
      for (const timer of waiting.values()) clearTimeout(timer);
    },
  };
}

const areaOf = (request: Request): AreaCode | '' => formOf(request.query)?.get('area') ?? '';

/** How many are left; none is no entry. */
function oneLess<Key>(counts: Map<Key, number>, key: Key): number {
  const left = (counts.get(key) ?? 1) - 1;
  if (left > 0) counts.set(key, left);
  else counts.delete(key);
  return left;
}
