import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { text } from "node:stream/consumers";

/** Entry of the relay: one JSON object on stdin, one line on stdout, then bytes both ways until somebody ends it. */
export interface RelayJob {
  readonly address: string;
  readonly port: number;
  readonly parent: number;
}

const { address, port, parent } = JSON.parse(await text(process.stdin)) as RelayJob;
const [host, twin] = address.split(":");

const tied = (near: Socket, far: Socket) => {
  near.setNoDelay(true).pipe(far);
  for (const event of ["error", "close"]) near.on(event, () => far.destroy());
};
const server = createServer((client) => {
  const arm = connect({ host: host!, port: Number(twin) });
  tied(client, arm);
  tied(arm, client);
});
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
server.on("error", ({ message }) => {
  process.stdout.write(JSON.stringify({ code: "link.lost", message: `the relay cannot listen: ${message}` }) + "\n");
  process.exitCode = 1;
});
server.listen(port, "127.0.0.1", () => {
  const listening = server.address() as AddressInfo;
  process.stdout.write(JSON.stringify({ address: `${listening.address}:${listening.port}` }) + "\n");
});
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => process.exit());

// Whoever set it up may have been killed: then nobody would ever end it.
setInterval(() => {
  try {
    process.kill(parent, 0);
  } catch {
    process.exit();
  }
}, 1000).unref();
