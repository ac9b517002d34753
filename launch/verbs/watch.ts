import { readFile } from "node:fs/promises";
import process from "node:process";
import type { OnarmError } from "../../src/domain/errors.ts";
import type { Verb } from "../cli.ts";
import { addressOf } from "../watch/address.ts";
import { described } from "../watch/described.ts";
import { openLink } from "../watch/link.ts";
import { heard, nothingYet, type Picture } from "../watch/picture.ts";
import { watcherFor } from "../watch/watcher.ts";

interface Options {
  readonly link?: string;
  readonly ca?: string;
}

export const verb: Verb<Options> = {
  name: "watch",
  summary: "watch a run in a terminal; space stops its arm, q leaves it alone",
  options: (command) => {
    command.argument("[link]", "the link that the run printed, best the one to watch only; else ONARM_LINK");
    command.option("--link <link>", "the same, as an option");
    command.option("--ca <file>", "who signed the certificate of a page over TLS, PEM; the system's own when left out");
    command.addHelpText(
      "after",
      `
With --json every snapshot is a line of JSON on stdout, and the last line tells what was watched. A link for operators opens once: it is used up by
watching. Ctrl-C ends watching and nothing else.`,
    );
  },
  run: async (options, context) => {
    const address = addressOf(options.link ?? context.args[0] ?? process.env["ONARM_LINK"]);
    const ca = options.ca === undefined ? undefined : await readFile(options.ca, "utf8");
    context.answersOnStdout = context.json;
    const began = performance.now();
    const watcher = watcherFor(context);

    let picture = nothingYet;
    let heardAt = began;
    let losses = 0;
    let asked = false;
    const look = (next: Picture) => watcher.look((picture = next));

    type End = "run" | "quit" | OnarmError;
    let done = (_end: End) => {};
    const over = new Promise<End>((resolve) => (done = resolve));
    const link = openLink(address, ca, {
      message: (message) => {
        heardAt = performance.now();
        look(heard(picture, message));
        if (asked || message.type !== "hello") return;
        asked = true;
        void described(address, ca).then((description) => watcher.knows(description));
      },
      status: (status) => {
        if (status === "lost") losses++;
        look({ ...picture, link: status });
        if (status === "ended") done("run");
      },
      refused: done,
    });
    context.onInterrupt(() => done("quit"));
    const close = watcher.open({
      age: () => (performance.now() - heardAt) / 1000,
      quit: () => done("quit"),
      stop: () => {
        const at = new Date().toTimeString().slice(0, 8);
        const sent = link.send({ type: "stop" });
        look({ ...picture, note: sent ? `stop was sent at ${at}` : "NOT SENT: there is no link; use the arm's own stop" });
      },
    });
    try {
      const ended = await over;
      if (typeof ended !== "string") throw ended;
      const { states, state: { mode = null, reason = null } = {} } = picture;
      return { ended, states, losses, mode, reason, seconds: (performance.now() - began) / 1000 };
    } finally {
      link.close();
      close();
    }
  },
};
