import { once } from "node:events";
import { request } from "node:http";
import { BehaviorSubject } from "rxjs";
import { WebSocket } from "ws";
import { sawyer } from "../../robot/description/sawyer.ts";
import { serveOperator } from "../../src/operator/server.ts";
import type { PageState, ServerMessage } from "../../src/operator/protocol.ts";
import { empty } from "./pageStates.ts";

export const token = "a-token-of-this-test";

export interface Opening {
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly protocol?: string;
}

/** A real server on a free port with everything a client may do to it; `said`, `commands` and `audited` note what came out of it. */
export async function operatorRig() {
  const said: string[] = [];
  const commands: string[] = [];
  const audited: string[] = [];
  const state$ = new BehaviorSubject<PageState>(empty);
  const server = await serveOperator({
    port: 0,
    token,
    viewerToken: "a-viewer's",
    description: sawyer,
    state$,
    metrics: () => "onarm_ticks_total 3\n",
    onCommand: ({ kind }) => commands.push(kind),
    onAudit: ({ by, what }) => audited.push(`${by}: ${what}`),
    say: (line) => said.push(line),
  });
  const base = new URL(server.url);
  const open = ({ path = `/ws?token=${token}`, headers = {}, protocol = "onarm.v1" }: Opening = {}) =>
    new WebSocket(`ws://${base.host}${path}`, protocol, { headers });

  /** The HTTP status an upgrade is answered with; 101 when it is let in. */
  async function statusOf(opening: Opening): Promise<number> {
    const socket = open(opening);
    socket.on("error", () => {});
    return await new Promise((resolve) => {
      socket.on("open", () => (socket.terminate(), resolve(101)));
      socket.on("unexpected-response", (_, response) => (response.resume(), socket.terminate(), resolve(response.statusCode!)));
    });
  }

  /** Opens a link; `heard` collects its messages, `until` resolves with the first that is wanted, `closed` with the close code. */
  async function linked(opening: Opening = {}) {
    const socket = open(opening);
    const heard: ServerMessage[] = [];
    const waiting = new Set<() => void>();
    socket.on("message", (data) => {
      heard.push(JSON.parse(String(data)) as ServerMessage);
      for (const look of waiting) look();
    });
    const closed = once(socket, "close").then(([code]) => code as number);
    const until = (wanted: (message: ServerMessage) => boolean) =>
      new Promise<ServerMessage>((resolve) => {
        const look = () => {
          const found = heard.find(wanted);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      });
    await once(socket, "open");
    return { socket, heard, closed, until };
  }

  async function get(path: string, headers: Record<string, string> = {}, method = "GET") {
    const asked = request({ host: base.hostname, port: base.port, path, headers, method });
    asked.end();
    const [response] = await once(asked, "response");
    let body = "";
    for await (const chunk of response) body += chunk;
    return { status: response.statusCode as number, headers: response.headers as Record<string, string>, body };
  }

  return { server, base, said, commands, audited, state$, statusOf, linked, get };
}
export type OperatorRig = Awaited<ReturnType<typeof operatorRig>>;
