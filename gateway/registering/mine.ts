/** 我的报考: the truth of the moment, from any device, whatever the window is doing (B2). */
import type { GatewayContext } from '../context.ts';
import type { Handler } from '../http.ts';
import { forStanding } from './desk.ts';
import { minePage } from './pages.ts';

export const showMine = (context: GatewayContext): Handler => forStanding(context, minePage);
