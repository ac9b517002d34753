import process from "node:process";
import { isOnarmError } from "../src/domain/errors.ts";
import { keyOf } from "../src/telemetry/backlog.ts";
import { openJournal } from "../src/telemetry/journal.ts";
import { telemetry, type Telemetry } from "../src/telemetry/telemetry.ts";
import { topics } from "../src/telemetry/topics.ts";
import type { FromTelemetry, OpenTelemetry, ToTelemetry } from "./telemetryProtocol.ts";

/** Entry of telemetry's process: what is told of the arm comes over IPC, commands go back. It ends when its parent says so or is gone. */
const tell = (message: FromTelemetry) =>
  new Promise<void>((resolve) => (process.connected ? process.send!(message, () => resolve()) : resolve()));

/** ms between two reports of the counts. */
const REPORT = 500;

let voice: Telemetry | undefined;
let leaving: Promise<void> | undefined;
const waiting = new Map<number, (refusal: string | undefined) => void>();
let asked = 0;

async function open({ store, site, robot, session, ...link }: OpenTelemetry) {
  const told = (line: string) => void tell({ said: line });
  const names = topics(site, robot);
  const journal = await openJournal(store, told);
  const opened = telemetry({
    ...link,
    topics: names,
    session,
    journal,
    told,
    ask: (wanted) =>
      new Promise((resolve) => {
        const id = asked++;
        waiting.set(id, resolve);
        void tell({ asked: { ...wanted, id } });
      }),
  });
  setInterval(() => void tell({ counts: opened.counts() }), REPORT).unref();
  voice = {
    ...opened,
    close: async (reason) => {
      await opened.close(reason);
      await journal.close();
      await tell({ counts: opened.counts() });
    },
  };
  await tell({ opened: { newest: [...journal.newest()].filter(([stream]) => stream.startsWith(`${session}/`)) } });
}

const leave = (reason: string) => (leaving ??= (voice?.close(reason) ?? Promise.resolve()).finally(() => process.exit(0)));

process.on("message", (message: ToTelemetry) => {
  if ("state" in message) voice?.state(message.state);
  else if ("put" in message) void voice?.put(message.put).then(() => tell({ took: keyOf(message.put) }));
  else if ("facts" in message) voice?.facts(message.facts);
  else if ("answer" in message) {
    const { id, refusal } = message.answer;
    waiting.get(id)?.(refusal);
    waiting.delete(id);
  } else if ("close" in message) void leave(message.close);
  else
    void open(message.open).catch(async (error: unknown) => {
      const code = isOnarmError(error) ? error.code : "unexpected";
      await tell({ refused: { code, message: (error as Error).message } });
      process.exit(1);
    });
});
// Whoever drove the arm is gone without a word: the fleet hears that from us, not from a last will that cannot tell why.
process.on("disconnect", () => void leave("control.lost"));
// Ctrl-C reaches the whole group: the fleet is told how the run ended after it has.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
