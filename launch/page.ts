import { randomBytes } from "node:crypto";
import { Subject, type Observable } from "rxjs";
import type { ArmDescription, Limits } from "../src/domain/arm.ts";
import { isOnarmError, OnarmError, type FaultCode } from "../src/domain/errors.ts";
import type { AuditEntry, OperatorCommand, PageState } from "../src/operator/protocol.ts";
import type { OperatorOptions } from "../src/operator/server.ts";
import { forkEntry } from "./fork.ts";
import { supervised, type Living } from "./supervision.ts";

export interface PageOptions extends Pick<OperatorOptions, "port" | "host" | "tls" | "publicHosts"> {
  /** Left out: $ONARM_TOKEN, else a random one. */
  readonly token?: string;
  /** Of those who only watch. Left out: a random one. */
  readonly viewerToken?: string;
  readonly description: ArmDescription;
  readonly limits?: Limits;
  /** Of web pages that may watch by the Foxglove protocol beside our own, as browsers send them. */
  readonly allowedOrigins?: readonly string[];
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

/** Of the page's process that comes after another one: it knows the same sessions, and tells no link by itself. */
type Opening = PageOptions & Pick<OperatorOptions, "secret" | "links"> & { readonly again: boolean };

export type ToPage =
  { readonly open: Opening } | { readonly show: PageState } | { readonly metrics: string } | { readonly link: true };
export type FromPage =
  | { readonly url: string }
  | { readonly command: OperatorCommand }
  | { readonly links: number }
  | { readonly audit: AuditEntry }
  | { readonly refused: { readonly code: string; readonly message: string } };

interface PageProcess extends Living {
  readonly url: string;
  readonly pid: number;
  show(state: PageState): void;
  measured(metrics: string): void;
  /** Prints a link for one more browser. */
  link(): void;
  close(): Promise<void>;
}

/** One process of the page, from its start to its end. */
async function beginPage(
  options: Opening,
  heard: {
    command(command: OperatorCommand): void;
    audit(entry: AuditEntry): void;
    links(links: number): void;
  },
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
      if ("command" in message) return heard.command(message.command);
      if ("audit" in message) return heard.audit(message.audit);
      if ("links" in message) return heard.links(message.links);
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
    link: () => send({ link: true }),
    close,
  };
}

/**
 * The operator's page in a process of its own: clients are hostile, and nothing they do may hold up the arm.
 * The link is printed on stderr; it opens once, and SIGUSR2 to this process prints another one. A page whose process ends comes back at the same
 * address with the newest snapshot, as often as supervision allows, and lets in whom it had let in; the run goes on meanwhile, and `lost` is told.
 * @throws OnarmError "usage.invalid" for a port that is taken
 */
export async function openPage(options: PageOptions, lost: (line: string) => void): Promise<Page> {
  const command$ = new Subject<OperatorCommand>();
  const token = options.token ?? process.env["ONARM_TOKEN"] ?? randomBytes(24).toString("base64url");
  const viewerToken = options.viewerToken ?? randomBytes(24).toString("base64url");
  const audit$ = new Subject<AuditEntry>();
  const secret = randomBytes(32).toString("base64url");
  let links = 0;
  let begun = false;
  let port = options.port;
  let newest: PageState | undefined;
  let closing = false;

  const begin = async () => {
    const page = await beginPage(
      { ...options, port, token, viewerToken, secret, links, again: begun },
      {
        command: (command) => command$.next(command),
        audit: (entry) => audit$.next(entry),
        links: (made) => {
          if (made === 1) lost(`the page's link opens once; one for another browser: kill -USR2 ${process.pid}`);
          links = made;
        },
      },
    );
    begun = true;
    // What was asked for before an end comes back where it was.
    port = Number(new URL(page.url).port);
    if (newest !== undefined) page.show(newest);
    if (closing) await page.close();
    return page;
  };
  const page = await supervised("page", begin, lost);
  const another = () => page.current()?.link();
  process.on("SIGUSR2", another);

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
      process.off("SIGUSR2", another);
      page.release();
      await page.current()?.close();
      command$.complete();
      audit$.complete();
    },
  };
}
