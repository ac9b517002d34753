/** The part of `process` this file needs; a test passes an EventEmitter. */
export interface SignalSource {
  on(event: string, listener: (signal: string) => void): unknown;
  off(event: string, listener: (signal: string) => void): unknown;
}

export interface Interrupts {
  readonly signal: AbortSignal;
  /** Runs once at the first signal, or now when it has come already. A hook that throws does not keep the others from running. */
  onInterrupt(hook: () => void | Promise<void>): void;
  /** As if a signal had come: what an unexpected error does so that the arm still stops in order. */
  trigger(cause: string): void;
  /** Resolves when every hook that was started has settled. */
  settled(): Promise<void>;
  release(): void;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
/** npm hands its child a copy of the Ctrl-C that the terminal has sent already (ms): the same signal within this time is one key press. */
const copyWindowMs = 150;

/** First signal: abort and run the hooks. Second: `leave` at once. */
export function interruptsFrom(
  source: SignalSource,
  now: () => number,
  say: (line: string) => void,
  leave: () => void,
): Interrupts {
  const controller = new AbortController();
  const hooks: (() => void | Promise<void>)[] = [];
  const running: Promise<void>[] = [];
  let first: { readonly name: string; readonly at: number } | undefined;

  const start = (hook: () => void | Promise<void>) =>
    running.push(
      Promise.resolve()
        .then(hook)
        .catch((error: unknown) => say(`while stopping: ${String(error)}`)),
    );
  const trigger = (cause: string) => {
    if (controller.signal.aborted) return;
    controller.abort(cause);
    for (const hook of hooks.splice(0)) start(hook);
  };
  const onSignal = (name: string) => {
    if (first === undefined) {
      first = { name, at: now() };
      say(`${name}: stopping safely and keeping what is done; once more to leave at once`);
      trigger(name);
    } else if (name !== first.name || now() - first.at > copyWindowMs) leave();
  };
  for (const name of signals) source.on(name, onSignal);

  return {
    signal: controller.signal,
    onInterrupt: (hook) => void (controller.signal.aborted ? start(hook) : hooks.push(hook)),
    trigger,
    settled: async () => void (await Promise.all(running)),
    release: () => signals.forEach((name) => source.off(name, onSignal)),
  };
}
