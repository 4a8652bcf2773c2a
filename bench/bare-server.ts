/**
 * The least a uWebSockets.js server can do with a POST: reads the body whole and answers on a later
 * turn. Beside it stands what the product's own gateway reaches under the same client.
 */
import { App, us_socket_local_port } from 'uWebSockets.js';

const app = App();
app.post('/*', (res) => {
  let gone = false;
  let size = 0;
  res.onAborted(() => {
    gone = true;
  });
  res.onData((chunk, isLast) => {
    size += chunk.byteLength;
    if (!isLast) return;
    setImmediate(() => {
      if (!gone) res.cork(() => res.end(`took ${size} bytes`));
    });
  });
});
app.listen('127.0.0.1', 0, (socket) => {
  if (socket === false) throw new Error('the bare server cannot listen');
  process.send?.({ port: us_socket_local_port(socket) });
});
