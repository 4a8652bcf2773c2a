/**
 * autocannon over prepared requests, in a process of its own. Arguments: port, connections, seconds,
 * file of prepared requests, and `once` or `again`.
 */
import autocannon from 'autocannon';
import { readPrepared } from './open-loop.ts';

const [port, connections, seconds, path, repeats] = process.argv.slice(2);
const prepared = readPrepared(String(path)).map((request) => {
  const text = request.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const [method, path] = first.split(' ') as ['GET' | 'POST', string];
  // autocannon writes Host and Content-Length itself; twice would be refused.
  const headers = Object.fromEntries(
    lines
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)])
      .filter(([name]) => name !== 'Host' && name !== 'Content-Length'),
  );
  return { method, path, headers, body: text.slice(end + 4) };
});

let next = 0;
const result = await autocannon({
  url: `http://127.0.0.1:${port}`,
  connections: Number(connections),
  duration: Number(seconds),
  requests: [
    {
      setupRequest: (request) => {
        if (next === prepared.length && repeats === 'again') next = 0;
        const one = prepared[next];
        if (one === undefined) throw new Error('too few requests were prepared');
        next += 1;
        return { ...request, ...one };
      },
    },
  ],
});
process.send?.({
  accepted: result['2xx'],
  refused: result.non2xx + result.errors,
  milliseconds: result.duration * 1000,
  p99Ms: result.latency.p99,
});
process.disconnect?.();
