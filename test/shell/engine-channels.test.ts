/** A whole engine with both carriers behind it, on loopback: what becomes of a code, and of the seats. */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { importProvince } from '../../engine/main.ts';
import { type MessageKind, messageKinds } from '../../engine/protocol/messages.ts';
import type { QueryReply } from '../../engine/protocol/replies.ts';
import {
  alibabaKeys,
  type Carrier,
  startAlibaba,
  startTencent,
  tencentApp,
  tencentKeys,
} from '../harness/carriers.ts';
import { type EngineHere, startEngineHere } from '../harness/engine.ts';
import { type Asking, askEngine, type Holder, holdSeats } from '../harness/holding.ts';

let tencent: Carrier;
let alibaba: Carrier;
let engine: EngineHere;
let asking: Asking;

beforeAll(async () => {
  tencent = await startTencent();
  alibaba = await startAlibaba();
  const templates = messageKinds.map((kind) => `${kind}=${templateOf(kind)}`).join(',');
  engine = await startEngineHere({
    RUXI_DEMONSTRATION: 'no',
    RUXI_SANDBOX: 'yes',
    RUXI_SMS_CHANNELS: 'tencent,alibaba',
    RUXI_SMS_TENCENT_SECRET_ID: tencentKeys.secretId,
    RUXI_SMS_TENCENT_SECRET_KEY: tencentKeys.secretKey,
    RUXI_SMS_TENCENT_APP: tencentApp,
    RUXI_SMS_TENCENT_SIGN: '入席',
    RUXI_SMS_TENCENT_TEMPLATES: templates,
    RUXI_SMS_TENCENT_ENDPOINT: tencent.endpoint,
    RUXI_SMS_ALIBABA_ACCESS_KEY_ID: alibabaKeys.accessKeyId,
    RUXI_SMS_ALIBABA_ACCESS_KEY_SECRET: alibabaKeys.accessKeySecret,
    RUXI_SMS_ALIBABA_SIGN: '入席',
    RUXI_SMS_ALIBABA_TEMPLATES: templates,
    RUXI_SMS_ALIBABA_ENDPOINT: alibaba.endpoint,
  });
  // By hand: with real channels an engine imports no invented people by itself.
  await importProvince(engine.engine, engine.config, engine.bus);
  asking = await askEngine(engine);
});
afterAll(async () => {
  await asking.close();
  await engine.stop();
  expect([...tencent.wrong, ...alibaba.wrong]).toEqual([]);
  await Promise.all([tencent.close(), alibaba.close()]);
});
beforeEach(() => {
  tencent.behaviour = 'take';
  alibaba.behaviour = 'take';
});

async function standings() {
  const answer = (await asking.client.askAt(engine.config.layout.session, {
    kind: 'channels',
  })) as QueryReply;
  if (answer.kind !== 'channels') throw new Error(answer.kind);
  return answer;
}
const templateOf = (kind: MessageKind): string => `${1000 + messageKinds.indexOf(kind)}`;
const delivered = (holder: Holder) =>
  vi.waitFor(async () => expect((await holder.registration()).code?.delivery).toBe('sent'), {
    timeout: 30_000,
  });
async function save(holder: Holder, { heard }: Carrier): Promise<void> {
  const message = heard.findLast(({ phone }) => phone === holder.phone);
  const code = message?.values[0]?.[1] ?? '';
  const { from, units, challenge } = holder;
  const { revision } = await holder.registration();
  const saved = await asking.send({
    kind: 'save-seats',
    ...from,
    revision,
    challenge,
    code,
    units,
  });
  expect(saved.outcome).toMatchObject({ kind: 'saved', failed: [] });
  // The news of it follows the code.
  await vi.waitFor(
    () => {
      const mine = heard.filter(({ phone }) => phone === holder.phone);
      expect(mine.at(-1)?.template).toBe(templateOf('seats-saved'));
    },
    { timeout: 30_000 },
  );
}

test('D7 the code leaves by the first channel, and saves the seats', async () => {
  const holder = await holdSeats(engine, asking);
  await delivered(holder);
  expect(tencent.heard).toMatchObject([{ phone: holder.phone, sign: '入席', template: '1000' }]);
  expect(alibaba.heard).toEqual([]);
  expect(tencent.heard[0]?.key).toBe(`${holder.challenge}.1`);
  await save(holder, tencent);
});

test('D7 when the first channel fails the second brings the code, and staff are shown both', async () => {
  tencent.behaviour = 'break';
  const holder = await holdSeats(engine, asking, 1);
  await delivered(holder);
  await save(holder, alibaba);
  await vi.waitFor(async () =>
    expect(await standings()).toMatchObject({
      channels: [
        {
          channel: 'tencent',
          sent: 2,
          unknown: 2,
          lastTrouble: { why: 'InternalError.OtherError' },
        },
        { channel: 'alibaba', sent: 2 },
      ],
      waiting: { codes: 0, news: 0 },
    }),
  );
  expect(engine.attempts).toHaveLength(6);
  expect(JSON.stringify(engine.attempts)).not.toMatch(/\d{6}/);
});

test('B1 with no channel at all the seats stay held, and the code comes when one is back', async () => {
  tencent.behaviour = 'throttle';
  alibaba.behaviour = 'throttle';
  const holder = await holdSeats(engine, asking, 2);
  await vi.waitFor(() => expect(alibaba.heard.at(-1)?.phone).toBe(holder.phone));
  const { seats, code } = await holder.registration();
  expect(seats.map(({ state }) => state.kind)).toEqual(['held', 'held']);
  expect(code?.delivery).toBe('sending');
  await vi.waitFor(async () => expect((await standings()).waiting).toEqual({ codes: 1, news: 0 }));
  alibaba.behaviour = 'take';
  await delivered(holder);
  await save(holder, alibaba);
  expect(engine.troubles).toEqual([]);
});

test('D7 a number that both refuse is told to its candidate, who keeps the seats', async () => {
  tencent.behaviour = 'refuse';
  alibaba.behaviour = 'refuse';
  const holder = await holdSeats(engine, asking, 3);
  await vi.waitFor(async () => expect((await holder.registration()).code?.delivery).toBe('failed'));
  const { seats } = await holder.registration();
  expect(seats.map(({ state }) => state.kind)).toEqual(['held', 'held']);
});
