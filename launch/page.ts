import { randomBytes } from "node:crypto";
import { Subject, type Observable } from "rxjs";
import type { ArmDescription, Limits } from "../src/domain/arm.ts";
import { isOnarmError, OnarmError, type FaultCode } from "../src/domain/errors.ts";
import type { AuditEntry, OperatorCommand, PageState } from "../src/operator/protocol.ts";
import { forkEntry } from "./fork.ts";
import { supervised, type Living } from "./supervision.ts";

export interface PageOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** Left out: $ONARM_TOKEN, else a random one. */
  readonly token?: string;
  /** Of those who only watch. Left out: a random one. */
  readonly viewerToken?: string;
  readonly description: ArmDescription;
  readonly limits?: Limits;
}

export interface Page {
  readonly url: string;
  /** Process of the page that is up now. */
  readonly pid: number | undefined;
  /** Takes the snapshot to be shown next. Never waits: while the page's process is busy only the newest is kept. */
  show(state: PageState): void;
  /** What the operator asks for. Completes with `close`. */
  readonly command$: Observable<OperatorCommand>;
  /** Takes what a collector of metrics is told next. */
  measured(metrics: string): void;
  /** Who came, left, commanded, took control or was refused. Completes with `close`. */
  readonly audit$: Observable<AuditEntry>;
  close(): Promise<void>;
}

export type ToPage = { readonly open: PageOptions } | { readonly show: PageState } | { readonly metrics: string };
export type FromPage =
  | { readonly url: string }
  | { readonly command: OperatorCommand }
  | { readonly audit: AuditEntry }
  | { readonly refused: { readonly code: string; readonly message: string } };

interface PageProcess extends Living {
  readonly url: string;
  readonly pid: number;
  show(state: PageState): void;
  measured(metrics: string): void;
  close(): Promise<void>;
}

/** One process of the page, from its start to its end. */
async function beginPage(
  options: PageOptions,
  commanded: (command: OperatorCommand) => void,
  audited: (entry: AuditEntry) => void,
): Promise<PageProcess> {
  const child = forkEntry(new URL("./pageProcess.ts", import.meta.url));
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  let waiting: PageState | undefined;
  let busy = false;

  const send = (message: ToPage, done: () => void = () => {}) => void (child.connected && child.send(message, done));
  const next = () => {
    busy = waiting !== undefined;
    if (waiting === undefined) return;
    const show = waiting;
    waiting = undefined;
    send({ show }, next);
  };
  const close = async () => {
    if (child.connected) child.disconnect();
    await ended;
  };

  const url = await new Promise<string>((resolve, reject) => {
    let why: Error = new OnarmError("process.lost", "the page's process ended before it could listen; run again with --debug");
    child.on("message", (message: FromPage) => {
      if ("url" in message) return resolve(message.url);
      if ("command" in message) return commanded(message.command);
      if ("audit" in message) return audited(message.audit);
      const { code, message: text } = message.refused;
      why = isOnarmError({ code }) ? new OnarmError(code as FaultCode, text) : new Error(text);
      void close();
    });
    child.once("error", reject);
    void ended.then(() => reject(why));
    send({ open: options });
  });

  return {
    url,
    pid: child.pid!,
    ended,
    show(state) {
      waiting = state;
      if (!busy) next();
    },
    measured: (metrics) => send({ metrics }),
    close,
  };
}

/**
 * The operator's page in a process of its own: clients are hostile, and nothing they do may hold up the arm.
 * The link is printed on stderr. A page whose process ends comes back at the same link, with the newest snapshot, as often as supervision
 * allows; the run goes on meanwhile, and `lost` is told.
 * @throws OnarmError "usage.invalid" for a port that is taken
 */
export async function openPage(options: PageOptions, lost: (line: string) => void): Promise<Page> {
  const command$ = new Subject<OperatorCommand>();
  const token = options.token ?? process.env["ONARM_TOKEN"] ?? randomBytes(24).toString("base64url");
  const viewerToken = options.viewerToken ?? randomBytes(24).toString("base64url");
  const audit$ = new Subject<AuditEntry>();
  let port = options.port;
  let newest: PageState | undefined;
  let closing = false;

  const begin = async () => {
    const page = await beginPage(
      { ...options, port, token, viewerToken },
      (command) => command$.next(command),
      (entry) => audit$.next(entry),
    );
    // What was asked for before an end comes back where it was.
    port = Number(new URL(page.url).port);
    if (newest !== undefined) page.show(newest);
    if (closing) await page.close();
    return page;
  };
  const page = await supervised("page", begin, lost);

  return {
    url: page.current()!.url,
    get pid() {
      return page.current()?.pid;
    },
    command$,
    audit$,
    show(state) {
      newest = state;
      page.current()?.show(state);
    },
    measured: (metrics) => page.current()?.measured(metrics),
    async close() {
      closing = true;
      page.release();
      await page.current()?.close();
      command$.complete();
      audit$.complete();
    },
  };
}
