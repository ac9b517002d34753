import { randomBytes } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { AddressInfo } from "node:net";
import { performance } from "node:perf_hooks";
import type { Duplex } from "node:stream";
import type { Observable } from "rxjs";
import { WebSocketServer, type WebSocket } from "ws";
import type { ArmDescription, Limits } from "../domain/arm.ts";
import { OnarmError } from "../domain/errors.ts";
import { admit, ownHosts, rateLimit, type Door, type Refused } from "./authority.ts";
import { Client } from "./client.ts";
import { filming } from "./film.ts";
import { foxgloveAdmission, wantsFoxglove } from "./foxglove/admission.ts";
import { foxgloveDesk, type FoxgloveOptions } from "./foxglove/desk.ts";
import { isFoxglove } from "./foxglove/protocol.ts";
import { keysOf, type Entry } from "./keys.ts";
import { lease } from "./lease.ts";
import { listening, loopback, type Place } from "./listening.ts";
import { maxFrameBytes, subProtocol, type AuditEntry, type OperatorCommand, type PageState } from "./protocol.ts";
import { answer } from "./static.ts";
import { wordingOnce } from "./wording.ts";

export interface OperatorOptions extends Place {
  /** Names and addresses besides this machine's own by which browsers may call it; the links name the first. As a URL has them: IPv6 in brackets. */
  readonly publicHosts?: readonly string[];
  /** Of operators and their programs, for as long as the run lasts. Left out: a random one. Never empty. */
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
  /** What Foxglove and Lichtblick may watch on the same port; left out: nothing. */
  readonly foxglove?: FoxgloveOptions;
  onCommand(command: OperatorCommand): void;
  /** Who did what, line by line. */
  onAudit?(entry: AuditEntry): void;
  /** What sessions are made of, and how many links were used or made void before: of a page that was served before and comes back. */
  readonly secret?: string;
  readonly links?: number;
  /** A link was used or made void; how many there were by now. */
  onLink?(links: number): void;
  /** The links are told here, once. */
  say?(line: string): void;
}

export interface OperatorServer {
  /** Address of the page with the operators' token in it, which is told to nobody; and the one to watch only. */
  readonly url: string;
  readonly viewerUrl: string;
  readonly token: string;
  /** Address of the page for one more browser: it opens once, and the one before opens no more. */
  renewLink(): string;
  close(): Promise<void>;
}

const maxClients = 32;
/** Of these, places that those who only watch never take: who may stop the arm gets in however many look on. */
const keptForOperators = 8;
/** Commands that are repeated while a person holds on. */
const held: ReadonlySet<OperatorCommand["kind"]> = new Set(["recover", "jog", "jog-joint", "reward"]);
const now = () => performance.now() / 1000;

function refuse(socket: Duplex, { status, reason }: Refused): void {
  socket.once("finish", () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${reason.length}\r\n\r\n${reason}`,
  );
}

/**
 * Serves the operator's page and its WebSocket on one port. Resolves when it listens.
 * @throws OnarmError "usage.invalid" for a port that is taken or an empty token
 */
export async function serveOperator(options: OperatorOptions): Promise<OperatorServer> {
  const { description, state$, onCommand, onAudit = () => {} } = options;
  const token = options.token ?? randomBytes(24).toString("base64url");
  const tokens = { operator: token, viewer: options.viewerToken ?? randomBytes(24).toString("base64url") };
  if (token.trim() === "" || tokens.viewer.trim() === "")
    throw new OnarmError("usage.invalid", "the page's token is empty; give --token at least one character, or leave it out");

  const secret = options.secret ?? randomBytes(32).toString("base64url");
  const keys = keysOf(tokens, secret, options.links, options.onLink);
  const door: Door = {
    scheme: options.tls ? "https" : "http",
    hosts: new Set([...ownHosts, ...(options.publicHosts ?? [])]),
    keys,
  };
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(subProtocol) ? subProtocol : ([...offered].find(isFoxglove) ?? false)),
  });
  const clients = new Set<Client>();
  let comers = 0;
  const wording = wordingOnce();
  const write = lease<Client>((holder) => {
    for (const client of clients) client.tellLease(holder?.name);
  });
  const welcome = (webSocket: WebSocket, entry: Entry) => {
    const { role } = entry;
    const name = `${role} ${++comers}`;
    const audit = (what: string) => onAudit({ by: name, role, what });
    const client: Client = new Client(
      webSocket,
      { ...entry, name },
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
    audit(entry.session === undefined ? "came" : "came by the link that opens once");
    client.tellLease(write.holder()?.name);
    if (latest) client.show(latest);
  };
  let latest: PageState | undefined;
  const film = filming();
  const say = options.say ?? ((line) => process.stderr.write(`${line}\n`));
  const foxglove = foxgloveDesk(options.foxglove?.channels ?? [], say, now);
  const admitViewer = foxgloveAdmission(door, options.foxglove?.origins ?? [], say);
  const watch = (webSocket: WebSocket) => {
    const who = { by: `viewer ${++comers}`, role: "viewer" } as const;
    onAudit({ ...who, what: `came to watch by ${webSocket.protocol}` });
    foxglove.welcome(webSocket, () => onAudit({ ...who, what: "left" }));
  };

  const host = options.publicHosts?.[0] ?? loopback;
  const address = (token: string) =>
    `${door.scheme}://${host}:${(server.address() as AddressInfo).port}/?token=${encodeURIComponent(token)}`;
  const server = await listening(
    options,
    answer(description, options.limits, door, {
      metrics: () => options.metrics?.(),
      link: () => {
        onAudit({ by: "an operator's program", role: "operator", what: "asked for a link for another browser" });
        return address(keys.renew());
      },
    }),
    4 * maxClients,
  );
  const tooManyViewers = (): Refused | undefined => {
    const viewers = foxglove.size + [...clients].filter(({ role }) => role === "viewer").length;
    return viewers < maxClients - keptForOperators ? undefined : { status: 503, reason: "too many viewers" };
  };
  // Who knocks is told, but not each knock.
  const tellsRefusals = rateLimit(5, 0.2, now);
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    // First, so that nobody's link is used up by it.
    if (clients.size + foxglove.size >= maxClients) return refuse(socket, { status: 503, reason: "too many clients" });
    if (options.foxglove && wantsFoxglove(request)) {
      const refused = admitViewer(request) ?? tooManyViewers();
      return refused ? refuse(socket, refused) : sockets.handleUpgrade(request, socket, head, watch);
    }
    const admitted = admit(request, door, subProtocol);
    if ("status" in admitted) {
      if (tellsRefusals()) onAudit({ by: "somebody", role: "viewer", what: `was refused at the door: ${admitted.reason}` });
      return refuse(socket, admitted);
    }
    const crowded = admitted.role === "viewer" ? tooManyViewers() : undefined;
    if (crowded) return refuse(socket, crowded);
    sockets.handleUpgrade(request, socket, head, (webSocket) => welcome(webSocket, admitted));
  });
  const subscription = state$.subscribe({
    next: (state) => {
      latest = state;
      film.take(state);
      foxglove.show(state);
      for (const client of clients) client.show(state);
    },
    error: () => {},
  });
  const beat = setInterval(() => {
    for (const client of clients) client.beat();
    foxglove.beat();
  }, 10);

  const [url, viewerUrl] = [address(tokens.operator), address(tokens.viewer)];
  say(`the page: ${address(keys.link())}`);
  say(`to watch only: ${viewerUrl}`);
  if (options.foxglove) say(`for Foxglove and Lichtblick: ${viewerUrl.replace(/^http/, "ws")}`);

  return {
    url,
    viewerUrl,
    token,
    renewLink: () => address(keys.renew()),
    close: async () => {
      clearInterval(beat);
      subscription.unsubscribe();
      for (const client of clients) client.close();
      foxglove.close();
      sockets.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
