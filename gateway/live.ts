/**
 * Live counts and the window: one small JSON message per area and candidate type (R5), pushed to the
 * sockets that watch that area. `{"v":8841,"t":1788829477123,"s":[1164,86,0,1702],"c":[2400,…],"w":"open"}`: version, server
 * time, free seats and capacities in unit order, window. `w` and `t` always apply; `s` and `c` only
 * when `v` is above the last seen. While the window is not open, `n` has its title and what is said
 * about it; `b` are the notices of the moment, `h` says that the area's hold clocks stand (S2); `p` says that passwords stand for booking codes (D7). A page without an area hears of the
 * window alone; one without a socket asks for the same message now and then. http.ts carries the
 * sockets; this module says who may watch and when what is sent.
 *
 * L1 A socket gets a whole snapshot when it opens, so nothing that was missed matters.
 * L2 At most one message per area, type and `spacingMs`; the newest state wins.
 * L3 A socket only listens. Losing it frees nothing and changes nothing: phones close it whenever
 *    the candidate looks at an SMS.
 * L4 Sockets are bounded, together and for each person, so that nobody takes the others' places. Over
 *    a bound, or without a sign-in, the close code says "stop, poll".
 */
import type { AreaCode, EpochMs, PersonId } from '../engine/protocol/ids.ts';
import { type CandidateType, candidateTypes } from '../engine/protocol/session.ts';
import { windowTitles } from '../web/ui.ts';
import { sayWindow } from '../web/wording.ts';
import type { Availability } from './availability.ts';
import {
  type Catalogue,
  nextWindowChange,
  noticesAt,
  pausesIn,
  windowAt,
  withoutLost,
} from './catalogue.ts';
import { formOf } from './form.ts';
import type { Handler, Request, Socket, SocketRoute } from './http.ts';

/**
 * What a socket asked to watch: an area, or with none the window. The cookie is checked before the
 * upgrade, in the same turn.
 */
export type Watch = { area: AreaCode | ''; watcher: Watcher | undefined };
/** Who has signed in for everything. */
export type Watcher = { person: PersonId; candidateType: CandidateType };

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
  watcher(request: Request): Watcher | undefined;
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

/** Of the sockets that get one message, and what keeps them apart in time. */
type Topic = {
  area: AreaCode | '';
  type: CandidateType;
  watchers: number;
  sentAt: EpochMs;
  waiting: NodeJS.Timeout | undefined;
};

const topicOf = (area: AreaCode | '', type: CandidateType): string => `${type}:${area}`;

export function createLive(parts: LiveParts): Live {
  const { catalogue, availability, publish, now, socketsMax } = parts;
  const watched = new Set<Socket<Watch>>();
  const socketsOf = new Map<PersonId, number>();
  const topics = new Map<string, Topic>();
  let windowTimer: NodeJS.Timeout | undefined;

  function message(area: AreaCode | '', type: CandidateType | undefined): string {
    const session = catalogue.current(type);
    const at = now();
    const heard = area === '' || type === undefined ? undefined : availability.counts(area, type);
    const counts = session === undefined ? heard : withoutLost(session, heard);
    const window = session && windowAt(session.adopted, at, area);
    const notices = session === undefined ? [] : noticesAt(session, at, area);
    return JSON.stringify({
      v: counts?.version ?? 0,
      t: at,
      s: counts?.free ?? [],
      c: counts?.capacity ?? [],
      w: window?.state ?? 'none',
      ...(window === undefined || window.state === 'open'
        ? {}
        : { n: [windowTitles[window.state], sayWindow(window)] }),
      ...(notices.length > 0 && { b: notices }),
      ...(session !== undefined && pausesIn(session.adopted, area).length > 0 && { h: 1 }),
      ...(session?.adopted.settings.bookingProof === 'password' && { p: 1 }),
    });
  }

  function send(topic: Topic): void {
    topic.waiting = undefined;
    topic.sentAt = now();
    publish(topicOf(topic.area, topic.type), message(topic.area, topic.type));
  }

  /** L2: at once when the topic was quiet, else when its spacing is over. */
  function due(topic: Topic): void {
    if (topic.waiting !== undefined) return;
    const wait = topic.sentAt + spacingMs - now();
    // A clock set back must not silence an area.
    if (wait <= 0 || wait > spacingMs) send(topic);
    else topic.waiting = setTimeout(() => send(topic), wait);
  }

  function changed(area: AreaCode): void {
    for (const type of candidateTypes) {
      const topic = topics.get(topicOf(area, type));
      if (topic !== undefined) due(topic);
    }
  }

  function windowChanged(): void {
    for (const topic of topics.values()) due(topic);
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
    const { area, watcher } = socket.getUserData();
    const known = area === '' || catalogue.current()?.area.has(area) === true;
    const own = watcher === undefined ? 0 : (socketsOf.get(watcher.person) ?? 0);
    const full = watched.size >= socketsMax || own >= socketsPerPersonMax;
    if (watcher === undefined || !known || full) {
      socket.end(stopAndPoll, 'poll');
      return;
    }
    const { person, candidateType: type } = watcher;
    watched.add(socket);
    socketsOf.set(person, own + 1);
    const name = topicOf(area, type);
    const topic = topics.get(name) ?? { area, type, watchers: 0, sentAt: 0, waiting: undefined };
    topic.watchers += 1;
    topics.set(name, topic);
    socket.subscribe(name);
    socket.send(message(area, type));
  }

  function closed(socket: Socket<Watch>): void {
    if (!watched.delete(socket)) return;
    const { area, watcher } = socket.getUserData();
    if (watcher === undefined) return;
    oneLess(socketsOf, watcher.person);
    const name = topicOf(area, watcher.candidateType);
    const topic = topics.get(name);
    if (topic === undefined) return;
    topic.watchers -= 1;
    if (topic.watchers > 0) return;
    clearTimeout(topic.waiting);
    topics.delete(name);
  }

  return {
    route: {
      upgrade: (request) => ({ area: areaOf(request), watcher: parts.watcher(request) }),
      open,
      close: closed,
    },
    ask(request) {
      const watcher = parts.watcher(request);
      const area = watcher === undefined ? '' : areaOf(request);
      const body = message(area, watcher?.candidateType);
      return { status: 200, body, contentType: 'application/json' };
    },
    watching: () => watched.size,
    close() {
      clearTimeout(windowTimer);
      for (const { waiting } of topics.values()) clearTimeout(waiting);
    },
  };
}

const areaOf = (request: Request): AreaCode | '' => formOf(request.query)?.get('area') ?? '';

/** None is no entry. */
function oneLess<Key>(counts: Map<Key, number>, key: Key): void {
  const left = (counts.get(key) ?? 1) - 1;
  if (left > 0) counts.set(key, left);
  else counts.delete(key);
}
