import { STATUS_CODES } from "node:http";
import { WebSocket } from "ws";
import { OnarmError } from "../../src/domain/errors.ts";
import { subProtocol, type ClientMessage, type ServerMessage } from "../../src/operator/protocol.ts";
import type { Address } from "./address.ts";
import type { LinkStatus } from "./picture.ts";

/** s of silence after which the link counts as lost (the server speaks at least every 0.3 s), after which it is opened anew, and between two tries. */
const SILENCE = 0.8;
const HANGS = 3;
const RETRY = 0.7;
/** s that a first answer may take. */
const PATIENCE = 5;

export interface LinkHooks {
  message(message: ServerMessage): void;
  status(status: LinkStatus): void;
  /** It can never come up: what is wrong and the remedy. */
  refused(why: OnarmError): void;
}

export interface Link {
  /** Sends at once or not at all: nothing is queued toward an arm. Whether it was sent. */
  send(message: ClientMessage): boolean;
  close(): void;
}

const usage = (text: string, cause?: Error) => new OnarmError("usage.invalid", `watch: ${text}`, {}, cause);

/** What an upgrade that was answered with another status means. */
function refusal({ origin }: Address, status: number): OnarmError {
  if (status === 401)
    return usage(
      `${origin} does not know this link's token, which is wrong or was used already; take the link to watch only, or ask the run for a new one`,
    );
  const why = status === 503 ? "it has too many clients; close one" : "check the link";
  return usage(`${origin} refuses the link (${status} ${STATUS_CODES[status]}); ${why}`);
}

/** What kept a first connection from being made. */
function trouble({ origin }: Address, error: NodeJS.ErrnoException): OnarmError {
  if (/CERT|SELF_SIGNED|ISSUER|ALTNAME/.test(error.code ?? ""))
    return usage(`the certificate of ${origin} is not trusted (${error.code}); name who signed it with --ca`, error);
  const what = error.code === "ECONNREFUSED" ? "nothing listens there" : (error.code ?? error.message);
  return usage(`no run at ${origin}: ${what}; check the link's host and port, and that the run is up`, error);
}

/** The link to a run: comes back by itself once it was up, by the session that a link which opens once was exchanged for. `ca`: PEM. */
export function openLink(address: Address, ca: string | undefined, on: LinkHooks): Link {
  const now = () => performance.now() / 1000;
  let { token } = address;
  let socket: WebSocket | undefined;
  let openedAt = 0;
  let heardAt = -Infinity;
  let wasUp = false;
  let over = false;
  let status: LinkStatus = "connecting";

  const become = (next: LinkStatus) => {
    if (next !== status) on.status((status = next));
  };
  const end = (after: () => void) => {
    if (over) return;
    over = true;
    clearInterval(beat);
    socket?.terminate();
    after();
  };
  const open = () => {
    openedAt = now();
    const url = `${address.origin.replace(/^http/, "ws")}/ws?token=${encodeURIComponent(token)}`;
    const mine = new WebSocket(url, subProtocol, { handshakeTimeout: PATIENCE * 1000, ...(ca === undefined ? {} : { ca }) });
    socket = mine;
    mine.on("message", (data) => {
      if (socket !== mine || over) return;
      const message = JSON.parse(String(data)) as ServerMessage;
      heardAt = now();
      wasUp = true;
      if (message.type === "hello" && message.session !== undefined) token = message.session;
      // Told first, so that who is up is known by name.
      on.message(message);
      become("up");
    });
    mine.on("unexpected-response", (_, response) => {
      response.resume();
      const code = response.statusCode ?? 0;
      // A run whose page has no room now may have it later.
      if (!wasUp || code === 401) end(() => on.refused(refusal(address, code)));
      mine.terminate();
    });
    mine.on("error", (error) => {
      if (socket === mine && !wasUp) end(() => on.refused(trouble(address, error)));
    });
    mine.on("close", (code) => {
      if (socket !== mine) return;
      socket = undefined;
      if (code === 1001) return end(() => become("ended"));
      if (wasUp) become("lost");
    });
  };
  const beat = setInterval(() => {
    if (!wasUp) return;
    const silence = now() - heardAt;
    if (silence >= SILENCE) become("lost");
    // A link that hangs half-open does not come back: a new one is tried.
    if (socket && silence > HANGS && now() - openedAt > HANGS) {
      const old = socket;
      socket = undefined;
      old.terminate();
    }
    if (!socket && now() - openedAt > RETRY) open();
  }, 100);
  open();

  return {
    send(message) {
      if (socket?.readyState !== WebSocket.OPEN || status !== "up") return false;
      socket.send(JSON.stringify(message));
      return true;
    },
    close: () => end(() => {}),
  };
}
