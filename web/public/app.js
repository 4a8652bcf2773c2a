/**
 * What a page gains where scripts run: counts that follow the engine, clocks that follow the
 * server, forms that are not sent twice, and words when an answer does not come. Everything works
 * without it; nothing here decides anything.
 *
 * J1 A live update changes text and attributes only: no node is replaced, no focus moved.
 * J2 Time is the server's, carried on by a clock that nobody can set; the device's own is not asked.
 * J3 What is spoken to a screen reader is rare: edges of the candidate's own units, and deadlines.
 * J4 What many pages would do at one moment, each does within some seconds after it, at random.
 */

{
  const byId = (id) => document.getElementById(id);
  const all = (selector) => document.querySelectorAll(selector);
  const main = byId('main');
  const strip = byId('live');
  const liveText = byId('live-text');
  /** Whose counts the page follows; empty: it only hears of the window. */
  const { area } = strip.dataset;

  // What answered a form is gone once it was left: going back asks for the page, not for the form
  // to be sent again, which a browser does in its own words and nobody should have to answer.
  const { address } = document.body.dataset;
  if (address) history.replaceState(history.state, '', address);

  const setText = (element, text) => {
    if (element && element.textContent !== text) element.textContent = text;
  };
  /** J4. */
  const soon = (act, withinMs = 5_000, afterMs = 0) =>
    setTimeout(act, afterMs + Math.random() * withinMs);

  // ── Time ──────────────────────────────────────────────────────────────────────────────────────

  let offset = Number(strip.dataset.now) - performance.now();
  const now = () => performance.now() + offset;
  /** A message is late by its journey, never early: the largest difference is the truest. */
  const hearTime = (at) => {
    offset = Math.max(offset, at - performance.now());
  };
  /** China keeps one offset all year. */
  const clockTime = (at) => new Date(at + 28_800_000).toISOString().slice(11, 19);

  const leftText = (seconds) =>
    seconds < 60 ? `${seconds} 秒` : `${Math.floor(seconds / 60)} 分 ${seconds % 60} 秒`;
  const clockParts = (seconds) => {
    const days = Math.floor(seconds / 86_400);
    const parts = [
      [days, '天'],
      [Math.floor(seconds / 3600) % 24, '时'],
      [Math.floor(seconds / 60) % 60, '分'],
      [seconds % 60, '秒'],
    ];
    return days > 0 ? parts : parts.slice(1);
  };

  function showLeft(element, seconds) {
    if (element.dataset.parts === 'left') {
      const figure = element.querySelector('b');
      if (figure) figure.textContent = leftText(seconds);
      return;
    }
    const parts = clockParts(seconds);
    if (element.children.length !== parts.length * 2) {
      element.replaceChildren(
        ...parts.flatMap(([, name]) => {
          const unit = document.createElement('span');
          unit.textContent = name;
          return [document.createElement('b'), unit];
        }),
      );
    }
    element.querySelectorAll('b').forEach((figure, at) => {
      figure.textContent = parts[at][0];
    });
  }

  /** Deadlines that were spoken or acted on already. */
  const reached = new Set();
  const once = (key, act) => {
    if (reached.has(key)) return;
    reached.add(key);
    act();
  };

  function tick() {
    const at = now();
    setText(byId('clock'), clockTime(at));
    for (const element of all('[data-parts]')) {
      const until = Number(element.dataset.until);
      const seconds = Math.max(0, Math.ceil((until - at) / 1000));
      if (element.dataset.parts === 'left') {
        // A pause stops the clocks of holds (S2); how they go on is the server's to say.
        if (clocksStand()) continue;
        showLeft(element, seconds);
        hold(until, seconds);
      } else if (windowState !== 'open') {
        showLeft(element, seconds);
        untilOpening(until, seconds);
      }
    }
    for (const bar of all('[data-bar]')) {
      if (clocksStand()) continue;
      const share = (Number(bar.dataset.until) - at) / Number(bar.dataset.bar);
      const width = Math.round(400 * Math.min(1, Math.max(0, share)));
      bar.querySelector('.fl')?.setAttribute('width', String(width));
    }
    for (const button of all('[data-resend]')) {
      const seconds = Math.ceil((Number(button.dataset.resend) - at) / 1000);
      if (button.dataset.waiting !== undefined) continue;
      setText(button, seconds > 0 ? `重新获取（${seconds} 秒后）` : '重新获取');
      if (seconds > 0) button.setAttribute('aria-disabled', 'true');
      else button.removeAttribute('aria-disabled');
    }
    signInEnds(at);
  }

  /** Says what is left when one of the marks is passed; a page opened later keeps silent. */
  function sayAt(marks, until, seconds, words) {
    for (const mark of marks) {
      if (seconds <= mark && seconds > mark - 5) {
        once(`${until}-${mark}`, () => say(words + leftText(seconds)));
      }
    }
  }

  function hold(until, seconds) {
    const expiring = byId('expiring');
    if (expiring && seconds <= 60) expiring.hidden = false;
    sayAt([60, 10], until, seconds, '考位暂留还剩 ');
    if (seconds === 0) once(until, () => soon(showAnew, 500, 1_500));
  }

  function untilOpening(until, seconds) {
    sayAt([600, 300, 60, 10], until, seconds, '距开放还有 ');
    if (seconds > 0) return;
    // A socket will say when it has opened; who has none asks, and not all at once (J4).
    once(until, () => {
      due = true;
      say('到时间了，正在开放。');
      soon(() => connected || ask());
    });
  }

  /** The server says what became of the seats. What was typed and where one was stays. */
  async function showAnew() {
    if (document.hidden) {
      document.addEventListener('visibilitychange', showAnew, { once: true });
      return;
    }
    const { id, value } = main.querySelector('#code, #password') ?? {};
    if (!window.htmx) return location.reload();
    const asked = fetch('/register/code', { headers: { 'HX-Request': 'true' } });
    const answer = await asked.catch(() => {});
    if (!answer || answer.status >= 429) return soon(showAnew, 5_000, 5_000);
    const text = (await answer.text()).replace(/ autofocus/g, '');
    const whole = wholeOf(text);
    if (whole) return location.assign(whole);
    await htmx.swap({ target: main, text, swap: 'innerMorph', transition: false, live: true });
    const field = id && byId(id);
    if (field && value) field.value = value;
    tick();
  }

  /** D7: what is asked for on the page, code or password, has changed; not all hear it at once (J4). */
  function hearProof({ p = 0 }) {
    const asked = main.querySelector('[data-proof]');
    const key = `${asked?.dataset.proof}-${p}`;
    if (!asked || Number(asked.dataset.proof) === p || proofHeard === key) return;
    proofHeard = key;
    soon(showAnew);
  }
  let proofHeard = '';

  /** The bar comes two minutes before, and says so when it is over. */
  function signInEnds(at) {
    const bar = byId('renew');
    if (!bar) return;
    const left = Number(bar.dataset.ends) - at;
    const line = bar.querySelector('p');
    if (left <= 120_000 && left > 0) {
      bar.hidden = false;
      once(`ends-${bar.dataset.ends}`, () => say(line.textContent));
    } else if (left <= 0) {
      bar.hidden = false;
      bar.querySelector('button')?.remove();
      setText(line, bar.dataset.ended);
      once(`ended-${bar.dataset.ends}`, () => say(line.textContent));
    }
  }

  // ── Words ─────────────────────────────────────────────────────────────────────────────────────

  /** For screen readers only. */
  const say = (text) => setText(byId('said'), text);

  /**
   * For everyone, under the bars on top: one line for each thing that is told. Without text there is
   * nothing to tell of it any more. `act` is an address, or what a button does.
   */
  function tell(about, text, name, act) {
    const news = byId('news');
    const known = news.querySelector(`[data-about="${about}"]`);
    if (!text) {
      known?.remove();
      return;
    }
    const line = document.createElement('p');
    line.dataset.about = about;
    line.textContent = text;
    if (name) {
      const way = document.createElement(typeof act === 'string' ? 'a' : 'button');
      way.textContent = name;
      if (typeof act === 'string') {
        way.href = act;
      } else {
        way.className = 'tbtn';
        way.addEventListener('click', act);
      }
      line.append(' ', way);
    }
    if (known) known.replaceWith(line);
    else news.append(line);
  }

  // ── Window ────────────────────────────────────────────────────────────────────────────────────

  let windowState = strip.dataset.window;
  /** S2: something in this area is paused by itself, and the clocks of holds stand for it. */
  let areaStands = false;
  const clocksStand = () => windowState === 'paused' || areaStands;
  /** Title and text, as far as they were heard. */
  let windowSaid = ['', ''];
  /** The opening was counted down to nothing, and has not been heard of. */
  let due = false;
  /** Good news needs no place for ever. */
  let openedTimer;

  function hearWindow({ w, n }) {
    const before = windowSaid;
    const [title, text] = n ?? ['报考已开放', '现在可以报考。'];
    windowSaid = [title, text];
    if (w === windowState && (before[1] === '' || before[1] === text)) return;
    const paused = windowState === 'paused';
    const open = w === 'open';
    windowState = w;
    if (open) {
      due = false;
      setText(liveText, '正在报考');
    }
    const line = text.startsWith(title) ? text : `${title}。${text}`;
    clearTimeout(openedTimer);
    if (open) openedTimer = setTimeout(() => tell('window'), 30_000);
    if (!open) tell('window', line, '我的报考', '/mine');
    else if (area) tell('window', '报考已开放，可以继续。');
    else tell('window', '报考已开放。', '课程报考与缴费', '/register');
    for (const element of all('[data-window-title]')) setText(element, title);
    for (const element of all('[data-window-say]')) setText(element, text);
    for (const element of all('[data-window-go]')) element.hidden = !open;
    for (const element of all('[data-window-count]')) element.hidden = open;
    shutAct();
    // Its clocks stood still meanwhile.
    if (open && paused && document.querySelector('[data-parts="left"]')) soon(showAnew, 3_000);
  }

  /** S2: the notices of the moment, in place of those that stand there. */
  function hearNotices({ b = [], h }) {
    const stood = areaStands;
    areaStands = h === 1;
    if (stood && !areaStands && document.querySelector('[data-parts="left"]'))
      soon(showAnew, 3_000);
    const place = byId('notices');
    const standing = [...place.querySelectorAll('p')].map((line) => line.textContent.trim());
    if (standing.join('\n') === b.join('\n')) return;
    place.replaceChildren(
      ...b.map((text) => {
        const notice = document.createElement('div');
        notice.className = 'banner';
        const wrap = document.createElement('div');
        wrap.className = 'wrap';
        const line = document.createElement('p');
        line.textContent = text;
        wrap.append(line);
        notice.append(wrap);
        return notice;
      }),
    );
  }

  /** Where booking is on the page: the bar says why it cannot be gone on with; what is typed stays. */
  function shutAct() {
    const act = byId('act');
    if (!area || !act || act.hidden) return;
    const open = windowState === 'open';
    act.classList.toggle('shut', !open);
    act.querySelector('.shut-why')?.remove();
    if (open) return;
    const why = document.createElement('div');
    why.className = 'wrap shut-why';
    why.append(document.createElement('p'));
    why.firstChild.textContent = windowSaid[1];
    act.append(why);
  }

  // ── Live counts ───────────────────────────────────────────────────────────────────────────────

  const levels = {
    ok: ['充足', '#i-dot'],
    low: ['紧张', '#i-half'],
    full: ['已满', '#i-bar'],
  };
  /** As the server words it: a fifth of the seats, or fewer than a hundred. */
  const levelOf = (free, capacity) =>
    free <= 0 ? 'full' : free <= capacity / 5 || free < 100 ? 'low' : 'ok';
  const fillOf = (free, capacity) =>
    free <= 0 || capacity <= 0 ? 0 : Math.min(10, Math.max(1, Math.round((free / capacity) * 10)));
  const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ',');

  let latest = { v: -1, s: [], c: [] };
  /** When the counts on the page were true. */
  let countedAt = Number(strip.dataset.now);

  function showCounts() {
    for (const card of all('.unit')) {
      const place = Number(card.dataset.place) - 1;
      const free = latest.s[place];
      const capacity = latest.c[place];
      const cells = card.querySelector('.cells');
      if (free === undefined || capacity === undefined || !cells) continue;
      setText(card.querySelector('[data-free]'), grouped(free));
      setText(card.querySelector('[data-capacity]'), grouped(capacity));
      cells.dataset.fill = String(fillOf(free, capacity));
      const level = levelOf(free, capacity);
      if (!card.classList.contains(`${level}-m`)) showLevel(card, level, free);
    }
  }

  function showLevel(card, level, free) {
    const [word, symbol] = levels[level];
    const wasFull = card.classList.contains('full-m');
    card.classList.remove('ok-m', 'low-m', 'full-m');
    card.classList.add(`${level}-m`);
    const chip = card.querySelector('header .chip');
    if (chip) {
      chip.className = `chip ${level}`;
      setText(chip.querySelector('b'), word);
      chip.querySelector('use')?.setAttribute('href', symbol);
    }
    const lacking = level === 'full' && card.dataset.own === 'draft';
    card.classList.toggle('is-full', lacking || 'courseFull' in card.dataset);
    const why = card.querySelector('[data-why]');
    if (why) why.hidden = !lacking;
    if (!card.dataset.own) return;
    const now =
      level === 'full' ? '已满' : `${wasFull ? '又有余位' : `余位${word}`}，剩 ${grouped(free)}`;
    sayEdge(card.dataset.name, now);
  }

  /** Spoken together, at most every fifteen seconds (J3): what came last of each unit. */
  const edges = new Map();
  let edgesTimer;
  function sayEdge(unit, text) {
    edges.set(unit, text);
    if (edgesTimer === undefined) sayEdges();
  }
  function sayEdges() {
    edgesTimer = undefined;
    if (edges.size === 0) return;
    if (announcing()) say([...edges].map(([unit, text]) => `${unit}${text}`).join('。'));
    edges.clear();
    edgesTimer = setTimeout(sayEdges, 15_000);
  }

  /** 播报余位变化: on unless it was switched off in this browser, which may forbid remembering. */
  const announcing = () => remembered('ruxi-silent') !== 'yes';
  function remembered(name, value) {
    try {
      if (value !== undefined) localStorage.setItem(name, value);
      return localStorage.getItem(name);
    } catch {
      return value ?? null;
    }
  }
  document.addEventListener('change', ({ target }) => {
    if (target.id === 'announce') remembered('ruxi-silent', target.checked ? 'no' : 'yes');
  });
  function showAnnounce() {
    const box = byId('announce');
    if (!box) return;
    box.checked = announcing();
    box.closest('[hidden]')?.removeAttribute('hidden');
  }

  // ── Connection ────────────────────────────────────────────────────────────────────────────────

  /** Whether there is to be a socket; and whether it has spoken. */
  let socketed = strip.hasAttribute('hx-ws:connect') && Boolean(window.htmx);
  let connected = false;
  let lost = false;
  let lostTimer;
  let askTimer;

  function hear(message) {
    hearTime(message.t);
    hearWindow(message);
    hearNotices(message);
    hearProof(message);
    if (message.v > latest.v) latest = message;
    countedAt = message.t;
    clearTimeout(lostTimer);
    if (lost) {
      lost = false;
      tell('connection', '已恢复');
      setTimeout(() => lost || tell('connection'), 3_000);
    }
    showConnection();
    showCounts();
  }

  function showConnection() {
    const open = windowState === 'open';
    strip.querySelector('.dot').classList.toggle('off', lost || !open);
    if (!open && windowSaid[0]) setText(liveText, windowSaid[0]);
    else if (!area) return;
    else if (lost) setText(liveText, `更新暂停，余位截至 ${clockTime(countedAt)}`);
    else setText(liveText, connected ? '余位实时更新' : `余位截至 ${clockTime(countedAt)}`);
  }

  function lose() {
    connected = false;
    if (lost) return;
    lost = true;
    showConnection();
    const counts = area ? `，余位停止更新（截至 ${clockTime(countedAt)}）` : '';
    tell('connection', `网络已断开${counts}。已保存的考位不受影响。`, '重试', retry);
  }

  /** As if the page had just come to the front: the socket is opened anew without its long wait. */
  const retry = () => document.dispatchEvent(new Event('visibilitychange'));

  /** What a socket would have said. Goes on asking as long as there is none, and a reason. */
  async function ask() {
    clearTimeout(askTimer);
    askTimer = undefined;
    if (!document.hidden) {
      try {
        const answer = await fetch(`/window?area=${area}`);
        hear(await answer.json());
      } catch {
        lose();
      }
    }
    askLater();
  }
  function askLater() {
    const wanted = lost || due || area || windowState === 'paused';
    if (wanted && !connected && !askTimer) askTimer = soon(ask, 15_000, 15_000);
  }

  document.addEventListener('htmx:ws:before:message:incoming', (event) => {
    event.preventDefault();
    connected = true;
    clearTimeout(askTimer);
    askTimer = undefined;
    hear(JSON.parse(event.detail.message.data));
  });
  /**
   * A phone that shows the SMS closes the socket; only a visible page that has none for some seconds
   * and reaches nothing else either has lost its connection. After a restart all come here (J4).
   */
  document.addEventListener('htmx:ws:close', (event) => {
    connected = false;
    clearTimeout(lostTimer);
    if (event.detail.code === 4001) {
      socketed = false;
      showConnection();
      if (area) tell('connection', '现在人多，余位每隔约 20 秒更新一次，不影响报考。');
      askLater();
    } else {
      lostTimer = soon(() => document.hidden || askTimer || ask(), 3_000, 3_000);
    }
  });
  window.addEventListener('offline', lose);
  window.addEventListener('online', retry);
  // A device that slept may have stopped its clock too: the next answer sets it right.
  document.addEventListener('visibilitychange', () => {
    const counting = document.querySelector('[data-parts="clock"]');
    if (!document.hidden && (lost || (!socketed && (counting || askTimer)))) ask();
  });

  // ── Forms ─────────────────────────────────────────────────────────────────────────────────────

  const checking = '服务器忙，还没有答复，正在核实这次操作的结果。不用重复点。';
  const busyForms = new Map();
  /** The last form that changes something. */
  let sent;
  /** Longer than any answer takes: then the button is given back, and repeating is harmless. */
  const busyMsMax = 35_000;
  /** From here on waiting needs a word. */
  const slowMs = 8_000;

  document.addEventListener(
    'submit',
    (event) => {
      const form = event.target;
      const button = event.submitter;
      if (busyForms.has(form) || button?.getAttribute('aria-disabled') === 'true') {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      // Nothing can leave: what is typed stays, where the browser would show a page of its own.
      if (navigator.onLine === false) {
        event.preventDefault();
        event.stopImmediatePropagation();
        lose();
        return;
      }
      // Another tab waits for this one.
      if (form.target === '_blank') return;
      const changes = form.method === 'post';
      if (changes) sent = { form, button };
      const slow = setTimeout(() => {
        if (!button) return;
        button.dataset.waiting = button.textContent;
        button.textContent = '正在提交…';
        button.setAttribute('aria-disabled', 'true');
      }, 800);
      const long = setTimeout(() => {
        if (!changes) tell('form', '服务器忙，还没有答复，请稍等。');
        else tell('form', checking, '我的报考', '/mine');
      }, slowMs);
      const late = setTimeout(() => free(form), busyMsMax);
      busyForms.set(form, { button, timers: [slow, long, late] });
    },
    true,
  );

  function free(form) {
    const busy = busyForms.get(form);
    if (!busy) return;
    busyForms.delete(form);
    for (const timer of busy.timers) clearTimeout(timer);
    const { button } = busy;
    if (button?.dataset.waiting === undefined) return;
    button.textContent = button.dataset.waiting;
    delete button.dataset.waiting;
    button.removeAttribute('aria-disabled');
  }
  document.addEventListener('htmx:finally:request', (event) => free(event.target));
  window.addEventListener('pageshow', (event) => {
    // Out of the browser's memory: the page is as old as when it was left.
    if (event.persisted) location.reload();
  });

  /** F1: what does the work is fetched when somebody wants it done. */
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-work]');
    if (!button || button.getAttribute('aria-disabled')) return;
    import(button.dataset.script).then(({ prove }) => prove(button));
  });
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-bridge]');
    if (button) import(button.dataset.script).then(({ pay }) => pay(button));
    // A tab that cannot be closed follows its link.
    if (event.target.closest('[data-close]')) window.close();
  });

  document.addEventListener('click', (event) => {
    if (event.target.closest('button[data-print]')) window.print();
  });
  // The button, and the words in its place.
  for (const part of all('[data-print]')) part.hidden = !part.hidden;

  // ── Answers ───────────────────────────────────────────────────────────────────────────────────

  const unknown =
    '网络中断，还不知道这次操作成没成功。再点一次也不会重复；“我的报考”里是真实结果。';
  /** B2: the same form with the same content is the same command, and gets the same answer. */
  function tellUnknown() {
    const again = () => sent.form.requestSubmit(sent.button);
    const can = sent?.form.isConnected && sent.form.requestSubmit;
    tell('form', unknown, can ? '再查一次' : '我的报考', can ? again : '/mine');
  }

  /** Where the browser is to go instead, if the answer says so. */
  const wholeOf = (text) => /^<p data-whole="([^"]*)">/.exec(text)?.[1];

  /** A page that looks by itself: that it could not is no news, it will look again. */
  const isLook = ({ target }) => target.id === 'look';

  /** Only pages are put in place; a refusal with a page of its own is 422. */
  document.addEventListener('htmx:after:request', (event) => {
    const { ctx } = event.detail;
    const { status, headers } = ctx.response;
    const whole = wholeOf(ctx.text);
    if (whole) {
      event.preventDefault();
      location.assign(whole);
    } else if (isLook(event)) {
      if (status !== 200) event.preventDefault();
    } else if (status === 429 || status === 503) {
      event.preventDefault();
      const wait = headers.get('Retry-After') ?? '5';
      tell('form', `现在人多，这次操作没有处理，填好的内容都在。请过 ${wait} 秒再点一次。`);
    } else if (status >= 400 && status !== 422) {
      event.preventDefault();
      tell('form', '没有得到结果。已保存的考位不受影响，再点一次也不会重复。', '我的报考', '/mine');
    } else {
      tell('form');
    }
  });
  document.addEventListener('htmx:error', (event) => {
    if (!isLook(event)) tellUnknown();
  });

  let heading = main.querySelector('h1')?.textContent;
  const focusProblem = () => {
    const problem = byId('problems');
    problem?.focus();
    return Boolean(problem);
  };
  /** A line that comes with its words already in it is not read out: they come a moment later. */
  function sayAnew(line) {
    if (!line) return;
    const words = [...line.childNodes];
    line.style.height = `${line.offsetHeight}px`;
    line.replaceChildren();
    setTimeout(() => {
      line.append(...words);
      line.style.height = '';
    }, 100);
  }
  document.addEventListener('htmx:after:swap', (event) => {
    const target = event.detail.ctx.target;
    if (target?.id === 'captcha-picture') {
      setText(document.querySelector('button[name="newCaptcha"]'), '换一张');
    }
    // The button that was pressed has gone with its bar.
    if (target?.id === 'renew') main.focus({ preventScroll: true });
    if (target !== main) return;
    showCounts();
    showAnnounce();
    shutAct();
    tick();
    const same = heading === main.querySelector('h1')?.textContent;
    heading = main.querySelector('h1')?.textContent;
    if (event.detail.ctx.live) return;
    if (focusProblem()) return;
    if (same) sayAnew(main.querySelector('[role="status"]'));
    if (!main.querySelector('[autofocus]') && document.activeElement === document.body) {
      // What had the focus went with the old content; what stands outside keeps it.
      const title = main.querySelector('h1');
      if (title) title.tabIndex = -1;
      (same ? main : (title ?? main)).focus({ preventScroll: same });
    }
    if (!same) window.scrollTo(0, 0);
  });

  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    const menu = document.querySelector('.menu[open]');
    if (menu) {
      if (menu.contains(document.activeElement)) menu.querySelector('summary').focus();
      menu.open = false;
    } else document.querySelector('[data-escape]')?.click();
  });

  showAnnounce();
  tick();
  setInterval(tick, 1000);
  if (!socketed) askLater();
  focusProblem();
}
