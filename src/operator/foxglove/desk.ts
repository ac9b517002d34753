import { randomUUID } from "node:crypto";
import type { WebSocket } from "ws";
import type { PageState } from "../snapshot.ts";
import type { Channel, Said, Shown } from "./channel.ts";
import { FoxgloveClient } from "./client.ts";

/** What viewers may watch, and which web pages may do so beside our own: their origins, as browsers send them. */
export interface FoxgloveOptions {
  readonly channels: readonly Channel[];
  readonly origins?: readonly string[];
}

/** Wall and snapshot clock may drift that far apart before they are matched anew, s. */
const apart = 1;

/** Unix time of snapshots, ns: the distance between them is that of their own clock, which does not step. `wall` in s. */
function stamping(wall: () => number): (state: PageState) => bigint {
  let offset: number | undefined;
  return ({ at }) => {
    const now = wall();
    if (offset === undefined || !(Math.abs(now - at - offset) <= apart)) offset = now - at;
    // A snapshot without a time is of now. In whole microseconds, as far as a float of today's date goes.
    const unix = Number.isFinite(at + offset) ? at + offset : now;
    return BigInt(Math.max(0, Math.round(unix * 1e6))) * 1000n;
  };
}

/**
 * What the snapshots say is put into words once for all clients that were told the same before. A channel that fails is silent from then on, and `say` is
 * told: who commands on the same port must not suffer for who watches.
 */
function wordingOnce(channels: readonly Channel[], say: (line: string) => void) {
  const words = channels.map(() => ({
    now: undefined as Shown | undefined,
    said: new Map<Shown | undefined, readonly Said[]>(),
  }));
  const failed = new Set<number>();
  const tell = (channel: number, now: Shown, told: Shown | undefined): readonly Said[] => {
    if (failed.has(channel)) return [];
    try {
      return channels[channel]!.tell(now, told);
    } catch (error) {
      failed.add(channel);
      say(`viewers get no more ${channels[channel]!.topic}: ${(error as Error).message}; everything else goes on`);
      return [];
    }
  };
  return (channel: number, now: Shown, told: Shown | undefined): readonly Said[] => {
    const word = words[channel]!;
    if (word.now !== now) words[channel] = { now, said: new Map() };
    const { said } = words[channel]!;
    const known = said.get(told);
    if (known) return known;
    const fresh = tell(channel, now, told);
    said.set(told, fresh);
    return fresh;
  };
}

/** Everything viewers by the Foxglove protocol see of a run. */
export interface FoxgloveDesk {
  readonly size: number;
  /** A viewer that was let in. `gone` is called once, when it left. */
  welcome(socket: WebSocket, gone: () => void): void;
  show(state: PageState): void;
  /** Called every few tens of ms. */
  beat(): void;
  close(): void;
}

/** `now` in s, monotonic; `wall`: Unix time, s. `say` is told of a channel that fails. */
export function foxgloveDesk(
  channels: readonly Channel[],
  say: (line: string) => void,
  now: () => number,
  wall = () => Date.now() / 1000,
): FoxgloveDesk {
  const clients = new Set<FoxgloveClient>();
  const session = randomUUID();
  const stamp = stamping(wall);
  const words = wordingOnce(channels, say);
  let newest: Shown | undefined;
  return {
    get size() {
      return clients.size;
    },
    welcome: (socket, gone) => {
      const client: FoxgloveClient = new FoxgloveClient(
        socket,
        channels,
        session,
        {
          say: words,
          gone: () => {
            clients.delete(client);
            gone();
          },
        },
        now,
      );
      clients.add(client);
    },
    show: (state) => void (newest = { state, time: stamp(state) }),
    beat: () => {
      for (const client of clients) client.beat(newest);
    },
    close: () => {
      for (const client of clients) client.close();
    },
  };
}
