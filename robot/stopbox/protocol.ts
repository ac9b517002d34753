/**
 * What a stop box says, a line a beat: `$SB,1,<sequence>,<P|R>,<contacts>,<uptime>*<CRC16>\n`, docs/stopbox.md.
 * Pure and total: whatever bytes come, a line is either a frame, whole and sound, or it is bad.
 */
export interface Frame {
  /** Counts frames modulo 65536. */
  readonly sequence: number;
  /** The box itself judges its button: released only while both contacts are closed and no discrepancy is latched. */
  readonly released: boolean;
  /** Closed contacts, channel A then B. */
  readonly contacts: readonly [boolean, boolean];
  /** Since the box started, ms, modulo 2^32. */
  readonly uptime: number;
}

/** One line heard. A frame of another version is sound but not for us: it serves to say so. */
export type Line =
  | { readonly kind: "frame"; readonly frame: Frame }
  | { readonly kind: "bad" }
  | { readonly kind: "version"; readonly version: number };

export const VERSION = 1;
export const SEQUENCES = 0x10000;
export const UPTIMES = 0x1_0000_0000;
/** No sound line is longer, line end not counted. */
export const LONGEST = 40;

/** CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, not reflected, no final xor. */
export function crc16(text: string): number {
  let crc = 0xffff;
  for (let i = 0; i < text.length; i++) {
    crc ^= (text.charCodeAt(i) & 0xff) << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc;
}

const sum = (body: string) => crc16(body).toString(16).toUpperCase().padStart(4, "0");
const seal = (body: string) => `$${body}*${sum(body)}\n`;

/** The line of a frame, as a box writes it. */
export const written = ({ sequence, released, contacts: [a, b], uptime }: Frame): string =>
  seal(`SB,${VERSION},${sequence},${released ? "R" : "P"},${a ? 1 : 0}${b ? 1 : 0},${uptime}`);

const BAD: Line = { kind: "bad" };
const sealed = /^(SB,\d{1,3},[\x20-\x29\x2b-\x7e]*)\*([0-9A-F]{4})$/;
const fields = /^SB,1,(0|[1-9]\d{0,4}),([PR]),([01])([01]),(0|[1-9]\d{0,9})$/;

/** `text`: what stood after the "$", without the line end. */
function read(text: string): Line {
  const [, body, crc] = sealed.exec(text) ?? [];
  if (body === undefined || sum(body) !== crc) return BAD;
  const version = Number(body.split(",")[1]);
  if (version !== VERSION) return { kind: "version", version };
  const [, sequence, state, a, b, uptime] = fields.exec(body) ?? [];
  if (sequence === undefined) return BAD;
  const frame = {
    sequence: Number(sequence),
    released: state === "R",
    contacts: [a === "1", b === "1"],
    uptime: Number(uptime),
  } as const;
  if (frame.sequence >= SEQUENCES || frame.uptime >= UPTIMES) return BAD;
  // A box that calls itself released with an open contact is broken, whatever its CRC says.
  return frame.released && !(a === "1" && b === "1") ? BAD : { kind: "frame", frame };
}

/** What a chunk of bytes held. `rest` is the beginning of a line, never longer than LONGEST. */
export interface Heard {
  readonly lines: readonly Line[];
  readonly rest: string;
}

const NOISE = "?";

/**
 * Cuts a chunk into lines, after the `rest` of the one before ("" at first). A line cut short by the start of the next one is bad, and the next one
 * is read; noise counts as one bad line up to the next line end or start.
 */
export function listen(rest: string, chunk: Uint8Array): Heard {
  const lines: Line[] = [];
  let text = rest;
  for (const byte of chunk) {
    if (byte === 0x0a) {
      if (text !== "") lines.push(text.startsWith("$") ? read(text.slice(1)) : BAD);
      text = "";
    } else if (byte === 0x24) {
      if (text !== "") lines.push(BAD);
      text = "$";
    } else text = text.startsWith("$") && text.length < LONGEST ? text + String.fromCharCode(byte) : NOISE;
  }
  return { lines, rest: text };
}
