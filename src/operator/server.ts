import { randomBytes } from "node:crypto";
import { createServer, STATUS_CODES, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { performance } from "node:perf_hooks";
import type { Duplex } from "node:stream";
import type { Observable } from "rxjs";
import { WebSocketServer } from "ws";
import type { ArmDescription } from "../domain/arm.ts";
import { OnarmError } from "../domain/errors.ts";
import { refuseUpgrade, type Refused } from "./authority.ts";
import { Client } from "./client.ts";
import { maxFrameBytes, subProtocol, type OperatorCommand, type PageState } from "./protocol.ts";
import { answer } from "./static.ts";

export interface OperatorOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** Left out: a random one. Never empty. */
  readonly token?: string;
  /** Served as /description.json. */
  readonly description: ArmDescription;
  /** Snapshots; every client is sent the latest one. Its error or completion ends nothing. */
  readonly state$: Observable<PageState>;
  onCommand(command: OperatorCommand): void;
  /** The link with the token is told here, once. */
  say?(line: string): void;
}

export interface OperatorServer {
  /** Address of the page, the token in it. */
  readonly url: string;
  readonly token: string;
  close(): Promise<void>;
}

/** This machine alone: whoever is elsewhere comes through a tunnel that knows who they are. */
const host = "127.0.0.1";
const maxClients = 32;
const now = () => performance.now() / 1000;

function refuse(socket: Duplex, { status, reason }: Refused): void {
  socket.once("finish", () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${reason.length}\r\n\r\n${reason}`,
  );
}

const listening = (server: Server, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        new OnarmError(
          "usage.invalid",
          `the page cannot listen on ${host} port ${port} (${error.code}); choose another with --port, or 0 for any`,
          { port },
          error,
        ),
      ),
    );
    server.listen(port, host, resolve);
  });

/**
 * Serves the operator's page and its WebSocket on one port. Resolves when it listens.
 * @throws OnarmError "usage.invalid" for a port that is taken or an empty token
 */
export async function serveOperator(options: OperatorOptions): Promise<OperatorServer> {
  const { port, description, state$, onCommand } = options;
  const token = options.token ?? randomBytes(24).toString("base64url");
  if (token.trim() === "")
    throw new OnarmError("usage.invalid", "the page's token is empty; give --token at least one character, or leave it out");

  const server = createServer({ headersTimeout: 5000, requestTimeout: 10_000 }, answer(description));
  server.maxConnections = 4 * maxClients;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
    handleProtocols: () => subProtocol,
  });
  const clients = new Set<Client>();
  let latest: PageState | undefined;

  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    const refused: Refused | undefined =
      refuseUpgrade(request, token, subProtocol) ??
      (clients.size >= maxClients ? { status: 503, reason: "too many clients" } : undefined);
    if (refused) return refuse(socket, refused);
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const client = new Client(webSocket, onCommand, () => clients.delete(client), now);
      clients.add(client);
      if (latest) client.show(latest);
    });
  });

  await listening(server, port);
  const subscription = state$.subscribe({
    next: (state) => {
      latest = state;
      for (const client of clients) client.show(state);
    },
    error: () => {},
  });
  const beat = setInterval(() => {
    for (const client of clients) client.beat();
  }, 50);

  const url = `http://${host}:${(server.address() as AddressInfo).port}/?token=${encodeURIComponent(token)}`;
  (options.say ?? ((line) => process.stderr.write(`${line}\n`)))(`the page: ${url}`);

  return {
    url,
    token,
    close: async () => {
      clearInterval(beat);
      subscription.unsubscribe();
      for (const client of clients) client.close();
      sockets.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
