/**
 * Whatever a test waits for, it waits for the condition: on a busy machine a second is nothing. Calls
 * that name a time of their own keep it.
 */
import { vi } from 'vitest';

const patience = { timeout: 60_000, interval: 50 };
const { waitFor, waitUntil } = vi;

vi.waitFor = (condition, options = patience) => waitFor(condition, options);
vi.waitUntil = (condition, options = patience) => waitUntil(condition, options);
