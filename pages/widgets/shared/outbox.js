// Actions go to the page as a numbered list that it ticks off, so that fast typing loses none. With `resendMs` an answer that
// was lost is asked for again.

export class Outbox {
  constructor(resendMs = 0) {
    Object.assign(this, { resendMs, actions: [], sent: 0, timer: 0, send: null });
  }

  get waiting() { return this.actions.length > 0; }

  push(action) {
    this.actions.push({ n: ++this.sent, ...action });
    this.post();
  }

  post() {
    this.send("outbox", this.actions.map((action) => ({ ...action })));
    clearTimeout(this.timer);
    if (this.resendMs) this.timer = setTimeout(() => this.repeat(), this.resendMs);
  }

  repeat() { // a changed list, because an equal one would not be sent
    const last = this.actions.at(-1);
    if (!last) return;
    last.again = (last.again ?? 0) + 1;
    this.post();
  }

  answered(acked, send) { // the page has done everything up to `acked`
    this.send = send;
    this.sent = Math.max(this.sent, acked);
    this.actions = this.actions.filter((action) => action.n > acked);
  }

  clear() { this.actions = []; }
}
