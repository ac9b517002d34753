import { z } from "zod";
import { jsonOf } from "./messages.ts";

/** Bytes of the longest command; what is longer is not read. */
export const maxCommandBytes = 4096;
/** s that a command may live at most, and that its sender's clock may be ahead of ours. */
export const LIFETIME = 5;
export const AHEAD = 0.5;
/** s of the longest lease; senders whose numbers are kept at a time. */
export const LONGEST_LEASE = 60;
const SENDERS = 256;

const sender = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
const fresh = {
  version: z.literal(1),
  from: sender,
  /** Grows from one command of a sender to the next, also when that sender starts anew; Unix time in ms serves. */
  seq: z.int().min(0),
  issuedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
};
const lease = z.string().max(64);

const command = z.discriminatedUnion("kind", [
  // Read with the loosest hand: a stop that comes for nothing does no harm, one that is refused over a missing field may.
  z.object({ version: z.literal(1), kind: z.literal("stop"), from: sender.optional().catch(undefined) }),
  z.strictObject({ ...fresh, kind: z.enum(["hold", "resume", "finish"]), lease }),
  /** Asks for the right to command, or for more of it. */
  z.strictObject({ ...fresh, kind: z.literal("lease"), seconds: z.number().min(1).max(LONGEST_LEASE), lease: lease.optional() }),
  z.strictObject({ ...fresh, kind: z.literal("release"), lease }),
  /** Says kept messages again that a reader missed. */
  z.strictObject({
    ...fresh,
    kind: z.literal("resend"),
    session: z.string().max(64),
    channel: z.enum(["episode", "fault"]),
    first: z.int().min(0),
    last: z.int().min(0),
  }),
]);
export type Command = Readonly<z.infer<typeof command>>;

/** The one parser of commands. undefined for anything that is not exactly one, whatever its size or depth. */
export const parseCommand = (bytes: Uint8Array): Command | undefined => command.safeParse(jsonOf(bytes, maxCommandBytes)).data;

/** malformed · lifetime: longer than LIFETIME, or none · future · expired · sequence · senders: too many · lease · busy · rate · arm: it refused. */
export type Reason = "malformed" | "lifetime" | "future" | "expired" | "sequence" | "senders" | "lease" | "busy" | "rate" | "arm";

export type Judgement =
  | { readonly accepted: true; readonly lease?: string; readonly until?: number }
  | { readonly accepted: false; readonly reason: Reason; readonly text: string };

/** What has to be remembered from one command to the next. Times are Unix times, s. */
export interface Book {
  readonly senders: ReadonlyMap<string, { readonly seq: number; readonly until: number }>;
  readonly lease?: { readonly id: string; readonly from: string; readonly until: number };
}
export const emptyBook: Book = { senders: new Map() };

const refused = (reason: Reason, text: string): Judgement => ({ accepted: false, reason, text });
const seconds = (iso: string) => Date.parse(iso) / 1000;

type Fresh = Exclude<Command, { readonly kind: "stop" }>;

function stale({ issuedAt, expiresAt }: Fresh, now: number): Judgement | undefined {
  const [issued, expires] = [seconds(issuedAt), seconds(expiresAt)];
  if (!(expires > issued && expires - issued <= LIFETIME))
    return refused("lifetime", `a command lives more than 0 s and at most ${LIFETIME} s from issuedAt to expiresAt`);
  if (!(issued <= now + AHEAD)) return refused("future", `it was issued ${(issued - now).toFixed(3)} s from now; set the clocks`);
  if (!(now <= expires)) return refused("expired", `it expired ${(now - expires).toFixed(3)} s ago`);
  return undefined;
}

/** The book with the sender's number in it, or why not. Numbers are forgotten once whatever carried them has expired by itself. */
function numbered(book: Book, { from, seq, expiresAt }: Fresh, now: number): Book | Judgement {
  const last = book.senders.get(from);
  if (last && last.until >= now && seq <= last.seq)
    return refused("sequence", `number ${seq} of "${from}" is not after ${last.seq}`);
  const senders = new Map([...book.senders].filter(([, { until }]) => until >= now));
  if (senders.size >= SENDERS && !senders.has(from)) return refused("senders", "too many senders command at once");
  return { ...book, senders: senders.set(from, { seq, until: Math.max(seconds(expiresAt), now + LIFETIME) + AHEAD }) };
}

function leased(book: Book, command: Fresh, now: number, mint: () => string): { book: Book; judgement: Judgement } {
  const held = book.lease && book.lease.until >= now ? book.lease : undefined;
  const { lease: _, ...free } = book;
  if (command.kind === "resend") return { book, judgement: { accepted: true } };
  const mine = held !== undefined && held.id === command.lease && held.from === command.from;
  if (command.kind === "lease") {
    if (held && !mine)
      return { book, judgement: refused("lease", `"${held.from}" has the lease for ${(held.until - now).toFixed(1)} s more`) };
    const given = { id: held?.id ?? mint(), from: command.from, until: now + command.seconds };
    return { book: { ...book, lease: given }, judgement: { accepted: true, lease: given.id, until: given.until } };
  }
  if (!mine) return { book, judgement: refused("lease", held ? `"${held.from}" has the lease` : "ask for a lease first") };
  return { book: command.kind === "release" ? free : book, judgement: { accepted: true } };
}

/**
 * Whether a command may be passed on at `now`, and what to remember. Pure and total. A stop always may: its age, number and lease are not asked.
 * `mint` makes the name of a new lease, which nobody can guess.
 */
export function judge(book: Book, command: Command, now: number, mint: () => string): { book: Book; judgement: Judgement } {
  if (command.kind === "stop") return { book, judgement: { accepted: true } };
  const old = stale(command, now);
  if (old) return { book, judgement: old };
  const next = numbered(book, command, now);
  return "accepted" in next ? { book, judgement: next } : leased(next, command, now, mint);
}
