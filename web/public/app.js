/**
 * What a page gains where scripts run: counts that follow the engine, clocks that follow the
 * server, forms that are not sent twice, and words when an answer does not come. Everything works
 * without it; nothing here decides anything.
 *
 * J1 A live update changes text and data attributes only: no node is replaced, no focus moved.
 * J2 Time is the server's, carried on by a clock that nobody can set; the device's own is not asked.
 * J3 What is spoken to a screen reader is rare: edges of the candidate's own units, and deadlines.
 */

{
  const byId = (id) => document.getElementById(id);
  const all = (selector) => document.querySelectorAll(selector);
  const strip = byId('live');
  const main = byId('main');
  const liveText = byId('live-text');

  // ── Time ──────────────────────────────────────────────────────────────────────────────────────

  let offset = strip ? Number(strip.dataset.now) - performance.now() : undefined;
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
    const clock = byId('clock');
    if (clock) clock.textContent = clockTime(at);
    for (const element of all('[data-parts]')) {
      const until = Number(element.dataset.until);
      const seconds = Math.max(0, Math.ceil((until - at) / 1000));
      showLeft(element, seconds);
      if (element.dataset.parts === 'left') hold(until, seconds);
      else if (seconds === 0)
        once(until, () => tell('到时间了，报考已开放。', '进入报考', '/register'));
    }
    for (const bar of all('[data-bar]')) {
      const share = (Number(bar.dataset.until) - at) / Number(bar.dataset.bar);
      const width = Math.round(400 * Math.min(1, Math.max(0, share)));
      bar.querySelector('.fl')?.setAttribute('width', String(width));
    }
    for (const button of all('[data-resend]')) {
      const seconds = Math.ceil((Number(button.dataset.resend) - at) / 1000);
      if (button.dataset.waiting !== undefined) continue;
      button.textContent = seconds > 0 ? `重新获取（${seconds} 秒后）` : '重新获取';
      if (seconds > 0) button.setAttribute('aria-disabled', 'true');
      else button.removeAttribute('aria-disabled');
    }
  }

  function hold(until, seconds) {
    const expiring = byId('expiring');
    if (expiring && seconds <= 60) expiring.hidden = false;
    for (const mark of [60, 10]) {
      if (seconds <= mark && seconds > mark - 5) {
        once(`${until}-${mark}`, () => say(`考位暂留还剩 ${leftText(seconds)}`));
      }
    }
    // The server says what became of the seats. What was typed is kept until then.
    if (seconds === 0) once(until, () => setTimeout(() => location.reload(), 1500));
  }

  // ── Words ─────────────────────────────────────────────────────────────────────────────────────

  /** For screen readers only. */
  const say = (text) => {
    const line = byId('said');
    if (line) line.textContent = text;
  };

  /** For everyone, under the bars on top. Without text: nothing to tell any more. */
  function tell(text, link, address) {
    const news = byId('news');
    if (!news) return;
    news.textContent = '';
    if (!text) return;
    const line = document.createElement('p');
    line.textContent = text;
    if (link) {
      const anchor = document.createElement('a');
      anchor.href = address;
      anchor.textContent = link;
      line.append(' ', anchor);
    }
    news.append(line);
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
  const setText = (element, text) => {
    if (element && element.textContent !== text) element.textContent = text;
  };

  let latest = { v: -1, s: [], c: [] };
  let spokenAt = Number.NEGATIVE_INFINITY;

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
    card.classList.remove('ok-m', 'low-m', 'full-m');
    card.classList.add(`${level}-m`);
    const chip = card.querySelector('header .chip');
    if (chip) {
      chip.className = `chip ${level}`;
      setText(chip.querySelector('b'), word);
      chip.querySelector('use')?.setAttribute('href', symbol);
    }
    const lacking = level === 'full' && card.dataset.own === 'draft';
    card.classList.toggle('is-full', lacking);
    const why = card.querySelector('[data-why]');
    if (why) why.hidden = !lacking;
    if (card.dataset.own && performance.now() - spokenAt > 15_000) {
      spokenAt = performance.now();
      say(`${card.dataset.name}余位${word}，剩 ${grouped(free)}`);
    }
  }

  let windowState = 'open';
  const windowNews = {
    before: '报考还没有开始。',
    paused: '报考暂停。已保存的考位都在，恢复后这里会提示，不用刷新。',
    closed: '今天的报考已结束。已保存的考位不受影响。',
    over: '本次报考已截止。已保存的考位不受影响。',
  };

  function showConnection(connected) {
    if (!strip) return;
    const good = connected && windowState === 'open';
    strip.querySelector('.dot')?.classList.toggle('off', !good);
    if (windowState !== 'open') setText(liveText, windowNews[windowState]);
    else if (connected) setText(liveText, '余位实时更新');
    else
      setText(liveText, `更新暂停，余位截至 ${clockTime(latest.t ?? Number(strip.dataset.now))}`);
  }

  document.addEventListener('htmx:ws:before:message:incoming', (event) => {
    event.preventDefault();
    const message = JSON.parse(event.detail.message.data);
    hearTime(message.t);
    if (message.w !== windowState) {
      const back = message.w === 'open';
      windowState = message.w;
      if (back) tell('报考已开放，可以继续。');
      else tell(windowNews[message.w], '我的报考', '/mine');
    }
    if (message.v > latest.v) latest = message;
    else latest.t = message.t;
    clearTimeout(lostTimer);
    if (lost) tell('');
    lost = false;
    showConnection(true);
    showCounts();
  });

  let lost = false;
  let lostTimer;
  /** A phone that shows the SMS closes the socket; only a visible page without one is worth a word. */
  document.addEventListener('htmx:ws:close', (event) => {
    clearTimeout(lostTimer);
    if (event.detail.code === 4001) {
      setText(liveText, `余位截至 ${clockTime(now())}`);
      tell('现在人多，余位不再实时更新，不影响报考。', '刷新余位', location.href);
      return;
    }
    lostTimer = setTimeout(() => {
      if (document.hidden) return;
      lost = true;
      showConnection(false);
      tell('连接中断，正在重连，余位停止更新。已保存的考位不受影响。');
    }, 3000);
  });
  window.addEventListener('offline', () => {
    lost = true;
    tell('网络已断开。已保存的考位不受影响，恢复后可以继续。');
  });
  window.addEventListener('online', () => {
    if (lost) tell('网络已恢复。');
    lost = false;
  });

  // ── Forms ─────────────────────────────────────────────────────────────────────────────────────

  const busyForms = new Map();
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
      const slow = setTimeout(() => {
        if (!button) return;
        button.dataset.waiting = button.textContent;
        button.textContent = '正在提交…';
        button.setAttribute('aria-disabled', 'true');
      }, 800);
      const long = setTimeout(
        () => tell('服务器还没有答复，正在等。不用重复点；真实结果总在“我的报考”里。'),
        slowMs,
      );
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

  // ── Answers ───────────────────────────────────────────────────────────────────────────────────

  const unknown =
    '网络中断，还不知道这次操作成没成功。再点一次也不会重复；“我的报考”里是真实结果。';

  /** Only pages are put in place; a refusal with a page of its own is 422. */
  document.addEventListener('htmx:after:request', (event) => {
    const { ctx } = event.detail;
    const { status, headers } = ctx.response;
    const whole = /^<p data-whole="([^"]*)">/.exec(ctx.text);
    if (whole) {
      event.preventDefault();
      location.assign(whole[1]);
    } else if (status === 429 || status === 503) {
      event.preventDefault();
      const wait = headers.get('Retry-After') ?? '5';
      tell(`现在人多，这次操作没有处理，填好的内容都在。请过 ${wait} 秒再点一次。`);
    } else if (status >= 400 && status !== 422) {
      event.preventDefault();
      tell('没有得到结果。已保存的考位不受影响，再点一次也不会重复。', '我的报考', '/mine');
    } else {
      tell('');
    }
  });
  document.addEventListener('htmx:error', () => tell(unknown, '我的报考', '/mine'));

  let heading = main?.querySelector('h1')?.textContent;
  const focusProblem = () => {
    const problem = byId('problems');
    problem?.focus();
    return Boolean(problem);
  };
  document.addEventListener('htmx:after:swap', (event) => {
    const target = event.detail.ctx.target;
    if (target?.id === 'captcha-picture') {
      setText(document.querySelector('button[name="newCaptcha"]'), '换一张');
    }
    if (target !== main) return;
    latest.t ??= now();
    showCounts();
    tick();
    const same = heading === main.querySelector('h1')?.textContent;
    heading = main.querySelector('h1')?.textContent;
    if (focusProblem() || main.querySelector('[autofocus]')) return;
    // What had the focus went with the old content; what stands outside keeps it.
    if (document.activeElement === document.body) main.focus({ preventScroll: same });
    if (!same) window.scrollTo(0, 0);
  });

  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    const menu = document.querySelector('.menu[open]');
    if (menu) menu.open = false;
    else document.querySelector('[data-escape]')?.click();
  });

  if (strip) {
    tick();
    setInterval(tick, 1000);
  }
  focusProblem();
}
