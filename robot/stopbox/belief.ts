import { seconds } from "../../src/domain/units.ts";
import type { Seconds } from "../../src/domain/units.ts";
import type { StopSignal } from "../../src/ports/stop.ts";
import { listen, SEQUENCES, UPTIMES } from "./protocol.ts";
import type { Frame, Line } from "./protocol.ts";

/**
 * What is believed of a stop box, from the bytes heard and the time alone: pure. Only fresh, sound frames in sequence make it "released"; whatever
 * goes wrong takes that away at once and gives it back only after RUN such frames over RUN_SPAN.
 */
export interface Belief {
  readonly is: StopSignal["is"];
  /** Beginning of a line. */
  readonly rest: string;
  /** The newest frame of the stream that is being followed. */
  readonly last: Frame | undefined;
  /** The box's own time of the newest frame, s since the first one of this stream: its uptime runs over, this does not. */
  readonly age: number;
  /** Least arrival time less age in this stream, s: what a frame without delay would show. */
  readonly prompt: number;
  /** When the last fresh frame came, or the first one of a stream. */
  readonly fresh: Seconds;
  /** Fresh frames in a row, pressed or released: the box is known after RUN. */
  readonly good: number;
  /** Released ones of them, and when the first of these came. */
  readonly released: number;
  readonly releasedSince: Seconds;
  /** Bad lines of the last NOISE_SPAN. */
  readonly noise: readonly Seconds[];
  /** When something was heard that was no frame. */
  readonly clutter: Seconds;
  /** Looks in a row that have found nothing fresh, and when the first of them was. */
  readonly doubts: number;
  readonly doubtedSince: Seconds;
  /** Another version of the protocol that was heard. */
  readonly version: number | undefined;
}

/** A frame older than this proves nothing, s: three lost beats. */
export const FRESH = 0.08;
/**
 * A look that comes late itself must not take what waits to be read for silence: it is asked again, over DOUBT, and DOUBTS times in all, between which the
 * process has had its turns to read. In all 100 ms of silence, s.
 */
export const DOUBT = 0.02;
export const DOUBTS = 3;
/** Frames in a row, and the time they must span (a backlog read at once is no proof), s. */
export const RUN = 10;
export const RUN_SPAN = 0.15;
/** Lost frames in a row that are bridged; more than this many bad lines within NOISE_SPAN are not, s. */
export const SKIPPED = 3;
export const BAD_LINES = 3;
export const NOISE_SPAN = 0.2;
/** A cheap resonator's error, relative. */
const DRIFT = 0.01;
/** After this long without a fresh frame a stream is followed anew, s. */
const ANEW = 1;

/** The port has just been opened: nothing is known, and the word before stands until something is. */
export const unheard = (at: Seconds, is: StopSignal["is"]): Belief => ({
  is,
  rest: "",
  last: undefined,
  age: 0,
  prompt: 0,
  fresh: at,
  good: 0,
  released: 0,
  releasedSince: at,
  noise: [],
  clutter: seconds(-Infinity),
  doubts: 0,
  doubtedSince: at,
  version: undefined,
});

const untrusted = { good: 0, released: 0 } as const;

function bad(belief: Belief, at: Seconds): Belief {
  const noise = [...belief.noise.filter((then) => at - then < NOISE_SPAN), at].slice(-BAD_LINES - 1);
  return { ...belief, ...untrusted, noise, clutter: at, is: noise.length > BAD_LINES ? "garbled" : belief.is };
}

const pressed = (belief: Belief): Belief => ({ ...belief, is: "pressed", released: 0 });

function sound(belief: Belief, frame: Frame, at: Seconds): Belief {
  const { last } = belief;
  const step = last && (frame.sequence - last.sequence + SEQUENCES) % SEQUENCES;
  if (step === 0) return bad(belief, at);
  const ran = last ? ((frame.uptime - last.uptime + UPTIMES) % UPTIMES) / 1000 : 0;
  const follows = step !== undefined && step <= SKIPPED + 1 && ran <= ANEW && at - belief.fresh <= ANEW;
  if (!follows) {
    // Another stream: the box started anew, too much was lost, or an old stream is played again. It has to prove itself from the beginning.
    const is = belief.is === "released" ? "garbled" : belief.is;
    const anew = { ...belief, ...untrusted, is, last: frame, age: 0, prompt: at, fresh: at, doubts: 0 };
    return frame.released ? anew : pressed(anew);
  }
  const age = belief.age + ran;
  const delay = at - age;
  const prompt = Math.min(belief.prompt + DRIFT * (at - belief.fresh), delay);
  // What waited in a buffer tells of a press, but not that nobody has pressed since.
  if (delay - prompt > FRESH) return frame.released ? { ...belief, last: frame, age } : pressed({ ...belief, last: frame, age });
  const good = Math.min(belief.good + 1, RUN);
  const heard = { ...belief, last: frame, age, prompt, fresh: at, good, doubts: 0 };
  if (!frame.released) return pressed(heard);
  const releasedSince = belief.released === 0 ? at : belief.releasedSince;
  const released = Math.min(belief.released + 1, RUN);
  const proved = released >= RUN && at - releasedSince >= RUN_SPAN;
  return { ...heard, released, releasedSince, is: proved ? "released" : belief.is };
}

function line(belief: Belief, heard: Line, at: Seconds): Belief {
  if (heard.kind === "frame") return sound(belief, heard.frame, at);
  return heard.kind === "bad" ? bad(belief, at) : { ...bad(belief, at), version: heard.version };
}

/** Bytes came. */
export function hear(belief: Belief, at: Seconds, chunk: Uint8Array): Belief {
  const { lines, rest } = listen(belief.rest, chunk);
  const next = lines.reduce((so, one) => line(so, one, at), { ...belief, rest });
  return lines.some(({ kind }) => kind === "frame") || chunk.length === 0 ? next : { ...next, clutter: at };
}

/** Time passed. To be asked every 10 ms or so. */
export function look(belief: Belief, at: Seconds): Belief {
  if (at - belief.fresh <= FRESH) return belief;
  const doubtedSince = belief.doubts === 0 ? at : belief.doubtedSince;
  const doubted = { ...belief, doubts: Math.min(belief.doubts + 1, DOUBTS), doubtedSince };
  // A little less than DOUBT: a sum of hundredths may fall short of it.
  if (doubted.doubts < DOUBTS || at - doubtedSince < 0.99 * DOUBT) return doubted;
  return { ...doubted, ...untrusted, is: at - belief.clutter <= FRESH ? "garbled" : "silent" };
}

/** The box is known for one, and what it says is settled. */
export const known = ({ good, is }: Belief): boolean => good >= RUN && (is === "pressed" || is === "released");
