import type { ChildProcess } from "node:child_process";
import { isOnarmError, OnarmError } from "../src/domain/errors.ts";
import { forkEntry } from "./fork.ts";

/** What a process of ours can be asked, by name. Arguments and answers cross by structured clone: plain data and typed arrays only. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Handlers = Record<string, (argument: any) => unknown>;

interface Request {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}
type Response = { readonly id: number } & (
  | { readonly result: unknown }
  | { readonly error: { readonly code?: string; readonly message: string; readonly stack?: string | undefined } }
);

/** In the child: answers requests one at a time in the order they came, and ends when the parent is gone. */
export function serve(handlers: Handlers): void {
  let tail: Promise<unknown> = Promise.resolve();
  process.on("message", ({ id, method, argument }: Request) => {
    tail = tail.then(async () => {
      try {
        const result = await handlers[method]!(argument);
        process.send!({ id, result } satisfies Response);
      } catch (error) {
        const { message, stack } = error instanceof Error ? error : new Error(String(error));
        process.send!({ id, error: { ...(isOnarmError(error) ? { code: error.code } : {}), message, stack } } satisfies Response);
      }
    });
  });
  // Ctrl-C reaches the whole group: the parent decides when a child may go, so that nothing is half-written.
  process.on("SIGINT", () => {});
  process.on("disconnect", () => process.exit(0));
}

/** How long the exit of a process may come after its channel broke, ms. */
const EXIT_MS = 1000;

/** In the parent: a process of ours with its methods as promises. It dies with "process.lost" for every call still open. */
export class Remote<H extends Handlers> {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #open = new Map<number, { resolve: (value: never) => void; reject: (error: unknown) => void }>();
  #next = 0;
  #lost: OnarmError | undefined;

  constructor(name: string, entry: URL) {
    this.#name = name;
    // In a group of its own: what learns may not share the priority of what drives, which some systems grant to a whole group.
    this.#child = forkEntry(entry, { detached: true });
    this.#child.on("message", (response: Response) => {
      const call = this.#open.get(response.id);
      this.#open.delete(response.id);
      if ("result" in response) call?.resolve(response.result as never);
      else call?.reject(revive(response.error));
    });
    this.#child.on("error", (cause) => this.#lose(`could not be started: ${cause.message}`));
    this.#child.on("exit", (code, signal) => this.#lose(`ended (${signal ?? `exit ${code}`})`, signal));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  call<M extends keyof H & string>(method: M, argument: Parameters<H[M]>[0]): Promise<Awaited<ReturnType<H[M]>>> {
    return new Promise((resolve, reject) => {
      if (this.#lost) return reject(this.#lost);
      const id = this.#next++;
      this.#open.set(id, { resolve, reject });
      this.#child.send({ id, method, argument } satisfies Request, (error) => {
        // A broken channel is most often that of a process which ended: its exit, which comes in a moment, tells more.
        if (error) setTimeout(() => this.#lose(`could not be asked: ${error.message}`), EXIT_MS).unref();
      });
    });
  }

  /** Ends the process; open calls reject. */
  close(): void {
    this.#lost ??= new OnarmError("process.lost", `the ${this.#name} process was closed`);
    this.#child.disconnect?.();
  }

  #lose(why: string, signal: NodeJS.Signals | null = null): void {
    this.#lost ??= new OnarmError(
      "process.lost",
      `the ${this.#name} process ${why}; start the command again, with --resume where it left a checkpoint`,
      { signal },
    );
    for (const { reject } of this.#open.values()) reject(this.#lost);
    this.#open.clear();
  }
}

function revive(error: { code?: string; message: string; stack?: string | undefined }): Error {
  const revived =
    error.code && isOnarmError({ code: error.code })
      ? new OnarmError(error.code as never, error.message)
      : new Error(error.message);
  if (error.stack) revived.stack = error.stack;
  return revived;
}
