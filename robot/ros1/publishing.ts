import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { TcpServerNode } from "@foxglove/ros1/nodejs";
import { HttpServerNodejs } from "@foxglove/xmlrpc/nodejs";

/** The TCP side of what a node publishes. `fallen`: messages that had no room, of all subscribers together. */
export interface Outlet {
  readonly server: TcpServerNode;
  fallen(): number;
}

/**
 * Where subscribers connect to, on one address only. One message at most waits for a subscriber that does not read; later ones fall: an old
 * set-point is worse than none, and the library's own queue has no end.
 */
export async function outlet(address: string): Promise<Outlet> {
  let fallen = 0;
  const bounded = (socket: Socket) => {
    const write = socket.write.bind(socket) as (data: Uint8Array, done?: (error?: Error | null) => void) => boolean;
    socket.write = ((data: Uint8Array, done?: (error?: Error | null) => void) => {
      if (socket.writableLength === 0) return write(data, done);
      fallen++;
      done?.();
      return false;
    }) as Socket["write"];
  };
  const listening: Server = createServer();
  // First, so that a socket is bounded before the library writes to it.
  listening.on("connection", bounded);
  await new Promise<void>((ready, no) => listening.once("error", no).listen(0, address, ready));
  return { server: new TcpServerNode(listening), fallen: () => fallen };
}

/** The node's XML-RPC side, on one address only: the library would listen on all of the machine's. */
export class FacingServer extends HttpServerNodejs {
  readonly #address: string;
  constructor(address: string) {
    super();
    this.#address = address;
  }
  override listen(port?: number, _hostname?: string, backlog?: number): Promise<void> {
    return super.listen(port, this.#address, backlog);
  }
}
