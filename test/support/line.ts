import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A TCP line in front of a local server that can go silent: neither side is told. */
export interface Line {
  readonly port: number;
  /** Lets nothing more through what is connected now; new connections pass. */
  freeze(): void;
  cut(): void;
}

export async function lineTo(port: number): Promise<Line> {
  const ends = new Set<Socket>();
  const line = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const socket of [near, far]) {
      ends.add(socket);
      socket.on("error", () => {});
    }
    near.pipe(far).pipe(near);
  }).listen(0, "127.0.0.1");
  await once(line, "listening");
  return {
    port: (line.address() as { port: number }).port,
    freeze: () => ends.forEach((socket) => socket.unpipe().pause()),
    cut: () => {
      ends.forEach((socket) => socket.destroy());
      line.close();
    },
  };
}
