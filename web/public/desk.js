/**
 * What the desk's first page gains where scripts run: every second its numbers, squares and curves are
 * brought up to date in place. It decides nothing, replaces no element and moves no focus.
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
  let seen = 0;
  let heardAt = performance.now();
  let plot;

  const each = (selector, what) => board.querySelectorAll(selector).forEach(what);
  const put = (node, text) => {
    if (node.textContent !== text) node.textContent = text;
  };
  const gone = board.querySelector('[data-t="stale"]');

  function patch(news) {
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
    points.push(...news.points);
    while (points.length > 300) points.shift();
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
      grid: { stroke: '#E7E8E3' },
      ticks: { show: false },
    };
    const said = chart.querySelector('svg').getAttribute('aria-label');
    chart.replaceChildren();
    chart.setAttribute('role', 'img');
    chart.setAttribute('aria-label', said);
    plot = new uPlot(
      {
        ...sizeOf(),
        legend: { show: false },
        cursor: { show: false },
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Asia/Shanghai'),
        scales: {
          y: { range: (_plot, _least, most) => [0, Math.max(4, most * 1.1)] },
          ms: { range: (_plot, _least, most) => [0, Math.max(20, most * 1.1)] },
        },
        axes: [
          { ...axis, values: '{HH}:{mm}:{ss}' },
          { ...axis, scale: 'y' },
          { ...axis, scale: 'ms', side: 1, grid: { show: false } },
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

  const stale = (is) => board.toggleAttribute('data-stale', is);

  async function ask() {
    try {
      const answer = await fetch(`${board.dataset.now}?seen=${seen}`, {
        redirect: 'manual',
        headers: { Accept: 'application/json' },
        signal: AbortSignal.timeout ? AbortSignal.timeout(5000) : undefined,
      });
      if (answer.type === 'opaqueredirect' || answer.status === 403) {
        stale(true);
        put(gone, '登录已结束，本页不再更新。请刷新后重新登录。');
        return;
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
    setTimeout(ask, everyMs);
  }

  const library = document.createElement('script');
  library.src = chart.dataset.script;
  library.addEventListener('load', draw);
  document.head.append(library);
  ask();
})();
