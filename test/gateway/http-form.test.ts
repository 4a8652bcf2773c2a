import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressOf, limitKeyOf } from '../../gateway/client-address.ts';
import { ConfigError, gatewayConfigOf } from '../../gateway/config.ts';
import { formFieldsMax, formOf, textOf } from '../../gateway/form.ts';

test('what a browser encodes is read back', () => {
  const text = fc.string({ unit: 'grapheme' }).filter((one) => !one.includes('\0'));
  const fields = fc.array(fc.tuple(text, text), { maxLength: formFieldsMax });
  fc.assert(
    fc.property(fields, (pairs) => {
      const form = formOf(new URLSearchParams(pairs).toString());
      for (const [name] of pairs) {
        const values = pairs.filter(([other]) => other === name).map(([, value]) => value);
        expect(form?.all(name)).toEqual(values);
        expect(form?.get(name)).toBe(values[0]);
        expect(form?.has(name)).toBe(true);
      }
    }),
  );
});

test('any bytes are a form or refused, never a fault', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const text = textOf(Buffer.from(bytes));
      if (text !== undefined) formOf(text);
    }),
  );
});

test('a missing field is empty text, and so is a name without a value', () => {
  const form = formOf('agreed&course=');
  expect(form?.get('nothing')).toBe('');
  expect(form?.get('agreed')).toBe('');
  expect(form?.has('agreed')).toBe(true);
  expect(form?.has('nothing')).toBe(false);
});

test('an address is one key however it is written', () => {
  expect(limitKeyOf('2001:0db8:0:0:1::1')).toBe(limitKeyOf('2001:db8::ffff:0:0:2'));
  expect(limitKeyOf('::ffff:203.0.113.9')).toBe('203.0.113.9');
  expect(limitKeyOf('fe80::1%eth0')).toBe('fe80:0:0:0::');
  for (const text of ['', 'localhost', '1.2.3', '1.2.3.4.5', ':::']) {
    expect(limitKeyOf(text)).toBeUndefined();
  }
});

test('only a trusted peer is believed about whom it speaks for', () => {
  const stranger = Uint8Array.of(198, 51, 100, 7);
  const proxy = Uint8Array.of(127, 0, 0, 1);
  const trusted = new Set(['127.0.0.1', '203.0.113.1']);
  expect(addressOf(stranger, '192.0.2.1', trusted)).toBe('198.51.100.7');
  expect(addressOf(proxy, '192.0.2.1', trusted)).toBe('192.0.2.1');
  expect(addressOf(proxy, '192.0.2.1, 203.0.113.1', trusted)).toBe('192.0.2.1');
  expect(addressOf(proxy, '', trusted)).toBe('127.0.0.1');
});

const keys = { index: Buffer.alloc(32), cookie: Buffer.alloc(32), slip: Buffer.alloc(32) };
test('settings: behind https cookies are secure, proxies have one form', () => {
  const plain = gatewayConfigOf({}, keys);
  expect(plain).toMatchObject({ host: '127.0.0.1', secure: false, demonstration: true });
  const public_ = gatewayConfigOf(
    {
      RUXI_ORIGIN: 'https://ruxi.example',
      RUXI_TRUSTED_PROXIES: '127.0.0.1, 2001:db8::1',
      RUXI_PORT: '3101',
    },
    keys,
  );
  expect(public_).toMatchObject({ secure: true, port: 3101 });
  expect([...public_.trustedProxies]).toEqual(['127.0.0.1', '2001:db8:0:0::']);
});

test.each([
  { RUXI_PORT: '70000' },
  { RUXI_ORIGIN: 'ruxi.example' },
  { RUXI_TRUSTED_PROXIES: 'proxy.example' },
  { RUXI_DEMONSTRATION: 'maybe' },
])('settings that make no sense are named: %o', (environment) => {
  const [name = ''] = Object.keys(environment);
  expect(() => gatewayConfigOf(environment, keys)).toThrow(ConfigError);
  expect(() => gatewayConfigOf(environment, keys)).toThrow(name);
});
