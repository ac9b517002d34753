import { setTimeout as pause } from "node:timers/promises";
import { answers, type Asked } from "./answers.ts";
import { keyOf, type BacklogCounts, type Kept } from "./backlog.ts";
import type { Journal } from "./journal.ts";
import { openLink, type Connection, type LinkOptions } from "./link.ts";
import { connectionPayload, maxMessageBytes, payload, type FactsEvent, type StateEvent } from "./messages.ts";
import type { Topics } from "./topics.ts";

/** s: a state is said at least so often, and at most so often. */
const [LONGEST, SHORTEST] = [30, 0.1];
/** s that `close` waits for what the broker has not got yet. */
const PATIENCE = 2;
/** s after which what the broker refused is offered again. */
const OFFER_AGAIN = 30;

export interface TelemetryCounts extends BacklogCounts {
  readonly connected: boolean;
  readonly connects: number;
  /** Number of the next state. */
  readonly stateSeq: number;
  readonly commands: { readonly accepted: number; readonly refused: number };
}

export interface TelemetryParts extends Pick<LinkOptions, "url" | "username" | "password" | "ca" | "told"> {
  readonly topics: Topics;
  readonly session: string;
  readonly journal: Journal;
  readonly stateSeq: number;
  readonly ask: (asked: Asked) => Promise<string | undefined>;
  /** s, monotonic; Unix time, s. */
  readonly now?: () => number;
  readonly wall?: () => number;
}

/** A change that is worth telling at once; everything else waits for the next regular state. */
const news = (a: StateEvent, b: StateEvent) =>
  a.mode !== b.mode || a.cause !== b.cause || a.stops !== b.stops || a.holds !== b.holds || a.episodes !== b.episodes;

/** One arm's voice on a broker. Nothing here waits for the broker, and nothing that waits is unbounded. */
export function telemetry(parts: TelemetryParts) {
  const { topics, session, journal, told } = parts;
  const now = parts.now ?? (() => performance.now() / 1000);
  const wall = parts.wall ?? (() => Date.now() / 1000);
  let connects = 0;
  let seq = parts.stateSeq;
  let facts: FactsEvent | undefined;
  let state: { readonly event: StateEvent; readonly at: number } | undefined;
  let saidAt = -Infinity;
  let said: StateEvent | undefined;
  let timer: NodeJS.Timeout | undefined;
  let on: { readonly connection: Connection; readonly away: Set<string>; flying: number } | undefined;

  const ignored = () => {};
  const say = (message: Parameters<Connection["send"]>[0]) => void on?.connection.send(message).catch(ignored);
  const hears = answers({
    topics,
    session,
    wall,
    ask: parts.ask,
    say,
    again: ({ session, channel, first, last }) => {
      const found = journal.again(session, channel, first, last);
      pump();
      return found;
    },
  });
  const counts = (): TelemetryCounts => ({
    ...journal.counts(),
    connected: on?.connection.open ?? false,
    connects,
    stateSeq: seq,
    commands: hears.counts(),
  });

  const sayState = () => {
    if (!state || !on?.connection.open) return;
    const { waiting, dropped } = journal.counts();
    const { event, at } = state;
    const content = { ...event, age: now() - at, telemetry: { waiting, dropped, refused: hears.counts().refused } };
    say({ topic: topics.state, text: payload("state", { session, seq: seq++, now: wall() }, content), qos: 0 });
    [said, saidAt] = [event, now()];
    schedule();
  };
  const schedule = () => {
    clearTimeout(timer);
    if (!state || !on) return;
    const wait = !said || news(said, state.event) ? SHORTEST : LONGEST;
    timer = setTimeout(sayState, 1000 * Math.max(0, saidAt + wait - now()));
  };
  const sayFacts = () => {
    if (!facts) return;
    const text = payload("facts", { session, seq: 0, now: wall() }, facts);
    say({ topic: topics.facts, text, qos: 1, retain: true });
  };
  const sayConnection = (is: "ONLINE" | "OFFLINE", reason?: string) =>
    on?.connection.send({
      topic: topics.connection,
      text: connectionPayload({ state: is, connects, ...(reason ? { reason } : {}) }, session, wall()),
      qos: 1,
      retain: true,
    });

  /** Hands the broker what it has not got, oldest first, no more at once than it takes. */
  const pump = () => {
    const here = on;
    if (!here?.connection.open) return;
    while (here.flying < here.connection.window) {
      const kept = journal.next(here.away);
      if (!kept) return;
      const key = keyOf(kept);
      here.away.add(key);
      here.flying++;
      const { topic, text } = kept;
      const landed = () => {
        here.flying--;
        here.away.delete(key);
        journal.sent(key);
        pump();
      };
      const failed = (error: Error) => {
        here.flying--;
        if (here !== on || !here.connection.open) return;
        told(`telemetry: the broker refused a message at ${topic}: ${error.message}; look at the access list`);
        setTimeout(() => (here.away.delete(key), pump()), 1000 * OFFER_AGAIN).unref();
        pump();
      };
      here.connection.send({ topic, text, qos: 1 }).then(landed, failed);
    }
  };

  const { url, username, password, ca } = parts;
  const link = openLink({
    url,
    clientId: topics.base.replaceAll("/", ":"),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { ca }),
    listen: topics.command,
    will: () => ({
      topic: topics.connection,
      text: connectionPayload({ state: "CONNECTION_BROKEN", connects: connects + 1 }, session, wall()),
    }),
    connected: (connection) => {
      connects++;
      on = { connection, away: new Set(), flying: 0 };
      sayConnection("ONLINE")?.catch(ignored);
      sayFacts();
      saidAt = -Infinity;
      schedule();
      pump();
    },
    heard: hears.heard,
    told,
  });

  return {
    state(event: StateEvent): void {
      state = { event, at: now() };
      if (!timer || !said || news(said, event)) schedule();
    },
    facts(event: FactsEvent): void {
      facts = event;
      sayFacts();
    },
    /** Resolves when the message is on the disk. */
    put(kept: Kept): Promise<void> {
      if (Buffer.byteLength(kept.text) > maxMessageBytes) {
        told(`telemetry: a message at ${kept.topic} is longer than ${maxMessageBytes} bytes and is left out`);
        return Promise.resolve();
      }
      const safe = journal.put(kept);
      pump();
      return safe;
    },
    counts,
    /** Waits a little for what is under way, says goodbye and lets go. What the broker did not get stays in the journal. */
    async close(reason: string): Promise<void> {
      const until = now() + PATIENCE;
      while (on?.connection.open && journal.counts().waiting > 0 && now() < until) await pause(20);
      clearTimeout(timer);
      await Promise.race([sayConnection("OFFLINE", reason)?.catch(ignored), pause(500, undefined, { ref: false })]);
      await link.close();
      state = undefined;
    },
  };
}
export type Telemetry = ReturnType<typeof telemetry>;
