import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { OnarmError } from "../domain/errors.ts";

/** Certificate chain and its key, PEM. */
export interface Tls {
  readonly cert: string;
  readonly key: string;
}

/** Where a page listens. */
export interface Place {
  /** 0 for any free port. */
  readonly port: number;
  /** This machine alone when left out: whoever is elsewhere comes through a tunnel that knows who they are, or over TLS. */
  readonly host?: string;
  readonly tls?: Tls;
}

export const loopback = "127.0.0.1";

/** No TLS handshake and no request may dawdle, ms. */
const patience = { headersTimeout: 5000, requestTimeout: 10_000 };

/**
 * A server at its place, listening.
 * @throws OnarmError "usage.invalid" for a place that is taken or not this machine's
 */
export async function listening(place: Place, answer: RequestListener, maxConnections: number): Promise<Server> {
  const { port, host = loopback, tls } = place;
  const server = tls ? createTlsServer({ ...tls, ...patience, handshakeTimeout: 5000 }, answer) : createServer(patience, answer);
  server.maxConnections = maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const remedy =
        error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND"
          ? "--host must be an address of this machine"
          : "choose another with --port, or 0 for any";
      const text = `the page cannot listen on ${host} port ${port} (${error.code}); ${remedy}`;
      reject(new OnarmError("usage.invalid", text, { port }, error));
    });
    server.listen(port, host, resolve);
  });
  return server;
}
