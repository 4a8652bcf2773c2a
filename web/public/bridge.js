/**
 * Pays within WeChat (JSAPI): hands what the server signed to WeChat's own bridge. Whatever the
 * bridge says afterwards is only a reason to look: what is true the server knows.
 */

/** WeChat puts its bridge into the page a moment after it has loaded; elsewhere there is none. */
const waitMs = 3_000;

export function pay(button) {
  const said = document.getElementById('bridge-said');
  const { bridge } = button.dataset;
  const invoke = () => {
    clearTimeout(none);
    window.WeixinJSBridge.invoke('getBrandWCPayRequest', JSON.parse(bridge), () =>
      location.assign('/pay/page'),
    );
  };
  const none = setTimeout(() => {
    document.removeEventListener('WeixinJSBridgeReady', invoke);
    if (said) said.textContent = '没有打开微信支付。请换一种方式，用另一部手机扫码。没有扣款。';
  }, waitMs);
  if (window.WeixinJSBridge) invoke();
  else document.addEventListener('WeixinJSBridgeReady', invoke, { once: true });
}
