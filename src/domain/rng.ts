/**
 * A seeded random stream whose whole state can be saved and restored, so that a resumed run repeats bit for bit.
 * Generator: sfc32 (Chris Doty-Humphrey, PractRand); normal deviates: Box-Muller, one per call, so that no spare is hidden state.
 */
export interface Rng {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Uniform integer in [0, n). */
  integer(n: number): number;
  /** Standard normal deviate. */
  normal(): number;
  pick<T>(items: readonly T[]): T;
  /** An independent stream named by `label`; drawing from it does not advance this one. */
  fork(label: string | number): Rng;
  state(): RngState;
}
export type RngState = readonly [number, number, number, number];

/** FNV-1a over UTF-16 code units, continued from `h`. */
const hash = (text: string, h: number) => {
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
};

/** The stream named by these labels: equal labels give equal streams, different ones give unrelated streams. */
export function rng(...labels: readonly (string | number)[]): Rng {
  const text = labels.join("\u0000");
  const stream = restoreRng([hash(text, 0x811c9dc5), hash(text, 0x9e3779b9), hash(text, 0x85ebca6b), 1]);
  for (let i = 0; i < 16; i++) stream.uniform();
  return stream;
}

export function restoreRng([a, b, c, d]: RngState): Rng {
  const uint32 = () => {
    const t = (((a + b) >>> 0) + d) >>> 0;
    d = (d + 1) >>> 0;
    a = (b ^ (b >>> 9)) >>> 0;
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + t) >>> 0;
    return t;
  };
  const uniform = () => ((uint32() >>> 5) * 67108864 + (uint32() >>> 6)) / 9007199254740992;
  const self: Rng = {
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    integer: (n) => Math.floor(uniform() * n),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    pick: (items) => items[Math.floor(uniform() * items.length)]!,
    fork: (label) => rng(a, b, c, d, label),
    state: () => [a, b, c, d],
  };
  return self;
}
