/** One piece of long work. `update` sets how much is done, `advance` adds to it; `note` is a short word beside the bar. */
export interface Progress {
  update(done: number, note?: string): void;
  advance(by?: number, note?: string): void;
  /** Ends the bar. Further calls do nothing. */
  finish(note?: string): void;
}

export interface ProgressLine {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  /** s since the work began. */
  readonly elapsed: number;
  readonly note: string;
}

/** Where progress goes. `now` in s, monotonic; `width` in columns. Injected so that a test owns time. */
export interface ProgressSink {
  write(text: string): void;
  readonly terminal: boolean;
  readonly width: number;
  now(): number;
}

const redrawEvery = 0.1;
const lineEvery = 5;

/** 75 -> "1:15", 3725 -> "1:02:05". */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((n) => String(n).padStart(2, "0"));
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${parts.join(":")}` : `${Number(parts[0])}:${parts[1]}`;
}

/** "practise  62 %  3100/5000  0:40 gone, 0:25 left  note"; the time left assumes the pace so far and is left out until there is one. */
export function formatProgress({ label, done, total, elapsed, note }: ProgressLine): string {
  const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
  const count = (n: number) => (Number.isInteger(n) ? String(n) : n.toFixed(1));
  const left = share > 0 && share < 1 && elapsed >= 1 ? `, ${formatDuration((elapsed / share) * (1 - share))} left` : "";
  const time = `${formatDuration(elapsed)} gone${left}`;
  return [label, `${Math.floor(share * 100)} %`.padStart(5), `${count(done)}/${count(total)}`, time, note]
    .filter(Boolean)
    .join("  ");
}

/** The same with a bar in front, cut to the width of the terminal. */
export function formatBar(line: ProgressLine, width: number): string {
  const cells = 20;
  const full = line.total > 0 ? Math.floor(Math.min(1, Math.max(0, line.done / line.total)) * cells) : 0;
  return `[${"#".repeat(full)}${"-".repeat(cells - full)}] ${formatProgress(line)}`.slice(0, Math.max(1, width - 1));
}

export const silentProgress: Progress = { update() {}, advance() {}, finish() {} };

/** Progress written to `sink`: one line redrawn on a terminal, else whole lines at most every 5 s, the first after 5 s, and one at the end. */
export function progressTo(sink: ProgressSink, label: string, total: number): Progress {
  const began = sink.now();
  let done = 0;
  let note = "";
  let ended = false;
  let last = sink.terminal ? -Infinity : began;
  const line = (): ProgressLine => ({ label, done, total, elapsed: sink.now() - began, note });
  const draw = () => sink.write(sink.terminal ? `\r\u001b[2K${formatBar(line(), sink.width)}` : `${formatProgress(line())}\n`);
  const update = (to: number, word = note) => {
    if (ended || !Number.isFinite(to)) return;
    done = to;
    note = word;
    if (sink.now() - last < (sink.terminal ? redrawEvery : lineEvery)) return;
    last = sink.now();
    draw();
  };
  return {
    update,
    advance: (by = 1, word) => update(done + by, word),
    finish(word = note) {
      if (ended) return;
      note = word;
      draw();
      if (sink.terminal) sink.write("\n");
      ended = true;
    },
  };
}
