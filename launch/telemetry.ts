import { readFile } from "node:fs/promises";
import { Subject, type Observable } from "rxjs";
import { isOnarmError, OnarmError, type FaultCode } from "../src/domain/errors.ts";
import type { Asked } from "../src/telemetry/answers.ts";
import { keyOf, type Kept } from "../src/telemetry/backlog.ts";
import { payload, type FactsEvent, type FleetEvent, type KeptEvent, type StateEvent } from "../src/telemetry/messages.ts";
import type { TelemetryCounts } from "../src/telemetry/telemetry.ts";
import { isName, topics } from "../src/telemetry/topics.ts";
import { forkEntry } from "./fork.ts";
import { supervised, type Living } from "./supervision.ts";
import type { FromTelemetry, OpenTelemetry, TelemetryOptions, ToTelemetry } from "./telemetryProtocol.ts";

export type { TelemetryOptions } from "./telemetryProtocol.ts";

/** A command that was in order: fresh, in its turn, its sender's lease in force. Whoever takes it answers, once, why not, or nothing when it is done. */
export interface FleetCommand extends Asked {
  answer(refusal?: string): void;
}

export interface Telemetry {
  readonly pid: number | undefined;
  /** Tells the fleet, whenever its broker listens. Never waits and never throws. Of states and facts only the newest is kept. */
  publish(event: FleetEvent): void;
  /** Hot. Completes with `close`. Without a subscriber commands are refused. */
  readonly command$: Observable<FleetCommand>;
  /** What is known of the store and the broker, at most half a second old. `unkept`: summaries that never reached the store. */
  counts(): (TelemetryCounts & { readonly unkept: number }) | undefined;
  close(): Promise<void>;
}

/** Summaries and faults that may wait for the store. */
const WAITING = 1000;
/** ms in which a process that was asked to end has to. */
const PATIENCE = 6000;

async function checked(options: TelemetryOptions, log: (line: string) => void): Promise<Omit<OpenTelemetry, "stateSeq">> {
  const { url, username, password, ca, site, robot, session } = options;
  const wrong = (text: string) => new OnarmError("usage.invalid", `telemetry: ${text}`);
  topics(site, robot);
  if (!isName(session)) throw wrong(`"${session.slice(0, 80)}" cannot name a session; letters, digits, ".", "_" and "-" may`);
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (!address || !["mqtt:", "mqtts:"].includes(address.protocol) || address.hostname === "")
    throw wrong("the broker's address is mqtt://host:port, or mqtts://host:port for TLS");
  if (address.username !== "" || address.password !== "")
    throw wrong("the broker's address may not hold a password, for addresses end up in logs; give it by itself");
  if (password !== undefined && username === undefined) throw wrong("a password needs a username");
  const loopback = ["localhost", "127.0.0.1", "[::1]"].includes(address.hostname);
  if (address.protocol === "mqtt:" && password !== undefined && !loopback)
    log(`telemetry: the password crosses the network to ${address.hostname} in the clear; use mqtts://`);
  if (ca === undefined) return options;
  const pem = await readFile(ca, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new OnarmError("file.missing", `telemetry: the authority's certificate ${ca} cannot be read (${error.code})`, { ca });
  });
  return { ...options, ca: pem };
}

interface TelemetryProcess extends Living {
  readonly pid: number;
  readonly newest: ReadonlyMap<string, number>;
  send(message: ToTelemetry, done?: () => void): void;
  close(): Promise<void>;
}

/** One process of telemetry, from its start to its end. */
async function begin(
  options: OpenTelemetry,
  hears: (message: FromTelemetry, send: TelemetryProcess["send"]) => void,
): Promise<TelemetryProcess> {
  const child = forkEntry(new URL("./telemetryProcess.ts", import.meta.url));
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const send = (message: ToTelemetry, done: () => void = () => {}) => void (child.connected && child.send(message, done));
  const newest = await new Promise<ReadonlyMap<string, number>>((resolve, reject) => {
    let why: Error = new OnarmError("process.lost", "telemetry's process ended before it could speak; run again with --debug");
    child.on("message", (message: FromTelemetry) => {
      if ("opened" in message) return resolve(new Map(message.opened.newest));
      if (!("refused" in message)) return hears(message, send);
      const { code, message: text } = message.refused;
      why = isOnarmError({ code }) ? new OnarmError(code as FaultCode, text) : new Error(text);
    });
    child.once("error", reject);
    void ended.then(() => reject(why));
    send({ open: options });
  });
  const close = async () => {
    const killer = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
    send({ close: "closed" });
    await ended;
    clearTimeout(killer);
  };
  return { pid: child.pid!, newest, ended, send, close };
}

/**
 * The fleet's link in a process of its own. Resolves when the store is open; the broker may come and go as it likes, then and later. A process that
 * ends comes back as often as supervision allows, with all that had not reached the store.
 * @throws "usage.invalid" for a name or an address that is none; "file.missing" for a certificate that is not there; "storage.failed" for a store that
 * cannot be written
 */
export async function openTelemetry(given: TelemetryOptions, log: (line: string) => void): Promise<Telemetry> {
  const options = await checked(given, log);
  const names = topics(options.site, options.robot);
  const command$ = new Subject<FleetCommand>();
  const untaken = new Map<string, Kept>();
  const seqs = new Map<KeptEvent["kind"], number>();
  let counts: TelemetryCounts | undefined;
  let facts: FactsEvent | undefined;
  let state: StateEvent | undefined;
  let busy = false;
  let closing = false;
  let unkept = 0;

  const obey = (send: TelemetryProcess["send"], { id, ...asked }: Asked & { readonly id: number }) => {
    let answered = false;
    const answer = (refusal?: string) => {
      if (!answered) send({ answer: { id, ...(refusal === undefined ? {} : { refusal }) } });
      answered = true;
    };
    if (command$.observed) command$.next({ ...asked, answer });
    else answer("this run takes no commands from afar");
  };
  const start = async () => {
    busy = false;
    const self = await begin({ ...options, stateSeq: counts?.stateSeq ?? 0 }, (message, send) => {
      if ("took" in message) untaken.delete(message.took);
      else if ("asked" in message) obey(send, message.asked);
      else if ("counts" in message) counts = message.counts;
      else if ("said" in message) log(message.said);
    });
    for (const put of untaken.values()) self.send({ put });
    if (facts) self.send({ facts });
    if (state) self.send({ state });
    if (closing) await self.close();
    return self;
  };
  const process_ = await supervised("telemetry", start, log);
  for (const [stream, seq] of process_.current()!.newest) seqs.set(stream.split("/")[1] as KeptEvent["kind"], seq + 1);

  /** One state is under way at most: while the process is busy the newest waits. */
  const show = () => {
    const current = process_.current();
    if (!current || !state || busy) return;
    busy = true;
    const shown = state;
    current.send({ state: shown }, () => {
      if (process_.current() !== current) return;
      busy = false;
      if (state !== shown) show();
    });
  };
  const keep = (event: KeptEvent) => {
    const seq = seqs.get(event.kind) ?? 0;
    seqs.set(event.kind, seq + 1); // a number that is left out tells its reader that something was
    if (untaken.size >= WAITING) return void unkept++;
    const { session } = options;
    const text = payload(event.kind, { session, seq, now: Date.now() / 1000 }, event as never);
    const put: Kept = { topic: names[event.kind], session, channel: event.kind, seq, text };
    untaken.set(keyOf(put), put);
    process_.current()?.send({ put });
  };

  return {
    get pid() {
      return process_.current()?.pid;
    },
    command$: command$.asObservable(),
    publish(event) {
      if (closing) return;
      switch (event.kind) {
        case "state":
          state = event;
          return show();
        case "facts":
          facts = event;
          return process_.current()?.send({ facts });
        default:
          return keep(event);
      }
    },
    counts: () => counts && { ...counts, unkept },
    async close() {
      if (closing) return;
      closing = true;
      process_.release();
      await process_.current()?.close();
      command$.complete();
    },
  };
}
