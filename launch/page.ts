import { Subject, type Observable } from "rxjs";
import type { ArmDescription } from "../src/domain/arm.ts";
import { isOnarmError, OnarmError, type FaultCode } from "../src/domain/errors.ts";
import type { OperatorCommand, PageState } from "../src/operator/protocol.ts";
import { forkEntry } from "./fork.ts";

export interface PageOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** Left out: $ONARM_TOKEN, else a random one. */
  readonly token?: string;
  readonly description: ArmDescription;
}

export interface Page {
  readonly url: string;
  /** Takes the snapshot to be shown next. Never waits: while the page's process is busy only the newest is kept. */
  show(state: PageState): void;
  /** What the operator asks for. Completes when the page's process has ended. */
  readonly command$: Observable<OperatorCommand>;
  close(): Promise<void>;
}

export type ToPage = { readonly open: PageOptions } | { readonly show: PageState };
export type FromPage =
  | { readonly url: string }
  | { readonly command: OperatorCommand }
  | { readonly refused: { readonly code: string; readonly message: string } };

/**
 * The operator's page in a process of its own: clients are hostile, and nothing they do may hold up the arm.
 * The link is printed on stderr. When the process ends early the run goes on without a page, and `lost` is told so once.
 * @throws OnarmError "usage.invalid" for a port that is taken
 */
export async function openPage(options: PageOptions, lost: (line: string) => void): Promise<Page> {
  const child = forkEntry(new URL("./pageProcess.ts", import.meta.url));
  const command$ = new Subject<OperatorCommand>();
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let waiting: PageState | undefined;
  let busy = false;
  let closing = false;

  const send = (message: ToPage, done: () => void = () => {}) => void (child.connected && child.send(message, done));
  const next = () => {
    busy = waiting !== undefined;
    if (waiting === undefined) return;
    const show = waiting;
    waiting = undefined;
    send({ show }, next);
  };

  const close = async () => {
    closing = true;
    if (child.connected) child.disconnect();
    await ended;
  };

  const url = await new Promise<string>((resolve, reject) => {
    child.on("message", (message: FromPage) => {
      if ("url" in message) return resolve(message.url);
      if ("command" in message) return command$.next(message.command);
      const { code, message: why } = message.refused;
      void close().then(() => reject(isOnarmError({ code }) ? new OnarmError(code as FaultCode, why) : new Error(why)));
    });
    child.once("error", reject);
    void ended.then(() => {
      command$.complete();
      if (closing) return;
      reject(new OnarmError("process.lost", "the page's process ended before it could listen; run again with --debug"));
      lost("the page's process ended; the run goes on without it");
    });
    send({ open: options });
  });

  return {
    url,
    command$,
    show(state) {
      waiting = state;
      if (!busy) next();
    },
    close,
  };
}
