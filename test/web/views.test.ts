import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { PageName } from '../../web/view-models.ts';
import { everySample, frame, samples } from './samples.ts';
import { renderSample, views } from './stage.ts';

const documents = everySample.map((sample) => ({
  ...sample,
  html: renderSample(sample.page, sample.model, sample.frame),
  fragment: renderSample(sample.page, sample.model),
}));
const failures = ([400, 403, 404, 405, 411, 413, 415, 500] as const).map((status) =>
  views.failure(status),
);
const everything = [...documents.flatMap(({ html, fragment }) => [html, fragment]), ...failures];
const zipped = (text: string | Uint8Array): number => gzipSync(text, { level: 9 }).length;
const pathsOf = (html: string): string[] =>
  [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => String(path));

describe('every page', () => {
  test.each(documents)('$page $name is whole, without holes', ({ html, fragment }) => {
    expect(html).toMatch(/^<!doctype html>\s*<html lang="zh-CN">/);
    expect(html).toContain('<main id="main"');
    expect(html.match(/<h1/g)).toHaveLength(1);
    for (const text of [html, fragment]) {
      expect(text).not.toMatch(/undefined|NaN|\[object|null<|<%|%>/);
    }
    const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('nothing on a page runs or styles by attribute', () => {
    for (const html of everything) {
      expect(html).not.toMatch(
        /<script(?![^>]*\bsrc=)|\sstyle\s*=|<style|\son[a-z]+\s*=|hx-on|\bjs:|javascript:/i,
      );
    }
  });

  test('htmx is used within the part that works without eval', () => {
    const allowed = /^(get|post|target|select|swap|sync|trigger|partial|ws:connect|request)$/;
    for (const html of everything) {
      for (const [, name] of html.matchAll(/\shx-([a-z:-]+)=/g)) expect(name).toMatch(allowed);
      for (const [, spec] of html.matchAll(/hx-trigger="([^"]*)"/g))
        expect(spec).not.toContain('[');
    }
  });

  test('templates escape whatever they write', () => {
    const folder = new URL('../../web/pages/', import.meta.url);
    for (const name of readdirSync(folder)) {
      expect(readFileSync(new URL(name, folder), 'utf8'), name).not.toContain('<%~');
    }
  });

  test('a form that changes something carries the token of its page', () => {
    for (const { html } of documents) {
      for (const [form] of html.matchAll(/<form[^>]*method="post"[\s\S]*?<\/form>/g)) {
        expect(form).toMatch(/name="token" value="[^"]+"/);
      }
    }
  });

  test('the words are the ones the office uses: 您, no exclamation, no 占位, 缴费', () => {
    for (const html of everything) {
      // The printed guide's own name of a button stays as it is there.
      const text = html.replace(/<[^>]*>/g, '').replaceAll('前往交费', '');
      expect(text).not.toMatch(/占位|交费|身份证号|你|[!！]/);
    }
  });
});

test('D2 names, codes and texts of others are escaped wherever they stand', () => {
  const hostile = `"><script>alert('1')</script>&`;
  const kept = new Set([
    'kind',
    'state',
    'level',
    'delivery',
    'reason',
    'cause',
    'code',
    'unit',
    'way',
    'status',
    'candidateType',
    'verdict',
    'asked',
    'provider',
  ]);
  const spoil = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return kept.has(key) ? value : hostile;
    if (Array.isArray(value)) return value.map((one) => spoil(one, key));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([name, one]) => [name, spoil(one, name)]),
      );
    }
    return value;
  };
  for (const { page, model } of everySample) {
    const around = spoil({ ...frame, banners: ['公告'] }, '') as typeof frame;
    const html = renderSample(page, spoil(model, ''), around);
    expect(html, page).not.toContain('<script>');
    expect(html, page).not.toContain(`"><`.concat('script'));
  }
});

describe('fragments', () => {
  test('B2 a fragment brings title, content, steps and action bar, and no frame', () => {
    const html = views.courses(samples.courses.mockup?.model as never);
    expect(html).toMatch(
      /^<title>选择课程（1 门没有余位） - 第 3 步，共 6 步 - 自学考试课程报考<\/title>/,
    );
    expect(html).toContain('<hx-partial hx-target="#steps" hx-swap="outerHTML"><nav');
    expect(html).toContain('获取验证码');
    expect(html).not.toContain('<html');
    expect(html).not.toContain('退出登录');
  });

  test('a page that needs another frame orders itself whole', () => {
    expect(views.signIn(samples.signIn.fresh?.model as never)).toBe(
      '<p data-whole="/sign-in"></p>',
    );
  });

  test('the title of a page with a problem says so first', () => {
    const html = views.code(samples.code.wrong?.model as never);
    expect(html).toContain('<title>错误：');
  });
});

test('B16 layout depends on nothing that browsers of ten years ago lack', () => {
  const folder = new URL('../../web/styles/', import.meta.url);
  for (const name of readdirSync(folder)) {
    const rules = readFileSync(new URL(name, folder), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
    expect(rules, name).not.toMatch(/clamp\(|:has\(|(?<![-\w])gap\s*:|@font-face|@import|url\(/);
  }
});

describe('weight', () => {
  const assetSize = new Map(views.assets.map(({ path, gzip }) => [path, gzip.length]));
  test.each(documents)('$page $name: 40 KB with everything, 8 KB alone', ({ html }) => {
    const paths = pathsOf(html);
    expect(paths.length).toBeLessThanOrEqual(5);
    const linked = paths.reduce((sum, path) => sum + (assetSize.get(path) ?? Number.NaN), 0);
    expect(linked + zipped(html)).toBeLessThanOrEqual(40 * 1024);
    expect(zipped(html)).toBeLessThanOrEqual(8 * 1024);
  });

  test('failure pages weigh 3 KB at most and ask for the style alone', () => {
    for (const html of failures) {
      expect(zipped(html)).toBeLessThanOrEqual(3 * 1024);
      expect(pathsOf(html)).toHaveLength(1);
    }
  });
});

test('assets go under the hash of their content', () => {
  for (const { name, path, bytes } of views.assets) {
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
    const dot = name.lastIndexOf('.');
    expect(path).toBe(`/assets/${name.slice(0, dot)}.${hash}${name.slice(dot)}`);
  }
});

describe('what pages say', () => {
  const text = (page: PageName, name: string): string =>
    documents.find((one) => one.page === page && one.name === name)?.html ?? '';

  test('F3 F4 F5 every ticket is listed with its programme; a single one is picked', () => {
    expect(text('tickets', 'several')).toContain('0124******07');
    expect(text('tickets', 'several')).toContain('金融学');
    expect(text('tickets', 'several')).not.toMatch(/type="radio"[^>]*checked/);
    expect(text('tickets', 'one')).toMatch(/type="radio"[^>]*checked/);
  });

  test('F5 the handle of nothing picked stands after the picks, so that a pick comes first', () => {
    const html = text('tickets', 'several');
    expect(html.indexOf('value="handle-none"')).toBeGreaterThan(html.indexOf('value="handle-two"'));
  });

  test('F26 the question names area, unit and course, and focus is on the answer that changes nothing', () => {
    const html = text('ask', 'mockup');
    expect(html).toContain('成都市郫都区，第三单元，02324 离散数学');
    expect(html).toContain('要清空它们，并为其余 2 门发送短信验证码吗？');
    expect(html).toMatch(/autofocus[^>]*>否，重新选择/);
    expect(html.match(/autofocus/g)).toHaveLength(1);
  });

  test('B1 the absolute end of a hold is shown first, the time left second', () => {
    const html = text('code', 'mockup');
    expect(html.indexOf('09:09:30')).toBeLessThan(html.indexOf('4 分 36 秒'));
    expect(html).toContain('data-resend');
    expect(text('code', 'expired')).toContain('暂留已到时');
  });

  test('F27 F30 saved is not done: the page says what is missing and until when', () => {
    const html = text('saved', 'all');
    expect(html).toContain('确认报考信息并缴费，才算报上');
    expect(html).toContain('今天 22:00 前完成，过时考位会释放');
  });

  test('F6 F9 a page that answers a form names the address that shows it, for going back', () => {
    const posted = { ...frame, posted: true };
    const addressOf = (page: PageName, around = posted) => {
      const sample = everySample.find((one) => one.page === page);
      return /<body[^>]* data-address="([^"]*)"/.exec(
        renderSample(page, sample?.model, around),
      )?.[1];
    };
    expect(addressOf('tickets')).toBe('/sign-in');
    expect(addressOf('bindPhone')).toBe('/activate/phone');
    expect(addressOf('tickets', frame)).toBeUndefined();
    // A code that was asked for there is shown again by its form only.
    expect(addressOf('forgotten')).toBeUndefined();
  });

  test('F28 F41 nothing is called 已确认 before it is paid', () => {
    expect(text('locked', 'confirmed')).not.toContain('已确认');
    expect(text('slip', 'unpaid')).not.toContain('已确认');
  });

  test('D5 each unit answers for itself, and what was won is said to be safe', () => {
    const html = text('saved', 'mockup');
    expect(html).toContain('1 门已保存，1 门没有保存');
    expect(html).toContain('已保存的不受影响');
    expect(html).toContain('没有考位');
  });

  test('D9 midnight as the end of a day is 24:00', () => {
    const midnight = Date.UTC(2026, 8, 7, 16);
    const day = { opensAt: midnight - 86_400_000, closesAt: midnight };
    const html = views.start(
      {
        now: frame.now,
        signedIn: false,
        session: { title: '演示', days: [day], feeFen: 3500 },
        window: { state: 'open', day, nextDay: undefined },
      },
      frame,
    );
    expect(html).toContain('今天 00:00–24:00 可以报考');
    expect(html).toContain('今天是最后一天');
  });

  test('R5 days that are one type’s alone say whose; who has signed in is told that they are their own', () => {
    const stranger = text('start', 'days-by-type');
    expect(stranger).toContain('今天，社会型，09:00–22:00');
    expect(stranger).toContain('之后还有 4 天，');
    expect(stranger).toContain('社会型最后一天是 9月16日 周三，22:00 截止');
    expect(stranger).toContain('应用型最后一天是 9月18日 周五，22:00 截止');
    expect(stranger).not.toContain('您是');
    expect(text('window', 'own-days')).toContain('您是应用型考生，这里是应用型的报考时间');
    expect(text('notice', 'fresh')).not.toContain('应用型');
  });

  test('F26 a full course in a unit with seats is said where it stands, also of a swap', () => {
    const html = text('courses', 'capped');
    expect(html).toContain('有 1 门填好的课程没有余位');
    expect(html).toContain('可以改报本单元的其他课程');
    expect(html).toContain('现在换不成，原来的考位还在');
    expect(text('ask', 'swap')).toContain('要换的课程清空以后，原来保存的考位还在。');
    expect(text('ask', 'mockup')).not.toContain('要换的课程清空以后');
  });

  test('F32 a swap shows the seat that is kept and the course that would take its place', () => {
    const html = text('courses', 'swap');
    expect(html).toContain('高等数学（工本）');
    expect(html).toContain('计算机系统结构');
    expect(html).toContain('考位不会丢');
  });

  test('R2 a course chosen under the other ticket is named with it and cannot be changed here', () => {
    const html = text('courses', 'swap');
    const card = html.slice(html.indexOf('id="u-C"'), html.indexOf('id="u-D"'));
    expect(card).toContain('0124******07');
    expect(card).not.toContain('<form');
  });

  test('R3 D8 a passed course and a foreign one are said, not blocked', () => {
    const html = text('courses', 'swap');
    expect(html).toContain('已合格（61 分）');
    expect(html).toContain('不在您的专业计划里，请确认');
  });

  test('R11 a replaced code says what replaced it; R10 a practical course why it has no sitting', () => {
    const html = text('courseList', 'all');
    expect(html).toContain('已停用，改为 00023 高等数学（工本）');
    expect(html).toContain('实践课程，不安排考位');
  });

  test('D16 document numbers are never asked for on a numeric keypad', () => {
    const input = /<input[^>]*name="documentNumber"[^>]*>/.exec(text('signIn', 'fresh'))?.[0] ?? '';
    expect(input).toContain('autocomplete="username"');
    expect(input).not.toContain('inputmode');
  });

  test('D1 an activation shows no name', () => {
    const model = samples.bindPhone.sent?.model as never;
    const around = samples.bindPhone.sent?.frame;
    expect(views.bindPhone(model, around)).not.toContain('class="who"');
  });

  test('a hole in a model is a fault, not a word on the page', () => {
    const model = { ...samples.unknown.mockup?.model, again: undefined } as never;
    expect(() => views.unknown(model)).toThrow('hole');
  });
});
