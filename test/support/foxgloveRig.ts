import { once } from "node:events";
import wsProtocol from "@foxglove/ws-protocol";
import type { Channel as Advertised, FoxgloveClient, IWebSocket } from "@foxglove/ws-protocol";
import { BehaviorSubject, Subject } from "rxjs";
import { WebSocket } from "ws";
import { foxgloveChannels } from "../../launch/foxglove/channels.ts";
import { LIMITS_FILE } from "../../launch/sawyer.ts";
import { sawyer } from "../../robot/description/sawyer.ts";
import { loadLimits } from "../../src/config/limits.ts";
import type { Channel } from "../../src/operator/foxglove/channel.ts";
import { serveOperator } from "../../src/operator/server.ts";
import type { PageState } from "../../src/operator/snapshot.ts";
import { practising } from "./pageStates.ts";

export const tokens = { operator: "an-operator-of-this-test", viewer: "a-viewer-of-this-test" };

export interface Opening {
  readonly path?: string;
  readonly protocol?: string | string[];
  readonly headers?: Record<string, string>;
}

/** A message as the real client heard it. */
export interface Heard {
  readonly topic: string;
  readonly timestamp: bigint;
  readonly data: Uint8Array;
}

/** A real server on a free port that viewers can watch, and the client library of the protocol's authors as its viewer. */
export async function foxgloveRig(
  channels: readonly Channel[] = foxgloveChannels(sawyer, loadLimits(LIMITS_FILE)),
  origins: string[] = [],
) {
  const said: string[] = [];
  const audit$ = new Subject<string>();
  const commands: string[] = [];
  const state$ = new BehaviorSubject<PageState>(practising);
  const server = await serveOperator({
    port: 0,
    token: tokens.operator,
    viewerToken: tokens.viewer,
    description: sawyer,
    state$,
    foxglove: { channels, origins },
    onCommand: ({ kind }) => commands.push(kind),
    onAudit: ({ by, what }) => audit$.next(`${by} ${what}`),
    say: (line) => said.push(line),
  });
  const { host } = new URL(server.url);
  const open = ({ path = `/?token=${tokens.viewer}`, protocol = "foxglove.websocket.v1", headers = {} }: Opening = {}) =>
    new WebSocket(`ws://${host}${path}`, protocol, { headers });

  /** What an upgrade is answered with: the protocol that was chosen, else the HTTP status. */
  async function answerTo(opening: Opening): Promise<string | number> {
    const socket = open(opening);
    socket.on("error", () => {});
    return await new Promise((resolve) => {
      socket.on("open", () => (socket.terminate(), resolve(socket.protocol)));
      socket.on("unexpected-response", (_, response) => (response.resume(), socket.terminate(), resolve(response.statusCode!)));
    });
  }

  /** A viewer that has heard what there is to subscribe to. `heard` collects what comes; `until` waits until enough of it has. */
  async function viewer(opening: Opening = {}) {
    const socket = open(opening);
    const client: FoxgloveClient = new wsProtocol.FoxgloveClient({ ws: socket as unknown as IWebSocket });
    const heard: Heard[] = [];
    const statuses: { level: number; message: string }[] = [];
    const errors: Error[] = [];
    const subscribed = new Map<number, string>();
    const waiting = new Set<() => void>();
    const look = () => waiting.forEach((again) => again());
    let advertised: Advertised[] = [];
    let info: { readonly name: string; readonly capabilities: readonly string[]; readonly sessionId?: string } | undefined;
    client.on("serverInfo", (event) => ((info = event), look()));
    client.on("advertise", (channels) => ((advertised = [...advertised, ...channels]), look()));
    client.on("status", (status) => (statuses.push(status), look()));
    client.on("error", (error) => (errors.push(error), look()));
    client.on("message", ({ subscriptionId, timestamp, data }) => {
      heard.push({
        topic: subscribed.get(subscriptionId) ?? "?",
        timestamp,
        data: new Uint8Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)),
      });
      look();
    });
    const closed = once(socket, "close").then(([code]) => code as number);
    const until = (done: () => boolean) =>
      new Promise<void>((resolve) => {
        const again = () => done() && (waiting.delete(again), resolve());
        waiting.add(again);
        again();
      });
    await until(() => info !== undefined && advertised.length > 0);
    return {
      socket,
      client,
      info: info!,
      advertised,
      heard,
      statuses,
      errors,
      closed,
      until,
      subscribe: (topic: string) => {
        const id = client.subscribe(advertised.find((channel) => channel.topic === topic)!.id);
        subscribed.set(id, topic);
        return id;
      },
      of: (topic: string) => heard.filter((message) => message.topic === topic),
    };
  }

  return { server, host, said, audit$, commands, state$, open, answerTo, viewer };
}
export type FoxgloveRig = Awaited<ReturnType<typeof foxgloveRig>>;
