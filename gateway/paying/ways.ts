/**
 * By which providers and in which ways an order can be paid on this device (F38). What the browser
 * says of itself only puts the likeliest first: it may be wrong, so every way stays.
 *
 * V1 A code cannot be scanned by the phone that shows it; a computer cannot open an application.
 * V2 Within WeChat only its own bridge pays at once, and only for a payer whom WeChat has named.
 */
import type { PaymentProvider } from '../../engine/payments/provider.ts';
import type { PaymentWay, ProviderName } from '../../engine/protocol/payments.ts';
import type { PayMethodModel } from '../../web/view-models.ts';

export type Device = 'wechat' | 'phone' | 'computer';

export function deviceOf(userAgent: string): Device {
  if (!/Mobile|Android|iPhone|iPad|HarmonyOS/i.test(userAgent)) return 'computer';
  return /MicroMessenger/i.test(userAgent) ? 'wechat' : 'phone';
}

const order: Record<Device, readonly PaymentWay[]> = {
  wechat: ['inside', 'scan', 'page'],
  phone: ['page', 'scan'],
  computer: ['scan', 'page'],
};

/** The likeliest first. `payerKnown`: WeChat has said who this is. */
export function methodsFor(
  providers: readonly PaymentProvider[],
  device: Device,
  payerKnown: boolean,
): PayMethodModel[] {
  return order[device].flatMap((way) =>
    providers
      .filter(({ ways }) => ways.includes(way) && (way !== 'inside' || payerKnown))
      .map(({ name }) => methodOf(name, way)),
  );
}

export const methodOf = (provider: ProviderName, way: PaymentWay): PayMethodModel => ({
  value: `${provider}.${way}`,
  provider,
  way,
});
