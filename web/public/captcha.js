/**
 * Does the work that stands in for a captcha (F1): looks for the number whose derived key begins as
 * the server said. Fetched by app.js when somebody presses the button, and by no page.
 *
 * The browser derives the keys beside the page's own thread, so the page stays alive meanwhile.
 */

/** Tries under way at a time: enough to keep a phone's cores busy, few enough to stop soon. */
const together = 16;

const bytesOf = (hex) => Uint8Array.from(hex.match(/../g), (pair) => Number.parseInt(pair, 16));
const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** `told` is given the share done. */
async function find({ nonce, salt, rounds, keyPrefix, triesMax }, told) {
  const begin = bytesOf(nonce);
  const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt: bytesOf(salt), iterations: rounds };
  async function fits(number) {
    const password = new Uint8Array(begin.length + 4);
    password.set(begin);
    new DataView(password.buffer).setUint32(begin.length, number);
    const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
    const derived = await crypto.subtle.deriveBits(algorithm, key, 256);
    return hexOf(new Uint8Array(derived)).startsWith(keyPrefix);
  }
  for (let from = 0; from < triesMax; from += together) {
    const numbers = Array.from({ length: together }, (_, at) => from + at);
    const fitting = await Promise.all(numbers.map(fits));
    const at = fitting.indexOf(true);
    if (at >= 0) return numbers[at];
    told((from + together) / triesMax);
  }
  throw new Error('no number fits');
}

/** `button` is the one that was pressed; its field has a bar, a line for words and the answer's box. */
export async function prove(button) {
  const field = button.closest('.field');
  const bar = field.querySelector('progress');
  const line = field.querySelector('[role="status"]');
  const say = (name) => {
    if (line.textContent !== line.dataset[name]) line.textContent = line.dataset[name];
  };
  button.setAttribute('aria-disabled', 'true');
  say('running');
  try {
    const number = await find(JSON.parse(button.dataset.work), (share) => {
      bar.value = share * 100;
      if (share >= 0.5) say('half');
    });
    field.querySelector('[name="captcha"]').value = String(number);
    bar.value = 100;
    button.textContent = button.dataset.finished;
    say('done');
  } catch {
    // An old browser, or a page that did not come over a safe connection, has no crypto.
    say('failed');
  }
}
