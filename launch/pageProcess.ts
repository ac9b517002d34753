import process from "node:process";
import { ReplaySubject } from "rxjs";
import { isOnarmError } from "../src/domain/errors.ts";
import type { PageState } from "../src/operator/protocol.ts";
import { serveOperator } from "../src/operator/server.ts";
import { foxgloveChannels } from "./foxglove/channels.ts";
import type { FromPage, ToPage } from "./page.ts";

/** Entry of the page's process: snapshots come over IPC, commands go back. It ends when its parent lets go or is gone. */
const state$ = new ReplaySubject<PageState>(1);
const tell = (message: FromPage) => void (process.connected && process.send!(message));

let metrics: string | undefined;
let close = async () => {};
let renewLink = () => "";
process.on("message", async (message: ToPage) => {
  if ("metrics" in message) return void (metrics = message.metrics);
  if ("show" in message) return state$.next(message.show);
  if ("link" in message) return void process.stderr.write(`the page: ${renewLink()}\n`);
  const { again, allowedOrigins: origins = [], ...options } = message.open;
  try {
    const server = await serveOperator({
      ...options,
      state$,
      foxglove: { channels: foxgloveChannels(options.description, options.limits), origins },
      metrics: () => metrics,
      onCommand: (command) => tell({ command }),
      onAudit: (audit) => tell({ audit }),
      onLink: (links) => tell({ links }),
      // Who was let in needs no link to come back, and one that nobody asked for would lie about.
      ...(again ? { say: () => {} } : {}),
    });
    renewLink = server.renewLink;
    close = server.close;
    tell({ url: server.url });
  } catch (error) {
    tell({ refused: { code: isOnarmError(error) ? error.code : "unexpected", message: (error as Error).message } });
  }
});
process.on("disconnect", () => void close().finally(() => process.exit(0)));
// Ctrl-C reaches the whole group: the page stays up until the run has stopped in order.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
