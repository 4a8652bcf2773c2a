/** A self-signed certificate for a key made in a test: the few bytes of X.509 that it takes. */
import { type KeyObject, sign } from 'node:crypto';

const der = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const { length } = body;
  if (length < 128) return Buffer.concat([Buffer.from([tag, length]), body]);
  const bytes = Buffer.from(length.toString(16).padStart(length < 256 ? 2 : 4, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length]), bytes, body]);
};
const sequence = (...parts: Uint8Array[]): Buffer => der(0x30, ...parts);

/** sha256WithRSAEncryption; commonName. */
const signatureKind = sequence(
  der(0x06, Buffer.from('2a864886f70d01010b', 'hex')),
  der(0x05, Buffer.alloc(0)),
);
const name = sequence(
  der(
    0x31,
    sequence(der(0x06, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from('test platform'))),
  ),
);

/** `serial` in hexadecimal. */
export function certificatePem(
  { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject },
  serial: string,
): string {
  const from = der(0x17, Buffer.from('200101000000Z'));
  const to = der(0x17, Buffer.from('400101000000Z'));
  const told = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from(serial, 'hex')),
    signatureKind,
    name,
    sequence(from, to),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', told, privateKey));
  const text = sequence(told, signatureKind, signature).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${text.replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;
}
