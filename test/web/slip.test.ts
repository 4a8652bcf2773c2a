/** The slip on the screen and on paper, in a real browser; and its QR code, module by module. */
import type { Page } from 'playwright-core';
import { create } from 'qrcode';
import { expect, test } from 'vitest';
import { qrCode } from '../../web/qr.ts';
import { useBrowser } from './opened.ts';
import { samples } from './samples.ts';
import { renderSample, sampleAddress } from './stage.ts';

const openPage = useBrowser();
const address = sampleAddress('slip', 'paid');

/** Runs in the page: everything that can be seen and is no part of a slip. */
const seenBeside = `[...document.body.querySelectorAll('*')]
  .filter((one) => one.children.length === 0 && !one.closest('.slip'))
  .filter((one) => one.textContent.trim() !== '' && one.checkVisibility() && one.offsetWidth > 1)
  .map((one) => one.textContent)`;
const backgrounds = `[...new Set([document.body, ...document.querySelectorAll('main, main *')]
  .filter((one) => one.checkVisibility())
  .map((one) => getComputedStyle(one).backgroundColor))]`;
const coloured = `[...document.querySelectorAll('.slip, .slip *')]
  .filter((one) => getComputedStyle(one).color !== 'rgb(0, 0, 0)').map((one) => one.outerHTML)`;

/** A sheet of A4 between its margins. */
async function onPaper(page: Page): Promise<void> {
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: Math.floor(186 * perMm), height: Math.floor(273 * perMm) });
}
const perMm = 96 / 25.4;

test('F41 on paper the slip stands alone, black on white, on half a sheet', async () => {
  const { page } = await openPage(address);
  await onPaper(page);
  expect(await page.evaluate(seenBeside)).toEqual([]);
  expect(await page.evaluate(backgrounds)).toEqual(['rgb(255, 255, 255)', 'rgba(0, 0, 0, 0)']);
  expect(await page.evaluate(coloured)).toEqual([]);
  const box = await page.locator('.slip').boundingBox();
  expect(box?.height).toBeLessThan((297 / 2 - 12) * perMm);
  expect(box?.width).toBeLessThanOrEqual(186 * perMm);
  expect(await page.locator('.slip .qr').boundingBox()).toMatchObject({
    // Large enough for a telephone: 33 modules and more in 3 cm.
    width: expect.closeTo(32 * perMm, 0),
  });
});

test('F41 saved as a PDF it is one sheet of A4', async () => {
  const { page } = await openPage(address);
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
  expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
  const [, width, height] = /\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf) ?? [];
  expect([Number(width), Number(height)].map(Math.round)).toEqual([595, 842]);
});

test('F41 the button prints, and is there only with scripts; otherwise words say how', async () => {
  const { page } = await openPage(address);
  const hint = page.getByText('要打印，请用浏览器菜单里的“打印”。');
  expect(await hint.isVisible()).toBe(false);
  await page.evaluate('window.print = () => { document.title = "printed"; }');
  await page.getByRole('button', { name: '打印' }).click();
  expect(await page.title()).toBe('printed');

  const plain = await openPage(address, { scripts: false });
  expect(await plain.page.getByRole('button', { name: '打印' }).count()).toBe(0);
  expect(await plain.page.getByText('要打印，请用浏览器菜单里的“打印”。').isVisible()).toBe(true);
});

test('F41 on a phone nothing sticks to the screen, so that one long picture holds it all', async () => {
  const { page } = await openPage(address, { width: 360, height: 800 });
  const sticky = await page.evaluate(`[...document.querySelectorAll('body *')]
    .filter((one) => one.checkVisibility())
    .filter((one) => ['sticky', 'fixed'].includes(getComputedStyle(one).position))
    .map((one) => one.className)`);
  expect(sticky).toEqual([]);
  const box = await page.locator('.slip').boundingBox();
  expect(box?.width).toBeLessThanOrEqual(360);
});

test('F41 a slip says all that it has to, and whether it is a demonstration’s', () => {
  const html = renderSample('slip', samples.slip.paid?.model).replaceAll(/<[^>]*>/g, ' ');
  for (const text of [
    ...['2026年10月自学考试', '王小婷', '510*************3X', '010500000031', '成都市郫都区'],
    ...['郫都区自学考试办公室（演示）', '028-0000-0124', '第一单元', '10月24日 周六 09:00–11:30'],
    ...['00023', '高等数学（工本）', '已缴费，已确认', '4 门，140.00 元', '2610_0124_417_1'],
    ...['2026年9月7日 09:12:03', '2026年9月7日 09:15:40', 'K7QM-3F2A-9TZX-04RB-81WD-HS6E'],
    ...['https://ruxi.example/verify', '本凭证不代替准考证，考点以准考证为准。'],
  ]) {
    expect(html).toContain(text);
  }
  expect(html).not.toContain('不是真实的凭证');
  expect(renderSample('slip', samples.slip.two?.model)).toContain('演示，不是真实的凭证');
});

test('F41 a check says 有效 or 无效, in the title too', () => {
  const shown = (sample: string) => renderSample('slipCheck', samples.slipCheck[sample]?.model);
  expect(shown('valid')).toContain('<title>有效 - 查验报考凭证');
  expect(shown('invalid')).toContain('<title>无效 - 查验报考凭证');
  expect(shown('malformed')).toContain('<title>错误：查验报考凭证');
});

test.each([
  'https://ruxi.example/verify?c=K7QM3F2A9TZX04RB81WDHS6E',
  `https://${'a'.repeat(50)}.example/verify?c=${'0'.repeat(40)}`,
])('a QR code is drawn as the library lays it out: %s', (text) => {
  const svg = qrCode(text, '<二维码>').text;
  expect(svg).toContain('role="img" aria-label="&lt;二维码&gt;"');
  expect(svg).not.toMatch(/style|script/);
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  const side = modules.size + 8;
  expect(svg).toContain(`viewBox="0 0 ${side} ${side}"`);
  const drawn = Array.from({ length: side }, () => Array<number>(side).fill(0));
  const path = /fill="#000" d="([^"]*)"/.exec(svg)?.[1] ?? '';
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    drawn[Number(y)]?.fill(1, Number(x), Number(x) + Number(length));
  }
  const rows = Array.from({ length: modules.size }, (_, row) => [
    ...[0, 0, 0, 0],
    ...Array.from({ length: modules.size }, (_, column) => modules.get(row, column)),
    ...[0, 0, 0, 0],
  ]);
  const light = Array.from({ length: 4 }, () => Array<number>(side).fill(0));
  expect(drawn).toEqual([...light, ...rows, ...light]);
});
