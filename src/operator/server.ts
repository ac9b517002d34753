import { randomBytes } from "node:crypto";
import { createServer, STATUS_CODES, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { performance } from "node:perf_hooks";
import type { Duplex } from "node:stream";
import type { Observable } from "rxjs";
import { WebSocketServer, type WebSocket } from "ws";
import type { ArmDescription, Limits } from "../domain/arm.ts";
import { OnarmError } from "../domain/errors.ts";
import { admit, type Refused } from "./authority.ts";
import { Client } from "./client.ts";
import { filming } from "./film.ts";
import { lease } from "./lease.ts";
import { maxFrameBytes, subProtocol, type AuditEntry, type OperatorCommand, type PageState, type Role } from "./protocol.ts";
import { answer } from "./static.ts";
import { wordingOnce } from "./wording.ts";

export interface OperatorOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** Of operators. Left out: a random one. Never empty. */
  readonly token?: string;
  /** Of those who only watch. Left out: a random one. */
  readonly viewerToken?: string;
  /** Prometheus text, served as /metrics to whoever has a token; its latest. */
  metrics?(): string | undefined;
  /** Served as /description.json. */
  readonly description: ArmDescription;
  /** Served as /limits.json: workspace and boxes to keep out of, for the picture. */
  readonly limits?: Limits;
  /** Snapshots; every client is sent the latest one. Its error or completion ends nothing. */
  readonly state$: Observable<PageState>;
  onCommand(command: OperatorCommand): void;
  /** Who did what, line by line. */
  onAudit?(entry: AuditEntry): void;
  /** The link with the token is told here, once. */
  say?(line: string): void;
}

export interface OperatorServer {
  /** Address of the page, the operators' token in it; and the same to watch only. */
  readonly url: string;
  readonly viewerUrl: string;
  readonly token: string;
  close(): Promise<void>;
}

/** This machine alone: whoever is elsewhere comes through a tunnel that knows who they are. */
const host = "127.0.0.1";
const maxClients = 32;
/** Commands that are repeated while a person holds on. */
const held: ReadonlySet<OperatorCommand["kind"]> = new Set(["recover", "jog", "jog-joint", "reward"]);
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
  const { port, description, state$, onCommand, onAudit = () => {} } = options;
  const token = options.token ?? randomBytes(24).toString("base64url");
  const tokens = { operator: token, viewer: options.viewerToken ?? randomBytes(24).toString("base64url") };
  if (token.trim() === "" || tokens.viewer.trim() === "")
    throw new OnarmError("usage.invalid", "the page's token is empty; give --token at least one character, or leave it out");

  const server = createServer(
    { headersTimeout: 5000, requestTimeout: 10_000 },
    answer(description, options.limits, { tokens, latest: () => options.metrics?.() }),
  );
  server.maxConnections = 4 * maxClients;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
    handleProtocols: () => subProtocol,
  });
  const clients = new Set<Client>();
  let comers = 0;
  const wording = wordingOnce();
  const write = lease<Client>((holder) => {
    for (const client of clients) client.tellLease(holder?.name);
  });
  const welcome = (webSocket: WebSocket, role: Role) => {
    const name = `${role} ${++comers}`;
    const audit = (what: string) => onAudit({ by: name, role, what });
    const client: Client = new Client(
      webSocket,
      { name, role },
      {
        command: (command) => {
          // A word that is said ten times a second is told once, by the mode it leads to.
          if (!held.has(command.kind)) audit(command.kind);
          onCommand(command);
        },
        lease: {
          claims: () => write.claims(client),
          takeOver: () => {
            const from = write.takeOver(client);
            audit(from ? `took control from ${from.name}` : "took control");
          },
          release: () => {
            write.release(client);
            audit("gave control back");
          },
        },
        replay: film.frames,
        audit,
        gone: () => {
          clients.delete(client);
          write.release(client);
          audit("left");
        },
      },
      now,
      wording,
    );
    clients.add(client);
    audit("came");
    client.tellLease(write.holder()?.name);
    if (latest) client.show(latest);
  };
  let latest: PageState | undefined;
  const film = filming();

  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    const admitted = admit(request, tokens, subProtocol);
    if (typeof admitted !== "string") return refuse(socket, admitted);
    if (clients.size >= maxClients) return refuse(socket, { status: 503, reason: "too many clients" });
    sockets.handleUpgrade(request, socket, head, (webSocket) => welcome(webSocket, admitted));
  });

  await listening(server, port);
  const subscription = state$.subscribe({
    next: (state) => {
      latest = state;
      film.take(state);
      for (const client of clients) client.show(state);
    },
    error: () => {},
  });
  const beat = setInterval(() => {
    for (const client of clients) client.beat();
  }, 10);

  const link = (token: string) => `http://${host}:${(server.address() as AddressInfo).port}/?token=${encodeURIComponent(token)}`;
  const [url, viewerUrl] = [link(tokens.operator), link(tokens.viewer)];
  const say = options.say ?? ((line) => process.stderr.write(`${line}\n`));
  say(`the page: ${url}`);
  say(`to watch only: ${viewerUrl}`);

  return {
    url,
    viewerUrl,
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
