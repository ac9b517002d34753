import { z } from "zod";

/** What is not finite is null in JSON. */
const measured = z.number().nullable();
const count = z.int().min(0);
const word = z.string().max(200);
const text = z.string().max(2000);
/** UTC, as in 2026-11-21T12:00:00.000Z. */
const stamp = z.iso.datetime();

/** Every message of an arm. `seq` counts up by one per session and topic: a gap is a loss, a number met before is a duplicate. */
const header = {
  version: z.literal(1),
  session: z.string().max(64),
  seq: count,
  stamp,
};

/** OFFLINE: it said goodbye. CONNECTION_BROKEN: said by the broker, as the last will; its stamp is that of the connection's beginning. */
const connection = z.object({
  version: z.literal(1),
  session: z.string().max(64),
  stamp,
  state: z.enum(["ONLINE", "OFFLINE", "CONNECTION_BROKEN"]),
  /** Connections of this session so far. */
  connects: count,
  reason: word.optional(),
});

const facts = z.object({
  ...header,
  arm: word,
  bundle: word,
  config: word,
  commit: word,
  joints: z.array(word).max(64),
});

const state = z.object({
  ...header,
  /** s from when the arm was like this to when it was said. */
  age: measured,
  mode: word,
  cause: word.optional(),
  /** rad, in the order of the facts' joints; rad/s. */
  position: z.array(measured).max(64).optional(),
  velocity: z.array(measured).max(64).optional(),
  /** s between the arm's measurement and the tick that saw it. */
  stateAge: measured.optional(),
  ticks: count,
  stops: count,
  clamps: count,
  holds: count,
  episodes: count,
  steps: count,
  /** Spent on exploring: contacts, clamps, m, s. */
  spent: z.object({ contacts: count, clamps: count, metres: measured, seconds: measured }).optional(),
  /** Summaries and faults: not yet with the broker; given up for want of room since the store was begun; commands refused. */
  telemetry: z.object({ waiting: count, dropped: count, refused: count }),
});

const episode = z.object({
  ...header,
  episode: count,
  task: z.int().optional(),
  steps: count,
  seconds: measured,
  /** null where nobody could tell. */
  success: z.boolean().nullable(),
  /** Sum of the learned reward, where there is one. */
  decodedReturn: measured.optional(),
  clamps: count,
  /** Why it was cut short. */
  cut: word.optional(),
});

const fault = z.object({
  ...header,
  level: z.enum(["stop", "hold", "fault", "warn"]),
  /** The closed word, then the sentences for people. */
  cause: word,
  text,
});

const schemas = { connection, facts, state, episode, fault };

export type Channel = keyof typeof schemas;
export type Message = { readonly [C in Channel]: { readonly channel: C } & Readonly<z.infer<(typeof schemas)[C]>> }[Channel];
type Content<C extends Channel> = Omit<z.infer<(typeof schemas)[C]>, keyof typeof header>;

/** What is told of an arm. Summaries and faults are kept until the broker has them; of states and facts only the newest counts. */
export type FleetEvent =
  | ({ readonly kind: "state" } & Omit<Content<"state">, "age" | "telemetry">)
  | ({ readonly kind: "facts" } & Content<"facts">)
  | ({ readonly kind: "episode" } & Content<"episode">)
  | ({ readonly kind: "fault" } & Content<"fault">);
export type StateEvent = Extract<FleetEvent, { readonly kind: "state" }>;
export type FactsEvent = Extract<FleetEvent, { readonly kind: "facts" }>;
export type KeptEvent = Extract<FleetEvent, { readonly kind: "episode" | "fault" }>;

/** `now`: Unix time, s. A clock that stands nowhere is told as 1970, not by a throw. */
export const stampOf = (now: number): string => new Date(Number.isFinite(now) ? Math.round(1000 * now) : 0).toISOString();

export interface Heading {
  readonly session: string;
  readonly seq: number;
  /** Unix time, s. */
  readonly now: number;
}

/** A message as it crosses the wire. */
export function payload<C extends Exclude<Channel, "connection">>(channel: C, heading: Heading, content: Content<C>): string;
export function payload(_: Channel, { session, seq, now }: Heading, content: object): string {
  const { kind: _kind, ...told } = content as { kind?: string };
  return JSON.stringify({ version: 1, session, seq, stamp: stampOf(now), ...told });
}

export const connectionPayload = (
  is: { readonly state: "ONLINE" | "OFFLINE" | "CONNECTION_BROKEN"; readonly connects: number; readonly reason?: string },
  session: string,
  now: number,
): string => JSON.stringify({ version: 1, session, stamp: stampOf(now), ...is });

/** Bytes of the longest message an arm says. */
export const maxMessageBytes = 32_768;

/** JSON of bounded length out of bytes that may be anything; undefined for what is none. */
export function jsonOf(bytes: Uint8Array, most: number): unknown {
  if (bytes.byteLength > most) return undefined;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** The one reader of what arms say, for whoever gathers it. Fields it does not know are left out: a newer arm may say more. */
export function parseMessage(topic: string, bytes: Uint8Array): Message | undefined {
  const channel = topic.slice(topic.lastIndexOf("/") + 1);
  if (!Object.hasOwn(schemas, channel)) return undefined;
  const { data } = schemas[channel as Channel].safeParse(jsonOf(bytes, maxMessageBytes));
  return data && ({ ...data, channel } as Message);
}
