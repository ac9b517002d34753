import type { RawData, WebSocket } from "ws";
import { rateLimit } from "../authority.ts";
import type { Channel, Said, Shown } from "./channel.ts";
import { messageData, parseWish, serverInfo, advertise, status } from "./protocol.ts";

/** Close codes of RFC 6455 7.4.1. */
const goingAway = 1001;
const policyViolation = 1008;

/** Bytes a client may leave unread before it gets no lossy channel, and before it gets nothing at all. */
const lossyLimit = 64 * 1024;
const unreadLimit = 256 * 1024;
/** s a client may be that slow before it is cut off; s between two pings, of which one may stay unanswered. */
const unreadPatience = 5;
const pingEvery = 10;
/** Messages a client may send at once and per second: a viewer's layout subscribes topic by topic. */
const burst = 200;
const perSecond = 50;
/** s between asking a client to close and cutting it off. */
const closePatience = 1;

interface Subscription {
  readonly channel: number;
  told: Shown | undefined;
  at: number;
}

export interface FoxgloveHooks {
  /** What a channel says now, encoded once for all clients. */
  say(channel: number, now: Shown, told: Shown | undefined): readonly Said[];
  /** Called once, when the connection is closed. */
  gone(): void;
}

/** One viewer's connection: it may ask for channels, and for nothing else. Everything it makes us keep is bounded. */
export class FoxgloveClient {
  readonly #socket: WebSocket;
  readonly #channels: readonly Channel[];
  readonly #hooks: FoxgloveHooks;
  readonly #now: () => number;
  readonly #withinRate: () => boolean;
  /** By the id that the client chose; a channel at most once. */
  readonly #subscriptions = new Map<number, Subscription>();
  #slowSince: number | undefined;
  #pingedAt: number;
  #answered = true;
  #refused = false;

  /** `now` in s, monotonic. `session`: of this server, from its start to its end. */
  constructor(socket: WebSocket, channels: readonly Channel[], session: string, hooks: FoxgloveHooks, now: () => number) {
    this.#socket = socket;
    this.#channels = channels;
    this.#hooks = hooks;
    this.#now = now;
    this.#withinRate = rateLimit(burst, perSecond, now);
    this.#pingedAt = now();
    socket.on("message", (data, binary) => this.#receive(data, binary));
    socket.on("pong", () => (this.#answered = true));
    socket.on("error", () => {});
    socket.on("close", hooks.gone);
    socket.send(serverInfo(session));
    socket.send(advertise(channels));
  }

  /** Called every few tens of ms: sends what is due of the newest snapshot. */
  beat(newest: Shown | undefined): void {
    const time = this.#now();
    if (!this.#keepsUp(time) || !this.#answers(time) || newest === undefined) return;
    for (const [id, subscription] of this.#subscriptions) {
      const { every, lossy } = this.#channels[subscription.channel]!;
      // What was left out is not lost where it matters: the next telling starts from the last one.
      if (subscription.told === newest || time - subscription.at < every) continue;
      if (this.#socket.bufferedAmount > (lossy ? lossyLimit : unreadLimit)) continue;
      const said = this.#hooks.say(subscription.channel, newest, subscription.told);
      subscription.told = newest;
      if (said.length > 0) subscription.at = time;
      for (const message of said) this.#socket.send(messageData(id, message));
    }
  }

  close(): void {
    this.#end(goingAway, "the run has ended");
  }

  /** False for one that is cut off. */
  #keepsUp(time: number): boolean {
    if (this.#socket.readyState !== this.#socket.OPEN) return false;
    if (this.#socket.bufferedAmount <= lossyLimit) this.#slowSince = undefined;
    else if (this.#slowSince === undefined) {
      this.#slowSince = time;
      // The words that viewers know, and explain to their users.
      this.#socket.send(status("warning", "Send buffer limit reached"));
    } else if (time - this.#slowSince > unreadPatience) {
      this.#socket.terminate();
      return false;
    }
    return true;
  }

  /** A link that is gone without a word, behind a tunnel say, is found out by its silence. False for one that is cut off. */
  #answers(time: number): boolean {
    if (time - this.#pingedAt < pingEvery) return true;
    if (!this.#answered) {
      this.#socket.terminate();
      return false;
    }
    this.#pingedAt = time;
    this.#answered = false;
    this.#socket.ping();
    return true;
  }

  #receive(data: RawData, binary: boolean): void {
    if (this.#refused) return;
    if (!this.#withinRate()) return this.#end(policyViolation, "too many messages");
    const wish = parseWish(data as Buffer, binary);
    if (wish === undefined) return this.#tell("error", "that is no message of this protocol");
    if (wish.op === "refused")
      return this.#tell(
        "warning",
        `${wish.what}: there is none of it on this link, it is to watch only; the arm is commanded on its page`,
      );
    if (wish.op === "unsubscribe") {
      const unknown = wish.subscriptionIds.filter((id) => !this.#subscriptions.delete(id));
      if (unknown.length > 0) this.#tell("warning", `there is no subscription ${unknown[0]}`);
      return;
    }
    const refusals = wish.subscriptions.map((one) => this.#subscribe(one)).filter((reason) => reason !== undefined);
    if (refusals.length > 0) this.#tell("warning", refusals[0]!);
  }

  /** Why there is no subscription; undefined when there is. */
  #subscribe({ id, channelId }: { readonly id: number; readonly channelId: number }): string | undefined {
    if (channelId >= this.#channels.length) return `there is no channel ${channelId}`;
    if (this.#subscriptions.has(id)) return `the subscription ${id} is taken`;
    if ([...this.#subscriptions.values()].some(({ channel }) => channel === channelId))
      return `channel ${channelId} is subscribed to already`;
    this.#subscriptions.set(id, { channel: channelId, told: undefined, at: -Infinity });
    return undefined;
  }

  #tell(severity: "warning" | "error", message: string): void {
    if (this.#socket.bufferedAmount <= lossyLimit) this.#socket.send(status(severity, message));
  }

  #end(code: number, reason: string): void {
    if (this.#refused) return;
    this.#refused = true;
    this.#socket.close(code, reason);
    setTimeout(() => this.#socket.terminate(), closePatience * 1000).unref();
  }
}
