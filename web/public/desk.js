/**
 * What the desk's first page gains where scripts run: every second its numbers, squares and curves are
 * brought up to date in place, and an alarm is taken without leaving the page. It decides nothing,
 * replaces no element and moves no focus, but from an alarm that was taken to where it stands then.
 *
 * It asks by plain requests and holds no socket: each is judged anew by who may see what, so a sign-in
 * that has ended, a changed role and a gateway that is gone are seen within a second.
 */
(() => {
  const board = document.getElementById('board');
  const chart = document.getElementById('chart');
  if (!board || !chart) return;
  const everyMs = 1000;
  const staleMs = 3000;
  const points = [];
  let marks = [];
  let seen = 0;
  let heardAt = performance.now();
  let plot;

  const each = (selector, what) => board.querySelectorAll(selector).forEach(what);
  const put = (node, text) => {
    if (node.textContent !== text) node.textContent = text;
  };
  const gone = board.querySelector('[data-t="stale"]');
  const clock = document.getElementById('clock');

  function patch(news) {
    put(clock, news.texts.now);
    each('[data-t]', (node) => {
      const text = news.texts[node.dataset.t];
      if (text !== undefined) put(node, text);
    });
    each('[data-row]', (row) => {
      // What has the focus stays, whatever became of it.
      row.hidden = !news.texts[row.dataset.row] && !row.contains(document.activeElement);
    });
    each('[data-tag]', (tag) => {
      const good = tag.textContent === '正常';
      tag.classList.toggle('ok', good);
      tag.classList.toggle('warn', !good);
    });
    each('[data-grave]', (row) => {
      row.classList.toggle('grave', Boolean(news.texts[row.dataset.grave]));
    });
    each('[data-take]', ({ dataset, elements }) => {
      const [since, level] = news.alarms[dataset.take] ?? [];
      if (since === undefined) return;
      elements.since.value = since;
      elements.level.value = level;
    });
    each('[data-window]', (pill) => {
      pill.className = `state w-${news.window}`;
    });
    each('[data-width]', (bar) => {
      bar.setAttribute('width', news.widths[bar.dataset.width] ?? 0);
    });
    for (const [area, levels, said] of news.heat) {
      const link = board.querySelector(`[data-area="${area}"]`);
      if (!link || link.title === said) continue;
      link.title = said;
      put(link.querySelector('.vh'), said);
      if (link.dataset.levels === levels) continue;
      link.dataset.levels = levels;
      link.querySelectorAll('g').forEach((cell, place) => {
        const level = levels[place] === '-' ? 'x' : levels[place];
        cell.setAttribute('class', `q q${level}`);
      });
    }
    const known = points.at(-1)?.[0] ?? 0;
    points.push(...news.points.filter(([at]) => at > known));
    while (points.length > 300) points.shift();
    marks = news.marks;
    draw();
  }

  function sizeOf() {
    return {
      width: Math.max(240, chart.clientWidth),
      height: parseInt(getComputedStyle(chart).minHeight, 10),
    };
  }
  function draw() {
    if (typeof uPlot === 'undefined' || points.length === 0) return;
    const columns = [
      points.map(([at]) => at / 1000),
      points.map(([, saves]) => saves),
      points.map(([, , p99]) => p99),
    ];
    if (plot) return plot.setData(columns);
    const text = '12px sans-serif';
    const axis = {
      stroke: '#56656E',
      font: text,
      grid: { stroke: '#E7E8E3', width: 1 },
      ticks: { show: false },
    };
    // Four steps on either side, so that one set of lines serves both.
    const quarters = (_plot, _axis, _least, most) =>
      [0, 1, 2, 3, 4].map((step) => (most / 4) * step);
    const minutes = (_plot, _axis, from, to) => {
      const first = Math.ceil(from / 60);
      return Array.from({ length: Math.floor(to / 60) - first + 1 }, (_, at) => (first + at) * 60);
    };
    const said = chart.querySelector('svg').getAttribute('aria-label');
    chart.replaceChildren();
    chart.classList.add('drawn');
    chart.setAttribute('role', 'img');
    chart.setAttribute('aria-label', said);
    plot = new uPlot(
      {
        ...sizeOf(),
        hooks: { draw: [drawMarks, drawEnd] },
        legend: { show: false },
        cursor: { show: false },
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Asia/Shanghai'),
        scales: {
          x: { range: (_plot, _first, last) => [last - 300, last] },
          y: { range: (_plot, _least, most) => [0, roundAbove(Math.max(4, most))] },
          ms: { range: (_plot, _least, most) => [0, roundAbove(Math.max(20, most))] },
        },
        axes: [
          { ...axis, values: '{HH}:{mm}', splits: minutes, size: 30, grid: { show: false } },
          { ...axis, scale: 'y', splits: quarters },
          { ...axis, scale: 'ms', splits: quarters, side: 1, gap: 10, grid: { show: false } },
        ],
        series: [
          {},
          {
            label: '保存',
            scale: 'y',
            stroke: '#0F4A56',
            width: 2,
            fill: 'rgba(15,74,86,0.09)',
            points: { show: false },
          },
          {
            label: 'p99',
            scale: 'ms',
            stroke: '#AD6C0C',
            width: 1.5,
            dash: [5, 3],
            points: { show: false },
          },
        ],
      },
      columns,
      chart,
    );
    window.addEventListener('resize', () => plot.setSize(sizeOf()));
  }

  /** As on the page without scripts. */
  function roundAbove(most) {
    const power = 10 ** Math.floor(Math.log10(most));
    return ([1, 2, 4, 5, 10].find((step) => step * power >= most) ?? 10) * power;
  }
  function drawEnd({ ctx, valToPos }) {
    const last = points.findLast(([, saves]) => saves !== null);
    if (!last) return;
    const dot = window.devicePixelRatio;
    ctx.save();
    ctx.fillStyle = '#0F4A56';
    ctx.strokeStyle = '#fff';
    ctx.lineWidth = 1.5 * dot;
    ctx.setLineDash([]);
    ctx.beginPath();
    ctx.arc(valToPos(last[0] / 1000, 'x', true), valToPos(last[1], 'y', true), 4 * dot, 0, 7);
    ctx.fill();
    ctx.stroke();
    ctx.restore();
  }
  /** What staff decided: a line each, its word on the side where there is room. */
  function drawMarks({ ctx, bbox, valToPos }) {
    const dot = window.devicePixelRatio;
    ctx.save();
    ctx.font = `${12 * dot}px sans-serif`;
    ctx.setLineDash([]);
    marks.forEach(([at, label], place) => {
      const left = Math.round(valToPos(at / 1000, 'x', true));
      if (!(left >= bbox.left && left <= bbox.left + bbox.width)) return;
      ctx.strokeStyle = '#33424B';
      ctx.lineWidth = dot;
      ctx.beginPath();
      ctx.moveTo(left, bbox.top);
      ctx.lineTo(left, bbox.top + bbox.height);
      ctx.stroke();
      const late = left > bbox.left + bbox.width / 2;
      ctx.textAlign = late ? 'right' : 'left';
      const from = [left + (late ? -4 : 4) * dot, bbox.top + (12 + (place % 3) * 15) * dot];
      ctx.strokeStyle = '#fff';
      ctx.lineWidth = 3 * dot;
      ctx.strokeText(label, ...from);
      ctx.fillStyle = '#33424B';
      ctx.fillText(label, ...from);
    });
    ctx.restore();
  }

  const stale = (is) => board.toggleAttribute('data-stale', is);

  let asking;
  const ask = () => {
    asking ??= askNow().finally(() => {
      asking = undefined;
    });
    return asking;
  };
  /** False: there is nothing more to ask, whoever looked has been signed out. */
  async function askNow() {
    try {
      const answer = await fetch(`${board.dataset.now}?seen=${seen}`, {
        redirect: 'manual',
        headers: { Accept: 'application/json' },
        signal: AbortSignal.timeout ? AbortSignal.timeout(5000) : undefined,
      });
      if (answer.type === 'opaqueredirect' || answer.status === 403) {
        stale(true);
        put(gone, '登录已结束，本页不再更新。请刷新后重新登录。');
        return false;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const news = await answer.json();
      seen = news.at;
      heardAt = performance.now();
      patch(news);
      stale(news.stale);
    } catch {
      if (performance.now() - heardAt > staleMs) {
        stale(true);
        const [now] = board.querySelectorAll('[data-t="now"]');
        put(gone, `与值守服务断开。以下是 ${now.textContent} 的数据，恢复后本页自动更新。`);
      }
    }
    return true;
  }
  async function follow() {
    if (await ask()) setTimeout(follow, everyMs);
  }

  const alarmSaid = board.querySelector('[data-said]');
  board.addEventListener('submit', async (event) => {
    const form = event.target.closest('[data-take]');
    if (!form) return;
    event.preventDefault();
    put(alarmSaid, '');
    let answer;
    try {
      const body = new URLSearchParams(new FormData(form));
      answer = await fetch(form.action, { method: 'POST', body, redirect: 'manual' });
    } catch {
      put(alarmSaid, '没有送到，请再点一次。');
      return;
    }
    // What was not taken has a page that says why: the same form again is the same command.
    if (answer.type !== 'opaqueredirect') return form.submit();
    await asking;
    await ask();
    const row = form.closest('li');
    const taken = board.querySelector(
      `[data-row="${CSS.escape(`alarm.${form.dataset.take}.taken`)}"]`,
    );
    if (!taken || taken.hidden) return;
    taken.tabIndex = -1;
    taken.focus();
    row.hidden = true;
    put(alarmSaid, taken.textContent.replace(/\s+/g, ' '));
  });

  const library = document.createElement('script');
  library.src = chart.dataset.script;
  library.addEventListener('load', draw);
  document.head.append(library);
  follow();
})();
