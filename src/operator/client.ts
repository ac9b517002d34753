import type { RawData, WebSocket } from "ws";
import { rateLimit } from "./authority.ts";
import {
  parseClientMessage,
  subProtocol,
  type ClientMessage,
  type Frame,
  type OperatorCommand,
  type PageState,
  type Role,
  type ServerMessage,
} from "./protocol.ts";
import { slowParts, type SlowPart } from "./snapshot.ts";

/** Close codes of RFC 6455 7.4.1. */
const goingAway = 1001;
const unsupportedData = 1003;
const invalidPayload = 1007;
const policyViolation = 1008;

/** Snapshots go out at most this often, s; curves and lists more rarely. */
const stateEvery = 0.028;
const slowEvery = 1;
const aliveAfter = 0.25;
/** Bytes a client may leave unread before it gets nothing more, and s it may stay there before it is cut off. */
const unreadLimit = 256 * 1024;
const unreadPatience = 5;
/** Messages a client may send at once and per second. Stop is not counted. */
const burst = 60;
const perSecond = 30;
/** s between asking a client to close and cutting it off. */
const closePatience = 1;

/** What a client may set going. */
export interface ClientHooks {
  command(command: OperatorCommand): void;
  /** An episode's frames, while they are still kept. */
  replay(episode: number): readonly Frame[] | undefined;
  readonly lease: { claims(): boolean; takeOver(): void; release(): void };
  audit(what: string): void;
  /** Called once, when the connection is closed. */
  gone(): void;
}

/** One operator's connection: hostile until shown otherwise. Everything it makes us keep is bounded. */
export class Client {
  readonly #socket: WebSocket;
  readonly #hooks: ClientHooks;
  readonly #now: () => number;
  readonly #wording: (state: PageState) => string;
  readonly #withinRate: () => boolean;
  #state: PageState | undefined;
  #shown: PageState | undefined;
  readonly #parts: { [K in SlowPart]?: PageState[K] } = {};
  readonly #partAt: Partial<Record<SlowPart, number>> = {};
  #stateAt = -Infinity;
  #sentAt = -Infinity;
  #unreadSince: number | undefined;
  #refused = false;

  readonly name: string;
  readonly role: Role;

  /** `now` in s, monotonic. `wording`: a snapshot's message, made once for all clients. */
  constructor(
    socket: WebSocket,
    who: { readonly name: string; readonly role: Role; readonly session?: string },
    hooks: ClientHooks,
    now: () => number,
    wording: (state: PageState) => string,
  ) {
    this.#socket = socket;
    this.#hooks = hooks;
    [this.name, this.role] = [who.name, who.role];
    this.#now = now;
    this.#wording = wording;
    this.#withinRate = rateLimit(burst, perSecond, now);
    socket.on("message", (data, binary) => this.#receive(data, binary));
    socket.on("error", () => {});
    socket.on("close", hooks.gone);
    this.#send({ type: "hello", protocol: subProtocol, ...who });
  }

  /** Takes the snapshot to be shown next; an older one not sent yet is forgotten. */
  show(state: PageState): void {
    this.#state = state;
  }

  /** Called every few tens of ms: sends what is due. */
  beat(): void {
    const time = this.#now();
    if (this.#socket.bufferedAmount > unreadLimit) {
      this.#unreadSince ??= time;
      if (time - this.#unreadSince > unreadPatience) this.#socket.terminate();
      return;
    }
    this.#unreadSince = undefined;
    const state = this.#state;
    if (state && state !== this.#shown && time - this.#stateAt >= stateEvery) {
      this.#shown = state;
      this.#stateAt = time;
      this.#sendText(this.#wording(state));
    }
    if (state) for (const part of slowParts) this.#sendPart(part, state, time);
    if (time - this.#sentAt >= aliveAfter) this.#send({ type: "alive" });
  }

  /** Tells who holds the write lease. */
  tellLease(holder: string | undefined): void {
    this.#send({ type: "lease", holder: holder ?? null });
  }

  close(): void {
    this.#end(goingAway, "the run has ended");
  }

  #sendPart(part: SlowPart, state: PageState, time: number): void {
    const now = state[part];
    if (now === undefined || now === this.#parts[part] || time - (this.#partAt[part] ?? -Infinity) < slowEvery) return;
    Object.assign(this.#parts, { [part]: now });
    this.#partAt[part] = time;
    this.#send({ type: part, [part]: now } as ServerMessage);
  }

  #receive(data: RawData, binary: boolean): void {
    if (binary) return this.#end(unsupportedData, "messages are text");
    const message = parseClientMessage(String(data));
    // Before every limit, and from a client we are about to close too: a stop is never refused.
    if (message?.type === "stop") return this.#hooks.command({ kind: "stop", by: this.name });
    if (this.#refused) return;
    if (!this.#withinRate()) return this.#end(policyViolation, "too many messages");
    if (message === undefined) return this.#end(invalidPayload, "not a message of onarm.v1");
    if (message.type === "ping") return this.#send({ type: "pong", n: message.n });
    const reason = this.role === "operator" ? this.#obey(message) : "this link is for watching; stop is all it may ask";
    if (reason === undefined) return;
    this.#hooks.audit(`${message.type} refused: ${reason}`);
    this.#send({ type: "refused", command: message.type, reason });
  }

  /** Why an operator's message is not obeyed; undefined when it is. */
  #obey(message: Exclude<ClientMessage, { type: "stop" | "ping" }>): string | undefined {
    if (message.type === "replay") return this.#replay(message.episode);
    // A word on an episode moves nothing: whoever may command may say it, whoever is in control.
    if (message.type === "mark") return void this.#pass(message);
    if (message.type === "lease") return void this.#hooks.lease.takeOver();
    if (message.type === "release") return void this.#hooks.lease.release();
    if (!this.#hooks.lease.claims()) return "another operator is in control; take control first";
    return void this.#pass(message);
  }

  #pass({ type: kind, ...rest }: Exclude<ClientMessage, { type: "stop" | "ping" }>): void {
    this.#hooks.command({ kind, ...rest, by: this.name } as OperatorCommand);
  }

  #replay(episode: number): string | undefined {
    const frames = this.#hooks.replay(episode);
    if (!frames) return `episode ${episode} is not kept for replay any more; its recording is`;
    return void this.#send({ type: "replay", episode, frames });
  }

  #send(message: ServerMessage): void {
    this.#sendText(JSON.stringify(message));
  }

  #sendText(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN || this.#socket.bufferedAmount > unreadLimit) return;
    this.#sentAt = this.#now();
    this.#socket.send(text);
  }

  #end(code: number, reason: string): void {
    if (this.#refused) return;
    this.#refused = true;
    this.#socket.close(code, reason);
    setTimeout(() => this.#socket.terminate(), closePatience * 1000).unref();
  }
}
